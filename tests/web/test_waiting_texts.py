"""Texts that find no room on our numbers are told where people work: a rep their own, owners and managers all."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.engine import backlog, resting
from nextcall.engine.models import NumberPace
from nextcall.engine.numbers import Number, Pool
from nextcall.leads.models import ContactPoint
from nextcall.lib import hours
from nextcall.team.models import Account, Connection, Member, SenderNumber
from nextcall.web import watch
from tests.builders import MONDAY, make_account, make_lead, make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def texting(account: Account) -> Connection:
    return Connection.objects.create(
        account=account, channel="text", provider="twilio", per_minute=0, created_at=MONDAY
    )


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Reyes")


def number(texting: Connection, value: str = "+13035550100", **fields: Any) -> SenderNumber:
    fields = {"registration": "registered", "per_minute": 1, "created_at": MONDAY, **fields}
    return SenderNumber.objects.create(account=texting.account, connection=texting, number=value, **fields)


def texts(account: Account, many: int, *, due_at: Any = None, **fields: Any) -> list[Touch]:
    due_at = due_at or MONDAY - 2 * MINUTE
    fields = {"body": "Hi", "due_at": due_at, **fields}
    owner = fields.pop("owner", None)
    return [make_touch(make_lead(account, owner=owner), "text", **fields) for _ in range(many)]


def told(member: Member) -> list[str]:
    return [one.says for one in watch.notices(member, at=MONDAY) if "text" in one.says]


def test_an_owner_is_told_how_many_wait_and_when_the_last_leaves_with_the_way_to_make_room(
    account: Account, texting: Connection, owner: Member
) -> None:
    number(texting)
    texts(account, 38)
    found = watch.notices(owner, at=MONDAY)[0]
    assert found.says == "38 texts wait for room on your numbers; the last leaves about 10:38 am."
    assert (found.url, found.word) == ("/settings/text/#numbers", "Make room")


def test_a_rep_is_told_of_their_own_behind_those_that_leave_before_them(
    account: Account, texting: Connection, member: Member
) -> None:
    number(texting)
    texts(account, 30, due_at=MONDAY - timedelta(hours=1))
    texts(account, 4, owner=member)
    texts(account, 20, due_at=MONDAY - timedelta(hours=1), priority=9)
    found = watch.notices(member, at=MONDAY)
    assert [(one.says, one.url) for one in found] == [
        ("4 of your texts wait for room on our numbers; the last leaves about 10:34 am.", "")
    ]
    assert told(make_member(account, "rep", name="Bea")) == []


def test_what_leaves_within_minutes_is_told_nobody(account: Account, texting: Connection, owner: Member) -> None:
    number(texting)
    texts(account, 5)
    assert told(owner) == []
    texts(account, 1)
    assert len(told(owner)) == 1


def test_what_came_due_a_moment_ago_waits_for_nothing(account: Account, texting: Connection, owner: Member) -> None:
    """At night too, when the forecast would name the next morning."""
    number(texting, registration="pending")
    texts(account, 9, due_at=MONDAY - timedelta(seconds=20))
    assert told(owner) == []


def test_a_day_that_is_full_is_told_with_the_day_on_which_they_leave(
    account: Account, texting: Connection, owner: Member
) -> None:
    full = number(texting, per_day=50)
    NumberPace.objects.create(number=full, next_at=MONDAY, day=date(2026, 11, 23), sent=50)
    midnight = MONDAY + timedelta(hours=14)
    texts(account, 3, due_at=midnight, rule="number.day")
    texts(account, 2, due_at=midnight, rule="hours.window")  # the gate's own waits are none of the numbers'
    assert told(owner) == ["3 texts wait for room on your numbers; the last leaves about Tue 8:03 am."]


def test_who_knows_a_slow_number_waits_for_a_slot_of_its_own(
    account: Account, texting: Connection, owner: Member
) -> None:
    number(texting)
    for nth in range(200):
        texts(account, 1, due_at=MONDAY + nth * MINUTE, rule="number.rate")
    assert told(owner) == ["200 texts wait for room on your numbers; the last leaves about 1:20 pm."]


@pytest.mark.parametrize(
    ("fields", "rule", "says"),
    [
        ({"registration": "pending"}, "CX-03.10dlc", "+13035550100 is not registered. Finish its 10DLC campaign"),
        ({"paused_until": MONDAY + timedelta(days=9), "paused_because": "filtered (30007)"}, "number.rests",
         "+13035550100 rests: filtered (30007)"),
        ({"enabled": False}, "number.none", "Every number is switched off."),
    ],
)  # fmt: skip
def test_numbers_that_may_not_send_are_told_with_the_reason_to_those_who_can_mend_it(
    account: Account, texting: Connection, owner: Member, member: Member, fields: dict[str, Any], rule: str, says: str
) -> None:
    number(texting, **fields)
    texts(account, 1, due_at=MONDAY + 9 * MINUTE, rule=rule, owner=member)
    assert told(owner)[0].startswith(f"1 text waits, and none leaves yet: {says}")
    assert told(member) == [
        "1 of your texts waits until one of our numbers may send. An owner sees why in Settings, Text."
    ]


def test_a_carrier_that_refuses_us_is_the_reason(account: Account, texting: Connection, owner: Member) -> None:
    number(texting)
    Connection.objects.update(problem="credentials refused; nothing leaves until you have looked")
    texts(account, 2, due_at=MONDAY + 9 * MINUTE, rule="connection.broken")
    assert told(owner) == [
        "2 texts wait, and none leaves yet: credentials refused; nothing leaves until you have looked."
    ]


def test_without_named_numbers_the_carriers_rate_is_the_forecast(
    account: Account, texting: Connection, owner: Member
) -> None:
    Connection.objects.update(per_minute=2)
    texts(account, 40)
    assert told(owner) == ["40 texts wait for room on your numbers; the last leaves about 10:20 am."]


def test_invented_people_other_accounts_and_own_phones_wait_for_no_number(
    account: Account, texting: Connection, owner: Member
) -> None:
    number(texting)
    for touch in texts(account, 9):
        touch.person.sample = True
        touch.person.save()
    other = make_account("Harbor Homes")
    Connection.objects.create(account=other, channel="text", provider="handset", created_at=MONDAY)
    texts(other, 9)
    assert told(owner) == [] == told(make_member(other, "owner", name="Sid"))


@pytest.mark.parametrize("role", ["owner", "rep"])
def test_looking_costs_three_queries_when_nothing_waits_and_one_without_a_carrier(account: Account, role: str) -> None:
    of = make_member(account, role) if role == "rep" else None
    for most in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert backlog.backlog(account, at=MONDAY, of=of) is None
        assert len(queries) == most
        if most == 1:
            number(Connection.objects.create(account=account, channel="text", provider="twilio", created_at=MONDAY))


def test_the_now_page_shows_it_with_its_link(account: Account, texting: Connection, owner: Member) -> None:
    number(texting)
    texts(account, 40, due_at=timezone.now() - 5 * MINUTE)
    html = " ".join(signed(owner).get("/now/").content.decode().split())
    assert "40 texts wait for room on your numbers; the last leaves about" in html
    assert '<a href="/settings/text/#numbers">Make room</a>' in html
    assert "wait for room" not in signed(make_member(account, "rep", name="Bea")).get("/now/").content.decode()


def test_settings_say_by_number_how_many_wait_for_it(account: Account, texting: Connection, owner: Member) -> None:
    slow, other = number(texting), number(texting, "+13035550101")
    at = timezone.now()
    for touch in texts(account, 3, due_at=at + MINUTE, rule="number.rate"):
        point = ContactPoint.objects.get(reaches__person=touch.person, kind="phone")
        ContactPoint.objects.filter(pk=point.pk).update(our_number=slow)
        Touch.objects.filter(pk=touch.pk).update(contact_point=point)
    texts(account, 1, due_at=at + MINUTE, rule="number.rate", our_number=other)
    html = " ".join(signed(owner).get("/settings/text/").content.decode().split())
    assert "0 sent today; 3 wait for it, the last leaves" in html
    assert "0 sent today; 1 waits for it, the last leaves" in html
    assert "4 texts wait; at this pace the last leaves" in html


def test_more_room_lets_what_was_put_off_be_asked_again_at_once(
    account: Account, texting: Connection, owner: Member
) -> None:
    ours, at = number(texting, per_day=50), timezone.now()
    (put_off,) = texts(account, 1, due_at=at + timedelta(hours=9), rule="number.day")
    (closed,) = texts(account, 1, due_at=at + timedelta(hours=9), rule="hours.window")
    answer = signed(owner).post(
        f"/settings/text/numbers/{ours.pk}/", {"per_minute": "60", "per_day": "0", "enabled": "on"}
    )
    assert answer.status_code == 302
    put_off.refresh_from_db()
    closed.refresh_from_db()
    assert put_off.due_at <= timezone.now() < closed.due_at
    assert put_off.local_at is not None and put_off.local_at.replace(tzinfo=None) == hours.local(
        put_off.due_at, put_off.zone
    ).replace(tzinfo=None)
    Touch.objects.filter(pk=put_off.pk).update(due_at=at + timedelta(hours=9))
    resting.use_again(ours, by=owner, at=at)
    put_off.refresh_from_db()
    assert put_off.due_at == at


def test_what_is_planned_for_later_is_not_read(account: Account, texting: Connection) -> None:
    """An account plans a text for each of its leads: the index is entered at the instant, in every priority."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's plan follows the size of the table")
    pool = Pool([Number(1, "+13035550100")], MONDAY)
    plan = backlog._waits(account, pool, MONDAY).explain()
    assert "touch_urgent (account_id=? AND channel=? AND priority=? AND due_at<?)" in plan
