"""A hand of cards: those that follow the open one, whose they are, and what was offered before."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message, Note
from nextcall.engine import outcome, promising, telling, undo
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.worklist import items, spreading
from nextcall.worklist.card import draft_of
from nextcall.worklist.offering import Colleague, next_free
from nextcall.worklist.ranking import Group
from tests.builders import MONDAY, T, make_lead, make_member, make_touch

AT = MONDAY
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OLD = AT - 9 * DAY


def call_due(account: Account, owner: Member | None, name: str, *, due: int = 30, **fields: object) -> Lead:
    fields = {"arrived_at": OLD, **fields}
    lead = make_lead(account, name=name, owner=owner, **fields)  # type: ignore[arg-type]
    make_touch(lead, "call", due_at=AT - due * MINUTE, state=Touch.State.OPEN)
    return lead


def following(member: Member, lead_id: int | None = None, **more: object) -> list[str]:
    dealt = items.hand(member, at=AT, cards=25, lead_id=lead_id, **more)  # type: ignore[arg-type]
    return [card.name for card in dealt.hand]


def test_the_hand_follows_the_open_card_and_leaves_out_who_is_done(account: Account, member: Member) -> None:
    leads = [call_due(account, member, name, due=50 - n) for n, name in enumerate(("Alder", "Briar", "Clove", "Dill"))]
    assert following(member) == ["Alder", "Briar", "Clove", "Dill"]
    assert following(member, leads[0].pk) == ["Briar", "Clove", "Dill"]
    assert following(member, leads[2].pk) == ["Dill", "Alder", "Briar"]  # those turned past come last
    assert following(member, leads[1].pk, without=[leads[0].pk]) == ["Clove", "Dill"]


def test_a_new_lead_is_dealt_next_whichever_card_is_open(account: Account, member: Member) -> None:
    leads = [call_due(account, member, name, due=50 - n) for n, name in enumerate(("Alder", "Briar"))]
    make_lead(account, name="Fern", owner=member, arrived_at=AT - 2 * MINUTE)
    assert following(member, leads[1].pk)[0] == "Fern"


def test_cards_of_a_hand_are_held_only_when_they_are_shown(account: Account, member: Member) -> None:
    lead = call_due(account, None, "Nobodys")
    assert following(member) == ["Nobodys"]
    lead.refresh_from_db()
    assert lead.held_by is None
    assert items.hold(lead, member=member, at=AT)
    lead.refresh_from_db()
    assert lead.held_by == member


@pytest.mark.parametrize("group", ["due", "waiting"])
def test_an_own_lead_that_a_colleague_has_open_is_not_dealt_and_says_so(
    account: Account, member: Member, group: str
) -> None:
    ben = make_member(account, name="Ben Carter")
    lead = call_due(account, member, "Alder Wynn")
    if group == "waiting":
        Lead.objects.filter(pk=lead.pk).update(waiting_since=AT - 9 * MINUTE)
    Lead.objects.filter(pk=lead.pk).update(held_by=ben, held_until=AT + 9 * MINUTE)
    dealt = items.deck(member, at=AT)
    assert dealt.card is None
    assert [(one.name, one.says) for one in dealt.elsewhere] == [("Alder Wynn", "Ben has this open")]
    assert items.deck(member, at=AT + 10 * MINUTE).card


def test_a_hand_costs_the_same_queries_for_five_cards_and_for_twenty(account: Account, member: Member) -> None:
    for n in range(24):
        lead = call_due(account, member, f"Person {n}", due=20 + n)
        enroll.begin(lead=lead, slug="steady", by=None, at=OLD)
        Note.objects.create(account=account, lead=lead, body="A note", at=OLD, by=member)
        Message.objects.create(
            account=account, lead=lead, person=lead.person, channel="text", outbound=False, body="Hi", at=OLD
        )
    counts = []
    for cards in (5, 20):
        with CaptureQueriesContext(connection) as queries:
            assert len(items.hand(member, at=AT, cards=cards).hand) == cards
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 45


def test_a_new_lead_past_the_goal_is_offered_to_the_next_free_member_and_both_cards_say_so(
    account: Account, member: Member
) -> None:
    owner = make_member(account, name="Bo Lind")
    make_member(account, name="Cy Away", away_until=AT + DAY)
    late = make_lead(account, name="Maple Reed", owner=owner, arrived_at=AT - 7 * MINUTE)
    mine = items.deck(member, at=AT).card
    assert mine and mine.why == "Bo\u2019s 5 min are up, so they are offered to you too"
    assert mine.ranked.group is Group.NEW
    Lead.objects.filter(pk=late.pk).update(held_by=None, held_until=None)
    theirs = items.deck(owner, at=AT).card
    assert theirs and theirs.why == "your 5 min are up, so they are offered to Ann too"
    assert items.deck(member, at=AT).card is None  # the owner has it open now


def test_offering_goes_round_and_leaves_out_who_is_not_at_work() -> None:
    week = [["09:00", "18:00"]] * 5 + [None, None]
    team = [Colleague(n, f"Member {n}", "America/Denver", week, None) for n in (1, 2, 3)]
    goal = 5 * MINUTE

    def turn(minutes: int, at: object = AT) -> int | None:
        found = next_free(team, owner_id=2, arrived_at=AT - minutes * MINUTE, at=AT, goal=goal)
        return found.id if found else None

    assert [turn(4), turn(6), turn(11), turn(16)] == [None, 3, 1, 3]
    night = T("2026-11-23 22:00")
    assert next_free(team, owner_id=2, arrived_at=night - 9 * MINUTE, at=night, goal=goal) is None


def test_a_reason_on_display_is_not_offered_again_unless_the_outcome_is_undone(
    account: Account, member: Member
) -> None:
    lead = call_due(account, member, "Alder Wynn", message="What would it sell for? No rush.")
    card = items.deck(member, at=AT).card
    assert card and card.reasons
    key = card.reasons[0].key
    action = outcome.log(lead=lead, outcome="no_answer", by=member, at=AT)
    telling.used(lead=lead, key=key, says="", action=action, by=member, at=AT)
    make_touch(lead, "call", due_at=AT, state=Touch.State.OPEN)
    again = items.deck(member, at=AT + MINUTE, turned_to=lead.pk).card
    assert again and key not in [one.key for one in again.reasons]
    undo.undo(action=action, by=member, at=AT + MINUTE)
    back = items.deck(member, at=AT + 2 * MINUTE, turned_to=lead.pk).card
    assert back and back.reasons[0].key == key


def test_a_reason_that_is_of_no_use_rests_for_two_weeks(account: Account, member: Member) -> None:
    lead = call_due(account, member, "Alder Wynn", message="What would it sell for?")
    card = items.deck(member, at=AT).card
    assert card
    telling.not_now(lead=lead, key=card.reasons[0].key, says="", by=member, at=AT)
    resting, later = (items.hand(member, at=AT + days * DAY, cards=1).hand[0] for days in (1, 15))
    assert card.reasons[0] not in resting.reasons
    assert card.reasons[0] in later.reasons


def test_the_first_line_and_the_draft_are_made_of_facts_in_the_members_own_greeting(
    account: Account, member: Member
) -> None:
    lead = call_due(account, member, "Alder Wynn", message="What would it sell for?")
    Message.objects.create(
        account=account,
        lead=lead,
        person=lead.person,
        channel="text",
        outbound=True,
        body="Hey there",
        at=OLD,
        by=member,
    )
    card = items.deck(member, at=AT).card
    assert card
    said = "Hey Alder, it\u2019s Ann from Acme Homes: you asked “What would it sell for?” I would like to answer that."
    assert card.first_lines[0] == said
    draft = draft_of(lead=lead, key=card.reasons[0].key, member=member, at=AT)
    assert draft == "Hey Alder, you asked “What would it sell for?” [one line only you could write]"
    assert draft_of(lead=lead, key="nothing", member=member, at=AT) == ""


def test_snoozes_count_since_the_latest_outcome_and_undone_ones_do_not(account: Account, member: Member) -> None:
    lead = call_due(account, member, "Alder Wynn")

    def snoozes(at: object) -> int:
        hand = items.hand(member, at=AT + 9 * MINUTE, cards=1).hand
        return hand[0].snoozes

    first = promising.snooze(lead=lead, until=AT + MINUTE, by=member, at=AT)
    promising.snooze(lead=lead, until=AT + 3 * MINUTE, by=member, at=AT + 2 * MINUTE)
    assert snoozes(AT) == 2
    undo.undo(action=first, by=member, at=AT + 2 * MINUTE)
    assert snoozes(AT) == 1
    outcome.log(lead=lead, outcome="no_answer", by=member, at=AT + 4 * MINUTE)
    make_touch(lead, "call", due_at=AT + 5 * MINUTE, state=Touch.State.OPEN)
    assert snoozes(AT) == 0


def test_after_time_away_the_page_welcomes_back_on_the_first_day_only(account: Account, member: Member) -> None:
    gone = call_due(account, member, "Before", due=9)
    outcome.log(lead=gone, outcome="not_interested", by=member, at=AT - 5 * DAY)
    for n in range(24):
        lead = make_lead(account, name=f"Person {n}", owner=member, arrived_at=OLD)
        make_touch(lead, "call", due_at=AT - 2 * DAY - n * MINUTE, state=Touch.State.OPEN)
    fresh = make_lead(account, name="Fern", owner=member, arrived_at=AT - 3 * DAY)
    make_touch(fresh, "call", due_at=AT - 3 * DAY, state=Touch.State.OPEN)
    make_lead(account, name="Rowan", owner=member, arrived_at=OLD, waiting_since=AT - DAY)
    dealt = items.deck(member, at=AT)
    assert dealt.back == spreading.Back(came_due=25, fresh=2, days=3)
    assert [dealt.card.name if dealt.card else "", dealt.coming[0].name] == ["Rowan", "Fern"]  # start there
    assert (dealt.spread, dealt.fits_on) == (14, "They fit on Tuesday and Wednesday")
    outcome.log(lead=fresh, outcome="no_answer", by=member, at=AT)
    assert items.deck(member, at=AT + MINUTE).back  # the whole first day
    assert items.deck(member, at=AT + DAY).back is None
    member.settings = {spreading.DISMISSED: "2026-11-23"}
    assert items.deck(member, at=AT).back is None


def test_who_is_done_may_get_ahead_on_the_calls_of_the_next_working_day(account: Account, member: Member) -> None:
    lead = make_lead(account, name="Tomorrow", owner=member, arrived_at=OLD)
    touch = make_touch(lead, "call", due_at=AT + DAY, state=Touch.State.PLANNED)
    far = make_lead(account, name="Hawaii", owner=member, arrived_at=OLD, region="HI", postal_code="96813",
                    zone="Pacific/Honolulu", phone="+18085550142")  # fmt: skip
    make_touch(far, "call", due_at=AT + DAY, state=Touch.State.PLANNED)
    assert items.deck(member, at=AT).card is None
    assert items.deck(member, at=AT).ahead == "tomorrow"
    dealt = items.deck(member, at=AT, ahead=True)
    assert dealt.card and dealt.card.name == "Tomorrow" and dealt.to_go == 1
    assert "planned for tomorrow" in dealt.card.why
    outcome.log(lead=lead, touch=touch, outcome="no_answer", by=member, at=AT)
    friday = T("2026-11-27 10:00")
    assert items.deck(member, at=friday).ahead == ""
    make_touch(lead, "call", due_at=T("2026-11-30 10:00"), state=Touch.State.PLANNED)
    assert items.deck(member, at=friday).ahead == "Monday"
