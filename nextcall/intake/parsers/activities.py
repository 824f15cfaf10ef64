"""An export of activities: one row for each call, text or email that another system logged."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from nextcall.intake.parsers import dates, labels
from nextcall.intake.parsers.columns import Column
from nextcall.intake.parsers.gather import Gathering, Reading
from nextcall.intake.parsers.new_lead import History, NewLead
from nextcall.intake.parsers.table import Row

_TYPE = frozenset(
    {
        "activity type",
        "engagement type",
        "interaction type",
        "event type",
        "communication type",
        "activity",
        "touch type",
        "tipo de actividad",
        "aktivitat",
    }
)
_DIRECTION = frozenset({"direction", "call direction", "inbound outbound", "richtung", "direccion de la llamada"})
_OUTCOME = frozenset(
    {
        "outcome",
        "result",
        "disposition",
        "call outcome",
        "call result",
        "status",
        "call disposition",
        "activity outcome",
        "resultado",
        "ergebnis",
    }
)
_DATE = frozenset(
    {
        "activity date",
        "date",
        "activity time",
        "timestamp",
        "occurred at",
        "date time",
        "completed at",
        "completed date",
        "logged at",
        "time",
        "activity date time",
    }
)
_WORDS = frozenset({"subject", "notes", "note", "body", "message", "description", "comments", "details"})
# A voicemail logged this soon after a call is that call's own.
_SAME_ATTEMPT = timedelta(minutes=10)
_TALKED = re.compile(r"\b(connected|talked|answered|spoke|conversation|reached|contacted|interested|appointment)\b")
_NOT_TALKED = re.compile(
    r"\b(not|no|never|un)\s*(connected|answered|reached|contacted|answer)\b|\bno answer\b|\bunanswered\b"
)
_NO_CALLS = re.compile(r"\b(asked not to (call|be called)|do not call|don't call|dnc|stop calling|remove (me|from))\b")


@dataclass(frozen=True, slots=True)
class Activity:
    kind: str  # call, voicemail, text, email, other
    inbound: bool
    outcome: str
    words: str
    at: datetime | date | None


def is_activities(columns: Sequence[Column]) -> bool:
    """Whether the rows are activities rather than leads."""
    names = {labels.normal(column.header) for column in columns}
    return bool(names & _TYPE and names & _DATE and (names & (_DIRECTION | _OUTCOME)))


def read(columns: Sequence[Column], rows: Sequence[Row], reading: Reading) -> tuple[NewLead, ...]:
    """One lead for each person in the file, with what was done towards them."""
    places = {
        name: next((column.index for column in columns if labels.normal(column.header) in words), None)
        for name, words in (
            ("type", _TYPE),
            ("direction", _DIRECTION),
            ("outcome", _OUTCOME),
            ("date", _DATE),
            ("words", _WORDS),
        )
    }
    people: dict[str, list[Activity]] = defaultdict(list)
    said: dict[str, Gathering] = {}
    lines: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        gathering = _person(row, columns, reading, taken=set(places.values()))
        key = _key(gathering)
        if key:
            said.setdefault(key, gathering)
            people[key].append(_activity(row, places, reading))
            lines[key].append(row.line)
    return tuple(_lead(said[key], done, tuple(lines[key])) for key, done in people.items())


def _person(row: Row, columns: Sequence[Column], reading: Reading, *, taken: set[int | None]) -> Gathering:
    gathering = Gathering(reading)
    for column, cell in zip(columns, row.cells, strict=False):
        if column.index not in taken and column.field in (
            "email",
            "phone",
            "phone_mobile",
            "phone_home",
            "phone_work",
            "full_name",
            "given_name",
            "family_name",
            "external_id",
            "owner",
        ):
            gathering.put(column.field, column.header, cell)
    return gathering


def _key(gathering: Gathering) -> str:
    if gathering.emails:
        return next(iter(gathering.emails))
    raw = gathering.raw_phones[0][2] if gathering.raw_phones else ""
    return (
        re.sub(r"\D", "", raw)[-10:]
        or gathering.lines.get("external_id")
        or gathering.lines.get("full_name", "").lower()
    )


def _activity(row: Row, places: dict[str, int | None], reading: Reading) -> Activity:
    def cell(name: str) -> str:
        place = places[name]
        return row.cells[place].strip().lower() if place is not None and place < len(row.cells) else ""

    said = cell("type")
    kinds = (
        ("voicemail", r"voicemail|\bvm\b"),
        ("call", r"call|phone|dial|anruf|llamada"),
        ("text", r"text|sms|mms|whatsapp"),
        ("email", r"e-?mail|correo"),
    )
    kind = next((name for name, pattern in kinds if re.search(pattern, said)), "other")
    inbound = (
        cell("direction").startswith(("in", "received", "eingehend", "entrant"))
        or "inbound" in said
        or "incoming" in said
        or "received" in said
    )
    at = dates.read(cell("date").upper(), zone=reading.zone, day_first=reading.day_first)
    return Activity(kind, inbound, cell("outcome"), cell("words"), at)


def _lead(gathering: Gathering, done: list[Activity], lines: tuple[int, ...]) -> NewLead:
    done = sorted(done, key=lambda activity: _instant(activity.at))
    attempts = [
        activity
        for place, activity in enumerate(done)
        if _is_attempt(activity) and not _follows_call(done[:place], activity)
    ]
    ours = [activity for activity in done if not activity.inbound]
    times = [activity.at for activity in attempts if activity.at]
    if any(_NO_CALLS.search(activity.words) or _NO_CALLS.search(activity.outcome) for activity in done):
        gathering.opt_outs += ["call", "voicemail"]
    history = History(
        calls=sum(activity.kind in ("call", "voicemail") for activity in attempts),
        texts_out=sum(activity.kind == "text" for activity in attempts),
        emails_out=sum(activity.kind == "email" for activity in attempts),
        texts_in=sum(activity.kind == "text" and activity.inbound for activity in done),
        emails_in=sum(activity.kind == "email" and activity.inbound for activity in done),
        contacted=any(activity.kind == "call" and (activity.inbound or _talked(activity.outcome)) for activity in done),
        email_bounced=any(activity.kind == "email" and "bounce" in activity.outcome for activity in ours),
        first_attempt_at=times[0] if times else None,
        latest_attempt_at=times[-1] if times else None,
    )
    latest = next((activity.at for activity in reversed(done) if activity.at), None)
    return gathering.lead("activities", attempts=len(attempts), history=history, latest_activity_at=latest, rows=lines)


def _is_attempt(activity: Activity) -> bool:
    return not activity.inbound and activity.kind != "other"


def _follows_call(before: list[Activity], activity: Activity) -> bool:
    return activity.kind == "voicemail" and any(
        call.kind == "call" and not call.inbound and _instant(activity.at) - _instant(call.at) <= _SAME_ATTEMPT
        for call in before
    )


def _talked(outcome: str) -> bool:
    return bool(_TALKED.search(outcome)) and not _NOT_TALKED.search(outcome)


def _instant(at: datetime | date | None) -> datetime:
    if isinstance(at, datetime):
        return at
    return datetime.combine(at or date(1970, 1, 1), time(), UTC)
