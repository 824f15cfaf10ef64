"""`nextcall doctor`: each line ok, or how to mend it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nextcall.cli import Wrong, set_up

BACKUP_GROWS_OLD = timedelta(days=2)
LITTLE_SPACE = 1024**3
CLOCK_MAY_DIFFER = timedelta(seconds=5)
BUILT_AT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right says anything earlier


@dataclass(frozen=True)
class Line:
    what: str
    state: Literal["ok", "mend", "note"]
    says: str
    hint: str = ""


def command(as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False) -> int:
    """Look at configuration, clock, zone data, database, engine, providers, backups and disk.

    Each line is ok or says how to mend it. Exit status 1 when something is to be mended.

    Example: nextcall doctor
    """
    try:
        set_up()
    except Exception as error:
        raise Wrong(f"the settings cannot be read: {error}") from error
    lines = list(examine())
    if as_json:
        print(json.dumps({"lines": [asdict(line) for line in lines]}))
    else:
        for line in lines:
            print(f"{line.state:<5} {line.what:<14} {line.says}")
            if line.hint:
                print(f"{'':<20} → {line.hint}")
    return int(any(line.state == "mend" for line in lines))


def examine() -> Iterator[Line]:
    looks: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        ("configuration", configuration),
        ("zone data", zones),
        ("backup", backup),
        ("disk", disk),
        ("database", database),
        ("migrations", migrations),
        ("clock", clock),
        ("engine", engine),
        ("providers", providers),
        ("stop list", stop_list),
        ("proof", proof),
    ]
    for what, look in looks:
        try:
            yield from look()
        except Exception as error:
            hint = "is DATABASE_URL right, and the server running?" if what == "database" else ""
            yield Line(what, "mend", f"{type(error).__name__}: {' '.join(str(error).split())}"[:300], hint)
            if what == "database":  # the others ask it too
                return


def configuration() -> Iterator[Line]:
    from django.core import checks

    from nextcall import checks as ours

    found = ours.everything()
    for message in found:
        state: Literal["mend", "note"] = "mend" if message.level >= checks.ERROR else "note"
        yield Line("configuration", state, f"{message.msg} ({message.id})", message.hint or "")
    if not any(message.level >= checks.ERROR for message in found):
        from django.conf import settings

        yield Line("configuration", "ok", f"{settings.URL}, home {settings.HOME}")


def zones() -> Iterator[Line]:
    from nextcall.lib import zone_data

    if zone_data.is_current():  # when it is not, the configuration says so
        yield Line("zone data", "ok", f"release {zone_data.version()}, our own copy")


def database() -> Iterator[Line]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            yield Line("database", "ok", f"PostgreSQL {cursor.fetchone()[0]}")
            return
        pragmas = {}
        for name in ("journal_mode", "synchronous", "quick_check(1)"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = str(cursor.fetchone()[0])
    if pragmas["quick_check(1)"] != "ok":
        yield Line(
            "database",
            "mend",
            f"SQLite finds damage: {pragmas['quick_check(1)']}",
            "nextcall restore the latest backup",
        )
    elif pragmas["journal_mode"] != "wal":
        yield Line(
            "database", "mend", f"journal mode is {pragmas['journal_mode']}", "keep NEXTCALL_HOME on a local disk"
        )
    else:
        durable = {"1": "NORMAL", "2": "FULL"}.get(pragmas["synchronous"], pragmas["synchronous"])
        yield Line("database", "ok", f"SQLite {sqlite3.sqlite_version}, WAL, synchronous {durable}, no damage found")


def migrations() -> Iterator[Line]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Line("migrations", "mend", f"{len(plan)} not applied", "nextcall serve applies them when it starts")
    else:
        yield Line("migrations", "ok", "all applied")


def clock() -> Iterator[Line]:
    """Against what does not come from this clock: the database server, what was written before, our own age."""
    from django.db import connection
    from django.utils import timezone

    from nextcall.timeline.models import Event

    now = timezone.now()
    if now < BUILT_AT:
        yield Line(
            "clock", "mend", f"it says {now:%Y-%m-%d %H:%M}, before this version was made", "set the clock; use NTP"
        )
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - timezone.now())
        if apart > CLOCK_MAY_DIFFER:
            yield Line(
                "clock", "mend", f"{apart.total_seconds():.0f} s apart from the database server's", "use NTP on both"
            )
            return
    latest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if latest and latest > timezone.now() + CLOCK_MAY_DIFFER:
        yield Line(
            "clock",
            "mend",
            f"the latest event is from {latest:%Y-%m-%d %H:%M}, in the future",
            "set the clock; use NTP",
        )
        return
    yield Line("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def engine() -> Iterator[Line]:
    from nextcall.lib import wake

    count = wake.listening()
    if count:
        yield Line("engine", "ok", "one listens" if count == 1 else f"{count} listen")
    else:
        yield Line("engine", "note", "none is running: nothing is sent", "nextcall serve, or nextcall engine")


def providers() -> Iterator[Line]:
    from nextcall.lib import sealing
    from nextcall.team.models import Connection

    connections = list(Connection.objects.select_related("account").order_by("account_id", "channel"))
    for connection in connections:
        what = f"{connection.channel} by {connection.provider}, account {connection.account_id}"
        try:
            sealing.unseal(bytes(connection.sealed))
        except Exception:
            yield Line(
                "providers", "mend", f"{what}: the credentials cannot be opened", "put back the right sealing.key"
            )
            continue
        if connection.problem:
            yield Line("providers", "mend", f"{what}: {connection.problem}", "open Settings and test the connection")
        else:
            yield Line("providers", "ok", what + ("" if connection.enabled else ", switched off"))
    if not connections:
        yield Line("providers", "note", "none connected: email and texts leave by hand", "connect email under Settings")


def stop_list() -> Iterator[Line]:
    """The latest withdrawals must still be recognised: with another secret.key every one of them would be forgotten."""
    from nextcall.consent.models import Withdrawal
    from nextcall.lib.hashing import point_hash

    known = Withdrawal.objects.exclude(contact_point=None).select_related("contact_point").order_by("-pk")[:20]
    points = [(row.value_hash, row.contact_point) for row in known if row.contact_point is not None]
    strange = [point for hashed, point in points if hashed and hashed != point_hash(point.kind, point.key)]
    if strange:
        yield Line(
            "stop list",
            "mend",
            "it was written with another secret.key and recognises nobody",
            "stop sending; put back the secret.key that belongs to this database",
        )
    else:
        yield Line("stop list", "ok", "its entries are recognised")


def proof() -> Iterator[Line]:
    """The key that signs packs, how far the timeline is sealed, and whether the latest seals still close."""
    from django.conf import settings
    from django.utils import timezone

    from nextcall.proof import signing
    from nextcall.timeline import checking

    yield Line("proof", "ok", f"packs are signed by {signing.own_fingerprint(settings.PROOF_KEY)}")
    late = checking.unsealed(at=timezone.now())
    if late:
        yield Line(
            "proof", "mend", f"{late} events wait to be sealed for more than 10 minutes", "nextcall engine seals"
        )
    else:
        yield Line("proof", "ok", "every event is sealed; nextcall verify --database checks the whole record")


def backup() -> Iterator[Line]:
    from django.conf import settings
    from django.utils import timezone

    from nextcall.lib import copies

    hint = "nextcall backup FILE, daily, to another disk"
    try:
        latest: dict[str, Any] = json.loads((settings.HOME / copies.LATEST).read_text())
    except (FileNotFoundError, ValueError):
        yield Line("backup", "note", "none was made yet", hint)
        return
    age = timezone.now() - datetime.fromisoformat(latest["at"])
    if not Path(latest["path"]).exists():
        yield Line("backup", "note", f"the latest, {latest['path']}, is no longer there", hint)
    elif age > BACKUP_GROWS_OLD:
        yield Line("backup", "mend", f"the latest is {age.days} days old: {latest['path']}", hint)
    else:
        yield Line("backup", "ok", f"{latest['path']}, {age.total_seconds() / 3600:.0f} h old")


def disk() -> Iterator[Line]:
    from django.conf import settings

    free = shutil.disk_usage(settings.HOME).free
    if free < LITTLE_SPACE:
        yield Line(
            "disk", "mend", f"{free / 1e6:,.0f} MB free at {settings.HOME}", "make room: a full disk stops everything"
        )
    else:
        yield Line("disk", "ok", f"{free / 1e9:,.0f} GB free at {settings.HOME}")
    if hasattr(os, "getuid") and settings.HOME.stat().st_mode & 0o007:
        yield Line(
            "disk", "note", f"everyone on this machine may look into {settings.HOME}", f"chmod 700 {settings.HOME}"
        )
