"""Saved answers are used again and never leave as they stand."""

from datetime import timedelta

import pytest

from nextcall.conversations import saved
from nextcall.conversations.models import SavedAnswer
from nextcall.engine import undo
from nextcall.engine.write import Unfinished, undo_of, write
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_account, make_member

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=2)
RATES = "Rates depend on the balance and the term, so a short call tells more than any table."
STREET = "I looked at [[what you saw on their street]] and have two figures for you."


def kept(member: Member, body: str = RATES, name: str = "Rates", *, shared: bool = False) -> SavedAnswer:
    return saved.make(member=member, name=name, body=body, shared=shared, at=AT)


@pytest.mark.parametrize(
    ("template", "body", "personal"),
    [
        (RATES, RATES, False),
        (RATES, RATES.upper(), False),
        (RATES, f"  {RATES} \n\u2026!", False),
        (RATES, RATES.replace("a short", "a"), False),
        (RATES, f"Hazel, {RATES}", True),
        (RATES, f"{RATES} Tuesday?", True),
        (STREET, STREET.replace("[[what you saw on their street]]", "Maple Court"), True),
        (STREET, STREET.replace("[[what you saw on their street]]", ""), False),
        (RATES, f"{RATES} {RATES}", True),
    ],
)
def test_a_word_of_ones_own_makes_it_personal(template: str, body: str, personal: bool) -> None:
    assert saved.is_personal(template, body) is personal


def test_it_does_not_leave_as_it_stands_and_does_with_a_word_beside_it(member: Member, lead: Lead) -> None:
    answer = kept(member)
    with pytest.raises(Unfinished, match="the saved answer \u201cRates\u201d as it stands"):
        write(lead=lead, channel="text", body=RATES, by=member, at=AT)
    touch = write(lead=lead, channel="text", body=f"Hazel, {RATES}", by=member, at=AT)
    answer.refresh_from_db()
    assert answer.used == 1
    assert isinstance(undo.undo(action=undo_of(touch), by=member, at=AT), undo.Undone)  # type: ignore[arg-type]


def test_a_gap_must_be_filled_and_leaving_it_out_is_not_filling_it(member: Member, lead: Lead) -> None:
    kept(member, STREET, "Street")
    with pytest.raises(Unfinished, match="what you saw on their street"):
        write(lead=lead, channel="text", body=STREET, by=member, at=AT)
    with pytest.raises(Unfinished, match="as it stands"):
        write(lead=lead, channel="text", body=STREET.replace("[[what you saw on their street]]", ""), by=member, at=AT)
    write(
        lead=lead, channel="text", body=STREET.replace("[[what you saw on their street]]", "12 Maple"), by=member, at=AT
    )


@pytest.mark.parametrize("body", ["Yes", "so a short call", "Rates depend", "Thursday at 4 then. Ann"])
def test_what_is_ones_own_is_not_taken_for_a_saved_answer(member: Member, lead: Lead, body: str) -> None:
    answer = kept(member)
    write(lead=lead, channel="text", body=body, by=member, at=AT)
    answer.refresh_from_db()
    assert answer.used == 0


def test_a_colleagues_own_answers_are_theirs_and_shared_ones_everybodys(account: Account, member: Member) -> None:
    ben = make_member(account, name="Ben Cole")
    own, shared = kept(ben, name="Own"), kept(ben, name="Shared", shared=True)
    assert list(saved.yours(member)) == [shared]
    assert set(saved.yours(ben)) == {own, shared}
    assert not saved.may_change(shared, member)
    assert saved.may_change(shared, make_member(account, "manager"))
    assert list(saved.yours(make_member(make_account("Other"), "owner"))) == []


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        (" ", RATES, "name"),
        ("Short", "Call me, please", "at least 5 words"),
        ("Only a gap", "Hi [[what they asked and what you saw there]]", "besides the gap"),
        ("Long", "word " * 400, "At most 1,600"),
        ("Rates", RATES, "already"),
    ],
)
def test_what_cannot_be_saved_is_said_with_what_would_be_right(member: Member, name: str, body: str, says: str) -> None:
    kept(member)
    with pytest.raises(saved.Wrong, match=says):
        saved.make(member=member, name=name, body=body, shared=False, at=AT)
