"""`nextcall backup`: a consistent copy while running."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError
from django.utils import timezone

from nextcall.cli import Wrong
from nextcall.lib import copies


def command(
    file: Annotated[Path, typer.Argument(help="where the copy goes")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="put the keys in too: whoever has the file has all")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="overwrite FILE if it is there")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Copy the whole database into one file, consistent while everything runs.

    The keys stay outside unless asked for: keep them apart, in another place.

    Example: nextcall backup backups/monday.nextcall
    """
    if file.exists() and not replace:
        raise Wrong(f"{file} is already there; choose another name or say --replace")
    if not file.parent.is_dir():
        raise Wrong(f"{file.parent} is no directory; make it first")
    try:
        manifest = copies.make(file, at=timezone.now(), with_keys=with_keys)
    except (OSError, DatabaseError) as error:
        raise Wrong(f"no backup was made: {getattr(error, 'strerror', None) or error}") from error
    if as_json:
        print(json.dumps({"file": str(file), "bytes": file.stat().st_size, **asdict(manifest)}))
        return
    megabytes = file.stat().st_size / 1e6
    print(f"{manifest.rows:,} leads and everything about them are in {file} ({megabytes:.1f} MB).")
    if not with_keys:
        print(
            "The keys are not in it: keep secret.key and sealing.key apart (--with-keys puts them in).", file=sys.stderr
        )
