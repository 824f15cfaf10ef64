"""The deck of a member, over rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.engine import outcome, promising
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.worklist import items
from nextcall.worklist.ranking import Group
from tests.builders import MONDAY, T, make_lead, make_member, make_touch

AT = MONDAY  # ten in the morning in Denver
MINUTE = timedelta(minutes=1)
OLD = AT - timedelta(days=9)


def call_due(account: Account, owner: Member | None, name: str, **fields: object) -> Lead:
    lead = make_lead(account, name=name, owner=owner, arrived_at=OLD, **fields)
    make_touch(lead, "call", due_at=AT - 30 * MINUTE, state=Touch.State.OPEN)
    return lead


def names(member: Member, **more: object) -> list[str]:
    dealt = items.deck(member, at=AT, **more)  # type: ignore[arg-type]
    return ([dealt.card.name] if dealt.card else []) + [one.name for one in dealt.coming]


def test_the_deck_stands_in_its_public_order(account: Account, member: Member) -> None:
    call_due(account, member, "Today")
    carried = make_lead(account, name="Carried", owner=member, arrived_at=OLD)
    make_touch(carried, "call", due_at=AT - timedelta(days=1), state=Touch.State.OPEN)
    make_lead(account, name="New", owner=member, arrived_at=AT - 3 * MINUTE)
    make_lead(account, name="Waiting", owner=member, arrived_at=OLD, waiting_since=AT - 8 * MINUTE)
    promised = make_lead(account, name="Promised", owner=member, arrived_at=OLD)
    Promise.objects.create(account=account, lead=promised, owner=member, kind="call", due_at=AT - MINUTE, made_at=OLD)
    unsure = make_lead(account, name="Unsure", owner=member, arrived_at=OLD)
    make_touch(unsure, "email", due_at=AT - MINUTE, state=Touch.State.UNCERTAIN)
    assert names(member) == ["Promised", "New", "Waiting", "Today", "Carried", "Unsure"]


def test_a_lead_outside_lawful_hours_stands_behind_and_its_card_says_when_it_opens(
    account: Account, member: Member
) -> None:
    call_due(
        account, member, "Honolulu", region="HI", postal_code="96813", zone="Pacific/Honolulu", phone="+18085550142"
    )
    assert names(member) == ["Honolulu"]
    held = items.deck(member, at=AT).card
    assert held and held.held and "am" in held.held.opens  # seven in the morning there
    assert held.held.source
    call_due(account, member, "Denver")
    assert names(member) == ["Denver", "Honolulu"]


def test_two_members_never_get_the_same_card(account: Account, member: Member) -> None:
    other = make_member(account, name="Bo Lind")
    call_due(account, None, "Nobodys")
    assert names(member) == ["Nobodys"]
    assert names(other) == []
    assert names(member) == ["Nobodys"]
    later = items.deck(other, at=AT + items.HOLD + MINUTE)
    assert later.card and later.card.name == "Nobodys"


def test_another_members_leads_and_another_accounts_stay_theirs(account: Account, member: Member) -> None:
    call_due(account, make_member(account, name="Bo Lind"), "Bos")
    assert names(member) == []


def test_a_snoozed_card_comes_back_at_its_time_unless_they_write_before(account: Account, member: Member) -> None:
    lead = make_lead(account, name="Later", owner=member, arrived_at=OLD, waiting_since=AT - 8 * MINUTE)
    promising.snooze(lead=lead, until=AT + 60 * MINUTE, by=member, at=AT)
    assert names(member) == []
    back = items.deck(member, at=AT + 61 * MINUTE).card
    assert back and back.ranked.group is Group.PROMISE
    Lead.objects.filter(pk=lead.pk).update(waiting_since=AT + 5 * MINUTE)
    assert items.deck(member, at=AT + 6 * MINUTE).card


def test_done_counts_deeds_and_undone_deeds_do_not_count(account: Account, member: Member) -> None:
    from nextcall.engine import undo

    lead = call_due(account, member, "Hazel")
    action = outcome.log(lead=lead, outcome="no_answer", by=member, at=AT)
    dealt = items.deck(member, at=AT + MINUTE)
    assert (dealt.done, dealt.to_go) == (1, 0)
    assert dealt.latest and dealt.latest.says.startswith("No answer, Hazel")
    undo.undo(action=action, by=member, at=AT + MINUTE)
    again = items.deck(member, at=AT + MINUTE)
    assert (again.done, again.to_go) == (0, 1)
    assert again.card and again.card.name == "Hazel"


def test_carried_over_takes_a_quarter_of_the_day(account: Account, member: Member) -> None:
    member.settings = {"people_a_day": 8}
    for n in range(5):
        lead = make_lead(account, name=f"Carried {n}", owner=member, arrived_at=OLD)
        make_touch(lead, "call", due_at=AT - timedelta(days=1, minutes=n), state=Touch.State.OPEN)
    dealt = items.deck(member, at=AT)
    assert (dealt.to_go, dealt.spread) == (2, 3)


def test_the_card_says_why_shows_the_thread_and_what_each_outcome_does(account: Account, member: Member) -> None:
    arrived = AT - 3 * MINUTE
    lead = make_lead(
        account, name="Juniper Vale", owner=member, arrived_at=arrived, message="What would it sell for? No rush."
    )
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=arrived)
    card = items.deck(member, at=AT).card
    assert card and card.ranked.group is Group.NEW
    assert card.why == "they asked 3 min ago, inside your 5 min goal"
    assert card.reasons[0].says == "Answer what Juniper asked: “What would it sell for?”"
    assert next(bead.shape for bead in card.beads) == "here"
    assert {bead.shape for bead in card.beads} == {"here", "ahead", "more"}
    assert [one.outcome for one in card.outcomes][:4] == ["no_answer", "left_voicemail", "talked", "call_back"]
    assert all(one.says for one in card.outcomes)
    assert dict(card.details)["Permission"].startswith("Call, text, email: in writing")


def test_with_no_facts_on_record_no_reason_is_invented(account: Account, member: Member) -> None:
    call_due(account, member, "Silent")
    card = items.deck(member, at=AT).card
    assert card and card.reasons == ()


@pytest.mark.parametrize("people", [3, 30])
def test_the_deck_costs_the_same_queries_however_many_people(account: Account, member: Member, people: int) -> None:
    for n in range(people):
        call_due(account, member, f"Person {n}")
    items.deck(member, at=AT)
    with CaptureQueriesContext(connection) as queries:
        items.deck(member, at=AT)
    assert len(queries) <= 45


def test_the_day_is_the_members_own(account: Account, member: Member) -> None:
    began, ends = items.day_of(member, T("2026-11-23 23:30"))
    assert began == T("2026-11-23 00:00")
    assert ends == T("2026-11-24 00:00")


def test_a_lead_that_came_with_a_file_is_no_new_inquiry(account: Account, member: Member) -> None:
    imported = make_lead(account, name="Imported", owner=member, arrived_at=AT - 2 * MINUTE)
    Lead.objects.filter(pk=imported.pk).update(import_id=1)
    make_touch(imported, "call", due_at=AT - MINUTE, state=Touch.State.OPEN)
    make_lead(account, name="Asked", owner=member, arrived_at=AT - 3 * MINUTE)
    assert names(member) == ["Asked", "Imported"]
    Lead.objects.exclude(pk=imported.pk).delete()
    card = items.deck(member, at=AT).card
    assert card and "asked" not in card.why and "goal" not in str(card.details)
