"""Outcomes logged by a member: what they do, what they say beforehand, and how they are taken back."""

from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.channels.memory import Memory
from nextcall.consent.models import Attempt, Withdrawal
from nextcall.conversations.models import Call, Promise
from nextcall.engine import effects as telling
from nextcall.engine import outcome
from nextcall.engine.models import Action
from nextcall.engine.undo import Refused, Undone, undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead

pytestmark = pytest.mark.django_db
CALLED_AT = MONDAY + timedelta(minutes=10)


@pytest.fixture
def call(account: Account, lead: Lead) -> Touch:
    """An open call of a lead on Fast start, whose first text and email have left."""
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    Worker(everything=Memory(), threads=0).run_until(CALLED_AT, start=MONDAY)
    return Touch.objects.get(lead=lead, channel="call", state="open")


def rows(lead: Lead) -> dict[str, object]:
    """Everything that undo must put back."""
    return {
        "touches": sorted(Touch.objects.filter(lead=lead).values_list("step_key", "channel", "state", "due_at")),
        "enrollments": list(
            Enrollment.objects.filter(lead=lead).values_list("version", "state", "shift_seconds", "ended_at")
        ),
        "pauses": list(Pause.objects.filter(enrollment__lead=lead).values_list("because", "ended_at")),
        "promises": list(Promise.objects.filter(lead=lead).values_list("kind", "due_at", "closed_as")),
        "attempts": Attempt.objects.filter(lead=lead).count(),
        "stops": Withdrawal.objects.filter(person=lead.person, lifted_at=None).count(),
        "lead": Lead.objects.filter(pk=lead.pk).values_list(
            "stage", "attempts", "latest_attempt_at", "first_person_touch_at"
        )[0],
        "problems": sorted(lead.person.reaches.values_list("contact_point__problem", flat=True)),
    }


def test_no_answer_counts_a_try_and_the_next_call_comes(call: Touch, lead: Lead, member: Member) -> None:
    action = outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT)
    call.refresh_from_db()
    lead.refresh_from_db()
    assert (call.state, call.outcome, call.made_at) == ("done", "no_answer", CALLED_AT)
    assert (lead.attempts, lead.first_person_touch_at) == (3, CALLED_AT)
    assert Call.objects.get(touch=call).outcome == "no_answer"
    following = Touch.objects.get(lead=lead, channel="call", state="planned")
    assert following.due_at > CALLED_AT
    assert action.says.startswith("No answer, Hazel Thorne. Next call")


def test_the_button_says_what_then_happens(call: Touch, lead: Lead, member: Member) -> None:
    said = {effect.outcome: effect.says for effect in telling.effects(call, at=CALLED_AT)}
    action = outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT)
    time = action.says.partition("Next call ")[2]
    assert time
    assert time in said["no_answer"]


def test_every_outcome_of_the_table_can_be_logged_and_undone(call: Touch, lead: Lead, member: Member) -> None:
    before = rows(lead)
    for effect in telling.effects(call, at=CALLED_AT):
        lead.refresh_from_db()
        action = outcome.log(touch=call, lead=lead, outcome=effect.outcome, by=member, at=CALLED_AT)
        assert rows(lead) != before, effect.outcome
        answer = undo(action=action, by=member, at=CALLED_AT + timedelta(seconds=5))
        assert isinstance(answer, Undone), (effect.outcome, answer)
        assert rows(lead) == before, effect.outcome
    assert Event.objects.filter(kind="action.undone").count() == len(telling.effects(call, at=CALLED_AT))


def test_talked_pauses_the_cadence_and_moves_the_stage(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="talked", by=member, at=CALLED_AT)
    lead.refresh_from_db()
    assert lead.stage == "talking"
    assert Enrollment.objects.get(lead=lead).state == "paused"
    assert not Touch.objects.filter(lead=lead, state__in=["planned", "open"]).exists()


def test_a_promised_call_back_waits_and_goes_on_when_they_do_not_pick_up(
    call: Touch, lead: Lead, member: Member
) -> None:
    evening = CALLED_AT + timedelta(hours=6)
    outcome.log(touch=call, lead=lead, outcome="call_back", by=member, at=CALLED_AT, until=evening)
    promise = Promise.objects.get(lead=lead)
    assert (promise.kind, promise.due_at, Enrollment.objects.get(lead=lead).state) == ("call", evening, "paused")
    outcome.log(lead=lead, outcome="no_answer", by=member, at=evening)
    promise.refresh_from_db()
    assert promise.closed_as == "kept"
    assert Enrollment.objects.get(lead=lead).state == "active"


def test_not_now_rests_two_days_and_then_goes_on_by_itself(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="not_now", by=member, at=CALLED_AT)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(CALLED_AT + timedelta(days=1, hours=23), start=CALLED_AT)
    assert memory.sent == []
    Worker(everything=memory, threads=0).run_until(
        CALLED_AT + timedelta(days=4), start=CALLED_AT + timedelta(days=1, hours=23)
    )
    assert Enrollment.objects.get(lead=lead).state == "active"
    assert memory.sent


def test_asked_to_stop_ends_every_channel(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="asked_to_stop", by=member, at=CALLED_AT, note="Stop calling me")
    assert Enrollment.objects.get(lead=lead).state == "finished"
    assert not Touch.objects.filter(lead=lead, state__in=["planned", "open"]).exists()
    assert {"call", "text", "email"} <= {channel for row in Withdrawal.objects.all() for channel in row.channels}


def test_a_stop_can_be_undone_only_until_the_next_action(
    call: Touch, lead: Lead, account: Account, member: Member
) -> None:
    action = outcome.log(touch=call, lead=lead, outcome="asked_to_stop", by=member, at=CALLED_AT)
    outcome.log(
        lead=make_lead(account, owner=member), outcome="no_answer", by=member, at=CALLED_AT + timedelta(minutes=1)
    )
    answer = undo(action=action, by=member, at=CALLED_AT + timedelta(minutes=2))
    assert isinstance(answer, Refused)
    assert Withdrawal.objects.filter(lifted_at=None).exists()


def test_wrong_number_retires_the_number_and_email_goes_on(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="wrong_number", by=member, at=CALLED_AT)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(CALLED_AT + timedelta(days=3), start=CALLED_AT)
    assert {message.channel for message in memory.sent} == {"email"}
    assert lead.person.reaches.get(contact_point__kind="phone").contact_point.problem == "wrong"


def test_a_call_is_undone_alone_whatever_was_done_since(call: Touch, lead: Lead, member: Member) -> None:
    action = outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT)
    Worker(everything=Memory(), threads=0).run_until(CALLED_AT + timedelta(days=1), start=CALLED_AT)
    outcome.log(lead=lead, outcome="no_answer", by=member, at=CALLED_AT + timedelta(days=1))
    answer = undo(action=action, by=member, at=CALLED_AT + timedelta(days=1, minutes=1))
    assert isinstance(answer, Undone)
    call.refresh_from_db()
    assert (call.state, call.made_at) == ("open", None)
    assert Call.objects.filter(lead=lead, undone_at=None).count() == 1


def test_undoing_twice_is_refused_in_words(call: Touch, lead: Lead, member: Member) -> None:
    action = outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT)
    assert isinstance(undo(action=action, by=member, at=CALLED_AT), Undone)
    again = undo(action=Action.objects.get(pk=action.pk), by=member, at=CALLED_AT)
    assert again == Refused("It is undone already.")


def test_a_touch_is_logged_once(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT)
    with pytest.raises(outcome.AlreadyClosed):
        outcome.log(touch=call, lead=lead, outcome="talked", by=member, at=CALLED_AT)


def test_an_unplanned_call_is_an_attempt_too(lead: Lead, member: Member) -> None:
    outcome.log(lead=lead, outcome="left_voicemail", by=member, at=CALLED_AT)
    lead.refresh_from_db()
    assert lead.attempts == 1
    assert Touch.objects.get(lead=lead).state == "done"


def test_a_long_call_was_a_conversation_whatever_was_tapped(call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(touch=call, lead=lead, outcome="no_answer", by=member, at=CALLED_AT, seconds=200)
    assert Enrollment.objects.get(lead=lead).state == "paused"


def test_an_account_may_change_what_an_outcome_does(call: Touch, lead: Lead, account: Account, member: Member) -> None:
    account.outcomes = {"no_answer": {"retry": "2d"}}
    account.save()
    outcome.log(touch=call, lead=Lead.objects.get(pk=lead.pk), outcome="no_answer", by=member, at=CALLED_AT)
    following = Touch.objects.get(lead=lead, channel="call", state="planned")
    assert following.due_at >= CALLED_AT + timedelta(days=2)
