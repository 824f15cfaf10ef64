"""nextcall proof: a signed pack of every contact and every refusal, written to a file."""

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from nextcall.cli import Wrong

if TYPE_CHECKING:
    from nextcall.proof.asked import Asked
    from nextcall.team.models import Account


def command(
    out: Annotated[Path, typer.Option(help="the file to write, a zip")],
    lead: Annotated[int | None, typer.Option(min=1, help="one lead, by its number")] = None,
    person: Annotated[int | None, typer.Option(min=1, help="one person, by their number")] = None,
    member: Annotated[str, typer.Option(help="one rep: number or email address")] = "",
    source: Annotated[str, typer.Option(help="one source: number or name")] = "",
    client: Annotated[str, typer.Option(help="one client: the source that its leads come from, as --source")] = "",
    cadence: Annotated[str, typer.Option(help="one cadence, by its short name")] = "",
    since: Annotated[str, typer.Option("--from", help="first day (by the account's clock), or ISO with offset")] = "",
    until: Annotated[str, typer.Option(help="the day behind the last, or ISO with offset")] = "",
    account: Annotated[int | None, typer.Option(min=1, help="the account's number, where there are several")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="overwrite the file if it is there")] = False,
) -> int:
    """A pack for a court or a client: PDF, JSON and CSV of every contact and every refusal, chained and signed.

    Whoever has it checks it with nextcall verify, without this database. Example: nextcall proof --lead 12 --out p.zip
    """
    from nextcall.proof import asked, making

    if out.exists() and not replace:
        raise Wrong(f"{out} is there already; --replace overwrites it")
    if not out.parent.is_dir():
        raise Wrong(f"there is no folder {out.parent}")
    if source and client:
        raise Wrong("--client and --source mean the same; give one")
    whose = _account(account)
    wanted = _wanted(
        whose,
        lead=lead,
        person=person,
        member=member,
        source=source or client,
        cadence=cadence,
        since=since,
        until=until,
    )
    try:
        pack = making.make(wanted, by=None, at=datetime.now(UTC))
    except (asked.NoSuch, making.TooMuch) as error:
        raise Wrong(str(error)) from error
    draft = out.with_name(f"{out.name}.{os.getpid()}")
    try:
        draft.write_bytes(pack.file)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Wrong(f"{out} cannot be written: {error.strerror}") from error
    counted = ", ".join(f"{count} {what}" for what, count in pack.counts.items() if count)
    print(f"{out}: {pack.records} records ({counted or 'nothing happened'})")
    print(f"signed by {pack.fingerprint}")
    return 0


def _account(number: int | None) -> "Account":
    from nextcall.team.models import Account

    found = list(Account.objects.filter(pk=number) if number else Account.objects.order_by("pk")[:2])
    if not found:
        raise Wrong(f"there is no account {number}" if number else "there is no account yet")
    if len(found) > 1:
        raise Wrong("there are several accounts here; say which with --account NUMBER")
    return found[0]


def _wanted(
    account: "Account",
    *,
    lead: int | None,
    person: int | None,
    member: str,
    source: str,
    cadence: str,
    since: str,
    until: str,
) -> "Asked":
    from nextcall.cadences.models import Cadence
    from nextcall.leads.models import Source
    from nextcall.proof.asked import Asked
    from nextcall.team.models import Member

    return Asked(
        account.pk,
        lead=lead,
        person=person,
        member=_one(Member, account, "member", member, "email__iexact"),
        source=_one(Source, account, "source", source, "name__iexact"),
        cadence=_one(Cadence, account, "cadence", cadence, "slug"),
        since=_instant("--from", since, account.zone),
        until=_instant("--until", until, account.zone),
    )


def _one(model: type, account: "Account", word: str, said: str, by: str) -> int | None:
    if not said:
        return None
    rows = model._default_manager.filter(account=account)  # type: ignore[attr-defined]
    found = rows.filter(**({"pk": int(said)} if said.isascii() and said.isdecimal() else {by: said})).first()
    if found is None:
        raise Wrong(f"the account has no {word} {said!r}")
    return int(found.pk)


def _instant(name: str, said: str, zone: str) -> datetime | None:
    """A day is its first moment by the account's clock."""
    if not said:
        return None
    try:
        if len(said) == 10:
            return datetime.combine(date.fromisoformat(said), time(), ZoneInfo(zone)).astimezone(UTC)
        instant = datetime.fromisoformat(said)
    except ValueError:
        raise Wrong(f"{name} {said!r} is not a day like 2026-11-01 nor a time like 2026-11-01T09:00-07:00") from None
    if instant.tzinfo is None:
        raise Wrong(f"{name} {said!r} needs its offset, like {said}-07:00 or {said}Z")
    return instant.astimezone(UTC)
