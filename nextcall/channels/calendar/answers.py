"""What an attendee's calendar program sends back about an invitation of ours (RFC 5546). Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from nextcall.channels.calendar import zones
from nextcall.channels.calendar.reading import Calendar, Event, read

RESPONSES = ("accepted", "declined", "tentative")
LONGEST = 200_000  # bytes of an answer; it holds one event


@dataclass(frozen=True, slots=True)
class Answer:
    """`response`: accepted, declined, tentative; counter (`start` is the time they would rather have); cancelled."""

    uid: str
    response: str
    attendee: str = ""
    name: str = ""
    start: datetime | None = None  # UTC
    sequence: int = 0
    comment: str = ""


def answer(raw: bytes) -> Answer | None:
    """None where the file is no answer: an invitation, a calendar, anything else."""
    return of(read(raw[:LONGEST], most=20))


def of(calendar: Calendar) -> Answer | None:
    """The answer that a calendar file is."""
    event = next((one for one in calendar.events if one.uid), None)
    if event is None or calendar.method not in ("REPLY", "CANCEL", "COUNTER"):
        return None
    who = next((one for one in event.attendees if one.response in RESPONSES), next(iter(event.attendees), None))
    response = {"CANCEL": "cancelled", "COUNTER": "counter"}.get(calendar.method, who.response if who else "")
    if response not in (*RESPONSES, "cancelled", "counter"):
        return None
    return Answer(
        event.uid,
        response,
        who.address if who else "",
        who.name if who else "",
        start_of(event),
        event.sequence,
        event.comment,
    )


def start_of(event: Event) -> datetime | None:
    """When it begins, in UTC; a floating time is taken as UTC."""
    utc = zones.named("Etc/UTC", {})
    return event.start.instant(utc).astimezone(UTC) if event.start is not None and utc is not None else None
