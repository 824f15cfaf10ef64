"""Notices: of what, to whom, once."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.channels import push
from nextcall.channels.contract import SendError
from nextcall.conversations import log
from nextcall.conversations.models import Promise
from nextcall.engine import forgetting, notify
from nextcall.engine.models import Notice, Taken
from nextcall.engine.notify import Notify
from nextcall.leads.models import Lead
from nextcall.team import devices
from nextcall.team.models import Account, Member, PushSubscription
from nextcall.timeline.record import record
from tests.builders import MONDAY, make_account, make_lead, make_member
from tests.channels.push_service import Browser

pytestmark = pytest.mark.django_db
SOON = MONDAY + timedelta(seconds=5)


class Pushed(list[tuple[str, dict[str, Any]]]):
    """(endpoint, what it shows); `fails` is raised instead of taking it."""

    fails: Exception | None = None

    def titles(self) -> list[str]:
        return [told["title"] for _, told in self]


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> Pushed:
    taken = Pushed()

    def take(device: Any, words: bytes, **how: Any) -> None:
        if taken.fails:
            raise taken.fails
        taken.append((device.endpoint, json.loads(words)))

    monkeypatch.setattr(push, "push", take)
    return taken


def subscribe(member: Member, n: int = 1) -> PushSubscription:
    device = Browser().device(f"https://push.example.com/{member.pk}/{n}")
    return devices.remember(member=member, device=device, label="Chrome on Android", at=MONDAY)


@pytest.fixture
def ann(member: Member) -> Member:
    subscribe(member)
    return member


def arrive(lead: Lead, *, at: datetime = MONDAY, by: Member | None = None, **data: Any) -> None:
    record(
        account_id=lead.account_id,
        kind="lead.arrived",
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        data=data,
    )


def look(at: datetime = SOON) -> None:
    Notify(threads=0)(at=at)


def test_a_new_lead_of_mine_is_told_once(ann: Member, lead: Lead, pushed: Pushed) -> None:
    arrive(lead)
    for seconds in range(0, 30, 5):
        look(SOON + timedelta(seconds=seconds))
    assert pushed.titles() == ["New lead: Hazel"]
    assert pushed[0][1]["url"] == f"/leads/{lead.pk}/"
    assert "Thorne" not in json.dumps(pushed)


def test_nobodys_lead_is_everybodys_news_and_a_colleagues_is_not_mine(
    ann: Member, account: Account, pushed: Pushed
) -> None:
    ben = make_member(account, name="Ben Cole")
    subscribe(ben)
    arrive(make_lead(account))
    arrive(make_lead(account, owner=ben, name="Rowan Ash"))
    look()
    told = {(endpoint.split("/")[3], shown["title"]) for endpoint, shown in pushed}
    assert told == {
        (str(ann.pk), "New lead: Hazel"),
        (str(ben.pk), "New lead: Hazel"),
        (str(ben.pk), "New lead: Rowan"),
    }


def test_another_accounts_lead_is_no_news(ann: Member, pushed: Pushed) -> None:
    arrive(make_lead(make_account("Other")))
    look()
    assert not pushed


def test_a_sender_whom_nobody_knows_is_news_in_their_own_account_alone(
    ann: Member, account: Account, pushed: Pushed
) -> None:
    other = make_account("Other")
    subscribe(make_member(other, "owner", name="Eve Other"))
    owner = make_member(account, "owner", name="Olga Reyes")
    subscribe(owner)
    log.received(account=account, lead=None, contact_point=None, channel="text", body="Hello?", at=MONDAY,
                 verdict="reply", sender="+1 303 555 0199")  # fmt: skip
    look()
    assert [endpoint.split("/")[3] for endpoint, _ in pushed] == [str(owner.pk)]


def test_a_crash_between_writing_down_and_pushing_tells_nobody_twice(ann: Member, lead: Lead, pushed: Pushed) -> None:
    arrive(lead)
    pushed.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        look()
    pushed.fails = None
    look(SOON + timedelta(seconds=5))
    assert not pushed
    assert Notice.objects.count() == 1


def test_two_engines_tell_it_once(ann: Member, lead: Lead, pushed: Pushed, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(lead)
    first, second = notify._new_to({ann: []}, at=SOON), None
    monkeypatch.setattr(Notice.objects, "filter", lambda **_: Notice.objects.none())  # the second looked before
    second = notify._new_to({ann: []}, at=SOON)
    assert len(first[ann]) == 1 and not second


@pytest.mark.parametrize(
    "why", ["switched off", "away", "deactivated", "too late", "from a file", "invented", "own deed", "undone"]
)
def test_what_is_not_told(ann: Member, lead: Lead, pushed: Pushed, why: str) -> None:
    at = SOON
    data: dict[str, Any] = {"import": 7} if why == "from a file" else {}
    if why == "switched off":
        Member.objects.filter(pk=ann.pk).update(settings={"push_new_lead": False})
    if why == "away":
        Member.objects.filter(pk=ann.pk).update(away_until=SOON + timedelta(days=1))
    if why == "deactivated":
        Member.objects.filter(pk=ann.pk).update(is_active=False)
    if why == "too late":
        at = MONDAY + timedelta(minutes=10, seconds=1)
    if why == "invented":
        lead.person.sample = True
        lead.person.save()
    if why == "undone":
        Lead.objects.filter(pk=lead.pk).update(removed_at=MONDAY)
    arrive(lead, by=ann if why == "own deed" else None, **data)
    look(at)
    assert not pushed


def test_many_new_leads_at_once_are_one_notice(ann: Member, account: Account, pushed: Pushed) -> None:
    for _ in range(6):
        arrive(make_lead(account, owner=ann))
    look()
    assert pushed.titles() == ["6 new leads"]


def test_a_reply_is_told_to_whom_it_belongs_and_an_automatic_one_to_nobody(
    ann: Member, lead: Lead, pushed: Pushed
) -> None:
    for verdict in ("reply", "auto_reply"):
        log.received(
            account=lead.account,
            lead=lead,
            contact_point=None,
            channel="text",
            body="Call me",
            at=MONDAY,
            verdict=verdict,
        )
    look()
    assert pushed.titles() == ["Hazel wrote"]
    assert "Call me" not in json.dumps(pushed)


def test_a_promise_is_told_when_it_falls_due_and_again_when_it_was_snoozed(
    ann: Member, lead: Lead, pushed: Pushed
) -> None:
    due = MONDAY + timedelta(hours=1)
    promise = Promise.objects.create(
        account=lead.account, lead=lead, owner=ann, kind="call", due_at=due, made_at=MONDAY
    )
    look(due - timedelta(seconds=1))
    assert not pushed
    look(due)
    look(due + timedelta(seconds=9))
    assert pushed.titles() == ["Call Hazel, as promised"]
    assert pushed[0][1]["body"] == "Due 11:00 am."
    Promise.objects.filter(pk=promise.pk).update(due_at=due + timedelta(hours=2))
    look(due + timedelta(hours=2))
    assert len(pushed) == 2


def test_a_device_that_is_gone_is_forgotten_and_one_out_of_reach_is_not(
    ann: Member, lead: Lead, pushed: Pushed
) -> None:
    arrive(lead)
    pushed.fails = SendError("no answer", permanent=False)
    look()
    assert PushSubscription.objects.count() == 1
    arrive(make_lead(lead.account, owner=ann))
    pushed.fails = push.Gone()
    look(SOON + timedelta(seconds=5))
    assert not PushSubscription.objects.exists()


def test_pushing_in_threads_holds_up_nothing_and_forgets_later(ann: Member, lead: Lead, pushed: Pushed) -> None:
    arrive(lead)
    pushed.fails = push.Gone()
    job = Notify(threads=1)
    job(at=SOON)
    for running in job._running:
        running.result(5)
    job(at=SOON + timedelta(seconds=2))
    assert not PushSubscription.objects.exists()


def test_nobody_has_more_than_ten_devices_and_a_browser_has_one_member(ann: Member, account: Account) -> None:
    for n in range(12):
        subscribe(ann, n)
    assert ann.push_subscriptions.count() == devices.MOST
    ben = make_member(account, name="Ben Cole")
    device = Browser().device("https://push.example.com/shared")
    for owner in (ann, ben):
        devices.remember(member=owner, device=device, label="", at=MONDAY)
    assert PushSubscription.objects.get(endpoint=device.endpoint).member == ben


def test_looking_costs_the_same_however_many_are_told(ann: Member, account: Account, pushed: Pushed) -> None:
    counts = []
    for many in (5, 20):
        for _ in range(many):
            arrive(make_lead(account, owner=ann))
        look()
        with CaptureQueriesContext(connection) as queries:
            look(SOON + timedelta(seconds=5))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7


def test_old_posts_and_notices_are_forgotten(ann: Member) -> None:
    for days in (1, 29, 31):
        at = MONDAY - timedelta(days=days)
        Taken.objects.create(account=ann.account, member=ann, key=str(days), at=at)
        Notice.objects.create(account=ann.account, member=ann, kind="reply", about=str(days), at=at)
    assert forgetting.Forgetting()(at=MONDAY) is False
    assert (
        set(Taken.objects.values_list("key", flat=True))
        == set(Notice.objects.values_list("about", flat=True))
        == {"1", "29"}
    )
