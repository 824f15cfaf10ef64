"""The command line: one module per command."""

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Command:
    """`module` under nextcall.cli holds a function `command`, or an `app` where it has commands of its own."""

    module: str
    says: str
    database: bool = True


# Loaded when called, so that a command without a database starts in a fraction of a second.
COMMANDS = {
    "serve": Command("serve", "pages, hooks and the engine as one supervised command", database=False),
    "engine": Command("engine", "the engine alone; on PostgreSQL as many as wanted"),
    "demo": Command("demo", "an invented team with half a year of work, in an empty database"),
    "import": Command("import_", "leads from CSV, TSV or XLSX files"),
    "lists": Command("lists", "do-not-call lists: their ages, add, drop"),
    "reassigned": Command("reassigned", "numbers to ask the reassigned-numbers database about, and its answers"),
    "read": Command("read", "what Nextcall understands of a lead, nothing stored", database=False),
    "classify": Command("classify", "what an inbound message means", database=False),
    "understand": Command("understand", "what an inbound message is, nothing stored", database=False),
    "may": Command("may", "asks the gate: may we, on this channel, now", database=False),
    "jurisdiction": Command("jurisdiction", "the law as files: list, show, check", database=False),
    "check-words": Command("check_words", "whether a message may say what it says", database=False),
    "cadence": Command("cadence", "list, show, check, plan, diff, export, import cadences", database=False),
    "run-through": Command(
        "run_through", "the real engine over a throw-away database, the clock jumps", database=False
    ),
    "sign-in": Command("sign_in", "prints a one-time sign-in link"),
    "proof": Command("proof", "a signed pack of every contact and every refusal"),
    "verify": Command("verify", "whether a proof pack, or the record itself, is as it was", database=False),
    "doctor": Command("doctor", "what is in order, and how to mend what is not", database=False),
    "export": Command("export", "everything about one person, as JSON and CSV"),
    "erase": Command("erase", "forgets one person; the salted hash stays on the stop list"),
    "backup": Command("backup", "a consistent copy while running"),
    "restore": Command("restore", "puts a backup back", database=False),
}


class Wrong(Exception):
    """The input or the call is wrong: one line that says what, where, and what would be right. Exit status 2."""


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit status: 0 done, 1 needs attention, 2 the input or the call is wrong."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0 if arguments else 2
    if arguments[0] in ("-V", "--version"):
        from nextcall import __version__

        print(f"nextcall {__version__}")
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        return complain(f"there is no command {name!r}; there are: {', '.join(COMMANDS)}")
    return call(name, rest)


def call(name: str, arguments: Sequence[str]) -> int:
    import click
    import typer

    try:
        command = load(name, only_words="--help" in arguments)
        answer: Any = command(args=list(arguments), prog_name=f"nextcall {name}", standalone_mode=False)
    except Wrong as wrong:
        return complain(str(wrong))
    except click.ClickException as wrong:  # a usage error: one line instead of a page
        return complain(f"{wrong.format_message()} (nextcall {name} --help shows the call)")
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return answer if isinstance(answer, int) else 0


def load(name: str, *, only_words: bool = False) -> Any:
    """The command itself. `only_words`: its help, which needs no database."""
    import typer

    from nextcall.lib import zone_data

    zone_data.use_shipped()
    if COMMANDS[name].database:
        set_up()
        if not only_words:
            make_current()
    module = importlib.import_module(f"nextcall.cli.{COMMANDS[name].module}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(name)(module.command)
    return typer.main.get_command(app)


def set_up() -> None:
    """Make the models usable; commands that need them only sometimes call this themselves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nextcall.settings")
    import django

    django.setup()


def make_current() -> None:
    """Make the tables where there are none yet; one line where they are another release's, or out of reach."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing and executor.loader.applied_migrations:
            raise Wrong("the database is of an earlier release; nextcall serve brings its tables up to date")
        if missing:
            call_command("migrate", verbosity=0, skip_checks=True)
    except OperationalError as error:
        raise Wrong(f"the database cannot be used: {error}") from error


def overview() -> str:
    lines = [f"  {name:<12} {command.says}" for name, command in COMMANDS.items()]
    return "\n".join(["nextcall COMMAND …", "", *lines, "", "nextcall COMMAND --help shows each with an example."])


def complain(what: str) -> int:
    print(f"nextcall: {' '.join(what.split())}", file=sys.stderr)
    return 2
