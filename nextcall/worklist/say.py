"""Times, and why someone is next, in plain words. Pure: every sentence names a recorded fact, none is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nextcall.worklist.ranking import SPEED_GOAL, Candidate, Group, Ranked

CHANNELS = {"call": "call", "text": "text", "email": "email", "voicemail": "voicemail"}
PARTS = ((5, "early"), (8, "morning"), (11, "midday"), (14, "afternoon"), (17, "evening"), (20, "late"))
COUNTED = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def clock(instant: datetime, zone: str) -> str:
    """ "10:42 am", "8 pm": the wall clock in `zone`."""
    there = instant.astimezone(ZoneInfo(zone))
    hour, half = there.hour % 12 or 12, "am" if there.hour < 12 else "pm"
    return f"{hour}:{there.minute:02d} {half}" if there.minute else f"{hour} {half}"


def day(instant: datetime, zone: str, *, at: datetime) -> str:
    """ "today", "tomorrow", "yesterday", "Friday" within a week, else "Nov 23" (with the year if it is another)."""
    there, today = instant.astimezone(ZoneInfo(zone)).date(), at.astimezone(ZoneInfo(zone)).date()
    apart = (there - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(apart)
    if near:
        return near
    if abs(apart) < 7:
        return f"{there:%A}"
    return f"{there:%b} {there.day}" + (f", {there.year}" if there.year != today.year else "")


def when(instant: datetime, zone: str, *, at: datetime) -> str:
    """ "5:10 pm" today, "Tue 5:10 pm" within a week, "Dec 7, 9:30 am" beyond."""
    named = day(instant, zone, at=at)
    if named == "today":
        return clock(instant, zone)
    if named in ("tomorrow", "yesterday"):
        return f"{named} {clock(instant, zone)}"
    short = named[:3] if named.endswith("day") else f"{named},"
    return f"{short} {clock(instant, zone)}"


def span(length: timedelta) -> str:
    """ "3 min", "2 h", "5 days": the largest unit that says it."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 1:
        return "a moment"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def ago(instant: datetime, *, at: datetime) -> str:
    """ "3 min ago", "just now"."""
    length = span(at - instant)
    return "just now" if length == "a moment" else f"{length} ago"


def part_of_day(instant: datetime, zone: str) -> str:
    """Morning 8-11, midday 11-14, afternoon 14-17, evening 17-20, in `zone`."""
    hour = instant.astimezone(ZoneInfo(zone)).hour
    return next((name for starts, name in reversed(PARTS) if hour >= starts), "late")


@dataclass(frozen=True, slots=True)
class Known:
    """What the sentence may draw on, for one lead."""

    zone: str  # theirs
    member_zone: str
    touch_number: int = 0  # of the cadence, counting from 1
    touches: int = 0
    cadence: str = ""
    cadence_day: int = 0
    due_at: datetime | None = None
    promise: str = ""  # what was promised, in the member's words
    unanswered_at: Sequence[datetime] = ()  # calls that nobody answered
    goal: timedelta = SPEED_GOAL  # a new lead is called within this


def tries(known: Known) -> str:
    """ "Three tries, all mornings. Evening is untried."; "" below two."""
    parts = [part_of_day(instant, known.zone) for instant in known.unanswered_at]
    if len(parts) < 2:
        return ""
    counted = COUNTED[len(parts)] if len(parts) < len(COUNTED) else str(len(parts))
    untried = [name for _, name in PARTS[1:5] if name not in parts]
    same = f", all in the {parts[0]}" if len(set(parts)) == 1 else ""
    return f"{counted} tries{same}." + (f" {untried[-1].capitalize()} is untried." if untried else "")


def chip(ranked: Ranked, known: Known, *, at: datetime) -> tuple[str, str]:
    """The words and the tint of the chip on top of the card."""
    one = ranked.candidate
    match ranked.group:
        case Group.NEW:
            return f"New, {ago(one.arrived_at or at, at=at)}", "gold"
        case Group.PROMISE:
            return f"{_promised(one)} {when(one.due_at, known.member_zone, at=at)}", "gold"
        case Group.WAITING:
            return f"Wrote {ago(one.waiting_since or at, at=at)}", "sky"
        case Group.UNCERTAIN:
            return "Nobody knows whether it left", "gold"
        case Group.CARRIED:
            return f"Carried over from {day(one.due_at, known.member_zone, at=at)}", ""
        case Group.CLOSING:
            return f"Until {clock(one.closes_at or at, known.zone)} their time", "gold"
    if one.due_at > at:
        return f"Planned for {when(one.due_at, known.member_zone, at=at)}", ""
    return (f"Day {known.cadence_day}" if known.cadence_day else "Today"), ""


def why(ranked: Ranked, known: Known, *, at: datetime) -> str:
    """Why now, as one sentence without its full stop."""
    one, step = ranked.candidate, _step(known)
    match ranked.group:
        case Group.NEW:
            return _new(one, known, at=at)
        case Group.PROMISE:
            if one.snoozed:
                return f"you snoozed it until {when(one.due_at, known.member_zone, at=at)}"
            promised = known.promise or f"a {CHANNELS.get(one.channel, one.channel)}"
            return f"you promised {promised} for {when(one.due_at, known.member_zone, at=at)}"
        case Group.WAITING:
            return f"they wrote {ago(one.waiting_since or at, at=at)} and nobody has answered yet"
        case Group.UNCERTAIN:
            return (
                f"the connection broke while the {CHANNELS.get(one.channel, one.channel)} "
                f"of {when(one.due_at, known.member_zone, at=at)} was leaving"
            )
        case Group.CLOSING:
            left = span((one.closes_at or at) - at)
            return f"{step}, and their {CHANNELS.get(one.channel, one.channel)} hours close in {left}"
        case Group.CARRIED:
            return f"{step}, due {when(one.due_at, known.member_zone, at=at)} and still to do"
    if one.due_at > at:
        return f"{step} is planned for {when(one.due_at, known.member_zone, at=at)}, and they may be called already"
    return f"{step} was due {when(one.due_at, known.member_zone, at=at)}"


def _new(one: Candidate, known: Known, *, at: datetime) -> str:
    goal = span(known.goal)
    if one.offered_by:
        return f"{one.offered_by}\u2019s {goal} are up, so they are offered to you too"
    if one.offered_to:
        return f"your {goal} are up, so they are offered to {one.offered_to} too"
    return f"they asked {ago(one.arrived_at or at, at=at)}, inside your {goal} goal"


def _promised(one: Candidate) -> str:
    return "Snoozed until" if one.snoozed else "Promised for"


def _step(known: Known) -> str:
    if known.touch_number and known.touches:
        return f"touch {known.touch_number} of {known.touches} in {known.cadence}"
    return f"the next touch in {known.cadence}" if known.cadence else "this touch"


def line_for(ranked: Ranked, known: Known, *, at: datetime) -> str:
    """One short line for the list of who comes after."""
    one = ranked.candidate
    match ranked.group:
        case Group.NEW:
            whose = f", {one.offered_by}\u2019s" if one.offered_by else ""
            return f"New, asked {ago(one.arrived_at or at, at=at)}{whose}"
        case Group.PROMISE:
            return f"{_promised(one)} {when(one.due_at, known.member_zone, at=at)}"
        case Group.WAITING:
            return f"Wrote {ago(one.waiting_since or at, at=at)}"
        case Group.UNCERTAIN:
            return "Did it leave? You decide"
        case Group.CARRIED:
            return f"Carried over from {day(one.due_at, known.member_zone, at=at)}"
    if one.opens_at:
        return f"Opens {when(one.opens_at, known.member_zone, at=at)}"
    if ranked.group is Group.CLOSING:
        return f"Until {clock(one.closes_at or at, known.zone)} their time"
    verb = "Planned" if one.due_at > at else "Due"
    return f"{verb} {when(one.due_at, known.member_zone, at=at)}"
