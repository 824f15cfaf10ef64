"""Whose a message is, by every path: an id it names, the reply address, the number or address it came from."""

from datetime import datetime, timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message
from nextcall.conversations.whose import Whose, could_be, lead_of, whose
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account
from tests.builders import MONDAY, make_account, make_lead, make_person, make_touch

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=40)
HOUSE = "+13035550142"


def point(lead: Lead, kind: str = "phone") -> ContactPoint:
    return lead.person.reaches.get(contact_point__kind=kind).contact_point


def wrote(
    lead: Lead, at: datetime, *, message_id: str = "", kind: str = "phone", touch: Touch | None = None
) -> Message:
    return Message.objects.create(
        account=lead.account, lead=lead, person=lead.person, outbound=True, body="Hello", at=at, touch=touch,
        channel="text" if kind == "phone" else "email", contact_point=point(lead, kind), message_id=message_id,
    )  # fmt: skip


def told(account: Account, *answers: str, at_point: ContactPoint | None = None, person: Person | None = None) -> Whose:
    return whose(account=account, point=at_point, person=person, answers=answers, at=AT)


def test_an_id_that_it_names_finds_lead_and_touch_wherever_it_came_from(lead: Lead) -> None:
    touch = make_touch(lead, "email", state="sent")
    wrote(lead, AT, message_id="<a@mail.example>", kind="email", touch=touch)
    assert told(lead.account, "<a@mail.example>") == Whose(lead, touch)
    other = make_lead(lead.account, name="Rowan Ashby")
    assert told(lead.account, "<a@mail.example>", at_point=point(other, "email")).lead == lead


def test_the_likeliest_of_several_ids_counts_and_unknown_ones_do_not(lead: Lead) -> None:
    first, second = make_touch(lead, "email", state="sent"), make_touch(lead, "email", state="sent")
    wrote(lead, AT - timedelta(days=2), message_id="<first@x>", kind="email", touch=first)
    wrote(lead, AT - timedelta(days=1), message_id="<second@x>", kind="email", touch=second)
    assert told(lead.account, "<nobody@x>", "<second@x>", "<first@x>").answers == second
    assert told(lead.account, "<first@x>", "<second@x>").answers == first


@pytest.mark.parametrize("forged", ["<theirs@x>", " <theirs@x>", "<THEIRS@X>", "", "<theirs@x>\0", "x" * 5000])
def test_an_id_of_another_accounts_message_finds_nobody(lead: Lead, forged: str) -> None:
    theirs = make_lead(make_account("Other"))
    wrote(theirs, AT, message_id="<theirs@x>", kind="email")
    assert told(lead.account, forged) == Whose()


def test_an_id_past_the_first_twenty_is_not_looked_up(lead: Lead) -> None:
    wrote(lead, AT, message_id="<a@x>", kind="email")
    assert told(lead.account, *(f"<{n}@x>" for n in range(20)), "<a@x>").lead is None


def test_an_id_of_their_own_message_is_no_message_of_ours(lead: Lead) -> None:
    Message.objects.filter(pk=wrote(lead, AT, message_id="<in@x>").pk).update(outbound=False)
    assert told(lead.account, "<in@x>") == Whose()


def test_a_reply_address_names_the_person_and_an_id_of_somebody_else_does_not_beat_it(lead: Lead) -> None:
    other = make_lead(lead.account, name="Rowan Ashby")
    wrote(other, AT, message_id="<rowan@x>", kind="email")
    assert told(lead.account, person=lead.person).lead == lead
    assert told(lead.account, "<rowan@x>", person=lead.person).lead == lead


def test_of_one_persons_leads_the_newest_is_meant_and_an_id_tells_better(lead: Lead) -> None:
    newer = make_lead(lead.account, person=lead.person, arrived_at=MONDAY + timedelta(days=9))
    wrote(lead, AT, message_id="<older@x>", kind="email")
    assert told(lead.account, person=lead.person).lead == newer
    assert told(lead.account, "<older@x>", person=lead.person).lead == lead


def test_without_an_id_it_answers_what_we_wrote_last_at_that_point(lead: Lead) -> None:
    early, late = make_touch(lead, "text", state="sent"), make_touch(lead, "text", state="sent")
    wrote(lead, AT - timedelta(days=3), touch=early)
    wrote(lead, AT - timedelta(days=1), touch=late)
    wrote(lead, AT, kind="email", touch=make_touch(lead, "email", state="sent"))
    assert told(lead.account, at_point=point(lead)) == Whose(lead, late)


def test_a_point_nobody_was_written_at_is_its_persons(lead: Lead) -> None:
    assert told(lead.account, at_point=point(lead)) == Whose(lead)


def test_nobody_we_know(account: Account) -> None:
    assert told(account) == Whose()
    stray = ContactPoint.objects.create(account=account, kind="phone", key="+13035550199", value="+13035550199")
    assert told(account, at_point=stray) == Whose()
    assert told(account, person=make_person(account)) == Whose()


def household(account: Account) -> tuple[Lead, Lead]:
    return make_lead(account, name="Hazel Thorne", phone=HOUSE), make_lead(account, name="Rowan Ashby", phone=HOUSE)


def test_two_of_one_number_written_to_lately_are_not_told_apart_silently(account: Account) -> None:
    hazel, rowan = household(account)
    wrote(hazel, AT - timedelta(days=20))
    wrote(rowan, AT - timedelta(days=2))
    found = told(account, at_point=point(hazel))
    assert (found.lead, found.unsure) == (rowan, True)


def test_whom_we_have_not_written_to_for_a_month_is_not_meant(account: Account) -> None:
    hazel, rowan = household(account)
    wrote(hazel, AT - timedelta(days=31))
    wrote(rowan, AT - timedelta(days=2))
    assert told(account, at_point=point(hazel)) == Whose(rowan)


def test_an_id_tells_two_of_one_address_apart(account: Account) -> None:
    hazel, rowan = household(account)
    wrote(hazel, AT - timedelta(days=3), message_id="SM1")
    wrote(rowan, AT - timedelta(days=2))
    assert told(account, "SM1", at_point=point(rowan)) == Whose(hazel)


def test_two_that_nobody_wrote_to_yet_are_unsure_too(account: Account) -> None:
    _hazel, rowan = household(account)
    found = told(account, at_point=point(rowan))
    assert found.lead in household_of(account)
    assert found.unsure


def household_of(account: Account) -> list[Lead]:
    return list(Lead.objects.filter(account=account))


def test_two_leads_of_one_person_are_no_question(lead: Lead) -> None:
    newer = make_lead(lead.account, person=lead.person, arrived_at=MONDAY + timedelta(days=9))
    wrote(lead, AT - timedelta(days=3))
    wrote(newer, AT - timedelta(days=2))
    assert told(lead.account, at_point=point(lead)) == Whose(newer)


def test_a_lead_that_was_removed_hears_nothing(lead: Lead) -> None:
    wrote(lead, AT, message_id="SM1")
    Lead.objects.update(removed_at=AT)
    assert told(lead.account, "SM1", at_point=point(lead), person=None) == Whose()
    assert lead_of(account=lead.account, point=point(lead), person=None) is None


def test_whose_it_could_be_is_one_lead_a_person_whom_we_wrote_to_last_first(account: Account) -> None:
    hazel, rowan = household(account)
    make_lead(account, person=hazel.person, arrived_at=MONDAY - timedelta(days=90))
    stranger = make_lead(make_account("Other"), phone=HOUSE)
    wrote(hazel, AT - timedelta(days=1))
    assert could_be(account=account, point=point(rowan)) == [hazel, rowan]
    assert could_be(account=stranger.account, point=point(stranger)) == [stranger]
    assert could_be(account=account, point=None) == []
