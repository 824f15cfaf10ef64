"""What the Import page says: the dry run, what will leave, progress, and the summary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.intake import undoing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.models import Import
from nextcall.intake.parsers import problems as causes
from nextcall.intake.previewing import ColumnShown, Preview, ProblemShown
from nextcall.team import mail
from nextcall.team.models import Account
from nextcall.web.cadence_names import cadence_choices
from nextcall.worklist import say

AREA_CODE_REMEDIES = (
    ("area_code", "Use this area code"),
    ("skip", "Set these rows aside"),
    ("keep", "Go on without it"),
)
MEND = "One thing needs mending before this file can be taken in. It is marked below."


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to deal with a problem."""

    value: str
    word: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """Rows with one cause, and what can be done about them."""

    cause: str
    says: str
    rows: int
    example: str
    then: str
    remedies: tuple[Remedy, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column with its values, each beside what it is read as where that differs."""

    index: int
    header: str
    field: str
    values: list[tuple[str, str]]


def columns(shown: Sequence[ColumnShown]) -> list[ColumnLine]:
    return [
        ColumnLine(
            column.index,
            column.header,
            column.field,
            [
                (sample, read if read != sample else "")
                for sample, read in zip(column.samples, column.read_as, strict=False)
            ],
        )
        for column in shown
    ]


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."


def problems(shown: Preview, decided: Choices) -> list[ProblemLine]:
    """By cause, the most frequent first. A cause that a choice has mended stays, so that the choice can be changed."""
    lines = [_line(problem, decided) for problem in shown.problems]
    if decided.area_code and all(line.cause != "no_area_code" for line in lines):
        mended = ProblemShown(
            "no_area_code", "numbers of seven digits get this area code", 0, "", (), AREA_CODE_REMEDIES
        )
        lines.append(_line(mended, decided))
    return lines


def _line(problem: ProblemShown, decided: Choices) -> ProblemLine:
    chosen = "keep"
    if problem.cause in decided.skip:
        chosen = "skip"
    elif problem.cause == "no_area_code" and decided.area_code:
        chosen = "area_code"
    return ProblemLine(
        problem.cause,
        problem.says,
        problem.rows,
        problem.example,
        "" if problem.choices else "Set aside; they download as a file when the import is done.",
        tuple(Remedy(value, word, value == chosen) for value, word in problem.choices),
        decided.area_code,
    )


def dry_run(shown: Preview, decided: Choices) -> str:
    """ "388 new, 21 merged, 3 set aside, no messages will be sent": the last only where it is true."""
    count = shown.forecast
    parts = [f"{count.new:,} new", f"{count.merged:,} merged", f"{count.set_aside:,} set aside"]
    if count.skipped:
        parts.insert(2, f"{count.skipped:,} left as they are")
    if not decided.cadence:
        parts.append("no messages will be sent")
    among = f" among the first {shown.looked_at:,} rows" if shown.looked_at < shown.rows else ""
    return f"{', '.join(parts)}{among}."


def leaves(account: Account, decided: Choices, shown: Preview) -> str:
    """Honestly, what will be sent because of this file."""
    if not decided.cadence:
        return "The leads are stored, and nothing is planned. You can put them on a cadence later."
    if not shown.forecast.new:
        return "No row is a new lead, so nothing starts. What you have of them is completed."
    cadence = dict(cadence_choices(account)).get(decided.cadence, decided.cadence)
    parts = [
        f"If new leads start on {cadence}, its texts and emails leave by themselves as soon as the gate allows,"
        " the first perhaps within a second; calls wait for you. Send nothing, and you can start it later."
    ]
    if not decided.permission.get("channels"):
        named = f"{shown.consents:,} row{'s' if shown.consents != 1 else ''}" if shown.consents else "No row"
        parts.append(f"{named} of the file says that contact is permitted.")
    if shown.opt_outs:
        parts.append(f"{shown.opt_outs:,} asked not to be contacted on some channel, and will not be.")
    if mail.mailer(account.pk) is None:
        parts.append("Email is not connected yet, so no email leaves by machine.")
    return " ".join(parts)


def progress(row: Import) -> str:
    if row.state == Import.State.WAITING:
        return "Waiting for its turn. The engine takes files in, a few hundred rows at a time."
    return f"{row.rows_done:,} of {row.rows_total:,} rows are in."


def summary(row: Import, *, zone: str, at: datetime) -> dict[str, object]:
    """What the page of a finished import shows."""
    count = Summary.from_json(row.summary)
    says, after = sentence(count.sentence()), ""
    if row.state == Import.State.UNDONE:
        after = f"Undone: {row.summary.get('undone', '')}."
    elif row.state == Import.State.FAILED:
        says, after = "The file could not be read.", sentence(row.problem or "choose another")
    elif count.touches_planned:
        after = "Messages leave as the gate allows; each lead's page shows what is planned and what was sent."
    else:
        after = "Nothing is planned for these leads, and nothing was sent."
    until = row.finished_at + timedelta(days=undoing.DAYS) if row.finished_at else None
    open_still = row.state == Import.State.DONE and until is not None and at <= until
    return {
        "says": says,
        "leaves": after,
        "household": count.household,
        "problems": [
            {**problem, "says": causes.SAYS.get(problem["cause"], problem["cause"])} for problem in count.problems
        ],
        "undo_until": say.when(until, zone, at=at) if open_still and until else "",
    }
