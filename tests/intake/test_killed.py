"""Several processes at one file, and processes that are killed at it: no row twice, none lost."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from nextcall.cadences.models import Enrollment
from nextcall.intake import importing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.models import Import
from nextcall.leads.models import ContactPoint, Lead, Person
from tests import builders
from tests.intake.files import MONDAY, begin, many

ROWS = 120
# What a process of its own does, on the database of the test.
WORKS = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from tests.builders import MONDAY
from nextcall.intake import importing
print("ready", flush=True)
while importing.run_waiting(at=MONDAY, chunk=5):
    pass
"""


def confirmed() -> Import:
    import_ = begin(builders.make_account(), many(ROWS))
    importing.confirm(import_, choices=Choices(cadence="steady"), by=None, at=MONDAY)
    return import_


def assert_whole(import_: Import) -> None:
    import_.refresh_from_db()
    assert (import_.state, import_.rows_done) == ("done", ROWS)
    summary = Summary.from_json(import_.summary)
    assert (summary.rows, summary.new, summary.merged, summary.set_aside) == (ROWS, ROWS, 0, 0)
    assert Lead.objects.count() == Person.objects.count() == Enrollment.objects.count() == ROWS
    assert ContactPoint.objects.count() == 2 * ROWS


@pytest.mark.django_db(transaction=True)
def test_two_engines_at_one_file_take_every_row_once() -> None:
    import_ = confirmed()

    def work() -> None:
        try:
            while Import.objects.get(pk=import_.pk).state != "done":
                importing.run_waiting(at=MONDAY, chunk=10)
        finally:
            connection.close()

    engines = [threading.Thread(target=work) for _ in range(2)]
    for engine in engines:
        engine.start()
    for engine in engines:
        engine.join(timeout=60)
    assert_whole(import_)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_at_any_instant_costs_no_row() -> None:
    import_ = confirmed()
    chance = random.Random(9)
    database = str(settings.DATABASES["default"]["NAME"])
    for _ in range(5):
        root = str(Path(__file__).resolve().parents[2])
        environment = {**os.environ, "PYTHONPATH": root}
        child = subprocess.Popen([sys.executable, "-c", WORKS, database], env=environment, stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.25))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    while importing.run_waiting(at=MONDAY):
        pass
    assert_whole(import_)
