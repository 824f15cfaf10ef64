"""The sender pool at work: texts leave from the account's numbers, at their rates and days, and none is dropped."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.cadences.models import Touch
from nextcall.channels.contract import Outgoing, Receipt, SendError
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Message
from nextcall.engine import number_pace, resting, senders
from nextcall.engine.due import Claims
from nextcall.engine.models import NumberPace
from nextcall.engine.numbers import Number
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, SenderNumber
from tests.builders import MONDAY, make_lead, make_member, make_touch

SOON = MONDAY + timedelta(minutes=1)


@pytest.fixture
def texting(account: Account) -> Connection:
    return Connection.objects.create(
        account=account, channel="text", provider="memory", sealed=sealing.seal({}), per_minute=0, created_at=MONDAY
    )


@pytest.fixture
def far_end(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """What every connection of the test is served by."""
    made = Memory()
    monkeypatch.setattr(senders.registry, "provider", lambda *_: made)
    monkeypatch.setattr(senders.make, "__kwdefaults__", {"provider": lambda *_: made})
    return made


def number(texting: Connection, value: str = "+13035550100", **fields: Any) -> SenderNumber:
    fields = {"registration": "registered", "per_minute": 0, "created_at": MONDAY, **fields}
    return SenderNumber.objects.create(account=texting.account, connection=texting, number=value, **fields)


def phone(lead: Lead) -> ContactPoint:
    return ContactPoint.objects.get(reaches__person=lead.person, kind="phone")


def work(until: timedelta = timedelta(minutes=5)) -> None:
    Worker(threads=0).run_until(MONDAY + until, start=MONDAY)


def text(lead: Lead, **fields: Any) -> Touch:
    return make_touch(lead, "text", body="Hi", **{"due_at": MONDAY, **fields})


def test_a_text_leaves_from_a_number_of_the_pool_which_the_lead_knows_from_then_on(
    texting: Connection, far_end: Memory, lead: Lead
) -> None:
    ours = number(texting)
    touch = text(lead)
    work()
    touch.refresh_from_db()
    assert (touch.state, touch.our_number) == ("sent", ours)
    assert [one.from_address for one in far_end.sent] == [ours.number]
    assert Message.objects.get(touch=touch).our_point == ours.number
    assert phone(lead).our_number == ours


def test_a_lead_keeps_its_number_although_another_is_less_used(
    texting: Connection, far_end: Memory, lead: Lead
) -> None:
    number(texting)
    knows = number(texting, "+12085550100")
    NumberPace.objects.create(number=knows, next_at=MONDAY, day=date(2026, 11, 23), sent=900)
    ContactPoint.objects.filter(pk=phone(lead).pk).update(our_number=knows)
    text(lead)
    work()
    assert [one.from_address for one in far_end.sent] == [knows.number]


def test_the_number_that_the_carrier_chose_is_the_one_they_know(
    texting: Connection, far_end: Memory, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    number(texting)
    other = number(texting, "+12085550100")
    monkeypatch.setattr(far_end, "_deliver", lambda message: Receipt("m-1", our_point=other.number))
    text(lead)
    work()
    assert phone(lead).our_number == other
    assert Message.objects.get().our_point == other.number


def test_a_retry_leaves_from_the_number_of_the_first_try(texting: Connection, far_end: Memory, lead: Lead) -> None:
    number(texting)
    number(texting, "+13035550101")
    tried: list[str] = []

    def before(message: Outgoing) -> None:
        tried.append(message.from_address)
        if len(tried) < 3:
            raise SendError("busy", permanent=False)

    far_end.before = before
    text(lead)
    work(timedelta(hours=1))
    assert len(tried) == 3 and len(set(tried)) == 1


def test_a_number_that_the_carrier_refuses_rests_and_another_one_takes_over(
    texting: Connection, far_end: Memory, lead: Lead
) -> None:
    refused, other = number(texting), number(texting, "+12085550100")

    def before(message: Outgoing) -> None:
        if message.from_address == refused.number:
            raise SendError("not registered", permanent=False, sender="not registered")

    far_end.before = before
    text(lead)
    work(timedelta(hours=1))
    refused.refresh_from_db()
    assert refused.paused_until is not None and "not registered" in refused.paused_because
    assert [one.from_address for one in far_end.sent] == [other.number]
    resting.use_again(refused, by=make_member(lead.account, "owner"), at=SOON)
    refused.refresh_from_db()
    assert (refused.paused_until, refused.paused_because) == (None, "")


def test_one_foreign_lead_does_not_rest_the_number_for_everybody(
    texting: Connection, far_end: Memory, lead: Lead
) -> None:
    ours = number(texting)

    def before(message: Outgoing) -> None:
        raise SendError("not this country", permanent=True, sender="country not permitted")

    far_end.before = before
    text(lead)
    work()
    ours.refresh_from_db()
    assert ours.paused_until is None


def test_credentials_that_are_refused_hold_everything_until_somebody_has_looked(
    texting: Connection, far_end: Memory, lead: Lead, account: Account
) -> None:
    number(texting)
    calls: list[str] = []

    def before(message: Outgoing) -> None:
        calls.append(message.to)
        raise SendError("who are you", permanent=False, sender="credentials refused")

    far_end.before = before
    first = text(lead)
    work()
    second = text(make_lead(account))
    work(timedelta(minutes=30))
    for touch in (first, second):
        touch.refresh_from_db()
        assert (touch.state, touch.rule) == ("planned", "connection.broken")
    assert len(calls) == 1


def test_an_unregistered_pool_sends_nothing_and_says_what_mends_it(
    texting: Connection, far_end: Memory, lead: Lead
) -> None:
    ours = number(texting, registration="pending", registration_says="campaign CM1 in review")
    touch = text(lead)
    work()
    touch.refresh_from_db()
    assert (touch.state, touch.rule, far_end.sent) == ("planned", "CX-03.10dlc", [])
    assert "campaign CM1 in review" in touch.because
    SenderNumber.objects.filter(pk=ours.pk).update(registration="registered")
    work(timedelta(minutes=30))
    assert len(far_end.sent) == 1


def test_each_number_keeps_to_its_own_rate(texting: Connection, far_end: Memory, account: Account) -> None:
    slow, slower = number(texting, per_minute=60), number(texting, "+13035550101", per_minute=30)
    for _ in range(30):
        text(make_lead(account))
    work(timedelta(minutes=2))
    assert Touch.objects.filter(state="sent").count() == 30
    for ours, seconds in ((slow, 1), (slower, 2)):
        made = sorted(Touch.objects.filter(our_number=ours).values_list("made_at", flat=True))
        assert len(made) > 5
        for first, fourth in zip(made, made[3:], strict=False):
            assert (fourth - first).total_seconds() >= seconds
    assert max(Touch.objects.values_list("made_at", flat=True)) <= MONDAY + timedelta(seconds=25)


def test_what_the_day_does_not_hold_leaves_on_the_next_and_none_is_dropped(
    texting: Connection, far_end: Memory, account: Account
) -> None:
    number(texting, ramp_from=date(2026, 11, 23))
    touches = [text(make_lead(account), due_at=MONDAY, priority=5) for _ in range(70)]
    work(timedelta(hours=1))
    assert Touch.objects.filter(state="sent").count() == len(far_end.sent) == 50
    assert Touch.objects.filter(state="planned").count() == 20
    fresh = text(make_lead(account), due_at=MONDAY + timedelta(hours=7), priority=0)
    Worker(threads=0).run_until(MONDAY + timedelta(days=1), start=MONDAY + timedelta(hours=21))  # it looks each minute
    assert {Touch.objects.get(pk=touch.pk).state for touch in [*touches, fresh]} == {"sent"}
    order = [one.reference for one in far_end.sent]
    assert order.index(str(fresh.reference)) == 50, "a new lead goes first"


def test_two_engines_never_take_more_of_a_number_than_it_has(texting: Connection) -> None:
    row = number(texting, per_day=5)
    stale = Number(row.pk, row.number, per_minute=0, per_day=5)  # as two claims read it at the same moment
    zones = {row.pk: "America/Denver"}
    assert number_pace.take({stale: 4}, zones, at=MONDAY) == {row.pk: 4}
    assert number_pace.take({stale: 4}, zones, at=MONDAY) == {row.pk: 1}
    assert number_pace.take({stale: 4}, zones, at=MONDAY) == {row.pk: 0}
    assert number_pace.take({stale: 4}, zones, at=MONDAY + timedelta(days=1)) == {row.pk: 4}


def test_a_claim_asks_no_more_for_many_numbers_and_texts(
    texting: Connection, far_end: Memory, account: Account
) -> None:
    def queries(texts: int) -> int:
        for _ in range(texts):
            text(make_lead(account))
        with CaptureQueriesContext(connection) as asked:
            claimed = Claims("one", Senders()).claim(at=SOON)
        assert len(claimed.ready) == texts
        return len(asked)

    number(texting)
    first = queries(2)
    for last in range(30):
        number(texting, f"+13035550{200 + last}")
    assert queries(40) <= first + 2  # rows made once for numbers that never sent
