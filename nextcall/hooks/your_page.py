"""What the lead's own page shows: plain rows for its templates."""

from datetime import datetime, timedelta

from nextcall.consent import preferring
from nextcall.engine import their_page
from nextcall.leads.models import Lead
from nextcall.lib import hours as clocks
from nextcall.lib import phone
from nextcall.privacy import choosing, held, hours_form

MOST = 200  # contacts shown; the file has all
CHANNELS = {"call": "Call", "text": "Text", "email": "Email", "voicemail": "Voicemail", "page": "On this page"}


def context(theirs: their_page.Theirs, *, at: datetime) -> dict[str, object]:
    """Everything on the page."""
    lead = theirs.lead
    zone = lead.person.zone or lead.account.zone
    standing = preferring.standing([lead.person_id], account_id=lead.account_id, at=at)
    wish = standing.get(lead.person_id, preferring.Standing())
    channels = choosing.channels_of(lead, at=at)
    closed = [one.name for one in channels if not one.on]
    day = clocks.local(wish.not_before, zone).date() if wish.not_before else None
    today = clocks.local(at, zone).date()
    return {
        "seller": seller_of(lead),
        "seller_address": lead.account.postal_address,
        "seller_phone": phone.show(lead.account.phone) if lead.account.phone else "",
        "name": lead.person.given_name or lead.person.name,
        "shown_at": int(at.timestamp()),
        "channels": channels,
        "any_on": any(one.on for one in channels),
        "stays": any(one.stays for one in channels),
        "groups": hours_form.groups(wish.hours),
        "parts": hours_form.PARTS,
        "day": day.isoformat() if day else "",
        "first_day": (today + timedelta(days=1)).isoformat(),
        "last_day": (today + timedelta(days=730)).isoformat(),
        "holds": preferring.in_words(closed, wish, zone=zone, at=at, whose="your"),
        **_held(lead, zone),
    }


def seller_of(lead: Lead) -> str:
    return lead.account.seller_name or lead.account.name


def _held(lead: Lead, zone: str) -> dict[str, object]:
    """What we hold, as people read it; the file to take along has every field."""
    found = held.Holding(lead.account, lead.person).sections()
    person = found["person"][0]
    place = ", ".join(str(person[name]) for name in ("street", "city", "region", "postal_code") if person[name])
    contacts = found["contacts"]
    return {
        "full_name": person["name"] or "",
        "place": place,
        "points": [_shown(str(row["value"])) for row in found["numbers_and_addresses"]],
        "inquiries": [_dated(row, zone) for row in found["inquiries"]],
        "permissions": [_dated(row, zone, "given_at") for row in found["permissions"]],
        "stops": [_dated(row, zone) for row in found["stops"]],
        "stops_count": len(found["stops"]),
        "contacts": [_dated(row, zone) for row in contacts[::-1][:MOST]],
        "contacts_left": max(len(contacts) - MOST, 0),
        "notes": [_dated(row, zone) for row in found["notes"]],
        "planned": [_dated(row, zone) for row in found["planned"][:MOST]],
    }


def _shown(value: str) -> str:
    return value if "@" in value else phone.show(value)


def _dated(row: held.Row, zone: str, name: str = "at") -> dict[str, object]:
    """The row with its time in words, and its channel as people call it."""
    at = datetime.fromisoformat(row[name]) if row.get(name) else None
    hour = f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}" if at else ""
    when = f"{at:%B} {at.day}, {at.year}, {hour}" if at else ""
    return {**row, "when": when, "word": CHANNELS.get(str(row.get("channel")), str(row.get("channel") or ""))}
