"""A lead that does not exist, to try a cadence on: what the gate would know about them. Pure."""

from dataclasses import replace
from datetime import datetime

from nextcall.cadences.planner import seed_of
from nextcall.consent.facts import Facts, Tier
from nextcall.consent.places import place_of
from nextcall.lib import phone as phones

CHANNELS = ("text", "email", "call", "voicemail")


def facts(
    *,
    inquired_at: datetime,
    phone: str = "",
    postal_code: str = "",
    region: str = "",
    country: str = "US",
    tier: Tier = "none",
) -> dict[str, Facts]:
    """Facts by channel of somebody who can be reached on all of them. ValueError for a number that is none."""
    number = phones.read(phone, country=country) if phone else None
    if phone and number is None:
        raise ValueError(f"{phone} is no telephone number; write it like 303-555-0142 or +13035550142")
    place = place_of(
        phones=[number.e164] if number else [],
        postal_code=postal_code,
        region=region,
        country=country if postal_code or region else "",
        default_country=country,
    )
    known = Facts(place=place, tier=tier, inquired_at=inquired_at)
    found = dict.fromkeys(CHANNELS, known)
    if number is not None and not number.textable:
        found["text"] = replace(known, contact_point_problem="landline")
    return found


def seed(*, phone: str = "", country: str = "US") -> int:
    """The seed that a lead with that number has everywhere."""
    number = phones.read(phone, country=country) if phone else None
    return seed_of(number.e164) if number else 0
