"""Two members, one touch: both records stay, the later plan choice wins and says so."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Attempt, Withdrawal
from nextcall.conversations.models import Call
from nextcall.engine import outcome
from nextcall.engine.models import Action
from nextcall.engine.undo import Undone, undo
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(account: Account) -> Member:
    return make_member(account, "owner", name="Ben Cole")


@pytest.fixture
def call(lead: Lead) -> Touch:
    """An open call of a lead on a cadence."""
    now = timezone.now()
    begun = enroll.begin(lead=lead, slug="fast-start-light", by=None, at=now - timedelta(days=1))
    return make_touch(lead, "call", enrollment=begun, state=Touch.State.OPEN, due_at=now - timedelta(hours=3))


@pytest.fixture
def client(member: Member) -> Client:
    """Ann's, out of a basement."""
    return signed(member)


def late(client: Client, call: Touch, named: str, minutes: int) -> str:
    """What Ann did so many minutes ago, arriving now; what she is told."""
    body = {"outcome": named, "touch": str(call.pk), "age": str(minutes * 60)}
    answer = client.post(f"/now/{call.lead_id}/outcome/", body, headers={"Accept": "application/json"}).json()
    assert not answer["problem"]
    return str(answer["action"]["says"])


def test_an_earlier_outcome_that_comes_late_is_kept_and_the_later_one_decides(
    client: Client, call: Touch, lead: Lead, ben: Member
) -> None:
    now = timezone.now()
    outcome.log(lead=lead, touch=call, outcome="talked", by=ben, at=now - timedelta(minutes=30))
    state = Enrollment.objects.get(lead=lead).state
    says = late(client, call, "no_answer", 60)
    assert "Ben Cole logged Talked too; both stay, and theirs, the later one, decides the plan." in says
    assert list(Call.objects.order_by("at").values_list("outcome", flat=True)) == ["no_answer", "talked"]
    assert Attempt.objects.filter(lead=lead).count() == 2
    assert Enrollment.objects.get(lead=lead).state == state == "paused"
    lead.refresh_from_db()
    assert lead.latest_attempt_at == now - timedelta(minutes=30)


def test_a_later_outcome_decides_the_plan_and_says_so(client: Client, call: Touch, lead: Lead, ben: Member) -> None:
    outcome.log(lead=lead, touch=call, outcome="no_answer", by=ben, at=timezone.now() - timedelta(minutes=60))
    says = late(client, call, "talked", 30)
    assert "Ben Cole logged No answer too; both stay, and yours, the later one, decides the plan." in says
    assert Enrollment.objects.get(lead=lead).state == "paused"
    assert Call.objects.count() == 2


def test_a_wish_to_stop_holds_whoever_was_later(client: Client, call: Touch, lead: Lead, ben: Member) -> None:
    outcome.log(lead=lead, touch=call, outcome="talked", by=ben, at=timezone.now() - timedelta(minutes=30))
    late(client, call, "asked_to_stop", 60)
    assert Withdrawal.objects.filter(person=lead.person, lifted_at=None).exists()


def test_what_was_kept_beside_can_be_undone(client: Client, call: Touch, lead: Lead, ben: Member) -> None:
    outcome.log(lead=lead, touch=call, outcome="talked", by=ben, at=timezone.now() - timedelta(minutes=30))
    late(client, call, "no_answer", 60)
    action = Action.objects.latest("pk")
    assert isinstance(undo(action=action, by=action.member, at=timezone.now()), Undone)
    assert list(Call.objects.filter(undone_at=None).values_list("outcome", flat=True)) == ["talked"]


def test_a_call_on_a_touch_that_the_plan_cancelled_is_kept(client: Client, call: Touch, lead: Lead) -> None:
    Touch.objects.filter(pk=call.pk).update(state=Touch.State.CANCELLED, finished_at=timezone.now())
    assert late(client, call, "no_answer", 60).startswith("No answer, Hazel Thorne.")
    assert Call.objects.get().outcome == "no_answer"


def test_the_same_member_twice_is_once(client: Client, call: Touch, lead: Lead, member: Member) -> None:
    outcome.log(lead=lead, touch=call, outcome="talked", by=member, at=timezone.now() - timedelta(minutes=30))
    body = {"outcome": "no_answer", "touch": str(call.pk)}
    answer = client.post(f"/now/{lead.pk}/outcome/", body, headers={"Accept": "application/json"}).json()
    assert answer["said"] == "Hazel Thorne: that was logged already."
    assert Call.objects.count() == 1


def test_an_unplanned_call_is_not_mistaken_for_the_open_one(
    client: Client, call: Touch, lead: Lead, ben: Member
) -> None:
    closed = make_touch(lead, "call", state=Touch.State.OPEN)
    outcome.log(lead=lead, touch=closed, outcome="talked", by=ben, at=timezone.now() - timedelta(minutes=30))
    Touch.objects.filter(pk=call.pk).update(state=Touch.State.OPEN)
    late(client, closed, "no_answer", 60)
    call.refresh_from_db()
    assert call.state == Touch.State.OPEN
