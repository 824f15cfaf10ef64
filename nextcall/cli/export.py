"""`nextcall export`: everything about one person as a file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from nextcall.cli import Wrong


def command(
    person: Annotated[str, typer.Argument(help="their number, email address, or id")],
    out: Annotated[Path, typer.Option(help="the ZIP file to write")],
    account: Annotated[str, typer.Option(help="the account's name, where there are several")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> int:
    """Everything we hold about one person: JSON, and CSV that a spreadsheet never runs, in one ZIP file.

    Example: nextcall export +15205550142 --out hazel.zip
    """
    from django.utils import timezone

    from nextcall.cli.persons import person_of
    from nextcall.privacy import taking_along

    found = person_of(person, account)
    packed = taking_along.pack(found, by=None, at=timezone.now())
    try:
        out.write_bytes(packed)
        out.chmod(0o600)
    except OSError as error:
        raise Wrong(f"{out}: {error.strerror or 'cannot be written'}") from error
    told = {"person": found.pk, "file": str(out), "bytes": len(packed)}
    print(json.dumps(told) if as_json else f"{found}: {len(packed):,} bytes in {out}")
    return 0
