"""A text that may have left is looked for at its carrier before a person is asked; it never leaves again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.contract import DeliveryReport, Handed
from nextcall.channels.sms import telnyx, twilio
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Message
from nextcall.engine import looking, reporting, rescue
from nextcall.engine.retry import LOOKS, next_look
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Member, SenderNumber
from nextcall.timeline.models import Event
from nextcall.worklist import gathering
from tests.builders import MONDAY, make_lead, make_touch
from tests.carrier.owned import ACCOUNT, KEY, TOKEN
from tests.carrier.server import Carrier, carrier

MINUTE = timedelta(minutes=1)
OURS = "+13035550100"
SILENT = "+13035550007"  # the carrier takes the text, and the line goes dead before it answers
CONFIG = {
    "twilio": {"account_sid": ACCOUNT, "auth_token": TOKEN},
    "telnyx": {"api_key": KEY},
}  # fmt: skip


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    with carrier() as made:
        for provider in (twilio.Twilio, telnyx.Telnyx):
            known = {**(provider.__init__.__kwdefaults__ or {}), "base_url": made.url}
            monkeypatch.setattr(provider.__init__, "__kwdefaults__", known)
        yield made


def connect(account: Account, provider: str = "twilio") -> None:
    row = Connection.objects.create(
        account=account, channel="text", provider=provider, hook_key="K-1", per_minute=0, created_at=MONDAY,
        sealed=sealing.seal(CONFIG[provider]),
    )  # fmt: skip
    SenderNumber.objects.create(
        account=account, connection=row, number=OURS, registration="registered", per_minute=0, created_at=MONDAY
    )


def work(line: Carrier, until: timedelta, *, start: datetime = MONDAY) -> None:
    worker = Worker(threads=0)
    line.clock = lambda: worker._clock()
    worker.run_until(start + until, start=start)


def in_doubt(account: Account, line: Carrier, *, listed_after: timedelta = timedelta(), **fields: object) -> Touch:
    """A text that the carrier took without an answer."""
    line.listed_after = listed_after
    lead = make_lead(account, phone=SILENT, **fields)  # type: ignore[arg-type]
    touch = make_touch(lead, "text", body="Hi Hazel", due_at=MONDAY)
    work(line, timedelta(seconds=10))
    touch.refresh_from_db()
    assert (touch.state, len(line.messages)) == ("uncertain", 1)
    return touch


@pytest.mark.parametrize("provider", ["twilio", "telnyx"])
@pytest.mark.parametrize(("behind", "found_at"), [(0, 1), (3, 5), (20, 30), (100, 120)])
def test_it_is_found_at_the_first_look_at_which_the_carrier_lists_it(
    account: Account, line: Carrier, provider: str, behind: int, found_at: int
) -> None:
    connect(account, provider)
    touch = in_doubt(account, line, listed_after=behind * MINUTE)
    work(line, (found_at - 0.5) * MINUTE)
    touch.refresh_from_db()
    assert touch.state == "uncertain"
    work(line, timedelta(minutes=1), start=MONDAY + found_at * MINUTE)
    touch.refresh_from_db()
    assert (touch.state, touch.outcome, touch.because, touch.lease_until) == ("sent", "sent", "", None)
    assert len(line.messages) == 1, "it left once"
    message = Message.objects.get(touch=touch)
    assert (message.at, message.our_point, message.body) == (touch.made_at, OURS, line.messages[0].body)
    assert Attempt.objects.filter(touch_id=touch.pk, state=Attempt.State.MADE).count() == 1
    lead = Lead.objects.get(pk=touch.lead_id)
    assert (lead.attempts, lead.latest_attempt_at) == (1, touch.made_at)
    assert Event.objects.get(kind="touch.sent", touch_id=touch.pk).data["rescued"] is True


@pytest.mark.parametrize("provider", ["twilio", "telnyx"])
def test_what_the_carrier_never_lists_stays_with_a_person_and_is_never_sent_again(
    account: Account, member: Member, line: Carrier, provider: str
) -> None:
    connect(account, provider)
    touch = in_doubt(account, line, listed_after=timedelta(days=30), owner=member)
    asked = line.requests
    work(line, timedelta(hours=1))
    assert gathering.uncertain(member) == []  # the carrier may still say
    work(line, timedelta(days=2), start=MONDAY + timedelta(hours=1))
    touch.refresh_from_db()
    assert (touch.state, touch.because, touch.lease_until) == ("uncertain", looking.NOT_LISTED, None)
    assert (line.requests - asked, len(line.messages)) == (4, 1)
    assert [one.touch_id for one in gathering.uncertain(member)] == [touch.pk]
    assert Event.objects.filter(kind="touch.looked_for", touch_id=touch.pk).count() == 1
    assert not Message.objects.filter(touch=touch).exists()


@pytest.mark.parametrize("provider", ["twilio", "telnyx"])
def test_a_carrier_out_of_reach_is_asked_again_and_at_the_end_said_so(
    account: Account, line: Carrier, provider: str
) -> None:
    connect(account, provider)
    line.out_of_order = True
    touch = in_doubt(account, line)
    work(line, timedelta(minutes=10))
    touch.refresh_from_db()
    assert (touch.state, touch.lease_until) == ("uncertain", (touch.made_at or MONDAY) + 30 * MINUTE)
    line.out_of_order = False
    work(line, timedelta(hours=1), start=MONDAY + 11 * MINUTE)
    touch.refresh_from_db()
    assert touch.state == "sent"


def test_a_carrier_that_cannot_be_asked_at_all_leaves_it_to_a_person(account: Account, line: Carrier) -> None:
    connect(account)
    line.out_of_order = True
    touch = in_doubt(account, line)
    work(line, timedelta(hours=3))
    touch.refresh_from_db()
    assert (touch.state, touch.because, len(line.messages)) == ("uncertain", looking.NOT_ASKED, 1)


def test_an_engine_that_died_and_a_lookup_that_failed_are_looked_after_too(account: Account, line: Carrier) -> None:
    connect(account)
    lead = make_lead(account)
    touch = make_touch(
        lead, "text", body="Hi Hazel", state="sending", claimed_by="dead", lease_until=MONDAY, provider="twilio",
        contact_point=lead.person.reaches.get(contact_point__kind="phone").contact_point,
        decision={"at": (MONDAY - 5 * MINUTE).isoformat()},
    )  # fmt: skip
    line.clock = lambda: MONDAY - 5 * MINUTE
    assert touch.contact_point is not None
    line.take(touch.contact_point.value, OURS, "Hi Hazel")
    line.out_of_order = True
    work(line, timedelta(seconds=10))
    touch.refresh_from_db()
    assert (touch.state, touch.lease_until) == ("uncertain", MONDAY + MINUTE)
    line.out_of_order = False
    work(line, timedelta(minutes=2), start=MONDAY + timedelta(seconds=11))
    touch.refresh_from_db()
    assert (touch.state, len(line.messages)) == ("sent", 1)


def test_another_text_of_ours_with_the_same_words_is_not_taken_for_it(account: Account, line: Carrier) -> None:
    connect(account)
    lead = make_lead(account)
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    line.clock = lambda: MONDAY
    other = line.take(point.value, OURS, "Hi Hazel")
    made = {"contact_point": point, "provider": "twilio", "made_at": MONDAY, "body": "Hi Hazel"}
    make_touch(lead, "text", state="sent", provider_reference=other.sid, **made)
    touch = make_touch(lead, "text", state="uncertain", lease_until=MONDAY, **made)
    looking.turn(Senders(), at=MONDAY + MINUTE)
    touch.refresh_from_db()
    assert touch.state == "uncertain"


@pytest.mark.parametrize(
    ("minutes", "sender", "to", "known", "found"),
    [
        (0, OURS, SILENT, frozenset(), "sent"),
        (4, OURS, SILENT, frozenset(), "sent"),
        (6, OURS, SILENT, frozenset(), "unknown"),
        (-3, OURS, SILENT, frozenset(), "unknown"),
        (0, "+13035550199", SILENT, frozenset(), "unknown"),
        (0, OURS, "+13035550008", frozenset(), "unknown"),
        (0, OURS, SILENT, frozenset({f"SM{1:032x}"}), "unknown"),
    ],
)
def test_telnyx_knows_a_text_by_number_and_time_and_never_says_that_it_did_not_leave(
    line: Carrier, minutes: int, sender: str, to: str, known: frozenset[str], found: str
) -> None:
    line.clock = lambda: MONDAY + minutes * MINUTE
    line.take(to, sender, "Hi")
    asked = Handed("ref-1", to=SILENT, body="Hi", at=MONDAY, ours=OURS, others=known)
    assert telnyx.Telnyx(api_key=KEY).look_up(asked) == found


def decide(touch: Touch) -> None:
    rescue.resolve(touch, left=False, by=None, at=MONDAY + 2 * MINUTE)


def report(touch: Touch) -> None:
    heard = DeliveryReport("SM-late", "delivered", reference=str(touch.reference))
    assert reporting.report(touch.lead.account, heard, provider="twilio", at=MONDAY + 2 * MINUTE)


@pytest.mark.parametrize(("quicker", "state"), [(decide, "planned"), (report, "delivered")])
def test_who_is_quicker_than_the_look_is_not_overruled(
    account: Account, line: Carrier, monkeypatch: pytest.MonkeyPatch, quicker: Callable[[Touch], None], state: str
) -> None:
    """While the carrier is being asked, a person decides or its report comes in."""
    connect(account)
    touch = in_doubt(account, line)
    look_up = twilio.Twilio.look_up

    def slow(self: twilio.Twilio, handed: Handed) -> str:
        quicker(Touch.objects.get(pk=touch.pk))
        return look_up(self, handed)

    monkeypatch.setattr(twilio.Twilio, "look_up", slow)
    assert looking.turn(Senders(), at=MONDAY + 3 * MINUTE) == 1
    touch.refresh_from_db()
    assert touch.state == state
    assert looking.turn(Senders(), at=MONDAY + timedelta(days=1)) == 0


def test_two_engines_ask_once(account: Account, line: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one takes it between the first one's reading and its asking."""
    connect(account)
    in_doubt(account, line, listed_after=timedelta(days=1))
    at, asked = MONDAY + 2 * MINUTE, line.requests
    first = looking.next_look

    def meanwhile(*, since: datetime, at: datetime) -> datetime | None:
        monkeypatch.setattr(looking, "next_look", first)
        assert looking.turn(Senders(), at=at) == 1
        return first(since=since, at=at)

    monkeypatch.setattr(looking, "next_look", meanwhile)
    assert looking.turn(Senders(), at=at) == 0
    assert line.requests - asked == 1


def test_the_distances_grow_and_end() -> None:
    at, seen = MONDAY, []
    while (following := next_look(since=MONDAY, at=at)) is not None:
        seen.append(following - MONDAY)
        at = following
    assert tuple(seen) == LOOKS
    assert next_look(since=MONDAY, at=MONDAY + timedelta(hours=5)) is None
