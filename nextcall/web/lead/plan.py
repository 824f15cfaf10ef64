"""What a member decides on a lead's page: the cadence, who has it, what they said, and when they meet."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences import enroll, versions
from nextcall.cadences.models import Enrollment
from nextcall.conversations import inbox, log
from nextcall.conversations.models import InboxItem
from nextcall.engine import hand_over as handing
from nextcall.engine import promising, receive
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import back, lead_of, number
from nextcall.web.now.outcomes import read_time
from nextcall.web.once import once


def _running(lead: Lead) -> Iterable[Enrollment]:
    return lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True).select_related("version__cadence")


@require_POST
@signed_in
@once
def pause(request: SignedIn, lead_id: int) -> HttpResponse:
    at, lead = timezone.now(), lead_of(request, lead_id)
    with undoable(lead=lead, kind="pause", by=request.member, at=at, says=f"Paused for {lead.person}."):
        for enrollment in _running(lead):
            enroll.pause(enrollment=enrollment, by=request.member, at=at, because="by hand")
    return back(request, lead)


@require_POST
@signed_in
@once
def resume(request: SignedIn, lead_id: int) -> HttpResponse:
    at, lead = timezone.now(), lead_of(request, lead_id)
    with undoable(lead=lead, kind="resume", by=request.member, at=at, says=f"Resumed for {lead.person}."):
        for enrollment in _running(lead):
            enroll.resume(enrollment=enrollment, by=request.member, at=at)
    return back(request, lead)


@require_POST
@signed_in
@once
def cadence(request: SignedIn, lead_id: int) -> HttpResponse:
    """Start a cadence, or change to another: day 1 is today."""
    at, lead, slug = timezone.now(), lead_of(request, lead_id), request.POST.get("cadence", "")[:64]
    try:
        with undoable(lead=lead, kind="cadence", by=request.member, at=at) as deed:
            begun = enroll.change(lead=lead, slug=slug, by=request.member, at=at, because="changed by hand")
            deed.says = f"{lead.person} is on {versions.definition_of(begun.version).name} now, day 1 today."
    except (versions.NoCadence, enroll.AlreadyOn) as why:
        return back(request, lead, problem=str(why))
    return back(request, lead)


@require_POST
@signed_in
@once
def finish(request: SignedIn, lead_id: int) -> HttpResponse:
    """End the cadence for good, with a reason."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    because = request.POST.get("because", "").strip()[:120]
    if not because:
        return back(request, lead, problem="Say why it ends; your team reads it later.")
    with undoable(lead=lead, kind="finish", by=request.member, at=at, says=f"Ended for {lead.person}: {because}."):
        for enrollment in _running(lead):
            enroll.finish(enrollment=enrollment, by=request.member, at=at, because=because)
    return back(request, lead)


@require_POST
@signed_in
@once
def hand_over(request: SignedIn, lead_id: int) -> HttpResponse:
    lead, key = lead_of(request, lead_id), number(request.POST.get("to", ""))
    to = found_or_404(Member.objects.filter(is_active=True), request.member.account, pk=key)
    handing.hand_over(lead=lead, to=to, by=request.member, at=timezone.now())
    if not request.member.manages and to.pk != request.member.pk:
        return back(request, said=f"{lead.person} is with {to.name} now.")
    return back(request, lead)


@require_POST
@signed_in
@once
def received(request: SignedIn, lead_id: int) -> HttpResponse:
    """What they said, logged by hand: it pauses or stops exactly as if it had come in by itself."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    channel, text = request.POST.get("channel", ""), request.POST.get("text", "").strip()[:20_000]
    if channel not in ("text", "email", "call") or not text:
        return back(request, lead, problem="Write what they said.")
    kind = "email" if channel == "email" else "phone"
    point = (
        lead.person.reaches.filter(contact_point__kind=kind).order_by("rank").select_related("contact_point").first()
    )
    with undoable(lead=lead, kind="received", by=request.member, at=at) as deed:
        answer = receive.receive(
            account=lead.account,
            channel=channel,
            sender=point.contact_point.value if point else "",
            text=text,
            at=at,
            via="hand",
            person=lead.person,
            lead=lead,
            by=request.member,
        )
        deed.says = _heard(answer, lead)
    return back(request, lead)


def _heard(answer: receive.Received, lead: Lead) -> str:
    said = {
        "opt_out": "asked us to stop. Nothing more goes to them, and nothing can be sent.",
        "hold": "wrote something unclear. Machine touches wait until you say what it means.",
        "auto_reply": "answered automatically. The plan goes on.",
        "opt_in": "asked us to go on.",
        "help": "asked for help.",
    }.get(answer.verdict, "wrote. The plan is paused." if answer.paused else "wrote.")
    return f"{lead.person} {said}"


@require_POST
@signed_in
@once
def seen(request: SignedIn, lead_id: int) -> HttpResponse:
    """What they wrote was read and needs no answer; an unclear message holds the machine no longer."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    with undoable(lead=lead, kind="seen", by=request.member, at=at, says=f"{lead.person} needs no answer."):
        log.answered(lead=lead, at=at)
        items = list(InboxItem.objects.filter(account=lead.account, lead=lead))
        inbox.done(items=items, by=request.member, at=at)
    return back(request, lead)


@require_POST
@signed_in
@once
def window(request: SignedIn, lead_id: int) -> HttpResponse:
    """When we told them that we can be reached: pinned, and our calls to them hold until it closes."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    begins, ends = (read_time(request.POST.get(name, ""), request.member) for name in ("begins", "ends"))
    if begins is None or ends is None or ends <= max(at, begins):
        return back(request, lead, problem="Pick a window that is still to come, its end after its beginning.")
    promising.open_window(lead=lead, begins=begins, ends=ends, by=request.member, at=at)
    return back(request, lead)
