"""Complaints and bounces hold a campaign back; what waited is not lost, and leaves one by one (CX-07)."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nextcall.cadences import enroll, halting
from nextcall.cadences.models import Cadence, Halt, Touch
from nextcall.channels.contract import DeliveryReport, Outgoing, SendError
from nextcall.channels.memory import Memory
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Message
from nextcall.engine import campaigns, delivery, reporting, stopping, undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_account, make_enrollment, make_lead, make_member, make_touch

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
NEWS = """slug = "news"
name = "News"
says = "One letter."
[[step]]
key = "last"
channel = "email"
day = 300
at = "10:00"
subject = ["News"]
wording = ["News of {{ seller }}, {{ first_name }}. Is spring still right?"]
"""


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Reyes")


def run(memory: Memory, start: datetime = MONDAY, until: timedelta = timedelta(hours=1)) -> None:
    Worker(everything=memory, threads=0).run_until(start + until, start=start)


def planned(lead: Lead, channel: str = "email", *, due_at: datetime = MONDAY, **fields: object) -> Touch:
    enrollment = lead.enrollments.first() or make_enrollment(lead, slug="news", source=NEWS)
    return make_touch(lead, channel, body="Hi", due_at=due_at, enrollment=enrollment, **fields)


def sent_to(account: Account, name: str, channel: str = "email") -> Touch:
    """A message of the cadence that left in the morning."""
    lead = make_lead(account, name=name)
    touch = planned(lead, channel)
    run(Memory())
    touch.refresh_from_db()
    assert touch.state == "sent"
    return touch


def complain(touch: Touch, at: datetime = LATER) -> None:
    stopping.complaint(lead=touch.lead, contact_point=touch.contact_point, channel=touch.channel, via="hook", at=at)


def the_halt() -> Halt:
    return Halt.objects.get(ended_at=None)


def test_the_first_complaint_of_a_small_account_pauses_the_campaign(account: Account) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    halt = the_halt()
    assert (halt.cadence.slug, halt.channel, halt.level, halt.rule) == ("news", "email", "paused", "CX-07.complaints")
    assert halt.because == "1 complaint on 1 sent in 30 days (counted as 1,000)"
    assert Event.objects.filter(account=account, kind="halt.began").count() == 1


def test_the_third_complaint_stops_it(account: Account) -> None:
    for name in ("Hazel Thorne", "Omar Weaver", "Ida Brook"):
        complain(sent_to_anyway(account, name))
    assert the_halt().level == "stopped"
    assert sorted(Halt.objects.values_list("level", flat=True)) == ["paused", "stopped"]


def sent_to_anyway(account: Account, name: str) -> Touch:
    """As if it had left before the campaign stood still."""
    touch = planned(make_lead(account, name=name))
    Touch.objects.filter(pk=touch.pk).update(state="sent", made_at=MONDAY)
    touch.refresh_from_db()
    point = touch.person.reaches.get(contact_point__kind="email").contact_point
    Message.objects.create(
        account=account, person=touch.person, lead=touch.lead, touch=touch, contact_point=point,
        channel="email", outbound=True, at=MONDAY, message_id=f"<{touch.pk}@example.com>",
    )  # fmt: skip
    Event.objects.create(account=account, kind="touch.sent", at=MONDAY, touch_id=touch.pk, person=touch.person)
    touch.contact_point = point
    touch.save(update_fields=["contact_point"])
    return touch


def test_the_same_complaint_again_counts_once(account: Account) -> None:
    touch = sent_to(account, "Hazel Thorne")
    for _ in range(4):
        complain(touch)
    assert the_halt().level == "paused"


def test_a_complaint_ends_all_contact(account: Account) -> None:
    touch = sent_to(account, "Hazel Thorne")
    complain(touch)
    channels = {channel for row in Withdrawal.objects.filter(reason="complaint") for channel in row.channels}
    assert channels >= {"call", "text", "email", "voicemail"}


def test_while_it_stands_still_the_machine_s_touches_wait_with_the_rule(account: Account) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    other = make_lead(account, name="Omar Weaver")
    touch, memory = planned(other, due_at=LATER), Memory()
    run(memory, LATER)
    touch.refresh_from_db()
    assert memory.sent == []
    assert (touch.state, touch.rule) == ("planned", "CX-07.complaints")
    assert touch.because.startswith("the campaign stands still: 1 complaint")
    assert touch.due_at > LATER + timedelta(hours=12)
    assert touch.decision is not None
    assert touch.decision["verdict"] == "wait"
    assert touch.decision["rules"][-1][:2] == ["CX-07.complaints", "wait"]


def test_other_channels_other_cadences_and_other_accounts_go_on(account: Account) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    elsewhere = make_account("Harbor Homes")
    text = planned(make_lead(account, name="Omar Weaver"), "text", due_at=LATER)
    gentle = make_lead(account, name="Ida Brook")
    email = make_touch(
        gentle,
        "email",
        body="Hi",
        due_at=LATER,
        enrollment=make_enrollment(gentle, slug="quiet", source=NEWS.replace("news", "quiet")),
    )
    theirs = planned(make_lead(elsewhere, name="Noor Haddad"), due_at=LATER)
    run(Memory(), LATER)
    assert {touch.state for touch in Touch.objects.filter(pk__in=[text.pk, email.pk, theirs.pk])} == {"sent"}


def test_what_a_member_wrote_by_hand_goes_on(account: Account, member: Member) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    lead = make_lead(account, name="Omar Weaver", owner=member)
    planned(lead, due_at=LATER + timedelta(days=1))
    letter = make_touch(lead, "email", body="A word from me", due_at=LATER, by_machine=False)
    run(Memory(), LATER)
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_five_refused_addresses_pause_and_one_does_not(account: Account) -> None:
    def before(message: Outgoing) -> None:
        raise SendError("550 no such user", permanent=True, problem="bounced")

    for n in range(5):
        planned(make_lead(account, name=f"Lead {n}"), due_at=MONDAY + n * timedelta(minutes=1))
    Worker(everything=Memory(before=before), threads=0).run_until(MONDAY + timedelta(seconds=200), start=MONDAY)
    assert not Halt.objects.exists()
    run(Memory(before=before), MONDAY + timedelta(minutes=4))
    assert (the_halt().rule, the_halt().level) == ("CX-07.bounces", "paused")


def test_a_bounce_reported_later_marks_touch_and_address_and_counts_once(account: Account) -> None:
    touch = sent_to(account, "Hazel Thorne")
    assert touch.contact_point is not None
    for _ in range(6):
        delivery.bounced(touch.contact_point, channel="email", because="5.1.1 unknown", at=LATER)
    touch.refresh_from_db()
    touch.contact_point.refresh_from_db()
    assert (touch.state, touch.contact_point.problem) == ("bounced", "bounced")
    assert Event.objects.filter(kind="touch.bounced", touch_id=touch.pk).count() == 1
    assert not Halt.objects.exists()


def test_a_pause_ends_with_a_tap_and_what_waited_leaves_one_a_minute(account: Account, owner: Member) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    waiting = [planned(make_lead(account, name=f"Lead {n}"), due_at=LATER) for n in range(4)]
    run(Memory(), LATER)
    action = campaigns.resume(the_halt(), by=owner, at=LATER + timedelta(hours=2))
    assert action.says == "news goes on by email; 4 that waited leave one by one."
    due = sorted(Touch.objects.filter(pk__in=[touch.pk for touch in waiting]).values_list("due_at", flat=True))
    assert [at - due[0] for at in due] == [n * timedelta(minutes=1) for n in range(4)]
    memory = Memory()
    run(memory, LATER + timedelta(hours=2))
    assert len(memory.sent) == 4
    assert Event.objects.filter(kind="halt.ended", by=owner).count() == 1


def test_after_a_week_nobody_is_written_to_in_a_heap(account: Account, owner: Member) -> None:
    lead = make_lead(account, name="Omar Weaver")
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    cadence = account.cadence_set.get(slug="fast-start")
    halting.begin(cadence, "email", level="stopped", rule="CX-07.bounces", because="12 of 40", by=None, at=MONDAY)
    memory, week = Memory(), MONDAY + timedelta(days=7)
    run(memory, MONDAY, timedelta(days=7))
    assert {message.channel for message in memory.sent} == {"text"}
    campaigns.resume(the_halt(), by=owner, at=week, because="The addresses were put right")
    run(Memory(), week, timedelta(hours=12))
    left = Touch.objects.filter(lead=lead, channel="email", state="sent").order_by("made_at")
    at = [made_at for made_at in left.values_list("made_at", flat=True) if made_at]
    assert at[0] == week
    assert all(later - earlier >= timedelta(hours=3) for earlier, later in pairwise(at))  # as after any lateness


def test_a_stop_needs_a_reason_and_an_owner_or_manager(account: Account, owner: Member, member: Member) -> None:
    for name in ("Hazel Thorne", "Omar Weaver", "Ida Brook"):
        complain(sent_to_anyway(account, name))
    with pytest.raises(campaigns.Refused, match="write why"):
        campaigns.resume(the_halt(), by=owner, at=LATER)
    with pytest.raises(campaigns.Refused, match="owner or a manager"):
        campaigns.resume(the_halt(), by=member, at=LATER, because="It is fine")
    stranger = make_member(make_account("Harbor Homes"), "owner", name="Sid Vale")
    with pytest.raises(campaigns.Refused):
        campaigns.resume(the_halt(), by=stranger, at=LATER, because="It is fine")
    campaigns.resume(the_halt(), by=owner, at=LATER, because="The list was bought by mistake; it is gone")
    assert Halt.objects.get(level="stopped").ended_because.startswith("The list was bought")


def test_letting_it_go_on_can_be_undone(account: Account, owner: Member) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    touch = planned(make_lead(account, name="Omar Weaver"), due_at=LATER + timedelta(hours=3))
    action = campaigns.resume(the_halt(), by=owner, at=LATER)
    assert isinstance(undo.undo(action=action, by=owner, at=LATER), undo.Undone)
    run(Memory(), LATER + timedelta(hours=3))
    touch.refresh_from_db()
    assert (the_halt().level, touch.state, touch.rule) == ("paused", "planned", "CX-07.complaints")


def test_what_was_seen_and_let_go_counts_no_more(account: Account, owner: Member) -> None:
    first, second = sent_to_anyway(account, "Hazel Thorne"), sent_to_anyway(account, "Omar Weaver")
    complain(first)
    campaigns.resume(the_halt(), by=owner, at=LATER + timedelta(minutes=1))
    assert campaigns.count_again(at=LATER + timedelta(hours=1)) == []
    complain(second, LATER + timedelta(hours=2))
    assert the_halt().because.startswith("1 complaint")


def test_counting_again_finds_what_nobody_judged(account: Account) -> None:
    touch = sent_to_anyway(account, "Hazel Thorne")
    Event.objects.create(account=account, kind="complaint.received", at=LATER, touch_id=touch.pk)
    assert [halt.level for halt in campaigns.count_again(at=LATER)] == ["paused"]
    assert campaigns.count_again(at=LATER) == []
    assert campaigns.count_again(at=LATER + timedelta(days=40)) == []


def test_a_claim_asks_nothing_more_for_halts(account: Account) -> None:
    def queries(name: str) -> int:
        planned(make_lead(account, name=name), due_at=LATER)
        worker = Worker(everything=Memory(), threads=0)
        with CaptureQueriesContext(connection) as asked:
            worker._claims.claim(at=LATER)
        return len(asked)

    before = queries("Omar Weaver")
    Halt.objects.create(
        account=make_account("Elsewhere"),
        cadence=Cadence.objects.get(account=account, slug="news"),
        channel="text",
        level="paused",
        at=MONDAY,
    )
    assert queries("Ida Brook") == before


def test_a_delivery_after_the_window_alarms_and_one_within_does_not(account: Account) -> None:
    touch = sent_to(account, "Hazel Thorne", "text")
    assert touch.decision is not None
    closes = datetime.fromisoformat(touch.decision["until"])
    assert delivery.delivered(touch, at=closes + timedelta(minutes=5)) is True
    alarm = Event.objects.get(kind="touch.delivered_late")
    assert (alarm.touch_id, alarm.data["closed_at"]) == (touch.pk, touch.decision["until"])
    assert delivery.delivered(touch, at=closes + timedelta(minutes=9)) is False
    other = sent_to(account, "Omar Weaver", "text")
    assert delivery.delivered(other, at=closes - timedelta(minutes=1)) is False
    assert Event.objects.filter(kind="touch.delivered_late").count() == 1
    assert T("2026-11-23 20:00") < closes


def test_halts_are_each_account_s_own(account: Account) -> None:
    complain(sent_to(account, "Hazel Thorne"))
    assert [halt.account_id for halt in halting.in_force(account.pk)] == [account.pk]
    assert halting.in_force(make_account("Harbor Homes").pk) == []


def reported(touch: Touch, state: str, **fields: object) -> None:
    """As a provider's own report tells it."""
    Touch.objects.filter(pk=touch.pk).update(provider="some", provider_reference=f"p-{touch.pk}")
    heard = DeliveryReport(f"p-{touch.pk}", state, **fields)  # type: ignore[arg-type]
    with transaction.atomic():
        assert reporting.report(touch.account, heard, provider="some", at=LATER)


def test_a_provider_s_reports_of_bounces_count(account: Account) -> None:
    touches = [sent_to_anyway(account, f"Lead {n}") for n in range(5)]
    for touch in touches[:4]:
        reported(touch, "bounced", permanent=True, problem="bounced", reason="no such user")
    assert not Halt.objects.exists()
    reported(touches[4], "bounced", permanent=True, problem="bounced", reason="no such user")
    assert (the_halt().rule, the_halt().level) == ("CX-07.bounces", "paused")


def test_a_provider_s_report_of_a_complaint_counts_against_its_own_message(account: Account) -> None:
    touch = sent_to_anyway(account, "Hazel Thorne")
    reported(touch, "complained")
    assert Event.objects.get(kind="complaint.received").touch_id == touch.pk
    assert the_halt().rule == "CX-07.complaints"


def test_a_provider_s_late_delivery_alarms_once(account: Account) -> None:
    touch = sent_to(account, "Hazel Thorne", "text")
    assert touch.decision is not None
    late = datetime.fromisoformat(touch.decision["until"]) + timedelta(minutes=5)
    for _ in range(2):
        reported(touch, "delivered", at=late)
    assert Event.objects.filter(kind="touch.delivered_late", touch_id=touch.pk).count() == 1
