"""What `nextcall understand` prints of a calendar file: whether it answers an invitation, and its events."""

import re
from typing import Any

from nextcall.channels.calendar import answers, repeating
from nextcall.channels.calendar.reading import Calendar, Event, When
from nextcall.cli.understood import nothing

_BEGINS = re.compile(
    rb"[\xef\xbb\xbf\s]*BEGIN:V(?:CALENDAR|EVENT|TODO|JOURNAL|FREEBUSY|TIMEZONE|ALARM|AVAILABILITY)\b", re.I
)


def looks_like_calendar(raw: bytes) -> bool:
    """A calendar, or a piece of one; a card (VCARD) is none."""
    return bool(_BEGINS.match(raw[:200]))


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
        "cancelled": calendar.method == "CANCEL" or first.status == "CANCELLED",
        "events": [_event(one) for one in calendar.events],
        "errors": [*calendar.problems, *_unfollowed(calendar)],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "uid": event.uid or None,
        "summary": event.summary or None,
        **_times(event),
        "end": _clock(event.end),
        "place": event.place or None,
        "cancelled": event.status == "CANCELLED",
        "rule": event.rule or None,
        "except": [_clock(one) for one in event.but],
        "also": [_clock(one) for one in event.also],
    }


def _unfollowed(calendar: Calendar) -> list[str]:
    """The rules that cannot be followed, as whoever asks for busy times is told."""
    found = []
    for event in calendar.events:
        try:
            if event.rule:
                repeating.read(event.rule)
        except repeating.CannotRepeat as why:
            found.append(f"{event.summary[:60] or 'an event'}: {why}")
    return found[:20]


def _clock(when: When | None) -> str | None:
    """The wall clock that the file names; a day without an hour is a date."""
    if when is None:
        return None
    return when.wall.date().isoformat() if when.is_date else when.wall.isoformat()


def _times(event: Event) -> dict[str, str | None]:
    """`start` is the wall clock that the file names; `start_utc` the instant, null for a day without an hour."""
    at = answers.start_of(event) if event.start and not event.start.is_date else None
    return {"start": _clock(event.start), "start_utc": f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None}


def show_calendar(found: dict[str, Any]) -> None:
    means = f"{found['attendee'] or 'somebody'}: {found['response']}" if found["response"] else "no answer to anything"
    print(f"calendar file, {means}")
    for one in found["events"]:
        gone = ", cancelled" if one["cancelled"] else ""
        print(f"  {one['start'] or 'no time'}  {one['summary'] or 'no name'}{gone}")
    for problem in found["errors"]:
        print(f"  {problem}")
