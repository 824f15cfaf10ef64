"""nextcall run-through: the real engine over an empty, throw-away database, with a clock that jumps."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nextcall.cli import Wrong, set_up

if TYPE_CHECKING:
    from nextcall.cadences.models import Touch
    from nextcall.intake.parsers.new_lead import NewLead
    from nextcall.leads.models import Lead
    from nextcall.team.models import Account

TIERS = ("file", "written", "express", "implied", "none")
MADE = ("sent", "done", "uncertain")
MOST_LEADS = 2_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What a lead says during the run."""

    at: datetime
    sender: str
    channel: str
    text: str


def command(
    leads: Annotated[Path, typer.Option(help="any file that nextcall read understands")],
    cadence: Annotated[str, typer.Option(help="a shipped cadence's name, or a file")],
    begins: Annotated[str, typer.Option("--from", help="when it begins, ISO 8601 with an offset")],
    until: Annotated[str, typer.Option(help="when it ends, ISO 8601 with an offset")],
    replies: Annotated[Path | None, typer.Option(help='JSON: [{"at", "from", "channel", "text"}]')] = None,
    consent: Annotated[str, typer.Option(help=f"what the leads permitted: {', '.join(TIERS)}")] = "file",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """Every touch that the real engine makes, and why it stops, against a provider that only remembers.

    A lead who arrived before --from arrives then. Each call is made when it is due; nobody picks up.

    Example: nextcall run-through --leads leads.csv --cadence fast-start --from 2026-11-23T10:00-07:00
    --until 2027-01-01T00:00-07:00
    """
    if consent not in TIERS:
        raise Wrong(f"--consent is one of {', '.join(TIERS)}")
    start, end = _instant(begins, "--from"), _instant(until, "--until")
    if end <= start:
        raise Wrong(f"--until {until} is not after --from {begins}")
    said = _replies(replies)
    with tempfile.TemporaryDirectory(prefix="nextcall-run-") as home:
        _throw_away_database(home)
        document = _run(leads, cadence, start, end, said, consent)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        _print(document)
    return int(any(lead["warnings"] for lead in document["leads"]) or bool(document["warnings"]))


def _throw_away_database(home: str) -> None:
    """Never the real one: the settings are read only now, and from this folder."""
    from django.conf import settings

    if settings.configured:
        raise RuntimeError("run-through needs a process of its own")
    os.environ["NEXTCALL_HOME"] = home
    os.environ.pop("DATABASE_URL", None)
    set_up()
    from django.apps import apps
    from django.core.management import call_command

    # Tables straight from the models: nothing was ever in it, and ten seconds of migrations would lead to the same.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)


def _run(
    leads: Path, cadence: str, start: datetime, end: datetime, said: Sequence[Reply], consent: str
) -> dict[str, Any]:
    from nextcall.cadences import versions
    from nextcall.channels.memory import Memory
    from nextcall.engine.receive import receive
    from nextcall.engine.worker import Worker
    from nextcall.team.models import Account

    new, warnings = _read(leads)
    account = Account.objects.create(name="Run-through", seller_name="Run-through", created_at=start)
    slug = _cadence(account, cadence, start)
    worker = Worker(everything=Memory(keep=0), threads=0)
    arrivals = sorted(((_arrival(one, start, end), number) for number, one in enumerate(new)), key=lambda pair: pair)
    moments = sorted({start, *(at for at, _ in arrivals), *(reply.at for reply in said if start <= reply.at <= end)})
    placed: dict[int, Lead] = {}
    for moment, following in zip(moments, [*moments[1:], end], strict=True):
        for at, number in arrivals:
            if at == moment and (lead := _accept(account, new[number], slug, consent, at)):
                placed[number] = lead
        for reply in said:
            if reply.at == moment:
                receive(
                    account=account, channel=reply.channel, sender=reply.sender, text=reply.text, at=moment, via="hand"
                )
        worker.run_until(following, start=moment, moved=nobody_picks_up)
    version = versions.latest(account, [slug], at=start)[slug]
    return {
        "cadence": slug,
        "version": versions.definition_of(version).version,
        "warnings": warnings,
        "leads": [_lead(one, placed.get(number), slug) for number, one in enumerate(new)],
    }


def nobody_picks_up(at: datetime) -> None:
    """Each open call is made at once, without an answer; drafts for a handset are sent."""
    from nextcall.cadences.models import Touch
    from nextcall.engine import outcome

    for touch in Touch.objects.filter(state=Touch.State.OPEN).select_related("lead__person", "lead__account"):
        called = touch.channel in ("call", "voicemail")
        outcome.log(touch=touch, lead=touch.lead, outcome="no_answer" if called else "sent", by=None, at=at)


def _accept(account: "Account", new: "NewLead", slug: str, consent: str, at: datetime) -> "Lead | None":
    from nextcall.cadences import enroll
    from nextcall.consent import ledger
    from nextcall.intake.accept import accept_many
    from nextcall.intake.placing import Placing

    if not (new.emails or new.phones):
        return None
    [accepted] = accept_many([new], Placing(via="form"), account=account, by=None, at=at)
    lead = accepted.lead
    if lead is None:
        return None
    if consent not in ("file", "none"):
        for channel in ("call", "text", "email", "voicemail"):
            ledger.grant(
                account=account,
                person=lead.person,
                channel=channel,
                tier=consent,
                source="hand",
                given_at=at,
                at=at,
                sellers=[account.seller_name],
            )
    try:
        enroll.begin(lead=lead, slug=slug, by=None, at=at)
    except enroll.AlreadyOn:
        return lead  # the same person asked twice; their first enquiry is being followed up
    return lead


def _read(path: Path) -> "tuple[list[NewLead], list[str]]":
    from nextcall.intake.parsers import any_format, spreadsheet
    from nextcall.intake.parsers.gather import Reading
    from nextcall.intake.parsers.new_lead import CannotRead

    reading = Reading(zone="America/New_York", country="US")
    try:
        if path.stat().st_size > spreadsheet.MAX_BYTES:
            raise Wrong(f"{path}: larger than {spreadsheet.MAX_BYTES // 1024 // 1024} MB; split it")
        body = path.read_bytes()
        if path.suffix.lower() in (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm"):
            understood, _ = spreadsheet.read(body, path.name, reading)
        else:
            understood = any_format.understand(body, reading=reading)
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror or 'cannot be opened'}") from error
    except CannotRead as error:
        raise Wrong(f"{path}: {error}") from error
    if not 0 < len(understood.leads) <= MOST_LEADS:
        raise Wrong(f"{path}: {len(understood.leads)} leads; between 1 and {MOST_LEADS} can be run through at once")
    return list(understood.leads), list(understood.warnings)


def _cadence(account: "Account", name: str, at: datetime) -> str:
    from nextcall.cadences import parse, versions
    from nextcall.cadences.definition import BadCadence

    if name in parse.library():
        return name
    path = Path(name)
    if not path.is_file():
        raise Wrong(f"{name}: no such file and no such cadence; there are {', '.join(parse.library())}")
    try:
        return versions.add(account, path.read_text("utf-8"), by=None, at=at, file=path.name).cadence.slug
    except (BadCadence, UnicodeDecodeError) as error:
        raise Wrong(str(error)) from error


def _arrival(new: "NewLead", start: datetime, end: datetime) -> datetime:
    found = new.received_at
    if isinstance(found, datetime) and start <= found <= end:
        return found.astimezone(UTC)
    if isinstance(found, date) and not isinstance(found, datetime) and start.date() < found <= end.date():
        return datetime(found.year, found.month, found.day, 12, tzinfo=start.tzinfo).astimezone(UTC)
    return start


def _lead(new: "NewLead", lead: "Lead | None", slug: str) -> dict[str, Any]:
    """The cadence that was asked about; one that follows it is named, its touches are another plan's."""
    from nextcall.cadences.models import Enrollment, Touch

    named = {
        "lead": new.name.full,
        "phone": new.phones[0].e164 if new.phones else None,
        "email": new.emails[0].value if new.emails else None,
    }
    if lead is None:
        problem = "no number and no address that can be used"
        return {**named, "touches": [], "stopped": None, "then": None, "warnings": [problem]}
    enrollments = Enrollment.objects.filter(lead=lead).select_related("version__cadence").order_by("began_at", "pk")
    enrollment = enrollments.filter(version__cadence__slug=slug).last()
    following = enrollments.exclude(version__cadence__slug=slug).first()
    rows = Touch.objects.filter(lead=lead).exclude(state__in=["planned", "open"]).order_by("finished_at", "id")
    if following is not None:
        rows = rows.exclude(enrollment=following)
    pause = enrollment.pauses.filter(ended_at=None).first() if enrollment else None
    stopped = (enrollment.ended_because or (f"paused: {pause.because}" if pause else "")) if enrollment else ""
    blocked = sorted({row.rule for row in rows if row.state == "blocked"})
    return {
        **named,
        "touches": [_touch(number, row, lead) for number, row in enumerate(rows, 1)],
        "stopped": stopped or None,
        "then": following.version.cadence.slug if following else None,
        "warnings": [f"blocked by {rule}" for rule in blocked],
    }


def _touch(number: int, row: "Touch", lead: "Lead") -> Mapping[str, Any]:
    from nextcall.lib import hours

    at = hours.local(row.made_at or row.finished_at or row.due_at, row.zone or lead.person.zone or "UTC")
    day = (at.date() - lead.arrived_at.astimezone(at.tzinfo).date()).days + 1
    return {
        "n": number,
        "at": at.isoformat(),
        "day": day,
        "channel": row.channel,
        "by": "machine" if row.by_machine else "person",
        "step": row.step_key or None,
        "wording": (row.body or row.subject).split("\n")[0] if row.state in MADE else None,
        "rule": row.rule or None,
        "state": row.state,
        "because": row.because or None,
    }


def _replies(path: Path | None) -> list[Reply]:
    if path is None:
        return []
    try:
        rows = json.loads(path.read_text("utf-8"))
        return sorted(
            (Reply(_instant(row["at"], "at"), row["from"], row.get("channel", "text"), row["text"]) for row in rows),
            key=lambda reply: reply.at,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong(f'{path}: write a JSON list of {{"at", "from", "channel", "text"}}; {error}') from error


def _instant(written: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except (ValueError, TypeError) as error:
        raise Wrong(f"{name} {written}: write a time like 2026-11-23T10:00-07:00") from error
    if found.tzinfo is None:
        raise Wrong(f"{name} {written}: the offset is missing; write {written}-07:00 or {written}Z")
    return found.astimezone(UTC)


def _print(document: Mapping[str, Any]) -> None:
    for lead in document["leads"]:
        print(lead["lead"] or lead["phone"] or lead["email"] or "no name")
        for touch in lead["touches"]:
            why = " ".join(filter(None, (touch["rule"], touch["because"])))
            print(
                f"{touch['n']:>4}  day {touch['day']:<4} {touch['at'][:16]}  {touch['channel']:<9} {touch['by']:<7} "
                f"{touch['state']:<9} {touch['step'] or '':<14} {why}".rstrip()
            )
        if lead["stopped"]:
            print(f"      {lead['stopped']}" + (f", then {lead['then']}" if lead["then"] else ""))
    for warning in document["warnings"]:
        print(warning, file=sys.stderr)
