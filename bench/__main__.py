"""`make bench`: every figure, on SQLite and on PostgreSQL, each beside its floor measured in the same run.

python -m bench [--quick] [--database sqlite|postgresql] [--only throughput,form] [--leads 100000]
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bench import clock
from bench.figures import Figure, table
from bench.place import Place


@dataclass(frozen=True)
class Measure:
    name: str
    size: int
    quick: int
    count: int = 1
    on: tuple[str, ...] = ("sqlite", "postgresql")


MEASURES = [
    Measure("gate", 20_000, 2000, on=("sqlite",)),  # pure: no database is asked
    Measure("permits", 50_000, 2000, on=("sqlite",)),
    Measure("mail", 10_000, 300, on=("sqlite",)),
    Measure("meaning", 10_000, 300, on=("sqlite",)),
    Measure("form", 600, 40),
    Measure("throughput", 100_000, 1000),
    # SQLite has one engine by design: a second one would only wait for the writer's lock
    Measure("throughput", 100_000, 1000, count=4, on=("postgresql",)),
    Measure("stops", 10_000, 600),
    Measure("lateness", 600, 60),
    Measure("web", 200, 20),
    Measure("pages", 100, 10),
    Measure("taps", 60, 6),
    Measure("importing", 20_000, 500),
    Measure("webhook", 8000, 320),
    Measure("inbound", 1000, 60),
    Measure("sealing", 50_000, 2000),
    Measure("proof", 10_000, 300),
    Measure("memory", 300, 30),
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not how fast it is")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="one of the two")
    parser.add_argument("--only", default="", help="names with commas between")
    parser.add_argument("--leads", type=int, default=0, help="how many are stored (100,000; quick: 2,000)")
    asked = parser.parse_args()
    stored = asked.leads or (2000 if asked.quick else 100_000)
    os.environ[clock.SHIFT] = str(clock.shift_seconds())
    failed = False
    for vendor in [asked.database] if asked.database else ["sqlite", "postgresql"]:
        figures, whole = bench(vendor, stored, asked.quick, set(filter(None, asked.only.split(","))))
        failed = failed or not whole
        print(table(f"{vendor}, {stored:,} leads stored, {os.cpu_count()} cores", figures), flush=True)
    sys.exit(int(failed))


def bench(vendor: str, stored: int, quick: bool, only: set[str]) -> tuple[list[Figure], bool]:
    place = Place(vendor)
    figures: list[Figure] = []
    whole = True
    try:
        tell(f"{vendor}: laying the ground of {stored:,} leads")
        if run("ground", place.environment("ground"), 0, stored, 1) is None:
            return figures, False
        for measure in MEASURES:
            if vendor in measure.on and (not only or measure.name in only):
                tell(f"{vendor}: {measure.name}")
                found = run(
                    measure.name, place.copy("copy"), measure.quick if quick else measure.size, stored, measure.count
                )
                whole = whole and found is not None
                figures += found or [Figure(f"{measure.name} FAILED", 0.0, "")]
    finally:
        place.close()
    return figures, whole


def run(name: str, environment: dict[str, str], size: int, stored: int, count: int) -> list[Figure] | None:
    command = [
        sys.executable,
        "-m",
        "bench.run",
        name,
        "--size",
        str(size),
        "--stored",
        str(stored),
        "--count",
        str(count),
    ]
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if ran.returncode:
        return None
    return [Figure(**json.loads(line)) for line in ran.stdout.splitlines() if line.startswith("{")]


def tell(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
