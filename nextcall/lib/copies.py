"""Backups: one zip file with a manifest, the whole database as it stood at one instant, and no key unless asked.

SQLite gives its own consistent copy while others write; PostgreSQL gives every table in one repeatable-read
transaction. Every member of a zip has a checksum, which is read through before anything is replaced.
"""

import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from nextcall import __version__
from nextcall.lib.hashing import point_hash

DATABASE = "database.sqlite3"
KEYS = ("secret.key", "sealing.key", "vapid.key", "proof.key")
LATEST = "latest_backup.json"  # in NEXTCALL_HOME: when, and where to; `nextcall doctor` reads it


class OtherKeys(Exception):
    """The secret.key here is not the one whose hashes the copy holds: its stop list would recognise nobody."""


class BadCopy(Exception):
    """Not a backup, a damaged one, or one that does not fit here; says what would be right."""


@dataclass
class Manifest:
    vendor: str  # sqlite, postgresql
    version: str
    made_at: str
    migrations: list[str]  # "nextcall.0001_initial"
    tables: dict[str, list[str]] = field(default_factory=dict)  # columns by table; PostgreSQL only
    rows: int = 0  # leads, for people to recognise the copy by
    keys: list[str] = field(default_factory=list)
    key_print: str = ""  # tells one secret.key from another, and nothing more


def make(path: Path, *, at: datetime, with_keys: bool) -> Manifest:
    """Write a copy to `path`, whole or not at all. Raises OSError when the disk refuses."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = _copy_sqlite(archive, at) if connection.vendor == "sqlite" else _copy_postgresql(archive, at)
            for key in KEYS if with_keys else ():
                if (settings.HOME / key).exists():
                    archive.write(settings.HOME / key, f"keys/{key}")
                    manifest.keys.append(key)
            manifest.key_print = key_print()
            archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
        draft.chmod(0o600)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    (settings.HOME / LATEST).write_text(json.dumps({"at": at.isoformat(), "path": str(path.resolve())}))
    return manifest


def check(path: Path) -> Manifest:
    """Read the whole file through. Raises BadCopy."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged:
                raise BadCopy(f"{path}: {damaged} is damaged; use another backup")
            return Manifest(**json.loads(archive.read("manifest.json")))
    except FileNotFoundError as error:
        raise BadCopy(f"{path}: no such file") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError) as error:
        raise BadCopy(f"{path} is not a whole backup made by `nextcall backup`") from error


def holds_rows() -> bool:
    """Whether there is anything here that a restore would overwrite."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in ("nextcall_lead", "nextcall_member"):
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
                if cursor.fetchone()[0]:
                    return True
    return False


def key_print() -> str:
    return point_hash("backup", "whose key this is")[:16]


def put_back(path: Path, manifest: Manifest, *, other_keys: bool = False) -> list[str]:
    """Replace what is here with the copy, bring it up to date; returns the keys that were put back beside it.

    Raises BadCopy, and OtherKeys unless `other_keys` says that the loss is known.
    """
    if manifest.key_print != key_print() and "secret.key" not in manifest.keys and not other_keys:
        raise OtherKeys
    if manifest.vendor != connection.vendor:
        raise BadCopy(
            f"{path} was made on {manifest.vendor}, and this is {connection.vendor}; set DATABASE_URL to match"
        )
    unknown = set(manifest.migrations) - _known_migrations()
    if unknown:
        raise BadCopy(f"{path} was made by Nextcall {manifest.version}, newer than this one; upgrade first")
    with zipfile.ZipFile(path) as archive:
        if manifest.vendor == "sqlite":
            _put_back_sqlite(archive)
        else:
            _put_back_postgresql(archive, manifest)
        keys = _put_back_keys(archive, manifest)
    call_command("migrate", verbosity=0, interactive=False)
    return keys


def _put_back_keys(archive: zipfile.ZipFile, manifest: Manifest) -> list[str]:
    for key in manifest.keys:
        if key in KEYS:
            place = settings.HOME / key
            place.touch(mode=0o600)
            place.chmod(0o600)
            place.write_bytes(archive.read(f"keys/{key}"))
    return [key for key in manifest.keys if key in KEYS]


def _copy_sqlite(archive: zipfile.ZipFile, at: datetime) -> Manifest:
    with tempfile.TemporaryDirectory(dir=settings.HOME) as room:
        place = Path(room) / DATABASE
        with closing(sqlite3.connect(place)) as copy, closing(_sqlite()) as source:
            source.backup(copy)  # in one step: a snapshot, while others go on writing
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
            rows = copy.execute("SELECT count(*) FROM nextcall_lead").fetchone()[0]
            applied = [f"{app}.{name}" for app, name in copy.execute("SELECT app, name FROM django_migrations")]
        archive.write(place, DATABASE)
    return Manifest("sqlite", __version__, at.isoformat(), sorted(applied), rows=rows)


def _put_back_sqlite(archive: zipfile.ZipFile) -> None:
    with tempfile.TemporaryDirectory(dir=settings.HOME) as room:
        copy = Path(archive.extract(DATABASE, room))
        with closing(sqlite3.connect(copy)) as source:
            if source.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise BadCopy("the database inside the backup is damaged; use another backup")
            connection.close()
            with closing(_sqlite()) as here:
                source.backup(here)  # page by page into the same file, in one transaction: others see old or new


def _sqlite() -> sqlite3.Connection:
    here = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]), timeout=20)
    here.execute("PRAGMA journal_mode=WAL")
    return here


def _copy_postgresql(archive: zipfile.ZipFile, at: datetime) -> Manifest:
    tables: dict[str, list[str]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        applied = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM nextcall_lead")
        rows = cursor.fetchone()[0]
        for table in sorted(connection.introspection.table_names(cursor)):
            tables[table] = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            with archive.open(f"tables/{table}", "w", force_zip64=True) as member:
                for block in _copy_out(cursor, table, tables[table]):
                    member.write(block)
    return Manifest("postgresql", __version__, at.isoformat(), applied, tables, rows)


def _copy_out(cursor: Any, table: str, columns: list[str]) -> Iterator[bytes]:
    with cursor.copy(f"COPY {_quoted(table)} ({_quoted(*columns)}) TO STDOUT") as out:
        yield from (bytes(block) for block in out)


def _put_back_postgresql(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Everything in one transaction: whoever reads meanwhile sees the old rows until it ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {_quoted(table)} CASCADE")
        for app in sorted({name.split(".", 1)[0] for name in manifest.migrations}):
            latest = max(name.split(".", 1)[1] for name in manifest.migrations if name.startswith(f"{app}."))
            call_command("migrate", app, latest, verbosity=0, interactive=False)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {_quoted(*manifest.tables)} CASCADE")
        for table, columns in manifest.tables.items():
            with (
                archive.open(f"tables/{table}") as member,
                cursor.copy(f"COPY {_quoted(table)} ({_quoted(*columns)}) FROM STDIN") as into,
            ):
                while block := member.read(1 << 20):
                    into.write(block)
        _reset_sequences(cursor, manifest)


def _reset_sequences(cursor: Any, manifest: Manifest) -> None:
    for table, columns in manifest.tables.items():
        if "id" in columns:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1), max(id) IS NOT NULL)"
                    f" FROM {_quoted(table)}",
                    [table],
                )


def _quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
