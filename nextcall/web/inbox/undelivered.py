"""Did not arrive: each message with its cause in words and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.cadences.models import Touch
from nextcall.engine import arriving
from nextcall.engine import write as writing
from nextcall.leads.models import Reach
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.web import wording
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import Deed, Told, tell
from nextcall.web.inbox import listing, page
from nextcall.web.lead.modes import BETTER_NUMBER
from nextcall.web.once import once
from nextcall.worklist import say
from nextcall.worklist.undelivered import DEAD, Lost, deeds

ICONS = {"text": "text", "email": "mail"}
OURS = ("sender.refused", "sender.filtered")  # events that say our side is at fault


@dataclass(frozen=True, slots=True)
class Next:
    """One thing that may be done: a link, or with `again` a form."""

    word: str
    url: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One message that did not arrive."""

    id: int
    name: str
    url: str
    icon: str
    channel: str
    line: str
    cause: str
    when: str
    iso: str
    next: tuple[Next, ...]


@require_GET
@signed_in
def undelivered(request: SignedIn) -> HttpResponse:
    """Fifty at a time, the newest first, in five queries."""
    at, member = timezone.now(), request.member
    wanted = listing.Wanted(state="lost", after=request.GET.get("after", "")[:60])
    lost = listing.lost_seen_by(member, at=at).select_related("lead__person", "contact_point")
    touches, after = listing.cut(lost, "finished_at", wanted.after)
    context = {
        "rows": rows_of(touches, member, at=at),
        "further": f"?{urlencode({'after': after})}" if after else "",
        "wanted": wanted,
        "states": listing.states(member, wanted, at=at),
        "problems": listing.problems(member, at=at),
        **page.told(request, at=at),
    }
    return render(request, "inbox/undelivered.html", context)


def rows_of(touches: Sequence[Touch], member: Member, *, at: datetime) -> list[Row]:
    ours = Event.objects.filter(account_id=member.account_id, touch_id__in=[one.pk for one in touches], kind__in=OURS)
    at_fault, alive = set(ours.values_list("touch_id", flat=True)), _reachable(touches)
    return [_row(one, member, one.pk in at_fault, alive.get(one.person_id, frozenset()), at) for one in touches]


def _reachable(touches: Sequence[Touch]) -> Mapping[int, frozenset[str]]:
    """By person: the channels on which they have something that works, as far as we know."""
    reaches = Reach.objects.filter(person__in={one.person_id for one in touches})
    found: dict[int, set[str]] = {}
    for person, kind, problem in reaches.values_list("person_id", "contact_point__kind", "contact_point__problem"):
        if kind == "email":
            found.setdefault(person, set()).update(() if problem in DEAD else ("email",))
        elif problem not in DEAD or problem == "landline":
            found.setdefault(person, set()).update(("call",) if problem == "landline" else ("call", "text"))
    return {person: frozenset(channels) for person, channels in found.items()}


def _row(touch: Touch, member: Member, ours: bool, reachable: frozenset[str], at: datetime) -> Row:
    problem = touch.contact_point.problem if touch.contact_point else ""
    made = touch.finished_at or touch.due_at
    lead = reverse("inbox_lead", args=[touch.lead_id])
    return Row(
        id=touch.pk,
        name=str(touch.lead.person),
        url=lead,
        icon=ICONS.get(touch.channel, "text"),
        channel=touch.channel,
        line=" ".join((touch.subject or touch.body).split())[:160],
        cause=_cause(touch),
        when=say.when(made, member.zone, at=at),
        iso=made.isoformat(),
        next=tuple(_next(one, touch, member) for one in deeds(Lost(touch.channel, problem, ours, reachable))),
    )


def _cause(touch: Touch) -> str:
    because = touch.because.strip().rstrip(".")
    if not because:
        return "The provider does not say why."
    return f"{because[0].upper()}{because[1:]}."


def _next(deed: str, touch: Touch, member: Member) -> Next:
    lead, talk = reverse("lead", args=[touch.lead_id]), reverse("inbox_lead", args=[touch.lead_id])
    match deed:
        case "again":
            return Next("Try again", reverse("inbox_again", args=[touch.pk]), again=True)
        case "mend":
            word = "Mend the connection" if member.manages else "A manager mends the connection"
            return Next(word, reverse("settings_email" if touch.channel == "email" else "settings"))
        case "call":
            return Next("Call instead", lead)
        case "better_number":
            return Next("Ask by email for a better number", f"{lead}?mode=email&reason={BETTER_NUMBER}#write")
    return Next(f"Write by {deed} instead" if deed == "email" else "Text instead", f"{talk}?mode={deed}&write=1#answer")


@require_POST
@signed_in
@once
def seen_to(request: SignedIn, touch_id: int) -> HttpResponse:
    """It needs nothing more; undone like every deed."""
    action = arriving.seen_to(touch=_touch(request, touch_id), by=request.member, at=timezone.now())
    made = Deed(id=action.pk, says=action.says)
    return tell(request, Told(action.says, action=made, url=reverse("inbox_undelivered")))


@require_POST
@signed_in
@once
def again(request: SignedIn, touch_id: int) -> HttpResponse:
    """The same words once more, past the gate."""
    touch, url = _touch(request, touch_id), reverse("inbox_undelivered")
    try:
        anew = arriving.again(touch=touch, by=request.member, at=timezone.now(), page="undelivered")
    except writing.Refused as why:
        return tell(request, Told(problem=wording.refused(why), url=url))
    except writing.Unfinished as why:
        return tell(request, Told(problem=str(why), url=url))
    action = writing.undo_of(anew)
    made = Deed(id=action.pk, says=action.says) if action else None
    return tell(request, Told(action.says if action else "", action=made, url=url))


def _touch(request: SignedIn, touch_id: int) -> Touch:
    return found_or_404(listing.lost_seen_by(request.member, at=timezone.now()), request.member.account, pk=touch_id)
