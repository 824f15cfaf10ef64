"""nextcall import: leads from CSV, TSV or XLSX files."""

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nextcall.cli import Wrong
from nextcall.cli.accounts import account_of
from nextcall.intake import importing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.importing import BadChoices
from nextcall.intake.models import Import
from nextcall.intake.parsers import problems
from nextcall.intake.parsers.new_lead import CannotRead
from nextcall.team.models import Account, Member

CHANNELS = ("call", "text", "email")


def command(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV or XLSX")],
    source: Annotated[str, typer.Option(help="where these leads come from, if the file does not say")] = "",
    offer: Annotated[str, typer.Option(help="what they answered")] = "",
    cadence: Annotated[str, typer.Option(help="the cadence they begin; none without it, and nothing is sent")] = "",
    owner: Annotated[str, typer.Option(help="the member they belong to: name or email")] = "",
    consent: Annotated[
        str, typer.Option(help="the exact words they gave permission with, for calls, texts and email")
    ] = "",
    attested_by: Annotated[
        str, typer.Option(help="with --consent: who attests that everybody in the file was given these words")
    ] = "",
    account: Annotated[str, typer.Option(help="the account's name, where there are several")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="says what would happen, stores nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """Leads from spreadsheets: columns recognised, duplicates merged, problems grouped.

    Example: nextcall import leads.csv --source "Open house" --cadence gentle
    """
    ours = account_of(account)
    by = _member(ours, owner) if owner else None
    choices = Choices(
        permission=_permission(ours, consent, attested_by or (by.name if by else "")),
        source=source[:80],
        offer=offer[:80],
        cadence=cadence,
        owner_id=by.pk if by else None,
    )
    bodies = [(file, _bytes(file)) for file in files]
    with ExitStack() as stack:
        try:
            if dry_run:
                stack.enter_context(transaction.atomic())
            done = _all(ours, bodies, choices, quiet=as_json or not sys.stderr.isatty())
            if dry_run:
                transaction.set_rollback(True)
        except (CannotRead, BadChoices) as wrong:
            raise Wrong(str(wrong)) from wrong
    document = _document(done, dry_run=dry_run)
    _show(document, done, dry_run=dry_run, as_json=as_json)
    return 1 if document["set_aside"] or document["problems"] else 0


def _permission(account: Account, wording: str, attested_by: str) -> dict[str, Any]:
    if not wording.strip():
        return {}
    if not attested_by.strip():
        raise Wrong('--consent needs --attested-by "Ann Weaver": who attests that everybody was given these words')
    seller = account.seller_name or account.name
    return {"channels": list(CHANNELS), "wording": wording, "sellers": [seller], "attested_by": attested_by.strip()}


def _all(account: Account, bodies: list[tuple[Path, bytes]], choices: Choices, *, quiet: bool) -> list[Import]:
    """Every file is stored or none: one that cannot be read is found before the first row is taken in."""
    at = datetime.now(UTC)
    started = []
    with transaction.atomic():
        for file, body in bodies:
            try:
                import_ = importing.start(account=account, by=None, file_name=file.name, body=body, at=at)
                importing.confirm(import_, choices=choices, by=None, at=at)
            except CannotRead as wrong:
                raise CannotRead(f"{file}: {wrong}") from wrong
            started.append(import_)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as progress:
        for import_ in started:
            task = progress.add_task(import_.file_name, total=import_.rows_total)
            while _step(import_):
                progress.update(task, completed=import_.rows_done)
    return started


def _step(import_: Import) -> bool:
    """One chunk, by this process or by an engine that was quicker; False when the file is done."""
    importing.run(import_, at=datetime.now(UTC))
    import_.refresh_from_db(fields=["state", "rows_done", "summary", "set_aside_file", "problem"])
    if import_.state == Import.State.FAILED:
        raise CannotRead(f"{import_.file_name}: {import_.problem}")
    return import_.state in importing.UNDER_WAY


def _document(done: list[Import], *, dry_run: bool) -> dict[str, Any]:
    summaries = [Summary.from_json(import_.summary) for import_ in done]
    grouped: dict[str, dict[str, Any]] = {}
    for problem in (problem for summary in summaries for problem in summary.problems):
        group = grouped.setdefault(
            problem["cause"], {"cause": problems.SAYS[problem["cause"]], "rows": 0, "example": None}
        )
        group["rows"] += problem["rows"]
        group["example"] = group["example"] or problem["example"] or None
    counts = {
        name: sum(getattr(summary, name) for summary in summaries) for name in ("rows", "new", "merged", "set_aside")
    }
    aside = [] if dry_run else [path for import_ in done if (path := _write_aside(import_))]
    return {
        **counts,
        "set_aside_file": aside[0] if len(aside) == 1 else aside or None,
        "touches_planned": sum(summary.touches_planned for summary in summaries),
        "messages_sent": 0,
        "problems": list(grouped.values()),
    }


def _write_aside(import_: Import) -> str | None:
    """The rows to mend, beside the database's other files."""
    if not import_.set_aside_file:
        return None
    folder = Path(settings.HOME) / "set_aside"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"import-{import_.pk}.csv"
    path.write_text(import_.set_aside_file, encoding="utf-8-sig", newline="")
    path.chmod(0o600)
    return str(path)


def _show(document: dict[str, Any], done: list[Import], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        return print(json.dumps(document, ensure_ascii=False, indent=2))
    note = " (dry run: nothing is stored)" if dry_run else ""
    for import_ in done:
        print(f"{import_.file_name}: {Summary.from_json(import_.summary).sentence()}{note}")
    for problem in document["problems"]:
        example = f", such as {problem['example']}" if problem["example"] else ""
        print(f"  {problem['rows']} × {problem['cause']}{example}")
    if document["set_aside_file"]:
        print(f"  rows set aside: {document['set_aside_file']}")
    return None


def _member(account: Account, said: str) -> Member:
    members = Member.objects.filter(account=account, is_active=True)
    member = members.filter(email__iexact=said).first() or members.filter(name__iexact=said).first()
    if member is None:
        names = ", ".join(members.order_by("name").values_list("name", flat=True)[:10])
        raise Wrong(f"--owner {said}: no such member; there are {names}")
    return member


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > settings.IMPORT_MAX_BYTES:
            raise Wrong(f"{file}: larger than {settings.IMPORT_MAX_BYTES // 1024 // 1024} MB; split it")
        return file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or 'cannot be opened'}") from error
