"""nextcall may: asks the gate about one contact, from the facts on the command line alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, get_args

import typer

from nextcall.cli import told
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Place, Tier
from nextcall.consent.policy import for_account
from nextcall.consent.rules import decide
from nextcall.lib import hours

_DNC = ("yes", "no", "unknown")


def command(
    channel: Annotated[str, typer.Argument(help="call, text, email or voicemail")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    to: Annotated[str, typer.Option(help="the number or the address")] = "",
    zip: Annotated[str, typer.Option(help="their ZIP or postal code")] = "",
    state: Annotated[str, typer.Option(help="their state or province, FL or Florida")] = "",
    country: Annotated[str, typer.Option(help="their country, two letters (UK is GB); unknown is taken as US")] = "",
    stated_zone: Annotated[str, typer.Option(help="the zone they say they are in, America/Denver")] = "",
    consent: Annotated[
        str, typer.Option(help="written, express, implied, soft (the UK's soft opt-in) or none")
    ] = "none",
    consent_until: Annotated[str, typer.Option(help="when that consent runs out, ISO with offset")] = "",
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
    dnc_list: Annotated[
        list[str] | None,
        typer.Option(help="one do-not-call list, its date and whether it names them: US-FL:2026-11-10:no; repeat it"),
    ] = None,
    inquired_at: Annotated[str, typer.Option(help="when they asked about something, ISO with offset")] = "",
    bought_at: Annotated[str, typer.Option(help="when they bought something, ISO with offset")] = "",
    refused_at: Annotated[str, typer.Option(help="when they last said no on the phone, ISO with offset")] = "",
    reassigned_checked_at: Annotated[
        str, typer.Option(help="when the reassigned-numbers database last said that the number is still theirs")
    ] = "",
    preferred_hours: Annotated[
        str, typer.Option(help="hours they asked for by their clock: mon_fri=17:00-20:00,sat=closed,sun=closed")
    ] = "",
    not_before: Annotated[str, typer.Option(help="they asked not to be contacted before, ISO with offset")] = "",
    proclaimed: Annotated[
        list[str] | None, typer.Option(help="a holiday proclaimed since: US-LA:2026-12-04; repeat it")
    ] = None,
    emergency: Annotated[
        list[str] | None, typer.Option(help="a day of a declared emergency: US-NY:2026-12-04; repeat it")
    ] = None,
    wrote_at: Annotated[
        str, typer.Option(help="when they wrote to us (for --purpose reply; otherwise an hour ago)")
    ] = "",
    at: Annotated[str, typer.Option(help="the instant asked about, ISO with offset; now if left out")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """Asks the gate: may we, on this channel, to this number or address, at this instant? No database, nothing stored.

    Example: nextcall may text --to "+1 305 555 0142" --zip 33101 --consent written --at 2026-11-23T20:30-05:00 --json
    """
    instant = told.instant("--at", at) if at else datetime.now(UTC)
    ask = Ask(
        channel=told.one_of("CHANNEL", channel, get_args(Channel)),
        purpose=told.one_of("--purpose", purpose, ("marketing", "reply", "informational")),
        automated=automated if automated is not None else channel != "call",
    )
    point = told.point(ask.channel, to, country)
    facts = Facts(
        place=told.place(point, zip, state, country, stated_zone),
        tier=told.one_of("--consent", consent, get_args(Tier)),
        permission_until=told.instant_or_none("--consent-until", consent_until),
        do_not_call=told.one_of("--dnc", dnc, _DNC),
        lists=tuple(map(told.checked, dnc_list or ())),
        inquired_at=told.instant_or_none("--inquired-at", inquired_at),
        bought_at=told.instant_or_none("--bought-at", bought_at),
        inbound_at=_wrote(wrote_at, purpose, instant),
        attempts=tuple(told.attempt(one, ask.channel) for one in [*(attempts_at or ()), *(more or ())]),
        contact_point_problem="landline" if point.is_landline else "",
        reassigned_checked_at=told.instant_or_none("--reassigned-checked-at", reassigned_checked_at),
        refused_at=told.instant_or_none("--refused-at", refused_at),
        preferred_hours=told.preferred(preferred_hours),
        not_before=told.instant_or_none("--not-before", not_before),
    )
    days = {
        "proclaimed_days": told.dated_places("--proclaimed", proclaimed),
        "emergency_days": told.dated_places("--emergency", emergency),
    }
    decision = decide(ask, facts, for_account(days, at=instant), instant)
    if as_json:
        print(json.dumps(_document(decision, facts.place), ensure_ascii=False))
    else:
        _show(decision, facts.place)
    return 0


def _wrote(wrote_at: str, purpose: str, instant: datetime) -> datetime | None:
    if wrote_at:
        return told.instant("--wrote-at", wrote_at)
    return instant - timedelta(hours=1) if purpose == "reply" else None


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
