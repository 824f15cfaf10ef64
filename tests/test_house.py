"""The house keeps its shape: budgets, names, sentences. docs/house.md says why."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

import nextcall
from nextcall import models as contents

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "nextcall"
ROOMS = ["web", "hooks", "cli", "worklist", "sample", "privacy", "proof", "engine", "intake", "conversations",
         "cadences", "consent", "timeline", "leads", "team", "channels", "lib"]  # fmt: skip
BANNED = {"services", "selectors", "utils", "util", "helpers", "helper", "common", "core", "managers", "misc"}
CLIENTS = {"smtplib", "imaplib", "imap_tools", "http.client", "urllib.request", "requests", "httpx", "django.core.mail"}
FILE, FUNCTION, VIEW, TEMPLATE = 300, 40, 25, 120
FILE_END, FUNCTION_END = 400, 50

# Crowding is a decision: what is over its budget stands here with the reason, and never over the end.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def python_files(*places: Path) -> list[Path]:
    return [f for place in places for f in sorted(place.rglob("*.py")) if "migrations" not in f.parts]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each with the lines of its body: a signature and a docstring are for whoever calls, and may be long."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield f"{name(path)}:{node.name}", node, (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_view(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = node.args.args[0].arg if node.args.args else ""
    return first == "request" and not node.name.startswith("_")


def test_files_stay_within_their_budget() -> None:
    lengths = {name(f): len(f.read_text().splitlines()) for f in python_files(HOUSE, ROOT / "tests", ROOT / "bench")}
    allowed = {file: FILE_END if file.startswith("tests") or file in LONG_FILES else FILE for file in lengths}
    crowded = {file: n for file, n in lengths.items() if n > allowed[file]}
    assert not crowded, (
        f"a file has at most {FILE} lines, a file of tests {FILE_END}; name the missing concept: {crowded}"
    )


def test_functions_stay_within_their_budget() -> None:
    found = {at: n for f in python_files(HOUSE) for at, _, n in functions(f)}
    long = {at: n for at, n in found.items() if (n > FUNCTION and at not in LONG_FUNCTIONS) or n > FUNCTION_END}
    assert not long, f"a function has at most {FUNCTION} lines: {long}"


def test_views_stay_within_their_budget() -> None:
    found = {
        at: n for f in python_files(HOUSE / "web", HOUSE / "hooks") for at, node, n in functions(f) if is_view(node)
    }
    long = {at: n for at, n in found.items() if n > VIEW}
    assert not long, f"a view has at most {VIEW} lines: fetch, make one call, render: {long}"


def test_templates_stay_within_their_budget() -> None:
    long = {name(f): n for f in HOUSE.rglob("*.html") if (n := len(f.read_text().splitlines())) > TEMPLATE}
    assert not long, f"a template has at most {TEMPLATE} lines; give a part its own file: {long}"


def test_what_is_allowed_to_be_long_still_is() -> None:
    """An excuse that is no longer needed goes."""
    lengths = {name(f): len(f.read_text().splitlines()) for f in python_files(HOUSE, ROOT / "tests", ROOT / "bench")}
    assert not [file for file in LONG_FILES if lengths.get(file, 0) <= FILE]
    found = {at: n for f in python_files(HOUSE) for at, _, n in functions(f)}
    assert not [at for at in LONG_FUNCTIONS if found.get(at, 0) <= FUNCTION]


def test_every_room_has_its_sentence_and_the_book_says_the_same() -> None:
    book = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", (ROOT / "docs" / "house.md").read_text(), re.M))
    assert list(book) == ROOMS
    for room in ROOMS:
        said = (importlib.import_module(f"nextcall.{room}").__doc__ or "").strip()
        assert said.splitlines()[:1] == [book[room]], f"nextcall/{room}/__init__.py and docs/house.md differ"


def test_every_package_is_a_room_of_the_plan() -> None:
    packages = {found.name for found in pkgutil.iter_modules(nextcall.__path__) if found.ispkg}
    assert packages == {*ROOMS, "migrations"}


def test_every_model_stands_in_the_table_of_contents() -> None:
    models = {model.__name__ for model in apps.get_app_config("nextcall").get_models()}
    assert models == set(contents.__all__)
    assert contents.__all__ == sorted(contents.__all__)


def test_nothing_is_named_for_having_no_name() -> None:
    names = {
        name(f)
        for f in HOUSE.rglob("*")
        if {part.split(".")[0].strip("_") for part in f.relative_to(HOUSE).parts} & BANNED
    }
    assert not names


def test_models_do_nothing_on_their_own() -> None:
    for path in HOUSE.glob("*/models.py"):
        overridden = [at for at, node, _ in functions(path) if node.name in ("save", "delete", "ready")]
        assert not overridden, f"a model is a noun: {overridden}"


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_mail_and_http_clients_live_in_channels_alone() -> None:
    found = {name(f): sorted(imported(f) & CLIENTS) for f in python_files(HOUSE) if "channels" not in f.parts}
    assert not {file: used for file, used in found.items() if used}


def test_what_a_provider_delivers_passes_its_permit_first() -> None:
    """`_deliver` is called by `Provider.send` alone, and a permit is issued in three places (see .importlinter)."""
    texts = {name(f): f.read_text() for f in python_files(HOUSE)}
    assert [f for f, text in texts.items() if "._deliver(" in text] == ["nextcall/channels/provider.py"]
    issuing = [f for f, text in texts.items() if "permit.issue(" in text]
    assert issuing == ["nextcall/engine/due.py", "nextcall/team/mail.py", "nextcall/team/text.py"]


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.html")), ids=name)
def test_templates_speak_calmly(path: Path) -> None:
    words = re.sub(r"<!--.*?-->|<!DOCTYPE[^>]*>|{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.S | re.I)
    assert "overdue" not in words.lower(), "we say: carried over"
    assert "!" not in words, "nothing here is worth an exclamation mark"
    assert not re.search(r"\sstyle=|\son\w+=|<script>|<style>", words), "the security policy refuses what stands inline"


def test_no_file_names_a_registry_or_a_place_on_somebody_s_disk() -> None:
    wrong = re.compile(r"/(?:home|root|Users)/\w+/|files\.pythonhosted|pypi\.org/simple|--(?:extra-)?index-url")
    listed = [*ROOT.glob("*.*"), ROOT / "Makefile", *(ROOT / "script").glob("*"), *(ROOT / "docs").rglob("*.md")]
    texts = [
        f
        for f in [*listed, *python_files(HOUSE, ROOT / "bench")]
        if f.is_file() and f.suffix not in (".png", ".sqlite3")
    ]
    assert not [name(f) for f in texts if wrong.search(f.read_text(errors="replace"))]


def test_every_setting_stands_in_the_book_of_operating() -> None:
    book = (ROOT / "docs" / "operating.md").read_text()
    read = set(re.findall(r'environ\.get\("(\w+)"', (HOUSE / "settings.py").read_text())) - {"NEXTCALL_TEST_SQLITE"}
    assert not {variable for variable in read if f"| {variable} |" not in book}
