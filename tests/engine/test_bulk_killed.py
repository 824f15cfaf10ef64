"""Processes that are killed in the middle of a change of many leads: none is left out, none changed twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from nextcall.engine import bulk_changes
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from tests.builders import MONDAY, make_account, make_lead, make_member

LEADS = 60
WORKS = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from tests.builders import MONDAY
from nextcall.engine import bulk_changes
print("ready", flush=True)
while bulk_changes.run_some(at=MONDAY, bite=3):
    pass
"""


def killed_now_and_then(seed: int) -> None:
    """Four processes work at it one after the other, each killed after a moment; then one that lives to the end."""
    rng, root = random.Random(seed), str(Path(__file__).resolve().parents[2])
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", WORKS, str(settings.DATABASES["default"]["NAME"])],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
        )
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(rng.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    while bulk_changes.run_some(at=MONDAY):
        pass


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_again_and_again_it_is_done_once_and_undone_once() -> None:
    account = make_account()
    mary, ben = make_member(account, "manager", name="Mary"), make_member(account, name="Ben")
    leads = [make_lead(account, name=f"Person {n}", owner=mary) for n in range(LEADS)]
    change = bulk_changes.propose(
        account=account,
        by=mary,
        kind="owner",
        lead_ids=[lead.pk for lead in leads],
        choices={"owners": [ben.pk]},
        at=MONDAY,
    )
    bulk_changes.confirm(change, says="given to Ben", by=mary, at=MONDAY)
    killed_now_and_then(1)
    change.refresh_from_db()
    assert (change.state, change.done, change.left_out) == ("done", LEADS, 0)
    assert Lead.objects.filter(owner=ben).count() == LEADS == Action.objects.filter(bulk=change).count()
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    killed_now_and_then(2)
    change.refresh_from_db()
    assert change.state == "undone" and change.choices["back"] == LEADS and not change.choices["stayed"]
    assert Lead.objects.filter(owner=mary).count() == LEADS
