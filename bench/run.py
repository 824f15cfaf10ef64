"""One measure in a process of its own, on the copy of the ground that its environment names; figures as JSON lines."""

import argparse
import importlib
import inspect
import sys

from bench import clock
from nextcall.cli import set_up


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--stored", type=int, required=True)
    parser.add_argument("--count", type=int, default=1)
    asked = parser.parse_args()
    set_up()
    if asked.name == "ground":
        lay(asked.stored)
        return
    measure = importlib.import_module(f"bench.measures.{asked.name}").measure
    wanted = inspect.signature(measure).parameters
    given = {key: value for key, value in (("stored", asked.stored), ("count", asked.count)) if key in wanted}
    for figure in measure(asked.size, **given):
        print(figure.as_json())
    sys.stdout.flush()


def lay(stored: int) -> None:
    from django.core.management import call_command

    from bench import ground

    call_command("migrate", verbosity=0)
    ground.lay(stored, at=clock.now())


if __name__ == "__main__":
    main()
