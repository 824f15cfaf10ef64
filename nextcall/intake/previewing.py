"""What a file will do, before it does it: columns, values as read, problems by cause, and the count in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nextcall.intake import accept, opened
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.importing import reason
from nextcall.intake.models import Import
from nextcall.intake.parsers import labels, new_lead, problems, spreadsheet
from nextcall.intake.parsers.columns import Column
from nextcall.intake.parsers.gather import Gathering, Reading
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.intake.parsers.spreadsheet import Sheet
from nextcall.leads import people
from nextcall.leads.people import Directory
from nextcall.lib import phone

LOOKED_AT = 5000  # rows; more are counted only when they are taken in
PAIRS_SHOWN = 5
BATCH = 500


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column. `read_as` is what became of its three samples: "(503) 555-0142", "1 June 2024", "no email"."""

    index: int
    header: str
    field: str
    sure: bool
    samples: tuple[str, ...]
    read_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """Rows with one cause. `choices` are (value, label) where something can be done at once."""

    cause: str
    says: str
    rows: int
    example: str
    lines: tuple[int, ...]
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A row beside the person it would be merged with: (what, in the file, in the list)."""

    line: int
    by: str  # email, phone
    values: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class Preview:
    """Everything the Import page shows. `doubtful` columns come first there, `sure` ones are folded."""

    file_name: str
    format: str
    product: str | None
    encoding: str
    header_line: int | None
    rows: int
    looked_at: int
    columns: tuple[ColumnShown, ...]
    problems: list[ProblemShown] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    forecast: Summary = field(default_factory=Summary)
    consents: int = 0  # rows whose own columns say yes
    opt_outs: int = 0  # rows that must not be contacted on some channel
    day_first: bool = False
    dates_example: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def doubtful(self) -> tuple[ColumnShown, ...]:
        return tuple(column for column in self.columns if not column.sure and column.samples)

    @property
    def sure(self) -> tuple[ColumnShown, ...]:
        return tuple(column for column in self.columns if column.sure or not column.samples)

    @property
    def sentence(self) -> str:
        return self.forecast.sentence()


def preview(import_: Import, *, choices: Choices | None = None) -> Preview:
    """Read the file as these choices would, and look up who is known already. Nothing is stored. Raises CannotRead."""
    choices = choices or Choices.from_json(import_.choices)
    sheet = opened.sheet_of(import_)
    reading = opened.reading_of(import_, sheet, choices)
    fields = spreadsheet.fields_of(sheet, choices.columns)
    shown = Preview(
        file_name=import_.file_name,
        format=sheet.format,
        product=sheet.product,
        encoding=sheet.encoding,
        header_line=sheet.header_line,
        rows=import_.rows_total,
        looked_at=min(len(sheet.rows), LOOKED_AT),
        day_first=reading.day_first,
        warnings=sheet.warnings,
        columns=tuple(_shown(column, name, reading) for column, name in zip(sheet.columns, fields, strict=True)),
    )
    good = _look(shown, sheet, fields, reading, choices)
    _forecast(shown, good, import_, choices)
    return shown


def field_choices() -> tuple[tuple[str, str], ...]:
    """(value, label) of everything a column can be, for a select."""
    named = tuple((name, name.removeprefix("interest.").replace("_", " ").capitalize()) for name in labels.fields())
    return (("", "Keep as an answer"), ("ignore", "Leave out"), *named)


def _shown(column: Column, name: str, reading: Reading) -> ColumnShown:
    return ColumnShown(
        column.index,
        column.header,
        name,
        column.sure or name != column.field,
        column.samples,
        tuple(_as_read(name, column.header, sample, reading) for sample in column.samples),
    )


def _as_read(name: str, header: str, sample: str, reading: Reading) -> str:
    gathering = Gathering(reading)
    gathering.put(name, header, sample)
    lead = gathering.lead("preview")
    if gathering.problems:
        return problems.SAYS[gathering.problems[0].cause]
    if name.startswith("phone"):
        return ", ".join(phone.show(one.e164) for one in lead.phones)
    if name in ("received_at", "latest_activity_at", "bought_at"):
        at = lead.received_at or lead.latest_activity_at or lead.bought_at
        return f"{at:%-d %B %Y}" if at else ""
    if name.startswith("opt_out") or name == "subscribed":
        return "no " + ", ".join(lead.opt_outs) if lead.opt_outs else "may be contacted"
    if name.startswith("consent") and name in ("consent", "consent_text", "consent_call", "consent_email"):
        return f"yes: {', '.join(lead.consent.channels) or 'channel not named'}" if lead.consent else "no"
    return lead.emails[0].value.lower() if name == "email" and lead.emails else sample


def _look(shown: Preview, sheet: Sheet, fields: Sequence[str], reading: Reading, choices: Choices) -> list[NewLead]:
    good: list[NewLead] = []
    grouped: dict[str, list[tuple[int, str]]] = {}
    long = {reject.line for reject in sheet.rejects if reject.cause == "too_long"}
    for reject in sheet.rejects:
        grouped.setdefault(reject.cause, []).append((reject.line, reject.example))
    shown.forecast.set_aside = len(sheet.rejects)
    for row in sheet.rows[:LOOKED_AT]:
        if row.line in long:
            continue
        lead, found = spreadsheet.lead_of(row, sheet, fields, reading)
        aside = reason(lead, found, choices)
        for cause, example in {
            problem.cause: problem.example for problem in (*found, *((aside,) if aside else ()))
        }.items():
            grouped.setdefault(cause, []).append((row.line, example))
        shown.consents += lead.consent is not None
        shown.opt_outs += bool(lead.opt_outs)
        shown.dates_example = shown.dates_example or (new_lead.when(lead.received_at) or "")
        if aside:
            shown.forecast.set_aside += 1
        else:
            good.append(lead)
    shown.problems = [
        ProblemShown(
            cause,
            problems.SAYS[cause],
            len(rows),
            next((example for _, example in rows if example), ""),
            tuple(line for line, _ in rows[:10]),
            _remedies(cause),
        )
        for cause, rows in sorted(grouped.items(), key=lambda item: -len(item[1]))
    ]
    shown.forecast.rows = shown.looked_at
    return good


def _remedies(cause: str) -> tuple[tuple[str, str], ...]:
    if cause == "no_area_code":
        return (
            ("area_code", "Use this area code"),
            ("skip", "Set these rows aside"),
            ("keep", "Go on without the number"),
        )
    if cause in ("bad_phone", "bad_email", "number_destroyed", "bad_date"):
        return (("keep", "Go on without it"), ("skip", "Set these rows aside"))
    return ()


def _forecast(shown: Preview, good: Sequence[NewLead], import_: Import, choices: Choices) -> None:
    """Count as the import would, against the list and within the file."""
    arriving = [accept.arriving_of(new) for new in good]
    directory = Directory(import_.account_id, arriving, at=import_.created_at, store=False)
    stored = set(directory.people)
    alive = set(people.latest_leads(import_.account_id, stored))
    for new, one in zip(good, arriving, strict=True):
        match = directory.find(one)
        if match.key is None:
            shown.forecast.new += 1
            shown.forecast.household += bool(match.household)
            directory.make(one, zone="")
            continue
        known = directory.person(match.key)
        if choices.duplicates == "skip":
            shown.forecast.skipped += 1
        elif choices.duplicates == "keep" or (match.key in stored and match.key not in alive):
            shown.forecast.new += 1
            alive.add(match.key)
        else:
            shown.forecast.merged += 1
        if len(shown.pairs) < PAIRS_SHOWN:
            shown.pairs.append(_pair(new, one, known, match.by))
        directory.meet_again(match.key, one)


def _pair(new: NewLead, one: people.Arriving, known: object, by: str) -> Pair:
    names = [
        (name, name.replace("_", " ").capitalize()) for name in ("name", "street", "city", "region", "postal_code")
    ]
    rows = [(label, one.values.get(name, ""), str(getattr(known, name))) for name, label in names]
    points = ", ".join([email.value for email in new.emails] + [phone.show(each.e164) for each in new.phones])
    return Pair(
        new.rows[0] if new.rows else 0,
        by,
        tuple(row for row in (*rows, ("Reached at", points, "")) if row[1] or row[2]),
    )
