"""nextcall check-words: whether a text or an email may say what it says, from the command line alone."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from nextcall.cli import Wrong
from nextcall.consent.content.checks import blocking, check
from nextcall.consent.content.completing import completed
from nextcall.consent.content.message import SOURCE_KINDS, TRADES, Finding, Message, Recipient, Sender
from nextcall.consent.content.plain import LONGEST
from nextcall.consent.geography.names import read_region


def command(
    file: Annotated[str, typer.Argument(help="a file in UTF-8; - reads standard input")],
    channel: Annotated[str, typer.Option(help="text or email")] = "text",
    trade: Annotated[str, typer.Option(help="of the sender: mortgage, real_estate, builder or other")] = "",
    subject: Annotated[str, typer.Option(help="of an email")] = "",
    purpose: Annotated[str, typer.Option(help="marketing, reply or informational")] = "marketing",
    seller: Annotated[str, typer.Option(help="the name that leads know")] = "The Seller",
    address: Annotated[str, typer.Option(help="the sender's postal address")] = "",
    member: Annotated[str, typer.Option(help="who signs it; empty: nobody in person")] = "",
    nmls: Annotated[str, typer.Option(help="NMLS id of the company")] = "",
    own_nmls: Annotated[str, typer.Option(help="NMLS id of whoever signs")] = "",
    licence: Annotated[list[str] | None, typer.Option(help="CO:12345, of company and signer; repeat it")] = None,
    broker: Annotated[str, typer.Option(help="the brokerage, if it is not the seller")] = "",
    disclosures: Annotated[str, typer.Option(help="the terms that stand beside an offer of credit")] = "",
    state: Annotated[
        str, typer.Option(help="where the reader is, CO or Colorado; empty: anywhere in the country")
    ] = "",
    country: Annotated[str, typer.Option(help="two letters")] = "US",
    to: Annotated[str, typer.Option(help="the reader's name")] = "",
    source_kind: Annotated[str, typer.Option(help=f"of the lead: {', '.join(SOURCE_KINDS)}")] = "",
    source_basis: Annotated[str, typer.Option(help="why a bought lead may be contacted")] = "",
    first: Annotated[bool, typer.Option("--first", help="nothing was sent to this person before")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="a person writes it, not the machine")] = False,
    as_is: Annotated[bool, typer.Option("--as-is", help="add nothing; check what stands there")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """What keeps a message from leaving, with its rule, source and words. No database. Exit 1 when something blocks.

    Example: nextcall check-words draft.txt --trade mortgage --nmls 123456 --licence CO:100 --state CO --first --json
    """
    message = Message(
        channel=_one_of("--channel", channel, ("text", "email")),
        body=_read(file),
        subject=subject,
        purpose=_one_of("--purpose", purpose, ("marketing", "reply", "informational")),
        first=first,
        automated=not by_hand,
    )
    licences = dict(_licence(one) for one in licence or ())
    sender = Sender(
        seller=seller, postal_address=address, name=member, trade=_one_of("--trade", trade, ("", *TRADES)),
        nmls_id=nmls, own_nmls_id=own_nmls, licences=licences, own_licences=licences if member else {},
        broker_name=broker, disclosures=disclosures,
    )  # fmt: skip
    kind = _one_of("--source-kind", source_kind, ("", *SOURCE_KINDS))
    reader = Recipient(_places(country, state), to, source_kind=kind, source_basis=source_basis)
    whole = message if as_is else completed(message, sender, reader)
    found = check(whole, sender, reader)
    if as_json:
        print(json.dumps(_document(whole, found), ensure_ascii=False))
    else:
        _show(message, whole, found)
    return int(bool(blocking(found)))


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read(LONGEST * 4) if file == "-" else Path(file).read_bytes()
        words = raw.decode("utf-8").rstrip("\n")
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Wrong(f"{file}: not a text in UTF-8") from None
    if len(words) > LONGEST:
        raise Wrong(f"{file}: {len(words)} characters; a message has at most {LONGEST}")
    return words


def _one_of(name: str, value: str, known: tuple[str, ...]) -> Any:
    if value not in known:
        raise Wrong(f"{name} {value!r}: there are {', '.join(one for one in known if one)}")
    return value


def _licence(written: str) -> tuple[str, str]:
    found = re.fullmatch(r"([A-Za-z]{2}):(.{1,40})", written.strip())
    if not found:
        raise Wrong(f"--licence {written!r} is not a state and a number like CO:12345")
    return found[1].upper(), found[2].strip()


def _places(country: str, state: str) -> tuple[str, ...]:
    code = country.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise Wrong(f"--country {country!r} is not a country code like US")
    if not state:
        return (code, "US-unknown") if code == "US" else (code,)
    region = read_region(state, country=code)
    if not region:
        raise Wrong(f"--state {state!r} is not a state or province like CO")
    return (code, region if "-" in region else f"{code}-{region}")


def _document(whole: Message, found: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "blocks": bool(blocking(found)),
        "findings": [cast("dict[str, object]", asdict(one)) for one in found],
        "body": whole.body,
        "foot": whole.foot,
    }


def _show(message: Message, whole: Message, found: tuple[Finding, ...]) -> None:
    for one in found:
        print(f"{one.tier:5} {one.rule}: {one.shown}")
        print(f"      {one.source}")
    if whole.body != message.body:
        print(f"added {whole.body[len(message.body.rstrip()) :].lstrip('. ')}")
    if not found:
        print("nothing stands in its way")
