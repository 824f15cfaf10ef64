"""`nextcall restore`: puts a backup back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nextcall.cli import Wrong, set_up


def command(
    file: Annotated[Path, typer.Argument(help="a file that `nextcall backup` made")],
    replace: Annotated[bool, typer.Option("--replace", help="overwrite the leads and members that are here")] = False,
    other_keys: Annotated[bool, typer.Option("--other-keys", help="its secret.key is lost: go on without")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Put a backup back. The file is read through before anything is touched.

    Stop `nextcall serve` first: it would go on working with what it read before.

    Example: nextcall restore backups/monday.nextcall --replace
    """
    set_up()
    from django.conf import settings
    from django.db import DatabaseError

    from nextcall.lib import copies

    try:
        manifest = copies.check(file)
        if copies.holds_rows() and not replace:
            raise Wrong("there are leads or members here already; say --replace to overwrite them")
        keys = copies.put_back(file, manifest, other_keys=other_keys)
    except copies.OtherKeys as error:
        raise Wrong(
            f"nothing was restored: secret.key in {settings.HOME} is not the one that belongs to {file},"
            " and the stop list would recognise nobody with it; put the right one there first,"
            " or say --other-keys if it is lost"
        ) from error
    except (copies.BadCopy, OSError, DatabaseError) as error:
        raise Wrong(f"nothing was restored: {error}") from error
    if as_json:
        print(json.dumps({"file": str(file), **asdict(manifest), "keys": keys}))
        return
    print(f"Restored {manifest.rows:,} leads as of {manifest.made_at}.")
    if keys:
        print(f"Put back {' and '.join(keys)}.")
