"""run-through: the real engine does what the planner said."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextcall.cadences import enroll, parse, planner
from nextcall.cadences.definition import Progress
from nextcall.cadences.models import Touch
from nextcall.cadences.progress import situations
from nextcall.channels.memory import Memory
from nextcall.cli.run_through import nobody_picks_up
from nextcall.engine.worker import Worker
from tests.builders import MONDAY, T, make_account, make_lead

Made = list[tuple[str, str, datetime, bool]]


def engine_and_plan(slug: str, arrived: datetime, days: int, place: dict[str, str]) -> tuple[Made, Made]:
    """(what the engine did, what the planner said) for a lead who never answers."""
    until = arrived + timedelta(days=days)
    lead = make_lead(make_account(), arrived_at=arrived, **place)  # type: ignore[arg-type]
    enrollment = enroll.begin(lead=lead, slug=slug, by=None, at=arrived)
    Touch.objects.filter(lead=lead).delete()  # before anything is done the planner sees exactly what it saw
    [before] = situations([enrollment], account_id=lead.account_id, at=arrived)
    planned = planner.plan(
        parse.library()[slug],
        Progress(anchor_at=arrived),
        before.facts,
        before.policy,
        now=arrived,
        until=until,
        seed=before.seed,
        working=before.working,
    )
    enroll.plan_next([enrollment.pk], account_id=lead.account_id, at=arrived)
    Worker(everything=Memory(), threads=0).run_until(until, start=arrived, moved=nobody_picks_up)
    rows = Touch.objects.filter(lead=lead).exclude(state__in=["planned", "open"])
    done: Made = sorted(
        ((row.step_key, row.channel, row.made_at or row.finished_at, row.state == "blocked") for row in rows),  # type: ignore[misc]
        key=lambda one: (one[2], one[0]),
    )
    said: Made = sorted(
        ((one.step_key, one.channel, one.due_at, one.blocked) for one in planned), key=lambda one: (one[2], one[0])
    )
    return done, said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "days"), [("fast-start", 6), ("three-and-one", 12), ("letter-first", 9), ("gentle", 32)]
)
@pytest.mark.parametrize(
    "place",
    [
        {"region": "CO", "postal_code": "80202", "phone": "+13035550142"},
        {"region": "FL", "postal_code": "33101", "phone": "+13055550142", "zone": "America/New_York"},
    ],
    ids=["colorado", "florida"],
)
def test_the_engine_does_what_the_planner_said(slug: str, days: int, place: dict[str, str]) -> None:
    done, said = engine_and_plan(slug, MONDAY, days, place)
    assert done == said
    assert said


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    slug=st.sampled_from(["fast-start", "fast-start-light", "steady", "second-wind"]),
    hours=st.integers(0, 24 * 330),
    place=st.sampled_from(
        [
            {"region": "TX", "postal_code": "75201", "phone": "+12145550142", "zone": "America/Chicago"},
            {"region": "NY", "postal_code": "10001", "phone": "+12125550142", "zone": "America/New_York"},
            {"region": "AZ", "postal_code": "85004", "phone": "+12125550143", "zone": "America/Phoenix"},
            {"region": "", "postal_code": "", "phone": "+14155550142", "zone": "America/Los_Angeles"},
        ]
    ),
    tier=st.sampled_from(["written", "express", "none"]),
)
def test_for_any_lead_and_any_hour_of_arrival(slug: str, hours: int, place: dict[str, str], tier: str) -> None:
    with transaction.atomic():
        done, said = engine_and_plan(
            slug, T("2026-01-05 00:20") + timedelta(hours=hours), 3, place | {"permission": tier}
        )
        transaction.set_rollback(True)
    assert done == said


@pytest.mark.slow
def test_the_command_prints_each_lead_and_stops_at_a_reply(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text(
        "First Name,Last Name,Phone,Email,Zip\nHazel,Thorne,303-555-0142,hazel@example.com,80202\n"
        "Owen,Park,305-555-0142,owen@example.com,33101\n"
    )
    replies = tmp_path / "replies.json"
    replies.write_text(
        json.dumps(
            [
                {
                    "at": "2026-11-24T12:30:00-07:00",
                    "from": "+13035550142",
                    "channel": "text",
                    "text": "STOP all calls, texts and emails",
                }
            ]
        )
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "nextcall",
            "run-through",
            "--leads",
            str(leads),
            "--cadence",
            "fast-start",
            "--from",
            "2026-11-23T10:00-07:00",
            "--until",
            "2026-11-26T00:00-07:00",
            "--consent",
            "written",
            "--replies",
            str(replies),
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode in (0, 1), run.stderr
    hazel, owen = json.loads(run.stdout)["leads"]
    assert hazel["stopped"] == "opt_out"
    after = [
        touch for touch in hazel["touches"] if touch["at"] > "2026-11-24T12:30" and touch["state"] in ("sent", "done")
    ]
    assert [touch["step"] for touch in after] in ([], [None])  # at most the confirmation
    assert len(owen["touches"]) > len(hazel["touches"]) - 5
    assert {"n", "at", "day", "channel", "by", "step", "wording", "rule"} <= set(owen["touches"][0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--until", "2026-11-20T00:00Z"], "is not after"),
        (["--from", "2026-11-23T10:00"], "the offset is missing"),
        (["--consent", "perhaps"], "--consent is one of"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(arguments: list[str], says: str, nextcall) -> None:  # type: ignore[no-untyped-def]
    call = [
        "--leads",
        "x.csv",
        "--cadence",
        "steady",
        "--from",
        "2026-11-23T10:00Z",
        "--until",
        "2026-12-01T00:00Z",
        *arguments,
    ]
    ran = nextcall("run-through", *call)
    assert ran.code == 2
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_cadence_that_follows_is_named_and_its_touches_are_left_to_its_own_plan(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("Name,Phone,Zip,Email\nHazel Thorne,303-555-0142,80202,hazel@example.com\n")
    call = ["run-through", "--leads", str(leads), "--cadence", "three-and-one", "--json"]
    span = ["--from", "2026-11-23T10:00:00-07:00", "--until", "2027-02-01T00:00:00-07:00"]
    done = subprocess.run([sys.executable, "-m", "nextcall", *call, *span], capture_output=True, text=True, timeout=120)
    [lead] = json.loads(done.stdout)["leads"]
    assert [touch["step"] for touch in lead["touches"]] == [f"attempt-{number}" for number in range(1, 16)]
    assert (lead["stopped"], lead["then"]) == ("ran its course", "long-view")
