"""nextcall lists: do-not-call lists, how old they are, and what is missing."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nextcall.cli import Wrong

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Account = Annotated[str, typer.Option(help="the account's name, where there are several")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]
CHUNK = 1024 * 1024


@app.callback(invoke_without_command=True)
def show(context: typer.Context, account: Account = "", as_json: Json = False) -> int:
    """Do-not-call lists: which are in force and how old, and what is missing for the places where leads are.

    Exit status 1 when one is too old or missing. Example: nextcall lists
    """
    if context.invoked_subcommand:
        return 0
    from nextcall.cli.accounts import account_of
    from nextcall.consent import list_ages

    at, ours = datetime.now(UTC), account_of(account)
    in_force = list_ages.listed(ours, at=at)
    missing = list_ages.missing(ours, in_force, at=at)
    if as_json:
        print(json.dumps({"lists": [_row(one) for one in in_force], "missing": [_gap(one) for one in missing]}))
    else:
        for one in in_force:
            left = f"good for {one.days_left} more days" if one.days_left >= 0 else "too old: cold calls are denied"
            codes = f", area codes {', '.join(one.row.area_codes)}" if one.row.area_codes else ""
            print(
                f"{one.state:<5} {one.row.pk:>4}  {one.name}{codes}: {one.row.count:,} numbers,"
                f" {one.age_days} days old, {left}; {one.ours:,} of yours are on it"
            )
        for gap in missing:
            codes = f" (area codes {', '.join(gap.area_codes[:12])})" if gap.area_codes else ""
            print(f"none        {gap.name}{codes}: {gap.numbers:,} numbers of your leads are not checked")
        if not in_force and not missing:
            print("No list, and no leads that need one. nextcall lists add FILE --place US --obtained 2026-11-20")
    return int(bool(missing) or any(one.state == "stale" for one in in_force))


def _row(one: Any) -> dict[str, Any]:
    return {
        "id": one.row.pk,
        "place": one.row.place,
        "name": one.name,
        "area_codes": one.row.area_codes,
        "obtained_at": one.row.obtained_at.isoformat(),
        "subscription": one.row.subscription,
        "numbers": one.row.count,
        "ours": one.ours,
        "age_days": one.age_days,
        "days_left": one.days_left,
        "state": one.state,
    }


def _gap(gap: Any) -> dict[str, Any]:
    return {"place": gap.place, "name": gap.name, "numbers": gap.numbers, "area_codes": list(gap.area_codes)}


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="CSV or TXT: one number a line, or area code and seven digits")],
    place: Annotated[str, typer.Option(help="whose list: US, US-FL, CA, GB, AU")],
    obtained: Annotated[str, typer.Option(help="the list's own date, like 2026-11-20")],
    subscription: Annotated[str, typer.Option(help="the reference under which it was obtained")] = "",
    area_codes: Annotated[str, typer.Option(help="what it covers, like 212,646; all of the place without it")] = "",
    account: Account = "",
    as_json: Json = False,
) -> int:
    """Put a list in force; an older one of the same place and area codes goes out in the same instant.

    Exit status 1 when lines could not be read. Example: nextcall lists add dnc.txt --place US --obtained 2026-11-20
    """
    from nextcall.cli.accounts import account_of
    from nextcall.consent import number_lists

    at = datetime.now(UTC)
    try:
        row = number_lists.start(
            account=account_of(account),
            place=place.strip().upper(),
            obtained_at=number_lists.noon(_day(obtained), at=at),
            chunks=_chunks(file),
            by=None,
            at=at,
            subscription=subscription,
            area_codes=[code.strip() for code in area_codes.split(",") if code.strip()],
            file_name=file.name,
        )
    except number_lists.Refused as why:
        raise Wrong(f"{file}: {why}") from why
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = as_json or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
        task = progress.add_task(file.name, total=row.parts_total)
        while not (row.ready_at or row.problem or row.dropped_at):
            number_lists.run(row.pk, at=datetime.now(UTC))  # by this process, or by an engine that was quicker
            row.refresh_from_db()
            progress.update(task, completed=row.parts_done)
    if row.problem:
        raise Wrong(f"{file}: {row.problem}")
    return _said(row, as_json=as_json)


def _said(row: Any, *, as_json: bool) -> int:
    if as_json:
        said = {"id": row.pk, "numbers": row.count, "lines": row.lines, "bad_lines": row.bad_lines}
        print(json.dumps({**said, "bad_examples": row.bad_examples, "replaced": row.replaced_at is not None}))
    else:
        print(f"list {row.pk}: {row.count:,} numbers of {row.place}, in force")
        if row.replaced_at:
            print("  a newer list of the same area codes is in force already; this one is kept as a record")
        if row.bad_lines:
            print(f"  {row.bad_lines:,} lines are no numbers, such as {row.bad_examples[0]!r}")
    return int(bool(row.bad_lines))


@app.command()
def drop(list_id: Annotated[int, typer.Argument(metavar="ID", help="its number")], account: Account = "") -> int:
    """Put a list out of force at once; its numbers go, its date and count stay as a record.

    Example: nextcall lists drop 7
    """
    from nextcall.cli.accounts import account_of
    from nextcall.consent import number_lists
    from nextcall.consent.models import NumberList

    row = NumberList.objects.filter(account=account_of(account), pk=list_id, dropped_at=None).first()
    if row is None:
        raise Wrong(f"there is no list {list_id} in this account; nextcall lists shows what there is")
    number_lists.drop(row, by=None, at=datetime.now(UTC))
    print(f"list {list_id} is out of force")
    return 0


def _chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                yield chunk
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or 'cannot be opened'}") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Wrong(f"--obtained {text!r} is no day like 2026-11-20") from error
