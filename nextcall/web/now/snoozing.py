"""For later: snoozing a touch or the whole plan, another plan instead, call-back windows, and reasons that rest."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.engine import instead, promising, telling
from nextcall.engine.models import Action
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import back
from nextcall.web.now.outcomes import read_time
from nextcall.web.now.taking import lead_at_hand
from nextcall.web.once import once, when_it_happened

UNTIL_REPLY = "reply"  # as the form has it
INSTEAD: Mapping[str, Callable[..., Action]] = {
    "rest": instead.rest,
    "gentler": instead.gentler,
    "end": instead.end_kindly,
}


@require_POST
@signed_in
@once
def snooze(request: SignedIn, lead_id: int) -> HttpResponse:
    """Move what is in hand, or with `whole` the whole plan, to a later time or until they reply."""
    now = timezone.now()
    at, lead = when_it_happened(request, now), lead_at_hand(request, lead_id, at=now)
    written = request.POST.get("until", "")
    written = request.POST.get("pick", "") if written == "pick" else written
    until = None if written == UNTIL_REPLY else read_time(written, request.member)
    if written != UNTIL_REPLY and (until is None or until <= at):
        return back(request, problem="Pick a time that is still to come.")
    promising.snooze(lead=lead, until=until, by=request.member, at=at, whole=request.POST.get("whole") == "on")
    request.session.pop("calling", None)
    return back(request)


@require_POST
@signed_in
@once
def change_instead(request: SignedIn, lead_id: int) -> HttpResponse:
    """Snoozed for the third time: rest two weeks, a gentler cadence, or a kind end."""
    at, lead = timezone.now(), lead_at_hand(request, lead_id, at=timezone.now())
    change = INSTEAD.get(request.POST.get("instead", ""))
    if change is None:
        return back(request, problem="Choose one of the three: rest, gentler, end.")
    change(lead=lead, by=request.member, at=at)
    return back(request)


@require_POST
@signed_in
@once
def window(request: SignedIn, lead_id: int) -> HttpResponse:
    """When the voicemail said that we can be reached: pinned, and our calls hold until it closes."""
    at, lead = timezone.now(), lead_at_hand(request, lead_id, at=timezone.now())
    begins, _, ends = request.POST.get("window", "").partition("/")
    opens, closes = read_time(begins, request.member), read_time(ends, request.member)
    if opens is None or closes is None or closes <= max(at, opens):
        return back(request, problem="Pick a window that is still to come.")
    promising.open_window(lead=lead, begins=opens, ends=closes, by=request.member, at=at)
    return back(request)


@require_POST
@signed_in
@once
def not_now(request: SignedIn, lead_id: int) -> HttpResponse:
    """A reason is of no use now: it rests for two weeks, and the card shows another."""
    at, lead = timezone.now(), lead_at_hand(request, lead_id, at=timezone.now())
    key = request.POST.get("reason", "")
    if not key:
        return back(request, problem="There is no reason on this card.")
    telling.not_now(lead=lead, key=key, says=request.POST.get("reason_says", ""), by=request.member, at=at)
    return back(request)
