"""What the composer on a lead's page sends: text, email, note, or a call made. It leaves through the engine."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences.models import Touch
from nextcall.conversations import log
from nextcall.conversations.models import Message
from nextcall.engine import answering
from nextcall.engine import outcome as outcomes
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.web import wording
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import back, lead_of, number, wants_json
from nextcall.web.lead import crossing
from nextcall.web.lead.modes import DRAFT
from nextcall.web.now.outcomes import read_time
from nextcall.web.once import once, when_it_happened

LONGEST_NOTE = 20_000


@require_POST
@signed_in
@once
def send(request: SignedIn, lead_id: int) -> HttpResponse:
    """A text or email: it waits a moment, can be undone until it leaves, and asks the gate once more as it does."""
    lead, channel = lead_of(request, lead_id), request.POST.get("channel", "")
    body, subject = request.POST.get("body", ""), request.POST.get("subject", "")[:300]
    if channel not in ("text", "email"):
        return back(request, lead, problem="Choose text or email.")
    again = _same_again(lead, channel, body)
    try:
        answering.answer(
            lead=lead, channel=channel, subject=subject, body=body, by=request.member, at=timezone.now(),
            seen=crossing.seen(request, lead), ask=wording.is_asked(request, lead), page="lead",
        )  # fmt: skip
    except answering.Crossed as crossed:
        told = crossing.tell(request, lead, crossed, at=timezone.now())
        return _kept(request, lead, channel, f"Not sent yet. {told} Send again if yours should go too.")
    except writing.Refused as why:
        return _kept(request, lead, channel, wording.refused(why))
    except writing.Doubtful as doubt:
        return _kept(request, lead, channel, wording.asks(request, lead, doubt))
    except writing.Unfinished as unfinished:
        return _kept(request, lead, channel, str(unfinished))
    return back(request, lead, said=again)


@require_POST
@signed_in
def words(request: SignedIn, lead_id: int) -> HttpResponse:
    """What is to be said about the words while they are written."""
    return wording.shown(request, lead_of(request, lead_id))


def _kept(request: SignedIn, lead: Lead, channel: str, problem: str) -> HttpResponse:
    """Nothing that was typed is lost: the page opens with it again. (A script keeps it by itself.)"""
    if not wants_json(request):
        words = {name: request.POST.get(name, "")[: writing.LONGEST_EMAIL] for name in ("subject", "body")}
        request.session[DRAFT] = {"lead": lead.pk, "channel": channel, **words}
    return back(request, lead, problem=problem)


def _same_again(lead: Lead, channel: str, body: str) -> str:
    """A nudge, not a block: the very words of the last two went out before."""
    ours = Message.objects.filter(account_id=lead.account_id, lead=lead, channel=channel, outbound=True)
    latest = [" ".join(words.split()) for words in ours.order_by("-at", "-pk").values_list("body", flat=True)[:2]]
    same = len(latest) == 2 and set(latest) == {" ".join(body.split())}
    return f"Same {channel} as your last two to {lead.person.given_name or lead.person}." if same else ""


@require_POST
@signed_in
@once
def note(request: SignedIn, lead_id: int) -> HttpResponse:
    """A line to remember."""
    lead, body = lead_of(request, lead_id), request.POST.get("body", "").strip()[:LONGEST_NOTE]
    if not body:
        return back(request, lead, problem="Write a line first.")
    log.noted(lead=lead, body=body, by=request.member, at=when_it_happened(request))
    return back(request, lead, said=f"Noted for {lead.person}.")


@require_POST
@signed_in
@once
def call(request: SignedIn, lead_id: int) -> HttpResponse:
    """A call that was made, planned or not."""
    at, lead = when_it_happened(request), lead_of(request, lead_id)
    until, key = read_time(request.POST.get("until", ""), request.member), request.POST.get("outcome", "")
    if key == "call_back" and (until is None or until <= at):
        return back(request, lead, problem="Pick a time that is still to come, then it is a promise.")
    minutes, touch_id = number(request.POST.get("minutes", "")), number(request.POST.get("touch", ""))
    touch = Touch.objects.filter(account=lead.account, lead=lead, pk=touch_id).first() if touch_id else None
    try:
        outcomes.log(
            lead=lead,
            touch=touch,
            outcome=key,
            by=request.member,
            at=at,
            until=until if key == "call_back" else None,
            note=request.POST.get("note", "")[:5000],
            seconds=min(minutes, 600) * 60 if minutes else None,
        )
    except (outcomes.NoSuchOutcome, outcomes.AlreadyClosed) as why:
        return back(request, lead, problem=str(why))
    return back(request, lead)
