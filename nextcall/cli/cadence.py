"""nextcall cadence: cadences as files. Only `import` needs a database."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from nextcall.cadences import parse, saying
from nextcall.cadences.definition import BadCadence, Cadence, Planned, Progress, Step
from nextcall.cli import Wrong, set_up

if TYPE_CHECKING:
    from nextcall.consent.facts import Tier
    from nextcall.team.models import Account

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]
Which = Annotated[str, typer.Argument(metavar="C", help="a shipped cadence's name, or a file")]
TIERS = ("written", "express", "implied", "none")
MAX_DAYS = 1_100


@app.callback()
def about() -> None:
    """Cadences as files: look, check, plan, compare, take out, bring in.

    Example: nextcall cadence plan fast-start --arrived 2026-11-23T10:00-07:00 --zip 80202 --consent written
    """


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The shipped cadences. Example: nextcall cadence list"""
    if as_json:
        _document(cadences=[{**_named(one), "steps": len(one.steps)} for one in parse.library().values()])
        return
    for one in parse.library().values():
        print(f"{one.slug:<22} {len(one.steps):>3} steps  {one.says}")


@app.command()
def show(cadence: Which, as_json: Json = False) -> None:
    """Its steps in words. Example: nextcall cadence show three-and-one"""
    found = load(cadence)
    if as_json:
        rules = ("beside", "stop_stages", "pause_on", "max_attempts", "then", "starts_on_stage")
        said = {name: getattr(found, name) for name in rules}
        _document(**_named(found), **said, steps=[_step(step) for step in found.steps])
        return
    print(f"{found.name}, version {found.version}. {found.says}")
    for number, step in enumerate(found.steps, 1):
        first = saying.first_words(step).splitlines()
        print(f"{number:>3}  {saying.when_says(step.when):<52} {step.channel:<9} {step.by:<7} {''.join(first[:1])}")
    if found.then:
        print(f"     then {found.then}")


@app.command()
def check(
    cadence: Which,
    leads_a_week: Annotated[int, typer.Option(min=1, max=100_000, help="new leads a week")] = 12,
    calls_a_day: Annotated[int | None, typer.Option(min=0, max=100_000, help="calls set aside a working day")] = None,
    trade: Annotated[str, typer.Option(help="whose words: mortgage, real_estate, builder or other")] = "",
    as_json: Json = False,
) -> int:
    """What will not happen as written. Example: nextcall cadence check fast-start --leads-a-week 12 --calls-a-day 30"""
    from nextcall.cadences import checker
    from nextcall.cadences.lawful import Ours
    from nextcall.consent.content.message import TRADES

    if trade and trade not in TRADES:
        raise Wrong(f"--trade is one of {', '.join(TRADES)}")
    findings = checker.check(load(cadence), leads_a_week=leads_a_week, calls_a_day=calls_a_day, ours=Ours(trade=trade))
    if as_json:
        print(json.dumps({"cadence": cadence, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(finding.says)
    return 2 if any(one.kind == "wrong" for one in findings) else int(any(one.kind != "load" for one in findings))


@app.command()
def plan(
    cadence: Which,
    arrived: Annotated[str, typer.Option(help="when the lead arrived, ISO 8601 with an offset")],
    phone: Annotated[str, typer.Option(help="the lead's number")] = "",
    zip_: Annotated[str, typer.Option("--zip", help="the lead's ZIP or postcode")] = "",
    state: Annotated[str, typer.Option(help="the lead's state, two letters")] = "",
    country: Annotated[str, typer.Option(help="the lead's country, two letters")] = "US",
    consent: Annotated[str, typer.Option(help=f"one of {', '.join(TIERS)}")] = "none",
    answers: Annotated[str, typer.Option(help="what the lead answers; only: none")] = "none",
    days: Annotated[int | None, typer.Option(min=1, max=MAX_DAYS, help="only the lead's first days")] = None,
    as_json: Json = False,
) -> int:
    """The plan for a lead who never answers, each call made at its due time.

    Example: nextcall cadence plan fast-start --arrived 2026-11-23T10:00-07:00 --zip 80202 --consent written
    """
    from nextcall.cadences import invented, planner
    from nextcall.consent import policy

    if consent not in TIERS or answers != "none":
        raise Wrong(f"--consent is one of {', '.join(TIERS)}; --answers is none")
    found, at = load(cadence), _instant(arrived)
    try:
        facts = invented.facts(
            inquired_at=at, phone=phone, postal_code=zip_, region=state, country=country, tier=cast("Tier", consent)
        )
    except ValueError as wrong:
        raise Wrong(f"--phone: {wrong}") from None
    # seed 1: what run-through does with the first lead of a file
    seed = invented.seed(phone=phone, country=country)  # of the lead with this number, so that a run-through agrees
    touches = planner.plan(found, Progress(anchor_at=at), facts, policy.shipped(), now=at, days=days, seed=seed)
    warnings = _warnings(touches)
    if as_json:
        listed = [_touch(number, touch, found, at) for number, touch in enumerate(touches, 1)]
        _document(cadence=found.slug, version=found.version, touches=listed, warnings=warnings)
    else:
        _print_plan(touches, at)
        for warning in warnings:
            print(warning, file=sys.stderr)
    return int(any(touch.blocked for touch in touches))


@app.command()
def diff(a: Which, b: Which, as_json: Json = False) -> None:
    """What differs between two. Example: nextcall cadence diff steady my-steady.toml"""
    before, after = load(a), load(b)
    added, removed, changed = saying.differences(before, after)
    if as_json:
        print(
            json.dumps(
                {
                    "a": before.slug,
                    "b": after.slug,
                    "added": added,
                    "removed": removed,
                    "changed": [asdict(one) for one in changed],
                },
                ensure_ascii=False,
            )
        )
        return
    steps = {step.key: step for step in (*before.steps, *after.steps)}
    for sign, keys in (("-", removed), ("+", added)):
        for key in keys:
            print(f"{sign} {key}: {steps[key].channel}, {saying.when_says(steps[key].when)}")
    for one in changed:
        print(f"~ {one.step} {one.field}: {one.before} -> {one.after}")
    if not (added or removed or changed):
        print("no difference in the steps")


@app.command()
def export(cadence: Which, as_json: Json = False) -> None:
    """The file itself. Example: nextcall cadence export steady > my-steady.toml"""
    found = load(cadence)
    if as_json:
        print(json.dumps({"cadence": found.slug, "version": found.version, "toml": found.source}, ensure_ascii=False))
    else:
        print(found.source, end="" if found.source.endswith("\n") else "\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="a cadence in TOML")],
    account: Annotated[str, typer.Option(help="the account's name, if there are several")] = "",
    as_json: Json = False,
) -> None:
    """Store a file as the newest version; leads stay on theirs. Example: nextcall cadence import my-steady.toml"""
    found = load(str(file), file_only=True)
    set_up()
    from nextcall.cadences import lawful, versions, wording

    whose = _account(account)
    try:
        for step in found.steps:
            wording.verify(step)
        lawful.require(found, versions.ours(whose))
    except BadCadence as wrong:
        raise Wrong(f"{file}: {wrong}") from None
    version = versions.add(whose, found.source, by=None, at=datetime.now(UTC), file=file.name)
    if as_json:
        print(json.dumps({"cadence": found.slug, "version": version.number}))
    else:
        print(f"{found.name} is stored as version {version.number}")


def load(name: str, *, file_only: bool = False) -> Cadence:
    """A shipped cadence by name, or a file."""
    shipped = parse.library()
    if name in shipped and not file_only:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise Wrong(f"{name}: no such file and no such cadence; there are {', '.join(shipped)}")
    try:
        return parse.read(path.read_text("utf-8"), file=path.name)
    except UnicodeDecodeError:
        raise Wrong(f"{name}: not a text file in UTF-8") from None
    except BadCadence as wrong:
        raise Wrong(str(wrong)) from None


def _account(name: str) -> "Account":
    from nextcall.team.models import Account

    found = list(Account.objects.filter(name=name) if name else Account.objects.all()[:2])
    if len(found) != 1:
        raise Wrong(
            f"--account {name}: there is no such account"
            if name
            else "say which with --account NAME: there are several"
            if found
            else "there is no account yet: nextcall serve makes the first"
        )
    return found[0]


def _instant(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(f"--arrived {written}: write a time like 2026-11-23T10:00-07:00") from None
    if found.tzinfo is None:
        raise Wrong(f"--arrived {written}: the offset is missing; write {written}-07:00 or {written}Z")
    return found


def _document(**contents: Any) -> None:
    print(json.dumps(contents, ensure_ascii=False))


def _named(one: Cadence) -> dict[str, Any]:
    return {"cadence": one.slug, "name": one.name, "version": one.version, "form": one.form, "says": one.says}


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.key,
        "when": saying.when_says(step.when),
        "channel": step.channel,
        "by": step.by,
        "purpose": step.purpose,
        "subject": step.subject,
        "wording": step.wording,
        "says": step.says,
        "needs_reason": step.needs_reason,
    }


def _touch(number: int, touch: Planned, cadence: Cadence, arrived: datetime) -> dict[str, Any]:
    step = next(step for step in cadence.steps if step.key == touch.step_key)
    return {
        "n": number,
        "at": _local(touch).isoformat(),
        "day": _day(touch, arrived),
        "channel": touch.channel,
        "by": touch.by,
        "step": touch.step_key,
        "wording": None if touch.blocked else saying.first_words(step),
        "rule": touch.rule or None,
    }


def _local(touch: Planned) -> datetime:
    from nextcall.lib import hours

    return hours.local(touch.due_at, touch.zone)


def _day(touch: Planned, arrived: datetime) -> int:
    local = _local(touch)
    return (local.date() - arrived.astimezone(local.tzinfo).date()).days + 1


def _warnings(touches: tuple[Planned, ...]) -> list[str]:
    """Each rule that moved or blocked something, once, with how often."""
    counted: dict[tuple[bool, str], list[Planned]] = {}
    for touch in touches:
        if touch.rule:
            counted.setdefault((touch.blocked, touch.rule), []).append(touch)
    return [
        f"{len(found)} {'blocked' if blocked else 'moved'} by {rule} ({', '.join(one.step_key for one in found[:6])}"
        f"{', …' if len(found) > 6 else ''}): {found[0].moved_because}"
        for (blocked, rule), found in counted.items()
    ]


def _print_plan(touches: tuple[Planned, ...], arrived: datetime) -> None:
    for number, touch in enumerate(touches, 1):
        moved = f"  {'blocked' if touch.blocked else 'moved'}: {touch.rule}" if touch.rule else ""
        print(
            f"{number:>3}  day {_day(touch, arrived):<4} {_local(touch):%a %Y-%m-%d %H:%M %Z}  "
            f"{touch.channel:<9} {touch.by:<7} {touch.step_key:<14}{moved}"
        )
