"""How it went: outcomes, undo, notes, and uncertain sends decided. Each is a POST that sends back to a page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences.models import Touch
from nextcall.conversations import log
from nextcall.engine import outcome as outcomes
from nextcall.engine import rescue, telling
from nextcall.engine import undo as undoing
from nextcall.engine.models import Action
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.going_back import back as to_now
from nextcall.web.going_back import number
from nextcall.web.now.taking import lead_at_hand
from nextcall.web.once import once, when_it_happened
from nextcall.worklist import say

ICONS = {
    "no_answer": "noans",
    "left_voicemail": "vm",
    "talked": "talk",
    "call_back": "back-at",
    "not_now": "pause",
    "wrong_number": "cross",
    "not_interested": "out",
    "asked_to_stop": "stop",
    "no_calls": "stop",
    "sent": "check",
    "skipped": "right",
}
NEXT = re.compile(r"Next (\w+) ([^,;]+)")
STOPS = ("asked_to_stop", "no_calls")
SHORT = {
    "sent": "marks it sent",
    "no_answer": "adds a try",
    "left_voicemail": "adds a try",
    "talked": "what\u2019s next",
    "call_back": "pick a time",
    "not_now": "rests two days",
    "skipped": "leave it out",
    "wrong_number": "by email",
    "not_interested": "ends kindly",
    "asked_to_stop": "ends all",
    "no_calls": "ends calls",
}


@dataclass(frozen=True, slots=True)
class Button:
    """One outcome, and what pressing it will do."""

    key: str
    outcome: str
    label: str
    says: str  # a word or two, under the label
    effect: str  # the whole sentence
    icon: str
    rare: bool
    stop: bool
    short: str  # the label where there is little room


@dataclass(frozen=True, slots=True)
class Time:
    """One time on offer."""

    value: str
    word: str
    says: str


def buttons(effects: Iterable[outcomes.Effect]) -> list[Button]:
    """The outcome buttons as the account's table has them."""
    return [
        Button(
            "" if one.outcome == "skipped" else one.key,
            one.outcome,
            one.label,
            _short(one.outcome, one.says),
            one.says,
            ICONS.get(one.outcome, "check"),
            one.outcome == "call_back",
            one.outcome in STOPS,
            "Voicemail" if one.outcome == "left_voicemail" else one.label,
        )
        for one in effects
    ]


def _short(outcome: str, says: str) -> str:
    """What fits under a button: "call Mon 9:00 am", "pick a time"."""
    following = NEXT.search(says)
    if following:
        return f"{following[1]} {following[2].strip()}"
    return SHORT.get(outcome) or (says if len(says) <= 20 else "")


def times(ours: str, theirs: str, *, at: datetime) -> list[Time]:
    """An hour, this evening, tomorrow morning, next week: by the member's zone, and the lead's where it differs."""
    zone = ZoneInfo(ours)
    today = at.astimezone(zone)
    monday = today.date() + timedelta(days=7 - today.weekday())
    offered = [
        ("In an hour", at + timedelta(hours=1)),
        ("This evening", datetime.combine(today.date(), time(18), zone)),
        ("Tomorrow morning", datetime.combine(today.date() + timedelta(days=1), time(9, 30), zone)),
        ("Next week", datetime.combine(monday, time(9, 30), zone)),
    ]
    return [
        Time(when.astimezone(UTC).isoformat(), word, _both(when, ours, theirs, at=at))
        for word, when in offered
        if when - at >= timedelta(minutes=50)
    ]


def windows(ours: str, *, at: datetime) -> list[tuple[str, str]]:
    """When a voicemail may say that we are free: "4 to 6" today if it is still to come, tomorrow 9 to 11."""
    zone = ZoneInfo(ours)
    today = at.astimezone(zone).date()
    spans = [
        ("Free 4 to 6", today, time(16), time(18)),
        ("Tomorrow 9 to 11", today + timedelta(days=1), time(9), time(11)),
    ]
    found = []
    for word, date, opens, closes in spans:
        begins, ends = (datetime.combine(date, clock, zone).astimezone(UTC) for clock in (opens, closes))
        if ends - at > timedelta(minutes=30):
            found.append((word, f"{begins.isoformat()}/{ends.isoformat()}"))
    return found


def _both(when: datetime, ours: str, theirs: str, *, at: datetime) -> str:
    said = say.when(when, ours, at=at)
    there = say.clock(when, theirs)
    return said if said.endswith(there) else f"{said}, {there} for them"


def read_time(written: str, member: Member) -> datetime | None:
    """An instant with its offset, or the member's own wall clock."""
    try:
        found = datetime.fromisoformat(written[:40])
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(member.zone)).astimezone(UTC)


@require_POST
@signed_in
def started(request: SignedIn, lead_id: int) -> HttpResponse:
    """Stored before the dialler takes the screen, so that the same card is there on return."""
    at = when_it_happened(request, timezone.now())
    lead = lead_at_hand(request, lead_id, at=timezone.now())
    request.session["calling"] = {"lead": lead.pk, "at": at.isoformat()}
    return HttpResponse(status=204)


def log_outcome(*, touch: Touch | None, by: Member, **deed: Any) -> Action:
    """As `engine.outcome.log`. What a colleague closed meanwhile is no reason to lose what happened: both stay."""
    try:
        return outcomes.log(touch=touch, by=by, **deed)
    except outcomes.AlreadyClosed as closed:
        if closed.touch.outcome and closed.touch.outcome_by_id == by.pk:
            raise  # the same member, twice
        return outcomes.log(by=by, beside=closed.touch, **deed)


@require_POST
@signed_in
@once
def outcome(request: SignedIn, lead_id: int) -> HttpResponse:
    """What came of a call, or of any touch in hand."""
    at, lead = when_it_happened(request, timezone.now()), lead_at_hand(request, lead_id, at=timezone.now())
    until, key = read_time(request.POST.get("until", ""), request.member), request.POST.get("outcome", "")
    if key == "call_back" and (until is None or until <= at):
        return to_now(request, problem="Pick a time that is still to come, then it is a promise.")
    touch_id = number(request.POST.get("touch", ""))
    touch = found_or_404(Touch, lead.account, lead=lead, pk=touch_id) if touch_id else None
    told = {"until": until, "channel": touch.channel if touch else "call", "note": request.POST.get("note", "")[:5000]}
    try:
        with transaction.atomic():
            action = log_outcome(lead=lead, touch=touch, outcome=key, by=request.member, at=at, **told)
            tell_reason(request, action, key)
    except outcomes.AlreadyClosed:
        return to_now(request, said=f"{lead.person}: that was logged already.")
    except outcomes.NoSuchOutcome as why:
        return to_now(request, problem=str(why))
    request.session.pop("calling", None)
    return to_now(request)


def tell_reason(request: SignedIn, action: Action, outcome: str) -> None:
    """The reason that stood on the card has had its turn."""
    if outcome != "skipped" and action.lead:
        key, says = request.POST.get("reason", ""), request.POST.get("reason_says", "")
        telling.used(lead=action.lead, key=key, says=says, action=action, by=request.member, at=action.at)


@require_POST
@signed_in
@once
def undo(request: SignedIn, action_id: int) -> HttpResponse:
    """Take back one of the member's own deeds, or, for a manager, anyone's."""
    own = Q(member=request.member) & (Q(lead=None) | Q(lead__inbox_item__assignee=request.member))  # see engine/tending
    actions = Action.objects.filter(own | Q(lead__in=leads_seen_by(request.member))).select_related("lead__person")
    action = found_or_404(actions, request.member.account, pk=action_id)
    answer = undoing.undo(action=action, by=request.member, at=timezone.now())
    if isinstance(answer, undoing.Refused):
        return to_now(request, problem=answer.why)
    return to_now(request, said=answer.says)


@require_POST
@signed_in
@once
def note(request: SignedIn, lead_id: int) -> HttpResponse:
    """A line only this member could write; it is a reason to call from then on."""
    lead = lead_at_hand(request, lead_id, at=timezone.now())
    body = request.POST.get("body", "").strip()[:5000]
    if not body:
        return to_now(request, problem="Write a line first.")
    log.noted(lead=lead, body=body, by=request.member, at=when_it_happened(request, timezone.now()))
    return to_now(request, said=f"Noted for {lead.person}.")


@require_POST
@signed_in
@once
def decide(request: SignedIn, touch_id: int) -> HttpResponse:
    """Whether an uncertain message left: nobody but a person may say so."""
    rows = Touch.objects.select_related("lead__person", "lead__account")
    touch = found_or_404(rows, request.member.account, pk=touch_id, lead__in=leads_seen_by(request.member))
    rescue.resolve(touch, left=request.POST.get("left") == "yes", by=request.member, at=timezone.now())
    return to_now(request)
