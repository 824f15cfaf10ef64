"""The upper part of the line of time: what is ahead, the farthest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nextcall.cadences import ahead, wording
from nextcall.cadences.definition import Planned
from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.conversations.thread import going_along
from nextcall.engine.looking import LOOKED_FOR
from nextcall.engine.models import Action
from nextcall.web.lead import meeting
from nextcall.web.lead.shown import Shown
from nextcall.web.messages.shown import Enclosed, enclosed
from nextcall.worklist import say

ICONS = {"page": "person", "call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
WAITING = (Touch.State.PLANNED, Touch.State.CLAIMED, Touch.State.SENDING, Touch.State.OPEN)
MOST = 100
PROMISED = {
    "call": "Call promised",
    "send": "Answer promised",
    "window": "Call-back window",
    "appointment": "Appointment",
}
BECAUSE = {
    "reply": "they replied",
    "conversation": "you talked",
    "appointment": "an appointment is booked",
    "promise": "a call is promised",
    "by hand": "by hand",
    "hold": "they wrote something unclear",
    "away": "you are away",
    "they asked for later": "they asked for later",
}
LONGEST_WAIT = timedelta(seconds=90)  # of a message that waits to be undone; later ones wait for their window


@dataclass(frozen=True, slots=True)
class Ahead:
    """One touch to come."""

    icon: str
    title: str
    sub: str
    when: str
    iso: str
    due_at: datetime
    undo_id: int | None = None
    touch_id: int | None = None
    uncertain: bool = False
    asked_again: bool = False  # of an uncertain one: its carrier still may say
    leaves_in: int | None = None  # seconds, of a message that was just sent
    enclosed: tuple[Enclosed, ...] = ()


def ahead_of(shown: Shown) -> list[Ahead]:
    """Touches and promises to come, soonest first; before them what leaves in a few seconds."""
    standing = [one for one in shown.touches if one.state in WAITING]
    planned = ahead.ahead(shown.lead, at=shown.at, limit=MOST, known=shown.running, standing=standing)
    found = [_planned(one, shown) for one in planned]
    unsure = Touch.objects.filter(account_id=shown.lead.account_id, lead=shown.lead, state=Touch.State.UNCERTAIN)
    found += _with_files(_sends(standing), list(unsure[:20]), shown)
    promises = Promise.objects.filter(account_id=shown.lead.account_id, lead=shown.lead, closed_at__isnull=True)
    found += [_promised(one, shown) for one in promises.order_by("due_at")[:10]]
    # what was just written stands next to Now until it leaves
    return _with_undo(sorted(found, key=lambda one: (one.leaves_in is None, one.due_at)), shown)


def _with_files(sends: Sequence[Touch], unsure: Sequence[Touch], shown: Shown) -> list[Ahead]:
    """What was written by hand, and what may have left: each with the pictures that go along."""
    texts = [one for one in (*sends, *unsure) if one.channel == "text" and one.body and not one.by_machine]
    files = going_along(texts, account_id=shown.lead.account_id)
    rows = [(one, _by_hand(one, shown)) for one in sends] + [(one, _unsure(one, shown)) for one in unsure]
    return [replace(row, enclosed=tuple(map(enclosed, files.get(touch.pk, ())))) for touch, row in rows]


def _sends(standing: list[Touch]) -> list[Touch]:
    return [one for one in standing if not one.step_key]


def _planned(one: Planned, shown: Shown) -> Ahead:
    waits = shown.held is not None and shown.held.until_at is None
    cited = "" if one.rule.startswith("cadence.") else f" ({one.rule})"
    moved = f"{one.moved_because.rstrip('.')}{cited}" if one.rule and one.moved_because and not waits else ""
    when = say.when(one.due_at, shown.member.zone, at=shown.at) if one.due_at > shown.at else "now"
    return Ahead(
        ICONS.get(one.channel, "call"),
        one.channel.capitalize() + (", will not leave" if one.blocked else ""),
        moved or _what(one, shown),
        "once resumed" if waits else when,
        one.due_at.isoformat(),
        one.due_at,
    )


def _what(one: Planned, shown: Shown) -> str:
    """What it is about, if the cadence says so in words that can be said of this lead; and whose it is to make."""
    whose = "by itself" if one.by == "machine" else "yours to make"
    steps = (step for situation in shown.running for step in situation.cadence.steps if step.key == one.step_key)
    step = next(steps, None)
    if step is None:
        return whose
    lead, owner = shown.lead, shown.lead.owner
    names = wording.names_for(
        first_name=lead.person.given_name,
        name=lead.person.name,
        my_name=owner.name if owner else "",
        seller=lead.account.seller_name or lead.account.name,
        offer=lead.offer.name if lead.offer else "",
        city=lead.person.city,
    )
    about = wording.say(step.subject[0] if step.subject else step.says, names).rstrip(".")
    return f"{about} \u00b7 {whose}" if about else whose


def _by_hand(touch: Touch, shown: Shown) -> Ahead:
    waits = touch.state == Touch.State.PLANNED and not touch.rule and touch.due_at - shown.at < LONGEST_WAIT
    seconds = max(round((touch.due_at - shown.at).total_seconds()), 0)
    return Ahead(
        ICONS.get(touch.channel, "call"),
        f"{touch.channel.capitalize()}, written by hand" if touch.body else touch.channel.capitalize(),
        touch.body[:80] or "yours to make",
        say.when(touch.due_at, shown.member.zone, at=shown.at),
        touch.due_at.isoformat(),
        touch.due_at,
        touch_id=touch.pk if touch.state == Touch.State.PLANNED else None,
        leaves_in=seconds if waits and touch.body else None,
    )


def _with_undo(found: list[Ahead], shown: Shown) -> list[Ahead]:
    """What was written by hand can be taken back until it leaves."""
    if not any(one.touch_id and not one.uncertain for one in found):
        return found
    sends = Action.objects.filter(account_id=shown.lead.account_id, lead=shown.lead, kind="send", undone_at=None)
    by_touch = {
        made["pk"]: one.pk for one in sends.order_by("-at")[:20] for made in one.made if made["model"] == "Touch"
    }
    return [
        replace(one, undo_id=by_touch[one.touch_id]) if one.touch_id in by_touch and not one.uncertain else one
        for one in found
    ]


def _unsure(touch: Touch, shown: Shown) -> Ahead:
    known, says = "nobody knows whether it left", touch.body[:80]
    if touch.lease_until is not None:
        known = "not known yet whether it left"
        says = f"The carrier is asked again {say.when(touch.lease_until, shown.member.zone, at=shown.at)}."
    elif touch.because.startswith(LOOKED_FOR):
        says = touch.because
    return Ahead(
        ICONS.get(touch.channel, "call"),
        f"{touch.channel.capitalize()}, {known}",
        says,
        say.when(touch.due_at, shown.member.zone, at=shown.at),
        touch.due_at.isoformat(),
        touch.due_at,
        touch_id=touch.pk,
        uncertain=True,
        asked_again=touch.lease_until is not None,
    )


def _promised(one: Promise, shown: Shown) -> Ahead:
    zone = shown.member.zone
    until = f" to {say.clock(one.until_at, zone)}" if one.until_at else ""
    title = "Snoozed" if one.what == "Snoozed" else PROMISED.get(one.kind, "Promise")
    what = "" if one.what == "Snoozed" else one.what
    if one.kind == Promise.Kind.APPOINTMENT:
        what = " \u00b7 ".join(part for part in (meeting.about(one), meeting.response_of(one)[0]) if part)
    return Ahead(
        "back-at", title, what, say.when(one.due_at, zone, at=shown.at) + until, one.due_at.isoformat(), one.due_at
    )


def because(held: str) -> str:
    """Why a plan waits, in words."""
    return BECAUSE.get(held, held.replace("_", " "))


def plan_says(shown: Shown) -> str:
    """Where the plan stands, in a sentence."""
    name, held = shown.cadence, shown.held
    if not name:
        return "On no cadence: nothing happens by itself."
    if held is None:
        return f"{name} is running. A reply, a conversation or an appointment pauses it."
    until = (
        f" until {say.when(held.until_at, shown.member.zone, at=shown.at)}"
        if held.until_at
        else ", until you resume it"
    )
    who = f" by {held.by.name}" if held.by else ""
    why = "" if held.because == "by hand" else f": {because(held.because)}"
    return f"{name} is paused{who}{why}{until}. What is left of each wait is waited afterwards."


def nothing_ahead(shown: Shown) -> str:
    if shown.held is not None:
        return f"Nothing while {shown.cadence} is paused."
    if shown.cadence:
        return f"{shown.cadence} has nothing more planned."
    return "Nothing is planned. Start a cadence, or write."
