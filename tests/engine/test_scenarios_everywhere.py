"""The scenarios of the compliance notes, part (d), under their numbers, by every way out and in every shipped country.

What belongs to one American state alone, and what needs threads, stands in test_scenarios.py.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent import ledger
from nextcall.consent.models import Attempt, Withdrawal
from nextcall.engine import receive, unsubscribing
from nextcall.leads.models import Lead, Reach
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import T, make_lead, make_permission, make_touch
from tests.engine.test_scenarios import arriving, number, said
from tests.engine.ways_out import HOMES, WAYS, Home, Way, memory

pytestmark = pytest.mark.django_db
STOP_ALL = "stop all calls, texts and emails"


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest, account: Account) -> Iterator[Way]:
    with WAYS[request.param]() as made:
        made.connect(account)
        yield made


@pytest.fixture(params=sorted(HOMES))
def home(request: pytest.FixtureRequest) -> Home:
    return HOMES[request.param]


@pytest.fixture
def morning(home: Home) -> datetime:
    """A Tuesday, half past ten their time: open by every rule."""
    return T("2026-11-24 10:30", home.zone)


def address(lead: Lead) -> str:
    return str(lead.person.reaches.get(contact_point__kind="email").contact_point.value)


def stops(lead: Lead, way: Way, *, at: datetime, words: str = "STOP") -> receive.Received:
    """By text, and by email where that is the way they hear from us."""
    if way.channel == "text":
        return said(lead, words, at=at)
    return said(lead, STOP_ALL if words == "STOP" else words, at=at, channel="email", sender=address(lead))


def state(touch: Touch) -> str:
    return Touch.objects.get(pk=touch.pk).state


def test_01_the_morning_after_the_clocks_changed_it_leaves_by_their_clock(
    account: Account, way: Way, home: Home
) -> None:
    half_past_nine = T(f"{home.clocks_changed} 09:30", home.zone)
    lead = home.lead(account, at=half_past_nine - timedelta(days=4))
    touch = make_touch(lead, way.channel, body="Hi", by_machine=True, due_at=half_past_nine)
    Touch.objects.filter(pk=touch.pk).update(due_at=half_past_nine - timedelta(hours=1))  # as an old zone file had it
    before = half_past_nine - timedelta(hours=2)
    way.run(start=before, until=half_past_nine - timedelta(seconds=1))
    assert not way.left(touch)
    assert Touch.objects.get(pk=touch.pk).due_at == half_past_nine
    way.run(start=half_past_nine, until=half_past_nine + timedelta(hours=1))
    assert way.left(touch)


def test_02_the_same_local_time_each_day_is_another_instant_after_the_change(home: Home) -> None:
    changed = datetime.fromisoformat(home.clocks_changed).date()
    friday = changed - timedelta(days=changed.weekday() + 3)
    day = T(f"{changed} 09:30", home.zone) - T(f"{friday} 09:30", home.zone)
    if home.zone == "America/Denver" or home.country in ("CA", "GB"):
        assert day == timedelta(days=(changed - friday).days, hours=1)
    else:
        assert day == timedelta(days=(changed - friday).days, hours=-1)  # spring, in the south


def test_03_what_is_picked_up_late_in_the_evening_waits_for_the_morning(account: Account, way: Way, home: Home) -> None:
    lead = home.lead(account)
    touch = make_touch(lead, way.channel, body="Hi", by_machine=True, due_at=T("2026-11-24 20:40", home.zone))
    late = T("2026-11-24 21:20", home.zone)
    way.run(start=late, until=late + timedelta(hours=2))
    touch.refresh_from_db()
    local = touch.due_at.astimezone(ZoneInfo(home.zone))
    assert not way.left(touch)
    assert (touch.state, local.day) == ("planned", 25)
    assert 7 <= local.hour <= 9
    assert touch.rule
    way.run(start=touch.due_at, until=touch.due_at + timedelta(minutes=1))
    assert way.left(touch)


def test_11_a_stop_holds_for_every_number_and_brand_of_the_account(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    lead = home.lead(account)
    home.number(account, lead.person)
    other_brand = make_lead(account, person=lead.person, source="Other brand", offer="Refinance")
    queued = [
        make_touch(one, way.channel, body="Hi", by_machine=True, due_at=morning + timedelta(minutes=minutes))
        for one, minutes in ((lead, 5), (other_brand, 6), (other_brand, 60))
    ]
    first = lead.person.reaches.filter(contact_point__kind="phone").order_by("pk")[0].contact_point.value
    sender, channel, words = (first, "text", "STOP") if way.channel == "text" else (address(lead), "email", STOP_ALL)
    said(lead, words, at=morning, channel=channel, sender=sender)
    after = make_touch(other_brand, way.channel, body="Hi", by_machine=True, due_at=morning + timedelta(minutes=9))
    way.run(start=morning, until=morning + timedelta(days=2))
    assert [state(touch) for touch in queued] == ["cancelled"] * 3
    assert state(after) == "blocked"
    confirmations = Touch.objects.filter(purpose="confirmation")
    assert confirmations.count() == (1 if channel == "text" else 0)
    assert {one.contact_point.value for one in confirmations if one.contact_point} <= {first}
    assert not [touch for touch in (*queued, after) if way.left(touch)]


def test_12_stop_everything_by_email_at_night_ends_all_channels_and_outlives_an_import(
    account: Account, way: Way, home: Home
) -> None:
    lead, night = home.lead(account), T("2026-11-24 23:40", home.zone)
    enroll.begin(lead=lead, slug="fast-start", by=None, at=T("2026-11-24 10:30", home.zone))
    said(lead, STOP_ALL, at=night, channel="email", sender=address(lead))
    assert not Touch.objects.filter(lead=lead, state__in=["planned", "open"]).exists()
    assert Enrollment.objects.get(lead=lead).state == "finished"
    way.run(start=night, until=night + timedelta(days=2))
    year_later = night + timedelta(days=300)
    from nextcall.intake.accept import accept

    again = accept(account=account, new_lead=arriving(lead), at=year_later)
    way.run(start=year_later, until=year_later + timedelta(days=3))
    assert again.person_id == lead.person_id
    assert way.arrived() == []
    assert not Touch.objects.filter(account=account, state__in=["sent", "open"]).exists()


def test_13_a_stop_reaches_the_message_in_the_provider_s_queue(account: Account, home: Home, morning: datetime) -> None:
    with memory(queue=True) as way:
        assert way.memory is not None
        lead = home.lead(account)
        touch = make_touch(lead, "text", body="Hi", due_at=morning)
        second = make_touch(lead, "text", body="Second", due_at=morning + timedelta(minutes=30))
        way.run(start=morning, until=morning)
        assert (state(touch), len(way.memory.queued)) == ("sent", 1)
        said(lead, "STOP", at=morning + timedelta(seconds=20))
        way.run(start=morning + timedelta(seconds=20), until=morning + timedelta(minutes=40))
        way.memory.let_go()  # half an hour later the queue is empty
        assert [message.body for message in way.memory.sent if "unsubscribed" not in message.body] == []
    assert (state(touch), state(second)) == ("cancelled", "cancelled")
    assert not Attempt.objects.filter(touch_id=touch.pk).exists()
    assert Lead.objects.get(pk=lead.pk).attempts == 0
    assert Event.objects.get(kind="touch.taken_back").touch_id == touch.pk


def test_13_what_cannot_be_taken_back_is_recorded_with_both_times(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    lead = home.lead(account)
    if way.by_hand:
        pytest.skip("a member's own phone has no queue of ours")
    touch = make_touch(lead, way.channel, body="Hi", by_machine=True, due_at=morning)
    second = make_touch(lead, way.channel, body="Second", by_machine=True, due_at=morning + timedelta(minutes=30))
    way.run(start=morning, until=morning)
    stops(lead, way, at=morning + timedelta(seconds=20))
    way.run(start=morning + timedelta(seconds=20), until=morning + timedelta(hours=5))
    flight = Event.objects.get(kind="touch.in_flight")
    assert flight.touch_id == touch.pk
    assert datetime.fromisoformat(flight.data["handed_over_at"]) == morning
    assert datetime.fromisoformat(flight.data["withdrawn_at"]) == morning + timedelta(seconds=20)
    assert Event.objects.get(kind="touch.not_taken_back").data["answer"] in ("gone", "unknown")
    assert (state(touch), state(second)) == ("sent", "cancelled")
    assert way.left(touch)
    assert not way.left(second)


def test_14_the_caps_of_the_place_hold_whoever_sends(account: Account, way: Way, home: Home, morning: datetime) -> None:
    """Three texts or emails in 24 hours, two calls and texts in Canada; calls made by hand count."""
    lead = home.lead(account)
    for hours in (1, 2, 3)[: 2 if home.country == "CA" and way.channel == "text" else 3]:
        Attempt.objects.create(
            account=account,
            person=lead.person,
            lead=lead,
            channel="call" if home.country == "CA" and way.channel == "text" else way.channel,
            at=morning - timedelta(hours=hours),
            state="made",
        )
    touches = [make_touch(lead, way.channel, body="Hi", by_machine=False, due_at=morning) for _ in range(2)]
    way.run(start=morning, until=morning + timedelta(hours=2))
    for touch in touches:
        touch.refresh_from_db()
        assert touch.state == "planned"
        assert "cap" in touch.rule
        assert touch.because
        assert touch.due_at > morning + timedelta(hours=12)
        assert not way.left(touch)


def test_14_a_reservation_of_a_dead_engine_holds_the_cap_until_it_is_known_what_became_of_it(
    account: Account, home: Home, morning: datetime
) -> None:
    with memory() as way:
        lead = home.lead(account)
        dead = make_touch(
            lead,
            "text",
            body="x",
            due_at=morning,
            state="sending",
            claimed_by="dead",
            lease_until=morning + timedelta(minutes=5),
            provider="memory",
        )
        reserved = ledger.Reservation(account_id=account.pk, person_id=lead.person_id, channel="text", touch_id=dead.pk)
        ledger.reserve([reserved], at=morning)
        way.run(start=morning, until=morning + timedelta(minutes=4))
        assert way.arrived() == []
        way.run(start=morning + timedelta(minutes=5), until=morning + timedelta(minutes=10))
        assert way.arrived() == [str(dead.reference)]
    assert Attempt.objects.get(touch_id=dead.pk).state == "made"


def test_15_a_wrong_number_shared_by_two_is_blocked_for_both_and_email_goes_on(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    lead, other = home.lead(account), home.lead(account, name="Owen Park")
    Reach.objects.filter(person=other.person, contact_point__kind="phone").delete()
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    Reach.objects.create(account=account, person=other.person, contact_point=point)
    for channel in ("call", "text"):
        make_permission(other.person, channel)
    soon = morning + timedelta(hours=1)
    texts = [make_touch(one, "text", body="x", due_at=soon) for one in (lead, other)]
    emails = [make_touch(one, "email", body="x", due_at=soon) for one in (lead, other)]
    said(lead, "You have the wrong person", at=morning)
    way.run(start=morning, until=soon + timedelta(hours=1))
    assert [state(touch) for touch in texts] == ["cancelled"] * 2
    assert {state(touch) for touch in emails} == {"sent" if way.serves("email") else "open"}
    assert not Touch.objects.filter(purpose="confirmation").exists()
    assert not [row for row in Withdrawal.objects.all() if "email" in row.channels]


def test_17_a_stop_meets_the_same_lead_again_after_erasure(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    from nextcall.intake.accept import accept

    lead = home.lead(account)
    stops(lead, way, at=morning)
    new, week_later = arriving(lead), morning + timedelta(days=7)
    lead.person.delete()  # the erasure: the hash on the stop list is what remains
    again = accept(account=account, new_lead=new, at=week_later)
    make_permission(again.person, way.channel, at=morning - timedelta(days=1), source="import")
    touch = make_touch(again, way.channel, body="Hi", by_machine=True, due_at=week_later)
    way.run(start=week_later, until=week_later + timedelta(days=1))
    assert state(touch) == "blocked"
    assert str(touch.reference) not in way.arrived()


def test_18_one_click_ends_emails_at_once_and_texts_go_on(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    lead, soon = home.lead(account), morning + timedelta(hours=1)
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    link = unsubscribing.Link(lead.account_id, lead.person_id, point.pk)
    email, text = (make_touch(lead, channel, body="x", due_at=soon) for channel in ("email", "text"))
    first = unsubscribing.end_emails(link, at=morning)
    assert {row.pk for row in unsubscribing.end_emails(link, at=morning)} <= {row.pk for row in first}
    assert Withdrawal.objects.count() == len(first)
    way.run(start=morning, until=soon + timedelta(minutes=30))
    assert (state(email), state(text)) == ("cancelled", "sent" if way.serves("text") else "open")
    with pytest.raises(unsubscribing.Forged):
        unsubscribing.read("1-2-3.forged")


def test_20_who_came_with_a_blank_consent_gets_no_text_and_no_automated_call(
    account: Account, way: Way, home: Home, morning: datetime
) -> None:
    lead = home.lead(account, permission="none")
    Lead.objects.filter(pk=lead.pk).update(import_id=1)
    touches = [
        make_touch(lead, channel, body="Hi", by_machine=True, due_at=morning, zone=home.zone)
        for channel in ("text", "call")
    ]
    way.run(start=morning, until=morning + timedelta(hours=1))
    assert [state(touch) for touch in touches] == ["blocked", "blocked"]
    assert way.arrived() == []
    assert number(lead)
