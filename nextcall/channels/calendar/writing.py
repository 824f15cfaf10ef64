"""Invitations, cancellations and feeds as calendar programs read them (RFC 5545, 5546). Pure.

Times are written in UTC: every program shows them by its own clock, and no zone's rules can be outdated in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

AGAIN = timedelta(minutes=15)  # how often a calendar program should read a feed
PRODUCT = "-//Nextcall//Nextcall//EN"
Method = Literal["REQUEST", "CANCEL", "PUBLISH", ""]


@dataclass(frozen=True, slots=True)
class Who:
    """A person by address, with a name if it is known."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment, or one planned touch of a feed. `stamp`: when it was decided so."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    stamp: datetime
    sequence: int = 0
    place: str = ""
    description: str = ""
    url: str = ""
    organizer: Who | None = None
    attendee: Who | None = None
    response: str = ""
    cancelled: bool = False
    takes_time: bool = True


def invitation(entry: Entry) -> bytes:
    """Asks the attendee; the same uid with a higher sequence moves it."""
    return _calendar([entry], "REQUEST")


def cancellation(entry: Entry) -> bytes:
    """Takes an invitation back."""
    return _calendar([entry], "CANCEL")


def stored(entry: Entry) -> bytes:
    """As it is put into the member's own calendar: nobody is asked anything by it (RFC 4791, 4.1)."""
    return _calendar([entry], "")


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """A whole calendar to subscribe to."""
    return _calendar(entries, "PUBLISH", name)


def _calendar(entries: Iterable[Entry], method: Method, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", plain(name))
        calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, method))
    return bytes(calendar.to_ical())


def _event(entry: Entry, method: Method) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", plain(entry.summary))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if method == "CANCEL" or entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.takes_time else "TRANSPARENT")
    for field, value in (("location", entry.place), ("description", entry.description)):
        if value:
            event.add(field, plain(value, lines=True))
    if entry.url:
        event.add("url", entry.url)
    if entry.organizer:
        event.add("organizer", _address(entry.organizer), encode=False)
    if entry.attendee and method:
        asked = _address(entry.attendee)
        asked.params["CUTYPE"], asked.params["ROLE"] = vText("INDIVIDUAL"), vText("REQ-PARTICIPANT")
        asked.params["PARTSTAT"] = vText(entry.response.upper() or "NEEDS-ACTION")
        asked.params["RSVP"] = vText("FALSE" if method == "CANCEL" else "TRUE")
        event.add("attendee", asked, encode=False)
    return event


def _address(who: Who) -> vCalAddress:
    found = vCalAddress(f"mailto:{who.address}")
    if who.name:
        # a quotation mark cannot stand in a parameter (RFC 5545, 3.2)
        found.params["CN"] = vText(plain(who.name).replace('"', "'"))
    return found


def plain(text: str, *, lines: bool = False) -> str:
    """Without control characters; with `lines` line breaks stay."""
    kept = "".join(letter if letter.isprintable() or (lines and letter == "\n") else " " for letter in text)
    return kept.strip()
