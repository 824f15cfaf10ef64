"""The adversarial scenarios of the compliance notes, part (d), under their numbers: those that need engine and rows."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.channels.contract import Outgoing
from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.consent.models import Attempt, Withdrawal
from nextcall.engine import receive as receiving
from nextcall.engine import unsubscribing, write
from nextcall.engine.due import Claims
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.leads.models import Lead, Reach
from nextcall.lib import email_address
from nextcall.lib import phone as phones
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_account, make_lead, make_permission, make_person, make_touch

pytestmark = pytest.mark.django_db


def run(memory: Memory, *, start: datetime, until: datetime) -> None:
    Worker(everything=memory, threads=0).run_until(until, start=start)


def number(lead: Lead) -> str:
    return lead.person.reaches.get(contact_point__kind="phone").contact_point.value


def said(lead: Lead, words: str, *, at: datetime, channel: str = "text", sender: str = "") -> receiving.Received:
    return receiving.receive(
        account=lead.account, channel=channel, sender=sender or number(lead), text=words, at=at, via=channel
    )


def test_03_a_job_planned_for_the_evening_and_picked_up_late_waits_for_the_morning(account: Account) -> None:
    lead = make_lead(
        account,
        phone="+13105550142",
        postal_code="90012",
        region="CA",
        zone="America/Los_Angeles",
        arrived_at=T("2026-11-20 10:00"),
    )
    touch = make_touch(lead, "text", body="Hi", due_at=T("2026-11-23 20:40", "America/Los_Angeles"))
    late = T("2026-11-23 21:10", "America/Los_Angeles")
    memory = Memory()
    run(memory, start=late, until=late + timedelta(hours=1))
    touch.refresh_from_db()
    local = touch.due_at.astimezone(ZoneInfo("America/Los_Angeles"))
    assert memory.sent == []
    assert (touch.state, local.day, local.hour) == ("planned", 24, 8)
    assert local.minute > 0


def test_01_what_is_stored_is_local_so_a_change_of_clocks_moves_the_instant(account: Account) -> None:
    """The row was planned with zone data that did not know the change: the instant is computed again at the claim."""
    lead = make_lead(
        account,
        phone="+12125550142",
        postal_code="10001",
        region="NY",
        zone="America/New_York",
        arrived_at=T("2026-10-28 10:00"),
    )
    nine_thirty = T("2026-11-02 09:30", "America/New_York")
    touch = make_touch(lead, "text", body="Hi", due_at=nine_thirty)
    Touch.objects.filter(pk=touch.pk).update(due_at=nine_thirty - timedelta(hours=1))
    memory = Memory()
    run(memory, start=nine_thirty - timedelta(hours=2), until=nine_thirty + timedelta(hours=1))
    touch.refresh_from_db()
    assert (touch.state, touch.made_at) == ("sent", nine_thirty)


def test_11_a_stop_holds_for_every_number_and_brand_of_the_account_with_one_confirmation(
    account: Account, lead: Lead
) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    other_brand = make_lead(account, person=lead.person, source="Other brand", offer="Refinance", arrived_at=MONDAY)
    queued = [make_touch(other_brand, "text", body="From brand B", due_at=MONDAY + timedelta(hours=h)) for h in (2, 3)]
    at, memory = MONDAY + timedelta(hours=1), Memory()
    said(lead, "STOP", at=at)
    make_touch(other_brand, "text", body="Written after the stop", due_at=at + timedelta(minutes=1))
    run(memory, start=at, until=at + timedelta(days=2))
    texts = [message for message in memory.sent if message.channel == "text"]
    assert [message.to for message in texts] == [number(lead)]
    assert "unsubscribed" in texts[0].body
    assert {Touch.objects.get(pk=touch.pk).state for touch in queued} == {"cancelled"}
    assert Event.objects.filter(kind="touch.blocked", person=lead.person).exists()


def test_12_stop_everything_by_email_at_night_ends_all_channels_and_outlives_an_import(
    account: Account, lead: Lead
) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    night, memory = T("2026-11-23 23:40"), Memory()
    address = lead.person.reaches.get(contact_point__kind="email").contact_point.value
    said(lead, "stop all calls, texts and emails", at=night, channel="email", sender=address)
    assert not Touch.objects.filter(lead=lead, state__in=["planned", "open"]).exists()
    assert Enrollment.objects.get(lead=lead).state == "finished"
    run(memory, start=night, until=night + timedelta(days=2))
    assert memory.sent == []
    again = accept(account=account, new_lead=arriving(lead), at=night + timedelta(days=300))
    run(memory, start=night + timedelta(days=300), until=night + timedelta(days=305))
    assert again.person_id == lead.person_id
    assert memory.sent == []


def test_13_a_stop_while_the_message_is_with_the_provider_is_recorded_with_both_times(lead: Lead) -> None:
    stopped: list[datetime] = []
    at = MONDAY + timedelta(minutes=10)

    def stop_comes_in(message: Outgoing) -> None:
        if not stopped:
            stopped.append(at + timedelta(seconds=20))
            said(lead, "STOP", at=stopped[0])

    memory = Memory(before=stop_comes_in)
    first = make_touch(lead, "text", body="First", due_at=at)
    second = make_touch(lead, "text", body="Second", due_at=at + timedelta(minutes=30))
    run(memory, start=at, until=at + timedelta(days=1))
    flight = Event.objects.get(kind="touch.in_flight")
    assert flight.touch_id == first.pk
    assert flight.data["handed_over_at"] == at.isoformat()
    assert flight.data["withdrawn_at"] == stopped[0].isoformat()
    second.refresh_from_db()
    assert second.state == "cancelled"
    bodies = [message.body.split(".")[0] for message in memory.sent if "unsubscribed" not in message.body]
    assert bodies == ["First"]


def florida_lead(account: Account) -> Lead:
    """Two of the three phone touches that 24 hours allow are made."""
    lead = make_lead(
        account, phone="+13055550142", postal_code="33101", region="FL", zone="America/New_York", arrived_at=MONDAY
    )
    for hours in (1, 2):
        Attempt.objects.create(
            account=account,
            person=lead.person,
            lead=lead,
            channel="call",
            at=MONDAY - timedelta(hours=hours),
            state="made",
        )
    return lead


@pytest.mark.django_db(transaction=True)
def test_14_of_two_messages_sent_at_the_same_moment_exactly_one_leaves() -> None:
    lead = florida_lead(make_account())
    touches = [make_touch(lead, "text", body=f"{n}", due_at=MONDAY, by_machine=False) for n in range(2)]
    memory, at = Memory(), MONDAY + timedelta(seconds=30)
    start = threading.Barrier(2)
    ready: list[Any] = []

    def claim() -> None:
        try:
            start.wait(10)
            for _ in range(5):
                ready.extend(Claims("engine", Senders(memory)).claim(at=at).ready)
        finally:
            connections.close_all()

    both = [threading.Thread(target=claim) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert len(ready) == 1
    run(memory, start=at + timedelta(minutes=6), until=at + timedelta(minutes=7))  # the first engine died meanwhile
    left, other = sorted((Touch.objects.get(pk=touch.pk) for touch in touches), key=lambda touch: touch.state != "sent")
    assert left.state == "sent"
    assert (other.state, other.rule) == ("planned", "US-FL.cap.24h")
    assert other.due_at > MONDAY + timedelta(hours=20)
    assert len(memory.sent) == 1


def test_14_a_reservation_of_a_dead_engine_is_given_back(account: Account) -> None:
    lead = florida_lead(account)
    dead = make_touch(
        lead,
        "text",
        body="x",
        due_at=MONDAY,
        state="sending",
        claimed_by="dead",
        lease_until=MONDAY + timedelta(minutes=5),
        provider="memory",
    )
    ledger.reserve(
        [ledger.Reservation(account_id=account.pk, person_id=lead.person_id, channel="text", touch_id=dead.pk)],
        at=MONDAY,
    )
    memory = Memory()
    run(memory, start=MONDAY, until=MONDAY + timedelta(minutes=10))
    dead.refresh_from_db()
    assert dead.state == "sent"
    assert Attempt.objects.filter(person=lead.person).count() == 3


def test_15_a_wrong_number_shared_by_two_leads_is_blocked_for_both_and_email_goes_on(
    account: Account, lead: Lead
) -> None:
    other = make_lead(account, person=make_person(account, name="Owen Park", phone=None))
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    Reach.objects.create(account=account, person=other.person, contact_point=point)
    for channel in ("call", "text", "email"):
        make_permission(other.person, channel)
    texts = [make_touch(one, "text", body="x", due_at=MONDAY + timedelta(hours=2)) for one in (lead, other)]
    emails = [make_touch(one, "email", body="x", due_at=MONDAY + timedelta(hours=2)) for one in (lead, other)]
    said(lead, "You have the wrong person", at=MONDAY + timedelta(hours=1))
    memory = Memory()
    run(memory, start=MONDAY + timedelta(hours=1), until=MONDAY + timedelta(hours=4))
    assert {Touch.objects.get(pk=touch.pk).state for touch in texts} == {"cancelled"}
    assert {Touch.objects.get(pk=touch.pk).state for touch in emails} == {"sent"}
    assert [message for message in memory.sent if message.channel == "text"] == []
    assert not [row for row in Withdrawal.objects.all() if "email" in row.channels]


def test_17_a_stop_meets_the_same_lead_again_when_a_portal_sends_them_with_an_older_consent(
    account: Account, lead: Lead
) -> None:
    said(lead, "STOP", at=MONDAY + timedelta(hours=1))
    new = arriving(lead)
    lead.person.delete()  # the erasure: the hash on the stop list is what remains
    week_later = MONDAY + timedelta(days=7)
    again = accept(account=account, new_lead=new, at=week_later)
    make_permission(again.person, "text", at=MONDAY - timedelta(days=1), source="import")
    touch = make_touch(again, "text", body="Hi", due_at=week_later, by_machine=True)
    memory = Memory()
    run(memory, start=week_later, until=week_later + timedelta(days=1))
    touch.refresh_from_db()
    assert touch.state == "blocked"
    assert [message for message in memory.sent if message.channel == "text"] == []


def test_18_one_click_ends_emails_and_texts_go_on(lead: Lead) -> None:
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    link = unsubscribing.Link(lead.account_id, lead.person_id, point.pk)
    email = make_touch(lead, "email", body="x", due_at=MONDAY + timedelta(hours=2))
    text = make_touch(lead, "text", body="x", due_at=MONDAY + timedelta(hours=2))
    first = unsubscribing.end_emails(link, at=MONDAY + timedelta(hours=1))
    again = unsubscribing.end_emails(link, at=MONDAY + timedelta(hours=1))
    assert {row.pk for row in again} <= {row.pk for row in first}
    assert Withdrawal.objects.count() == len(first)
    run(Memory(), start=MONDAY + timedelta(hours=1), until=MONDAY + timedelta(hours=3))
    email.refresh_from_db()
    text.refresh_from_db()
    assert (email.state, text.state) == ("cancelled", "sent")


def test_the_composer_says_no_before_it_is_pressed_and_when_it_is(lead: Lead) -> None:
    said(lead, "STOP", at=MONDAY)
    decision = write.may(lead=lead, channel="text", at=MONDAY + timedelta(hours=1))
    assert decision.verdict == "deny"
    with pytest.raises(write.Refused) as refused:
        write.write(lead=lead, channel="text", body="Are you sure?", by=None, at=MONDAY + timedelta(hours=1))
    assert refused.value.decision.deciding is not None


def arriving(lead: Lead) -> NewLead:
    """The same person as another system sends them."""
    reached: Callable[[str], str] = lambda kind: lead.person.reaches.get(contact_point__kind=kind).contact_point.value  # noqa: E731
    number, address = phones.read(reached("phone"), country="US"), email_address.read(reached("email"))
    assert number is not None
    assert address is not None
    return NewLead(raw_format="form", phones=(number,), emails=(address,))
