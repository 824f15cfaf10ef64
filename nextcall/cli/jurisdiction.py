"""nextcall jurisdiction: the law as files: list them, read one, check one. No database."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nextcall.cli import Wrong
from nextcall.consent import geography, law
from nextcall.lib.hours import show_spans

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The law as files: list, show, check. Example: nextcall jurisdiction show US-FL",
)
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document")]


@app.command("list")
def list_all(as_json: AsJson = False) -> int:
    """Every jurisdiction that has rules, the one to be reviewed first on top. Exit status 1 when one is due.

    Example: nextcall jurisdiction list
    """
    today = datetime.now(UTC).date()
    reviews = law.reviews()
    if as_json:
        rows = [
            {**asdict(one), "review_by": _iso(one.review_by), "deny_after": _iso(one.deny_after)} for one in reviews
        ]
        print(json.dumps({"jurisdictions": rows}, ensure_ascii=False))
    else:
        for one in reviews:
            sure = ", ".join(f"{count} {level}" for level, count in sorted(one.counts.items()))
            due = "  review is due" if one.is_due(today) else ""
            print(f"{one.place:<11} {one.name:<22} review by {one.review_by}  {sure}{due}")
    return int(any(one.is_due(today) for one in reviews))


@app.command()
def show(place: Annotated[str, typer.Argument(help="FR, US-FL, CA-unknown; UK is GB")], as_json: AsJson = False) -> int:
    """The rules of one place, with their sources and how sure they are.

    Example: nextcall jurisdiction show US-FL
    """
    country, _, state = place.strip().partition("-")
    names = {one.upper(): one for one in law.known()}
    known = names.get(
        f"{geography.country_code(country)}-{state.upper()}" if state else geography.country_code(country)
    )
    pack = law.pack(known) if known else None
    if pack is None:
        raise Wrong(f"there are no rules for {place!r}; there are: {', '.join(law.known())}")
    if as_json:
        print(json.dumps(_document(pack), ensure_ascii=False))
        return 0
    print(f"{pack.place}: {pack.name}, to be reviewed by {pack.review_by}")
    for rule in pack.rules:
        name = rule.name if isinstance(rule, law.DoNotCall) else rule.id
        print(f"\n{name} ({rule.confidence})\n  {_says(rule)}")
        for day, row in _rows(rule):
            print(f"    {day:<8} {row}")
        print(f"  {rule.source}")
    return 0


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="a jurisdiction file, named for its place: us_fl.toml, fr.toml")],
    as_json: AsJson = False,
) -> int:
    """What is wrong with a jurisdiction file, one line each: where, what, and what would be right.

    Exit status 2 for problems, 1 when there are only warnings, 0 for a file that is in order.

    Example: nextcall jurisdiction check nextcall/consent/jurisdictions/us_fl.toml
    """
    from nextcall.consent import checking

    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(checking.LONGEST + 1)
    except (OSError, UnicodeDecodeError) as wrong:
        raise Wrong(f"{file} cannot be read: {wrong}") from wrong
    found = checking.check(text, checking.place_of(file))
    if as_json:
        rows = [{"line": one.line, "key": one.key, "says": one.says} for one in found if not one.is_warning]
        warnings = [{"line": one.line, "key": one.key, "says": one.says} for one in found if one.is_warning]
        print(
            json.dumps({"place": checking.place_of(file), "problems": rows, "warnings": warnings}, ensure_ascii=False)
        )
    for one in found:
        kind = "warning: " if one.is_warning else ""
        print(f"{file}:{one.line}: {kind}{one.key + ': ' if one.key else ''}{one.says}", file=sys.stderr)
    if not found and not as_json:
        print(f"{file}: in order")
    return 2 if any(not one.is_warning for one in found) else int(bool(found))


def _document(pack: law.Pack) -> dict[str, Any]:
    return {
        "place": pack.place,
        "name": pack.name,
        "review_by": _iso(pack.review_by),
        "deny_after": _iso(pack.deny_after),
        "holidays": list(pack.holidays),
        "duties": list(pack.duties),
        "do_not_call": asdict(pack.do_not_call) if pack.do_not_call else None,
        "rules": [
            {
                "id": rule.id,
                "says": rule.says,
                "source": rule.source,
                "confidence": rule.confidence,
                "hours": dict(_rows(rule)) or None,
            }
            for rule in pack.rules
            if not isinstance(rule, law.DoNotCall)
        ],
    }


def _says(rule: Any) -> str:
    if isinstance(rule, law.DoNotCall):
        return f"a copy no older than {rule.max_age_days} days must leave the number free"
    kept = f"; kept by: {rule.kept_by}" if isinstance(rule, law.Duty) else ""
    return f"{rule.says}{kept}"


def _rows(rule: Any) -> list[tuple[str, str]]:
    if not isinstance(rule, law.Hours):
        return []
    return [(day, show_spans(row)) for day, row in zip(law.DAYS, rule.rows, strict=True)]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
