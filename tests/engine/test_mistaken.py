"""A number that two people share: what was taken for one of them moves to the other with all it set in motion."""

from datetime import timedelta

import pytest

from nextcall.cadences.models import Enrollment, Pause
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import InboxItem, Message, Suggestion
from nextcall.engine import mistaken, promising, receive, undo
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_enrollment, make_lead

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=3)
LATER = AT + timedelta(minutes=5)
HOUSE = "+13035550142"


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return of_the_house(account, member, "Hazel Thorne")


@pytest.fixture
def rowan(account: Account, member: Member, hazel: Lead) -> Lead:
    """We wrote to Rowan last, and to Hazel the day before."""
    wrote(hazel, AT - timedelta(days=1))
    lead = of_the_house(account, member, "Rowan Ashby")
    wrote(lead, AT - timedelta(hours=1))
    return lead


def of_the_house(account: Account, member: Member, name: str) -> Lead:
    lead = make_lead(account, name=name, owner=member, phone=HOUSE, stage="working")
    make_enrollment(lead, anchor_at=MONDAY)
    return lead


def wrote(lead: Lead, at: object) -> None:
    Message.objects.create(
        account=lead.account, lead=lead, person=lead.person, channel="text", outbound=True, body="Hello", at=at,
        contact_point=ContactPoint.objects.get(value=HOUSE),
    )  # fmt: skip


def hear(lead: Lead, words: str = "How much could we borrow?") -> Message:
    heard = receive.receive(account=lead.account, channel="text", sender=HOUSE, text=words, at=AT, via="text")
    assert heard.message.unsure
    return heard.message


def stands(lead: Lead) -> tuple[str, bool, str, bool, int]:
    """Stage, waiting, state of the enrollment, in the Inbox and waiting there, messages of theirs."""
    lead = Lead.objects.get(pk=lead.pk)
    item = InboxItem.objects.filter(lead=lead).first()
    theirs = Message.objects.filter(lead=lead, outbound=False).count()
    state = Enrollment.objects.get(lead=lead).state
    return lead.stage, lead.waiting_since == AT, state, item is not None and item.waiting_since == AT, theirs


HEARD = ("talking", True, "paused", True, 1)
NOT_HEARD = ("working", False, "active", False, 0)


def test_it_moves_with_the_pause_the_stage_and_its_place_in_the_inbox(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    assert (stands(rowan), stands(hazel)) == (HEARD, NOT_HEARD)
    mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    assert (stands(rowan), stands(hazel)) == (NOT_HEARD, HEARD)
    message.refresh_from_db()
    assert (message.lead, message.person, message.unsure) == (hazel, hazel.person, False)


def test_undoing_puts_both_back_as_they_were(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    held = Pause.objects.get(ended_at=None).pk
    action = mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    assert action.says == "It is Hazel Thorne\u2019s message."
    assert isinstance(undo.undo(action=action, by=member, at=LATER + timedelta(minutes=1)), undo.Undone)
    assert (stands(rowan), stands(hazel)) == (HEARD, NOT_HEARD)
    assert Pause.objects.get(ended_at=None).pk == held
    message.refresh_from_db()
    assert (message.lead, message.unsure) == (rowan, True)


def test_what_it_suggests_goes_along_and_comes_back(account: Account, member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    Suggestion.objects.filter(message=message).delete()
    made = Suggestion.objects.create(account=account, lead=rowan, message=message, kind="pause", quote="March", at=AT)
    action = mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    assert Suggestion.objects.get(pk=made.pk).lead == hazel
    undo.undo(action=action, by=member, at=LATER)
    assert Suggestion.objects.get(pk=made.pk).lead == rowan


def test_whom_it_was_taken_for_rightly_keeps_it_and_is_asked_no_more(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    mistaken.is_theirs(message=message, lead=rowan, by=member, at=LATER)
    assert (stands(rowan), stands(hazel)) == (HEARD, NOT_HEARD)
    with pytest.raises(mistaken.Settled, match="already"):
        mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)


def test_who_wrote_themselves_as_well_goes_on_waiting(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    receive.receive(
        account=rowan.account, channel="text", sender=HOUSE, text="Rowan here too", at=AT + timedelta(minutes=2),
        via="text", lead=rowan,
    )  # fmt: skip
    mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    rowan.refresh_from_db()
    assert (rowan.stage, rowan.waiting_since) == ("talking", AT + timedelta(minutes=2))
    assert Enrollment.objects.get(lead=rowan).state == "paused"
    assert InboxItem.objects.get(lead=rowan).first_line == "Rowan here too"


def test_a_call_back_window_that_it_closed_is_open_again(member: Member, hazel: Lead, rowan: Lead) -> None:
    ends = AT + timedelta(hours=3)
    promising.open_window(lead=rowan, begins=AT - timedelta(hours=1), ends=ends, by=member, at=AT - timedelta(hours=2))
    message = hear(rowan)
    assert rowan.promises.get().closed_as == "kept"
    mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    assert rowan.promises.get().closed_at is None
    assert Enrollment.objects.get(lead=rowan).calls_after_at == ends


def test_a_stop_stays_with_both_of_them(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan, "STOP")
    mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    standing = Withdrawal.objects.filter(lifted_at=None, reason="opt_out")
    assert set(standing.values_list("person_id", flat=True)) == {hazel.person_id, rowan.person_id}


def test_an_answer_given_meanwhile_is_not_asked_for_again(member: Member, hazel: Lead, rowan: Lead) -> None:
    message = hear(rowan)
    Message.objects.filter(pk=message.pk).update(answered_at=LATER)
    mistaken.is_theirs(message=message, lead=hazel, by=member, at=LATER)
    assert stands(hazel)[1] is False
