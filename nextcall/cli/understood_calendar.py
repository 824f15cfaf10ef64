"""What `nextcall understand` prints of a calendar file: whether it answers an invitation, and its events."""

from typing import Any

from nextcall.channels.calendar import answers
from nextcall.channels.calendar.reading import Calendar, Event
from nextcall.cli.understood import nothing


def looks_like_calendar(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf\r\n ")[:15].upper() == b"BEGIN:VCALENDAR"


def of_calendar(calendar: Calendar) -> dict[str, Any]:
    """The shape that other programs read: kind "reply" for what answers an invitation, else "other"."""
    answer = answers.of(calendar)
    first = next(iter(calendar.events), Event())
    return nothing() | {
        "format": "icalendar",
        "kind": "reply" if answer else "other",
        "uid": first.uid or None,
        "response": answer.response if answer else None,
        **_times(first),
        "summary": first.summary or None,
        "attendee": answer.attendee or None if answer else None,
        "sequence": first.sequence,
        "method": calendar.method or None,
        "events": [
            {"uid": one.uid or None, "summary": one.summary or None, **_times(one), "rule": one.rule or None}
            for one in calendar.events
        ],
        "errors": calendar.problems,
    }


def _times(event: Event) -> dict[str, str | None]:
    """`start` is the wall clock that the file names; `start_utc` the instant, null for a day without an hour."""
    if event.start is None:
        return {"start": None, "start_utc": None}
    if event.start.is_date:
        return {"start": event.start.wall.date().isoformat(), "start_utc": None}
    at = answers.start_of(event)
    return {"start": event.start.wall.isoformat(), "start_utc": f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None}


def show_calendar(found: dict[str, Any]) -> None:
    means = f"{found['attendee'] or 'somebody'}: {found['response']}" if found["response"] else "no answer to anything"
    print(f"calendar file, {means}")
    for one in found["events"]:
        print(f"  {one['start'] or 'no time'}  {one['summary'] or 'no name'}")
    for problem in found["errors"]:
        print(f"  {problem}")
