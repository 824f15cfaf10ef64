"""A file of leads: started, shown, confirmed, and taken in chunk by chunk.

A chunk is one transaction that also says how far the file is, under a lock on the import's row: a process that dies
takes its unfinished chunk with it, and whoever goes on begins where the latest finished one ended.
"""

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from nextcall.cadences import versions
from nextcall.cadences.models import Touch
from nextcall.intake import accept, opened, set_aside, undoing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.models import Import
from nextcall.intake.parsers import activities, labels, problems, spreadsheet
from nextcall.intake.parsers.new_lead import CannotRead, NewLead, Problem
from nextcall.intake.parsers.spreadsheet import Sheet
from nextcall.intake.parsers.table import Reject, Row
from nextcall.intake.placing import Accepted, Placing
from nextcall.lib import wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

CHUNK = 250  # rows in one transaction: about a tenth of a second of the write lock
UNDER_WAY = (Import.State.WAITING, Import.State.RUNNING)
MERGES_KEPT = 20_000


class BadChoices(Exception):
    """A choice cannot be carried out; says which and what would be right."""


def start(*, account: Account, by: Member | None, file_name: str, body: bytes, at: datetime) -> Import:
    """Store a file that can be read; it then waits for `confirm`. Raises CannotRead, nothing stored."""
    sheet = spreadsheet.open_sheet(body, file_name, country=account.country)
    if activities.is_activities(sheet.columns):
        raise CannotRead("these are activities, not leads; export the leads or contacts themselves")
    import_ = Import.objects.create(
        account=account,
        by=by,
        file_name=file_name[:200],
        body=body,
        state=Import.State.ASKING,
        created_at=at,
        rows_total=len(sheet.rows) + len(_broken(sheet)),
    )
    opened.keep(import_, sheet)
    return import_


def confirm(import_: Import, *, choices: Choices, by: Member | None, at: datetime) -> None:
    """Let the engine take the file in. Raises BadChoices. Confirming what runs already is harmless."""
    _check(import_, choices, at=at)
    if choices.permission.get("channels") and not (by or str(choices.permission.get("attested_by") or "").strip()):
        raise BadChoices("permission needs a name: who attests that everybody in the file was given these words")
    permission = _attested(import_, choices.permission, by=by, at=at)
    with transaction.atomic():
        changed = Import.objects.filter(pk=import_.pk, account_id=import_.account_id, state=Import.State.ASKING).update(
            state=Import.State.WAITING,
            choices=replace(choices, permission=permission).to_json(),
            by=by or import_.by,
            began_at=at,
        )
        if changed:
            record(
                account_id=import_.account_id,
                kind="import.confirmed",
                at=at,
                by=by,
                data={
                    "import": import_.pk,
                    "file": import_.file_name,
                    "cadence": choices.cadence,
                    "permission": permission,
                },
            )
            transaction.on_commit(wake.wake)
    import_.refresh_from_db(fields=["state", "choices", "began_at", "by"])


def _attested(import_: Import, permission: Mapping[str, Any], *, by: Member | None, at: datetime) -> dict[str, Any]:
    """With what makes it proof: who says that everybody in this very file was given these words, and when."""
    file = {"file": import_.file_name, "file_hash": hashlib.sha256(bytes(import_.body)).hexdigest()}
    if not permission:
        return file
    named = str(permission.get("attested_by") or "").strip() or (by.name if by else "")
    return {**permission, **file, "attested_by": named[:120], "attested_at": at.isoformat()}


def _check(import_: Import, choices: Choices, *, at: datetime) -> None:
    known = {*labels.fields(), "", "ignore"}
    for name in choices.columns.values():
        if name not in known:
            raise BadChoices(
                f"there is no field {name!r}; a column is one of the fields offered, an answer, or left out"
            )
    if choices.duplicates not in ("merge", "skip", "keep"):
        raise BadChoices("duplicates are merged, skipped or kept")
    if choices.permission.get("channels") and not str(choices.permission.get("wording") or "").strip():
        raise BadChoices("permission needs the words it was given with; without them leave the channels out")
    if choices.area_code and not (choices.area_code.isdigit() and len(choices.area_code) == 3):
        raise BadChoices(f"area code {choices.area_code!r}: three digits are expected")
    if choices.owner_id and not Member.objects.filter(account_id=import_.account_id, pk=choices.owner_id).exists():
        raise BadChoices("the owner is no member of this account")
    if choices.cadence and not versions.known(import_.account, {choices.cadence}, at=at):
        raise BadChoices(
            f"there is no cadence {choices.cadence!r}; there are {', '.join(versions.names(import_.account))}"
        )


def run_waiting(*, at: datetime, chunk: int = CHUNK) -> bool:
    """Take one chunk of one import in; False when none waits. For the engine's worker, called again until False."""
    waiting = (
        Import.objects.filter(state__in=UNDER_WAY)
        .order_by("rows_done", "pk")
        .select_related("account")
        .defer("body", "set_aside_file", "undo_data")
        .first()
    )
    return run(waiting, at=at, chunk=chunk) if waiting is not None else False


def run(import_: Import, *, at: datetime, chunk: int = CHUNK) -> bool:
    """The next chunk of this import; False when it is done, or another process is at it."""
    try:
        sheet = opened.sheet_of(import_)
    except CannotRead as problem:
        Import.objects.filter(pk=import_.pk).update(
            state=Import.State.FAILED, problem=str(problem)[:300], finished_at=at
        )
        return False
    with transaction.atomic():
        mine = (
            Import.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("account", "by")
            .defer("body")
        )
        locked = mine.filter(pk=import_.pk, state__in=UNDER_WAY).first()
        if locked is None:
            return False
        with _without_collecting():
            _chunk(locked, sheet, at=at, size=chunk)
    return locked.state != Import.State.DONE


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A chunk makes many thousands of objects that all live until its end: looking for garbage costs it a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunk(import_: Import, sheet: Sheet, *, at: datetime, size: int) -> None:
    choices, summary = Choices.from_json(import_.choices), Summary.from_json(import_.summary)
    if import_.rows_done == 0:
        import_.state = Import.State.RUNNING
        import_.set_aside_file = set_aside.header([column.header for column in sheet.columns])
        _put_aside(
            import_, summary, [(reject.line, reject.cause, reject.example, reject.cells) for reject in _broken(sheet)]
        )
    done = max(import_.rows_done - len(_broken(sheet)), 0) if import_.rows_done else 0
    rows = sheet.rows[done : done + size]
    good, bad = _sorted(rows, sheet, import_, choices, summary)
    _put_aside(import_, summary, bad)
    accepted = accept.accept_many(
        [lead for _, lead in good], _placing(import_, choices), account=import_.account, by=import_.by, at=at
    )
    _count(import_, summary, accepted, good)
    import_.rows_done = len(_broken(sheet)) + done + len(rows)
    if done + len(rows) >= len(sheet.rows):
        _finish(import_, summary, at=at)
    import_.summary = summary.to_json()
    import_.save(update_fields=["state", "summary", "rows_done", "set_aside_file", "undo_data", "finished_at"])


def _sorted(
    rows: Sequence[Row], sheet: Sheet, import_: Import, choices: Choices, summary: Summary
) -> tuple[list[tuple[Row, NewLead]], list[tuple[int, str, str, list[str]]]]:
    """The rows that become leads, and those set aside with their cause."""
    reading, fields = opened.reading_of(import_, sheet, choices), spreadsheet.fields_of(sheet, choices.columns)
    long = {reject.line for reject in sheet.rejects if reject.cause == "too_long"}
    good, bad = [], []
    for row in rows:
        if row.line in long:
            bad.append((row.line, "too_long", "", row.cells))
            continue
        lead, found = spreadsheet.lead_of(row, sheet, fields, reading)
        aside = reason(lead, found, choices)
        for problem in {
            problem.cause: problem for problem in found if not aside or problem.cause != aside.cause
        }.values():
            summary.count(problem.cause, problem.example)
        if aside:
            bad.append((row.line, aside.cause, aside.example, row.cells))
        else:
            good.append((row, lead))
    return good, bad


def reason(lead: NewLead, found: Sequence[Problem], choices: Choices) -> Problem | None:
    """Why a row is set aside, None for one that becomes a lead: by choice, or because nothing in it reaches anybody."""
    chosen = next((problem for problem in found if problem.cause in choices.skip), None)
    if chosen or lead.emails or lead.phones:
        return chosen
    return next((problem for problem in found if problem.cause != "bad_date"), Problem("no_reach"))


def _put_aside(import_: Import, summary: Summary, rows: Sequence[tuple[int, str, str, list[str]]]) -> None:
    for _, cause, example, _ in rows:
        summary.count(cause, example)
    summary.set_aside += len(rows)
    summary.rows += len(rows)
    import_.set_aside_file += set_aside.lines(
        (line, problems.says(cause, example), *cells) for line, cause, example, cells in rows
    )


def _placing(import_: Import, choices: Choices) -> Placing:
    owner = (
        Member.objects.filter(account_id=import_.account_id, pk=choices.owner_id).first() if choices.owner_id else None
    )
    return Placing(
        source=choices.source,
        offer=choices.offer,
        owner=owner,
        cadence=choices.cadence,
        shown=choices.wording(),
        repeats="enquiry" if choices.duplicates == "keep" else choices.duplicates,
        via="import",
        import_id=import_.pk,
        sample=choices.sample,
    )


def _count(
    import_: Import, summary: Summary, accepted: Sequence[Accepted], good: Sequence[tuple[Row, NewLead]]
) -> None:
    summary.rows += len(good)
    for one in accepted:
        summary.new += one.how in ("new", "enquiry")
        summary.merged += one.how == "merged"
        summary.skipped += one.how == "skipped"
        summary.household += one.how == "new" and one.household > 0
        if one.how == "skipped":
            summary.count("duplicate", one.person.name)
    merges = import_.undo_data.setdefault("merged", [])
    merges += undoing.merges_of(accepted)[: MERGES_KEPT - len(merges)]


def _finish(import_: Import, summary: Summary, *, at: datetime) -> None:
    import_.state, import_.finished_at = Import.State.DONE, at
    summary.touches_planned = Touch.objects.filter(account_id=import_.account_id, import_id=import_.pk).count()
    if not summary.set_aside:
        import_.set_aside_file = ""
    record(
        account_id=import_.account_id,
        kind="import.finished",
        at=at,
        by=import_.by,
        data={"import": import_.pk, "file": import_.file_name, "says": summary.sentence()},
    )


def _broken(sheet: Sheet) -> list[Reject]:
    """Lines that are no rows at all; rows with too many cells are counted where they stand."""
    return [reject for reject in sheet.rejects if reject.cause != "too_long"]
