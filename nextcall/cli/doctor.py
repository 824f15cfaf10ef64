"""`nextcall doctor`: each line ok, or how to mend it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nextcall.cli import Wrong, set_up

if TYPE_CHECKING:
    from nextcall.consent.ageing import Age

LITTLE_SPACE = 1024**3
MOST_ACCOUNTS = 200  # whose own things are looked at
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
            print(f"{line.state:<5} {line.what:<24} {line.says}")
            if line.hint:
                print(f"{'':<30} → {line.hint}")
    return int(any(line.state == "mend" for line in lines))


def examine() -> Iterator[Line]:
    looks: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        ("configuration", configuration),
        ("what ages", house_ages),
        ("disk", disk),
        ("database", database),
        ("migrations", migrations),
        ("clock", clock),
        ("engine", engine),
        ("providers", providers),
        ("sending domains", sending_domains),
        ("mailboxes", mailboxes),
        ("stop list", stop_list),
        ("proof", proof),
        ("what ages", account_ages),
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


def house_ages() -> Iterator[Line]:
    """What ages and is the same for every account: zone data, holidays, rules, backups (see Settings, What ages)."""
    from django.utils import timezone

    from nextcall.consent import stock

    yield from map(_aged, stock.of_house(at=timezone.now()))


def account_ages() -> Iterator[Line]:
    """What ages and is an account's own: its lists, what it loosened, days proclaimed, permissions."""
    from django.utils import timezone

    from nextcall.consent import stock
    from nextcall.team.models import Account

    for account in Account.objects.order_by("pk")[:MOST_ACCOUNTS]:
        for age in stock.in_full(account, at=timezone.now()):
            line = _aged(age)
            yield replace(line, what=f"{line.what}, account {account.pk}")


def _aged(age: "Age") -> Line:
    state: Literal["ok", "mend", "note"] = {"ok": "ok", "soon": "note", "over": "mend"}[age.state]  # type: ignore[assignment]
    if state == "ok":
        return Line(age.what.lower(), "ok", age.says)
    return Line(age.what.lower(), state, f"{age.says} Refused when over: {age.refuses}.", age.mend)


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
    from django.utils import timezone

    from nextcall.consent import ageing
    from nextcall.engine import trusting

    now = timezone.now()
    doubt = f"it says {now:%Y-%m-%d %H:%M}, before this version was made" if now < BUILT_AT else trusting.look(now)[0]
    line = _aged(ageing.clock(doubt))
    yield line if doubt else Line("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC, and nothing speaks against it")


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


def sending_domains() -> Iterator[Line]:
    """Whether receivers can tell that our email is really from its domain: SPF, DKIM, DMARC."""
    from nextcall.cli import doctor_mail

    for domain, one in doctor_mail.sending_domains():
        yield Line(f"{one.what} of {domain}"[:60], one.state, one.says, one.mend)


def mailboxes() -> Iterator[Line]:
    """Whether each mailbox was looked at lately, and each folder beside its inbox can be opened."""
    from nextcall.cli import doctor_mail

    for what, state, says, mend in doctor_mail.mailboxes():
        yield Line(what, state, says, mend)


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
    """The key that signs packs, and whether the timeline is sealed as far as it should be."""
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
