"""nextcall may: asks the gate about one contact, from the facts on the command line alone."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, get_args

import typer

from nextcall.cli import Wrong
from nextcall.consent import geography
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Place, Tier
from nextcall.consent.geography.names import read_region
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from nextcall.lib import hours

_DNC = ("yes", "no", "unknown")


def command(
    channel: Annotated[str, typer.Argument(help="call, text, email or voicemail")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    to: Annotated[str, typer.Option(help="the number or the address")] = "",
    zip: Annotated[str, typer.Option(help="their ZIP or postal code")] = "",
    state: Annotated[str, typer.Option(help="their state or province, FL or Florida")] = "",
    country: Annotated[str, typer.Option(help="their country, two letters; unknown is taken as US")] = "",
    stated_zone: Annotated[str, typer.Option(help="the zone they say they are in, America/Denver")] = "",
    consent: Annotated[str, typer.Option(help="written, express, implied or none")] = "none",
    purpose: Annotated[str, typer.Option(help="marketing, reply or informational")] = "marketing",
    automated: Annotated[
        bool | None,
        typer.Option(
            "--automated/--by-hand",
            help="software selects and dials or sends; a call is by hand unless said, all else automated",
        ),
    ] = None,
    attempts_at: Annotated[
        list[str] | None,
        typer.Option(help="when they were contacted on this channel; repeat it, or write call:ISO for another channel"),
    ] = None,
    dnc: Annotated[str, typer.Option(help="on a do-not-call list: yes, no or unknown")] = "unknown",
    inquired_at: Annotated[str, typer.Option(help="when they asked about something, ISO with offset")] = "",
    wrote_at: Annotated[
        str, typer.Option(help="when they wrote to us (for --purpose reply; otherwise an hour ago)")
    ] = "",
    at: Annotated[str, typer.Option(help="the instant asked about, ISO with offset; now if left out")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """Asks the gate: may we, on this channel, to this number or address, at this instant? No database, nothing stored.

    Example: nextcall may text --to "+1 305 555 0142" --zip 33101 --consent written --at 2026-11-23T20:30-05:00 --json
    """
    instant = _instant("--at", at) if at else datetime.now(UTC)
    ask = Ask(
        channel=_one_of("CHANNEL", channel, get_args(Channel)),
        purpose=_one_of("--purpose", purpose, ("marketing", "reply", "informational")),
        automated=automated if automated is not None else channel != "call",
    )
    point = _point(ask.channel, to, country)
    wrote = (
        _instant("--wrote-at", wrote_at) if wrote_at else instant - timedelta(hours=1) if purpose == "reply" else None
    )
    facts = Facts(
        place=_place(point, zip, state, country, stated_zone),
        tier=_one_of("--consent", consent, get_args(Tier)),
        do_not_call=_one_of("--dnc", dnc, _DNC),
        inquired_at=_instant("--inquired-at", inquired_at) if inquired_at else None,
        inbound_at=wrote,
        attempts=tuple(_attempt(one, ask.channel) for one in [*(attempts_at or ()), *(more or ())]),
        contact_point_problem="landline" if point.is_landline else "",
    )
    decision = decide(ask, facts, shipped(), instant)
    if as_json:
        print(json.dumps(_document(decision, facts.place), ensure_ascii=False))
    else:
        _show(decision, facts.place)
    return 0


@dataclass(frozen=True)
class _Point:
    phone: str = ""
    is_landline: bool = False


def _point(channel: str, to: str, country: str) -> _Point:
    if channel == "email":
        from nextcall.lib import email_address  # each reader costs a tenth of a second: only the one that is needed

        if not email_address.read(to):
            raise Wrong(f"--to {to!r} is not an email address like hazel@example.com")
        return _Point()
    from nextcall.lib import phone

    number = phone.read(to, country=country.upper() or "US")
    if number is None:
        raise Wrong(f"--to {to!r} is not a valid number like +13055550142")
    return _Point(number.e164, number.line_type == "landline")


def _place(point: _Point, zip: str, state: str, country: str, stated_zone: str) -> Place:
    country = country.strip().upper()
    if country and not geography.is_country(country):
        raise Wrong(f"--country {country!r} is not a country code like US")
    if zip and country in ("", "US") and not re.fullmatch(r"[A-Za-z]\d[A-Za-z] ?(\d[A-Za-z]\d)?", zip.strip()):
        code = re.fullmatch(r"(\d{5})(-?\d{4})?", zip.strip())
        if not code or geography.of_zip(int(code[1])) is None:
            raise Wrong(f"--zip {zip!r} is not a ZIP like 80202")
    if state and country in ("", "US", "CA") and not read_region(state, country=country):
        raise Wrong(f"--state {state!r} is not a state or province like FL")
    if stated_zone and not hours.is_zone(stated_zone):
        raise Wrong(f"--stated-zone {stated_zone!r} is not a zone like America/Denver")
    return place_of(
        phones=[point.phone] if point.phone else [],
        postal_code=zip,
        region=state,
        country=country,
        stated_zone=stated_zone,
    )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> Any:
    if value not in known:
        raise Wrong(f"{name} {value!r}: there are {', '.join(known)}")
    return value


def _instant(name: str, written: str) -> datetime:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(f"{name} {written!r} is not a time like 2026-11-23T10:00-07:00") from None
    if instant.tzinfo is None:
        raise Wrong(f"{name} {written!r} needs its offset, like {written}-07:00 or {written}Z")
    return instant.astimezone(UTC)


def _attempt(written: str, channel: str) -> tuple[str, datetime]:
    named, _, rest = written.partition(":")
    if named in get_args(Channel):
        channel, written = named, rest
    return channel, _instant("--attempts-at", written)


def _document(decision: Decision, place: Place) -> dict[str, object]:
    return {
        "decision": decision.verdict,
        "earliest": hours.local(decision.earliest, place.home_zone).isoformat() if decision.earliest else None,
        "local_times": dict(decision.local_times),
        "jurisdictions": list(decision.jurisdictions),
        "rules": [{"id": r.id, "effect": r.effect, "says": r.says, "source": r.source} for r in decision.rules],
        "policy_version": decision.policy_version,
    }


def _show(decision: Decision, place: Place) -> None:
    until = (
        f" until {hours.local(decision.earliest, place.home_zone):%a %Y-%m-%d %H:%M %Z}" if decision.earliest else ""
    )
    print(f"{decision.verdict}{until}")
    for clue in place.clues:
        print(f"  because of {clue}")
    for zone, written in decision.local_times.items():
        print(f"  {written} in {zone}")
    for rule in decision.rules:
        print(f"  {rule.effect:5} {rule.id}: {rule.says}")
