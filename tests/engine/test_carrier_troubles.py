"""A carrier that is too busy, goes silent, or reports twice and in the wrong order: nothing twice, nothing lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.contract import DeliveryReport
from nextcall.channels.sms import twilio
from nextcall.engine import reporting
from nextcall.engine.worker import Worker
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, SenderNumber
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead, make_touch
from tests.carrier.owned import ACCOUNT, TOKEN
from tests.carrier.server import Carrier, carrier


@pytest.fixture
def line(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    with carrier() as made:
        known = {**(twilio.Twilio.__init__.__kwdefaults__ or {}), "base_url": made.url}
        monkeypatch.setattr(twilio.Twilio.__init__, "__kwdefaults__", known)
        row = Connection.objects.create(
            account=account, channel="text", provider="twilio", hook_key="K-1", per_minute=0, created_at=MONDAY,
            sealed=sealing.seal({"account_sid": ACCOUNT, "auth_token": TOKEN}),
        )  # fmt: skip
        SenderNumber.objects.create(
            account=account, connection=row, number="+13035550100", registration="registered", per_minute=0,
            created_at=MONDAY,
        )  # fmt: skip
        yield made


def test_a_carrier_that_says_too_fast_gets_them_later_and_each_once(account: Account, line: Carrier) -> None:
    worker = Worker(threads=0)
    line.clock, line.per_second = lambda: worker._clock(), 2
    touches = [make_touch(make_lead(account), "text", body="Hi", due_at=MONDAY) for _ in range(6)]
    worker.run_until(MONDAY + timedelta(hours=2), start=MONDAY)
    assert {Touch.objects.get(pk=touch.pk).state for touch in touches} == {"sent"}
    assert len(line.messages) == len({one.to for one in line.messages}) == 6
    assert Event.objects.filter(kind="touch.retried").exists()


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (("sent", "delivered"), "delivered"),
        (("delivered", "sent"), "delivered"),
        (("delivered", "delivered", "sent", "sent"), "delivered"),
        (("failed", "sent"), "failed"),
        (("failed", "failed"), "failed"),
    ],
)
def test_reports_that_come_twice_or_late_never_move_a_text_back(
    account: Account, line: Carrier, reports: tuple[str, ...], state: str
) -> None:
    touch = make_touch(make_lead(account), "text", body="Hi", due_at=MONDAY)
    Worker(threads=0).run_until(MONDAY + timedelta(minutes=1), start=MONDAY)
    touch.refresh_from_db()
    for one in reports:
        heard = DeliveryReport(touch.provider_reference, one, permanent=True)  # type: ignore[arg-type]
        assert reporting.report(account, heard, provider="twilio", at=MONDAY + timedelta(minutes=2))
    touch.refresh_from_db()
    assert touch.state == state
    kinds = list(Event.objects.filter(touch_id=touch.pk, kind=f"touch.{state}").values_list("kind", flat=True))
    assert len(kinds) == 1 and len(line.messages) == 1
