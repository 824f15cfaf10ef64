"""`nextcall erase`: forgets one person, for good."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from nextcall.cli import Wrong


def command(
    person: Annotated[str, typer.Argument(help="their number, email address, or id")],
    yes: Annotated[bool, typer.Option("--yes", help="does not ask")] = False,
    account: Annotated[str, typer.Option(help="the account's name, where there are several")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> int:
    """Erase one person: every word goes, counts stay, and a salted hash keeps them from being contacted again.

    Example: nextcall erase hazel@example.com
    """
    from django.utils import timezone

    from nextcall.cli.persons import person_of
    from nextcall.privacy import erasing

    found = person_of(person, account)
    if not yes and not _agreed(str(found)):
        raise Wrong("nothing was erased; say --yes, or type the name when asked")
    try:
        done = erasing.erase(found, by=None, at=timezone.now(), via="command")
    except erasing.JustLeaving as wrong:
        raise Wrong(str(wrong)) from wrong
    if as_json:
        print(json.dumps({"person": found.pk, **asdict(done)}))
    else:
        kept = f", {done.shared} that others have too stay" if done.shared else ""
        print(f"Erased: {done.leads} leads, {done.points} numbers and addresses{kept}. {done.stops} stops stand.")
    return 0


def _agreed(name: str) -> bool:
    """Asked on a terminal alone: a script says --yes."""
    if not sys.stdin.isatty():
        return False
    return typer.prompt(f"Everything about {name} goes for good. Type the name to erase", err=True) == name
