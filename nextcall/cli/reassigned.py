"""nextcall reassigned: which numbers to ask the reassigned-numbers database about, and its answers."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from nextcall.cli import Wrong
from nextcall.cli.accounts import account_of
from nextcall.consent import list_files
from nextcall.engine import reassigned

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
Account = Annotated[str, typer.Option(help="the account's name, where there are several")]


@app.callback()
def about() -> None:
    """The reassigned-numbers database (US-18): what to ask it, and what it answered.

    Example: nextcall reassigned ask > ask.csv
    """


@app.command()
def ask(account: Account = "") -> int:
    """Numbers of leads with the day of the consent, one a line: what the database is asked with.

    Numbers that it answered no for within 31 days are left out. Example: nextcall reassigned ask > ask.csv
    """
    for line in reassigned.lines_to_ask(account_of(account), at=datetime.now(UTC)):
        sys.stdout.write(line)
    return 0


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="CSV: number, yes or no or no data, the day that was asked about")],
    checked: Annotated[str, typer.Option(help="the day on which the database was asked, like 2026-11-20")],
    reference: Annotated[str, typer.Option(help="the database's own reference of the query")] = "",
    account: Account = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> int:
    """Take its answers in: yes ends the consent and every call and text to the number.

    Exit status 1 when lines could not be read. Example: nextcall reassigned add answers.csv --checked 2026-11-20
    """
    at = datetime.now(UTC)
    try:
        day = datetime.strptime(checked.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Wrong(f"--checked {checked!r} is no day like 2026-11-20") from error
    if day > at:
        raise Wrong(f"--checked {checked} is still ahead")
    try:
        if file.stat().st_size > settings.IMPORT_MAX_BYTES:
            raise Wrong(f"{file}: larger than {settings.IMPORT_MAX_BYTES // 1024 // 1024} MB; split it")
        text = list_files.text(file.read_bytes())
        found = reassigned.take_in(
            text, account=account_of(account), checked_at=day, reference=reference, by=None, at=at
        )
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or 'cannot be opened'}") from error
    except list_files.Unreadable as why:
        raise Wrong(f"{file}: {why}") from why
    print(json.dumps(asdict(found)) if as_json else found.sentence())
    return int(bool(found.bad_lines))
