"""A calendar server, by CalDAV (RFC 4791): which calendars there are, when one is busy, an event put in or removed.

Written on the guarded client of `fetching`: a member names the server, so it must reach nothing of ours, and the
CalDAV libraries bring clients that cannot be held to that.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from nextcall.channels.calendar.fetching import Access, CannotReach, Fetched, address_of, fetch

MOST_CALENDARS = 50
MOST_EVENTS = 5000
_DAV, _CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_FIND = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>'
    b"<d:current-user-principal/><d:resourcetype/><d:displayname/><c:calendar-home-set/>"
    b"<c:supported-calendar-component-set/></d:prop></d:propfind>"
)
_QUERY = (
    '<?xml version="1.0"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>'
    '<c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
    '<c:time-range start="{begins:%Y%m%dT%H%M%SZ}" end="{ends:%Y%m%dT%H%M%SZ}"/>'
    "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One calendar of the server."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class _Resource:
    url: str
    name: str
    is_calendar: bool
    principal: str = ""
    home: str = ""


def discover(url: str, access: Access) -> list[Found]:
    """The calendars that this user has there. `url` may name the server, the user or a calendar."""
    start = address_of(url)
    here = _look(start, access, depth=0)
    if not any(one.principal or one.home or one.is_calendar for one in here) and urlsplit(start).path in ("", "/"):
        here = _look(urljoin(start, "/.well-known/caldav"), access, depth=0)
    calendars = [one for one in here if one.is_calendar]
    if not calendars:
        principal = next((one.principal for one in here if one.principal), "")
        there = here if any(one.home for one in here) else _look(principal, access, depth=0) if principal else []
        home = next((one.home for one in there if one.home), "")
        if not home:
            raise CannotReach("There is no calendar server at that address. Your provider calls it the CalDAV address.")
        calendars = [one for one in _look(home, access, depth=1) if one.is_calendar]
    if not calendars:
        raise CannotReach("The sign-in works, but there is no calendar for this user.")
    return [Found(one.url, one.name or "Calendar") for one in calendars[:MOST_CALENDARS]]


def events(calendar: str, access: Access, *, begins: datetime, ends: datetime) -> list[bytes]:
    """The files of everything that happens within that window, recurrences whole."""
    query = _QUERY.format(begins=begins.astimezone(UTC), ends=ends.astimezone(UTC)).encode()
    answer = _asked("REPORT", calendar, access, query, depth=1)
    found = [one.text or "" for one in _tree(answer).iter(f"{_CAL}calendar-data")]
    return [text.encode() for text in found[:MOST_EVENTS]]


def put(calendar: str, access: Access, *, uid: str, ics: bytes) -> None:
    """Write an event, or write it anew."""
    headers = {"content-type": "text/calendar; charset=utf-8"}
    answer = fetch("PUT", _place(calendar, uid), access, body=ics, headers=headers)
    if answer.status not in (200, 201, 204):
        raise _refused(answer, "did not take the appointment")


def remove(calendar: str, access: Access, *, uid: str) -> None:
    """Take an event out. One that is gone already is no problem."""
    answer = fetch("DELETE", _place(calendar, uid), access)
    if answer.status not in (200, 202, 204, 404, 410):
        raise _refused(answer, "did not remove the appointment")


def _place(calendar: str, uid: str) -> str:
    """A name that our uid always leads to, whatever signs it holds."""
    name = hashlib.sha256(uid.encode()).hexdigest()[:32]
    return urljoin(calendar if calendar.endswith("/") else f"{calendar}/", quote(f"nextcall-{name}.ics"))


def _look(url: str, access: Access, *, depth: int) -> list[_Resource]:
    answer = _asked("PROPFIND", url, access, _FIND, depth=depth, missing=True)
    if answer.status in (404, 405, 400, 501):
        return []
    return [_resource(one, answer.url) for one in _tree(answer).iter(f"{_DAV}response")][:500]


def _asked(method: str, url: str, access: Access, body: bytes, *, depth: int, missing: bool = False) -> Fetched:
    headers = {"content-type": "application/xml; charset=utf-8", "depth": str(depth)}
    answer = fetch(method, url, access, body=body, headers=headers)
    if answer.status == 207 or (missing and answer.status in (404, 405, 400, 501)):
        return answer
    raise _refused(answer, "is no calendar server, or not at this address")


def _refused(answer: Fetched, what: str) -> CannotReach:
    host = urlsplit(answer.url).hostname
    if answer.status == 401:
        words = f"{host} refused the sign-in. Check user and password; many providers want an app password."
    elif answer.status == 403:
        words = f"{host} does not let this user do that: the calendar may be read-only, or somebody else's."
    else:
        words = f"{host} {what} (it answered {answer.status})."
    return CannotReach(words, status=answer.status)


def _tree(answer: Fetched) -> Element:
    try:
        tree: Element = fromstring(answer.body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CannotReach("The server's answer cannot be read as a calendar server's.") from error
    return tree


def _resource(response: Element, base: str) -> _Resource:
    kinds = response.find(f".//{_DAV}resourcetype")
    takes = {one.get("name", "") for one in response.iter(f"{_CAL}comp")}
    is_calendar = kinds is not None and kinds.find(f"{_CAL}calendar") is not None and (not takes or "VEVENT" in takes)
    return _Resource(
        urljoin(base, _text(response.find(f"{_DAV}href"))),
        _text(response.find(f".//{_DAV}displayname"))[:120],
        is_calendar,
        _within(response, f"{_DAV}current-user-principal", base),
        _within(response, f"{_CAL}calendar-home-set", base),
    )


def _within(response: Element, name: str, base: str) -> str:
    href = _text(response.find(f".//{name}/{_DAV}href"))
    return urljoin(base, href) if href else ""


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
