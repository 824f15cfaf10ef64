"""What the gate denies because something of ours has grown old waits, and leaves again when it was mended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.consent import law, policy
from nextcall.consent.facts import Ask, Checked, Facts, Place
from nextcall.consent.models import NumberList
from nextcall.consent.places import place_of
from nextcall.consent.rules import decide
from nextcall.engine.settle import _is_mendable
from nextcall.engine.trusting import Trust
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import second_clock
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_lead, make_touch

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_heard() -> Iterator[None]:
    second_clock.forget()
    yield
    second_clock.forget()


def work(worker: Worker, at: datetime) -> None:
    while worker.turn(at):
        pass


def fresh(touch: Touch) -> Touch:
    touch.refresh_from_db()
    return touch


def written(account: Account, at: datetime = MONDAY) -> Event:
    return Event.objects.create(account=account, kind="touch.sent", at=at)


class Counted:
    """The seconds a machine has counted, as a test says."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_scenario_20_a_clock_two_hours_slow_sends_nothing(account: Account, lead: Lead) -> None:
    written(account, MONDAY + 2 * HOUR)
    touch, memory = make_touch(lead, "text", body="Hi", due_at=MONDAY), Memory()
    work(Worker(everything=memory, threads=0, trust=Trust()), MONDAY)
    assert memory.sent == []
    assert (fresh(touch).state, touch.rule) == ("planned", "clock.doubt")
    assert touch.decision is not None and touch.decision["verdict"] == "deny"
    assert "2 h 0 min behind what is recorded already" in touch.because


def test_set_right_it_sends_what_waited_once(account: Account, lead: Lead) -> None:
    written(account, MONDAY + 2 * HOUR)
    touches = [make_touch(one, "text", body="Hi", due_at=MONDAY) for one in (lead, make_lead(account))]
    memory, counted = Memory(), Counted()
    worker = Worker(everything=memory, threads=0, trust=Trust(counted=counted))
    work(worker, MONDAY)
    counted.seconds = 60.0
    right = MONDAY + 2 * HOUR + timedelta(minutes=1)
    second_clock.hear("updates.push.services.mozilla.com", f"{right:%a, %d %b %Y %H:%M:%S} GMT", counted=60.0)
    work(worker, right)
    work(worker, right + timedelta(seconds=5))
    assert len(memory.sent) == 2
    assert {fresh(touch).state for touch in touches} == {"sent"}


def test_an_answer_from_elsewhere_contradicts_the_clock(account: Account, lead: Lead) -> None:
    counted = Counted()
    second_clock.hear("fcm.googleapis.com", f"{MONDAY + 2 * HOUR:%a, %d %b %Y %H:%M:%S} GMT", counted=0.0)
    touch = make_touch(lead, "email", body="Hi", due_at=MONDAY)
    work(Worker(everything=Memory(), threads=0, trust=Trust(counted=counted)), MONDAY)
    assert "2 h 0 min behind fcm.googleapis.com" in fresh(touch).because


def test_a_clock_set_back_while_it_runs_is_noticed_without_any_other(account: Account, lead: Lead) -> None:
    counted = Counted()
    worker = Worker(everything=Memory(), threads=0, trust=Trust(counted=counted))
    work(worker, MONDAY)
    counted.seconds = 60.0
    touch = make_touch(lead, "text", body="Hi", due_at=MONDAY - 2 * HOUR)
    work(worker, MONDAY - 2 * HOUR)
    assert (fresh(touch).rule, "jumped back by 2 h" in touch.because) == ("clock.doubt", True)


def test_an_hour_asleep_is_no_doubt(account: Account, lead: Lead) -> None:
    counted = Counted()
    worker = Worker(everything=Memory(), threads=0, trust=Trust(counted=counted))
    work(worker, MONDAY)
    counted.seconds = 3600.0
    touch = make_touch(lead, "text", body="Hi", due_at=MONDAY)
    work(worker, MONDAY + HOUR)
    assert fresh(touch).state == "sent"


def test_a_doubted_clock_leaves_people_their_calls(account: Account, lead: Lead) -> None:
    written(account, MONDAY + 2 * HOUR)
    touch = make_touch(lead, "call", due_at=MONDAY)
    work(Worker(everything=Memory(), threads=0, trust=Trust()), MONDAY)
    assert fresh(touch).state == "open"


def test_with_old_zone_data_texts_wait_and_leave_when_it_is_renewed(
    account: Account, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch, memory = make_touch(lead, "text", body="Hi", due_at=MONDAY), Memory()
    old = replace(policy.shipped(), zone_data="2025b", compiled={})
    monkeypatch.setattr(policy, "for_account", lambda *_, **__: old)
    Worker(everything=memory, threads=0).run_until(MONDAY + HOUR / 2, start=MONDAY)
    assert (fresh(touch).state, touch.rule, memory.sent) == ("planned", "zone_data.stale", [])
    monkeypatch.undo()
    Worker(everything=memory, threads=0).run_until(MONDAY + 2 * HOUR, start=MONDAY + HOUR)
    assert fresh(touch).state == "sent"


def test_beyond_the_holiday_file_texts_to_states_with_holidays_wait(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = T("2028-01-11 10:00")
    lead = make_lead(account, postal_code="84101", region="UT", arrived_at=after)
    touch, memory = make_touch(lead, "text", body="Hi", due_at=after), Memory()
    Worker(everything=memory, threads=0).run_until(after + HOUR / 2, start=after)
    assert (fresh(touch).state, touch.rule.endswith(".holidays"), memory.sent) == ("planned", True, [])
    renewed = replace(law.calendar(), valid_until=after.date() + timedelta(days=365))
    monkeypatch.setattr(law, "calendar", lambda: renewed)
    policy.shipped().compiled.clear()
    Worker(everything=memory, threads=0).run_until(after + 2 * HOUR, start=after + HOUR)
    assert fresh(touch).state == "sent"
    policy.shipped().compiled.clear()


def test_what_they_withdrew_is_never_waited_for(account: Account, lead: Lead) -> None:
    """A denial that nobody can mend stays one, whatever else has grown old."""
    rules, ask = policy.shipped(), Ask("text")
    stopped = Facts(place_of_denver(), tier="written", withdrawn=("opt_out",), clock_doubt="2 h behind")
    assert not _is_mendable(ask, stopped, rules, decide(ask, stopped, rules, MONDAY), MONDAY)


@pytest.mark.parametrize(("age", "listed", "mends"), [(40, False, True), (40, True, False), (3, True, False)])
def test_only_the_age_of_a_do_not_call_list_is_waited_for(age: int, listed: bool, mends: bool) -> None:
    rules, ask = policy.shipped(), Ask("call", automated=False)
    lists = tuple(Checked(place, listed, MONDAY - timedelta(days=age)) for place in ("US", "US-CO"))
    cold = Facts(place_of_denver(), lists=lists)
    decision = decide(ask, cold, rules, MONDAY)
    assert decision.verdict == "deny"
    assert _is_mendable(ask, cold, rules, decision, MONDAY) is mends


def place_of_denver() -> Place:
    return place_of(phones=[], postal_code="80202", region="CO", country="US", stated=(), default_country="US")


def a_list(account: Account, place: str, *, days_old: int, at: datetime = MONDAY) -> NumberList:
    rows = NumberList.objects.filter(account=account, place=place, replaced_at=None)
    rows.update(replaced_at=at)
    return NumberList.objects.create(
        account=account, place=place, obtained_at=at - timedelta(days=days_old), stored_at=at, ready_at=at
    )


def test_a_cold_call_waits_for_a_fresh_list_and_is_dealt_when_it_came(account: Account) -> None:
    cold = make_lead(account, permission="none", arrived_at=MONDAY - timedelta(days=200))
    touch = make_touch(cold, "call", due_at=MONDAY)
    for place in ("US", "US-CO"):
        a_list(account, place, days_old=32)
    work(Worker(everything=Memory(), threads=0), MONDAY)
    assert (fresh(touch).state, touch.rule) == ("planned", "US-07.dnc")
    assert touch.decision is not None and touch.decision["verdict"] == "deny"
    assert "32 days old and may be 31" in str(touch.decision["rules"])
    for place in ("US", "US-CO"):
        a_list(account, place, days_old=1)
    work(Worker(everything=Memory(), threads=0), MONDAY + HOUR + timedelta(minutes=1))
    assert fresh(touch).state == "open"


def test_a_wait_that_is_asked_about_again_and_again_is_written_down_once(
    account: Account, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = make_touch(lead, "text", body="Hi", due_at=MONDAY)
    old = replace(policy.shipped(), zone_data="2025b", compiled={})
    monkeypatch.setattr(policy, "for_account", lambda *_, **__: old)
    Worker(everything=Memory(), threads=0).run_until(MONDAY + 3 * HOUR, start=MONDAY)
    assert fresh(touch).due_at > MONDAY + 2 * HOUR
    assert Event.objects.filter(kind="touch.waited", touch_id=touch.pk).count() == 1
