"""Answering: send, send and next, keep as a note; and saying that one is here."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences.models import Touch
from nextcall.conversations import log, presence, seen
from nextcall.engine import answering
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.web import wording
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.frame import same_site
from nextcall.web.going_back import Deed, Told, tell, wants_json
from nextcall.web.inbox import listing, page, talk
from nextcall.web.lead import crossing
from nextcall.web.once import once, when_it_happened

LONGEST_NOTE = 20_000


@require_POST
@signed_in
@once
def send(request: SignedIn, lead_id: int) -> HttpResponse:
    """A text or email, unless somebody answered since `seen`. `then=next` goes on to the next who waits."""
    lead, channel = talk.lead_for(request, lead_id), request.POST.get("channel", "")
    if channel not in ("text", "email"):
        return _here(request, lead, problem="Choose text or email.")
    following = _following(request, lead)
    try:
        touch = answering.answer(
            lead=lead,
            channel=channel,
            subject=request.POST.get("subject", "")[:300],
            body=request.POST.get("body", ""),
            by=request.member,
            at=timezone.now(),
            seen=answering.read_seen(request.POST.get("anyway") or request.POST.get("seen", "")),
            ask=wording.is_asked(request, lead),
            page="inbox",
        )
    except answering.Crossed as crossed:
        return _held_back(request, lead, crossed)
    except writing.Refused as why:
        return _here(request, lead, problem=wording.refused(why))
    except writing.Doubtful as doubt:
        return _here(request, lead, problem=wording.asks(request, lead, doubt))
    except writing.Unfinished as unfinished:
        return _here(request, lead, problem=str(unfinished))
    return _to(request, lead, following, touch=touch)


@require_POST
@signed_in
def words(request: SignedIn, lead_id: int) -> HttpResponse:
    """What is to be said about the words while they are written."""
    return wording.shown(request, talk.lead_for(request, lead_id))


def _following(request: SignedIn, lead: Lead) -> str:
    """Where to go once it is sent: asked before, because the answer moves the lead out of the list."""
    if request.POST.get("then") != "next":
        return request.POST.get("here", "")
    wanted = listing.read(request.POST)
    return request.POST.get("next") or page.following(request.member, wanted, lead.pk)


def _to(request: SignedIn, lead: Lead, url: str, *, touch: Touch | None = None, problem: str = "") -> HttpResponse:
    """To `url`, or to the lead's place in the Inbox; scripts are told what undoes it."""
    action = writing.undo_of(touch) if touch else None
    made = Deed(id=action.pk, says=action.says) if action else None
    there = same_site(url, reverse("inbox_lead", args=[lead.pk]))
    return tell(request, Told(problem=problem, action=made, url=there))


def _here(request: SignedIn, lead: Lead, *, problem: str) -> HttpResponse:
    """It could not be sent: the same page with the words kept."""
    if wants_json(request):
        return _to(request, lead, request.POST.get("here", ""), problem=problem)
    request.session["problem"] = problem
    return page.conversation(request, lead.pk, status=HTTPStatus.UNPROCESSABLE_ENTITY, crossed={})


def _held_back(request: SignedIn, lead: Lead, crossed: answering.Crossed) -> HttpResponse:
    """ "Ben answered 1 min ago: "…"", with what was typed; nothing has left."""
    says = crossing.says(crossed, at=timezone.now())
    if wants_json(request):
        request.told = Told(problem=says)  # type: ignore[attr-defined]
        return JsonResponse({**Told(problem=says).stored, "held": str(crossed.seen)})
    shown = {"says": says, "seen": str(crossed.seen)}
    return page.conversation(request, lead.pk, status=HTTPStatus.CONFLICT, crossed=shown)


@require_POST
@signed_in
@once
def note(request: SignedIn, lead_id: int) -> HttpResponse:
    """What was typed is kept for the team, and nothing leaves."""
    lead, body = talk.lead_for(request, lead_id), request.POST.get("body", "").strip()[:LONGEST_NOTE]
    if not body:
        return _here(request, lead, problem="Write a line first.")
    log.noted(lead=lead, body=body, by=request.member, at=when_it_happened(request))
    there = same_site(request.POST.get("here", ""), reverse("inbox_lead", args=[lead.pk]))
    return tell(request, Told(said=f"Noted for {lead.person}. Nothing was sent.", url=there))


@require_POST
@signed_in
def here(request: SignedIn, lead_id: int) -> HttpResponse:
    """This member has it open, is writing, or leaves; answers who else is there."""
    at, lead = timezone.now(), talk.lead_for(request, lead_id)
    if request.POST.get("gone"):
        presence.gone(lead=lead, by=request.member, at=at)
    else:
        presence.here(lead=lead, by=request.member, writing=request.POST.get("writing") == "yes", at=at)
        item = talk.item_of(lead)
        if item is not None:
            seen.look(item=item, by=request.member, at=at, opened=False)
    if not wants_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return JsonResponse({"others": talk.others(lead, request.member, at=at)})
