"""What a reply suggests, what a tap makes of it, and what takes the tap back."""

from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Pause, Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Promise, Suggestion
from nextcall.engine import receive as receiving
from nextcall.engine import taking
from nextcall.engine import write as writing
from nextcall.engine.receive import Received
from nextcall.engine.taking import CannotTake
from nextcall.engine.undo import Undone, undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, T, make_lead, make_member

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)  # Monday 23 November 2026, eleven in the morning in Denver
EQUITY = [
    {"field": "address", "kind": "address", "ask": ["For the equity estimate: what's the address?"]},
    {"field": "balance", "kind": "amount", "ask": ["About how much is left on your loan?"]},
]


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account)


def text(lead: Lead, words: str, at=AT, **more: object) -> Received:  # type: ignore[no-untyped-def]
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    return receiving.receive(
        account=lead.account, channel="text", sender=point.value, text=words, at=at, via="text", **more
    )  # type: ignore[arg-type]


def only(lead: Lead) -> Suggestion:
    return Suggestion.objects.get(lead=lead, taken_at=None, dismissed_at=None)


def test_a_time_in_words_is_offered_by_the_leads_own_clock(account: Account) -> None:
    rowan = make_lead(account, name="Rowan", region="NY", postal_code="10001", zone="America/New_York")
    text(rowan, "call me tmrw after 2")
    one = only(rowan)
    assert (one.kind, one.quote) == ("promise", "call me tmrw after 2")
    assert hours.local(T(one.value["due_at"][:16], "UTC"), "America/New_York").strftime("%a %H:%M") == "Tue 14:00"


def test_a_time_across_the_change_of_clocks_stays_the_hour_they_said(account: Account) -> None:
    lead = make_lead(account, arrived_at=T("2026-10-20 10:00"))
    text(lead, "call me Monday at 10", at=T("2026-10-28 11:00"))  # clocks go back on Sunday 1 November
    assert only(lead).value["due_at"].startswith("2026-11-02T17:00")


def test_nothing_is_promised_outside_the_hours_the_law_gives(account: Account) -> None:
    lead = make_lead(account)
    text(lead, "call me tonight at 11pm")
    value = only(lead).value
    assert hours.local(T(value["due_at"][:16], "UTC"), "America/Denver").strftime("%a") == "Tue"
    assert value["note"] == "They said 11:00 pm, when no call may go to them."


def test_a_stop_and_an_automatic_reply_suggest_nothing(account: Account) -> None:
    lead = make_lead(account)
    text(lead, "I am out of the office until Monday. This is an automatic reply.")
    text(lead, "Loved \u201cWould Saturday at 10 work?\u201d")
    text(lead, "STOP calling me tomorrow at 3")
    assert not Suggestion.objects.exists()


def test_a_reaction_does_not_pause_the_plan(account: Account) -> None:
    assert text(make_lead(account), "Liked \u201cHi Ana, still looking?\u201d").verdict == "auto_reply"


def test_a_newer_time_takes_the_place_of_the_older_one(account: Account) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    text(lead, "actually ask me in March", at=AT + timedelta(minutes=5))
    assert only(lead).kind == "pause"
    assert Suggestion.objects.get(kind="promise").dismissed_at


def test_a_promise_is_made_with_one_tap_and_taken_back_with_another(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    action = taking.take(suggestion=only(lead), by=ann, at=AT)
    promise = Promise.objects.get()
    assert (promise.kind, promise.due_at, promise.owner) == ("call", T("2026-11-23 16:00"), ann)
    assert promise.what == "They asked: call me at 4"
    assert action.says == "Promised Hazel Thorne: 4:00 pm their time."
    assert isinstance(undo(action=action, by=ann, at=AT), Undone)
    assert not Promise.objects.exists()
    assert only(lead).kind == "promise"


def test_it_is_taken_once_only(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    one = only(lead)
    taking.take(suggestion=one, by=ann, at=AT)
    with pytest.raises(CannotTake, match="decided already"):
        taking.take(suggestion=one, by=ann, at=AT)
    assert Promise.objects.count() == 1


def test_a_time_that_has_passed_is_not_promised(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    with pytest.raises(CannotTake, match="has passed"):
        taking.take(suggestion=only(lead), by=ann, at=AT + timedelta(days=1))


def test_the_plan_waits_until_march(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    text(lead, "ask me again in march")
    taking.take(suggestion=only(lead), by=ann, at=AT)
    assert Pause.objects.get(ended_at=None).until_at == T("2027-03-01 09:00")


def test_without_a_plan_march_becomes_a_promise(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "ask me again in march")
    taking.take(suggestion=only(lead), by=ann, at=AT)
    assert Promise.objects.get().due_at == T("2027-03-01 09:00")


def test_an_appointment_is_booked(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "ok see you thursday at 3")
    taking.take(suggestion=only(lead), by=ann, at=AT)
    lead.refresh_from_db()
    assert (Promise.objects.get().kind, lead.stage) == ("appointment", "appointment")


def test_a_new_number_is_added(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "new number is (206) 555-0177")
    taking.take(suggestion=only(lead), by=ann, at=AT)
    assert lead.person.reaches.filter(contact_point__value="+12065550177").exists()


def test_a_number_that_is_somebody_elses_is_marked_and_undone(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "Who dis?? new phone")
    action = taking.take(suggestion=only(lead), by=ann, at=AT)
    assert Withdrawal.objects.filter(reason="wrong_number", lifted_at=None).exists()
    assert isinstance(undo(action=action, by=ann, at=AT), Undone)
    assert only(lead).kind == "wrong_person"


def test_an_answer_fills_what_was_asked(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    lead.offer.questions = EQUITY  # type: ignore[union-attr]
    lead.offer.save()  # type: ignore[union-attr]
    writing.write(lead=lead, channel="text", body="Hi Hazel, about how much is left on your loan?", by=ann, at=MONDAY)
    Touch.objects.update(state="sent")
    text(lead, "I think around 240k")
    one = only(lead)
    assert (one.kind, one.value["amount"], one.quote) == ("answer", 240_000, "240k")
    action = taking.take(suggestion=one, by=ann, at=AT)
    lead.refresh_from_db()
    assert lead.answers["Balance"] == "240,000"
    undo(action=action, by=ann, at=AT)
    lead.refresh_from_db()
    assert "Balance" not in lead.answers


def test_an_address_is_a_place_as_well(account: Account, ann: Member) -> None:
    lead = make_lead(account, region="", postal_code="")
    lead.offer.questions = EQUITY  # type: ignore[union-attr]
    lead.offer.save()  # type: ignore[union-attr]
    writing.write(lead=lead, channel="text", body="What's the address? For the equity estimate", by=ann, at=MONDAY)
    Touch.objects.update(state="sent")
    text(lead, "12 Elm Street, Miami FL 33101")
    taking.take(suggestion=only(lead), by=ann, at=AT)
    lead.person.refresh_from_db()
    person = lead.person
    assert (person.street, person.city, person.region, person.postal_code) == ("12 Elm Street", "Miami", "FL", "33101")
    assert person.zone == "America/New_York"


def test_what_is_not_so_is_put_away_and_can_come_back(account: Account, ann: Member) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    action = taking.dismiss(suggestion=only(lead), by=ann, at=AT)
    assert not Suggestion.objects.filter(dismissed_at=None).exists()
    undo(action=action, by=ann, at=AT)
    assert only(lead)


def test_nothing_happens_by_itself(account: Account) -> None:
    lead = make_lead(account)
    text(lead, "call me at 4")
    Worker(threads=0).run_until(AT + timedelta(days=2), start=AT)
    assert not Promise.objects.exists() and only(lead)
