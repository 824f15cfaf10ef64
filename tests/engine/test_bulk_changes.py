"""Many leads changed as one: a bite at a time, nothing twice, whoever is left out named, undone as one."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent import ledger
from nextcall.engine import bulk_changes, bulk_deeds, hand_over
from nextcall.engine.bulk_changes import CannotChange
from nextcall.engine.models import Action, BulkChange
from nextcall.engine.undo import undo
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_member


@pytest.fixture
def mary(account: Account) -> Member:
    return make_member(account, "manager", name="Mary Manager")


@pytest.fixture
def ben(account: Account) -> Member:
    return make_member(account, name="Ben Ito")


@pytest.fixture
def five(account: Account, mary: Member) -> list[Lead]:
    return [make_lead(account, name=f"Person {n}", owner=mary) for n in range(5)]


def proposed(by: Member, kind: str, leads: Sequence[Lead], **choices: object) -> BulkChange:
    return bulk_changes.propose(
        account=by.account, by=by, kind=kind, lead_ids=[lead.pk for lead in leads], choices=choices, at=MONDAY
    )


def done(by: Member, kind: str, leads: Sequence[Lead], **choices: object) -> BulkChange:
    change = proposed(by, kind, leads, **choices)
    bulk_changes.confirm(change, says="changed", by=by, at=MONDAY)
    finish()
    change.refresh_from_db()
    return change


def finish(bite: int = 2) -> None:
    while bulk_changes.run_some(at=MONDAY, bite=bite):
        pass


def owners(leads: Sequence[Lead]) -> list[int | None]:
    found = dict(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("pk", "owner_id"))
    return [found[lead.pk] for lead in leads]


def test_nothing_happens_before_it_is_confirmed(mary: Member, ben: Member, five: list[Lead]) -> None:
    change = proposed(mary, "owner", five, owners=[ben.pk])
    assert not bulk_changes.run_some(at=MONDAY)
    assert not bulk_changes.run(change, at=MONDAY)
    assert owners(five) == [mary.pk] * 5
    assert bulk_changes.sort(change, by=mary).changed == tuple((lead.pk, ben.pk) for lead in five)


def test_given_to_one_and_to_several_in_turn(account: Account, mary: Member, ben: Member, five: list[Lead]) -> None:
    cleo = make_member(account, name="Cleo Park")
    done(mary, "owner", five, owners=[ben.pk])
    assert owners(five) == [ben.pk] * 5
    change = done(mary, "owner", five, owners=[ben.pk, cleo.pk])
    assert owners(five) == [ben.pk, cleo.pk, ben.pk, cleo.pk, ben.pk]
    assert change.left_out == 3 and change.choices["left"]["with them already"]["n"] == 3


def test_each_lead_has_an_action_of_its_own_that_belongs_to_the_change(
    mary: Member, ben: Member, five: list[Lead]
) -> None:
    change = done(mary, "owner", five, owners=[ben.pk])
    assert change.state == "done" and change.done == 5
    assert set(Action.objects.filter(bulk=change).values_list("lead_id", flat=True)) == {lead.pk for lead in five}
    assert list(Event.objects.filter(kind__startswith="bulk").order_by("pk").values_list("kind", flat=True)) == [
        "bulk.confirmed",
        "bulk.done",
    ]


@pytest.mark.parametrize("kind", ["cadence", "pause", "resume", "finish", "stage"])
def test_every_kind_is_done_and_undone_as_one(kind: str, mary: Member, five: list[Lead]) -> None:
    if kind != "cadence":
        for lead in five:
            enrollment = enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
            if kind == "resume":
                enroll.pause(enrollment=enrollment, by=None, at=MONDAY, because="by hand")
    before = _plans(five)
    change = done(mary, kind, five, cadence="gentle", because="bought elsewhere", stage="lost", days=7)
    assert change.left_out == 0 and change.state == "done"
    assert _plans(five) != before
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    finish()
    change.refresh_from_db()
    assert change.state == "undone" and change.choices["back"] == 5 and not change.choices["stayed"]
    assert _plans(five) == before


def _plans(leads: Sequence[Lead]) -> list[object]:
    return [
        (
            Lead.objects.get(pk=lead.pk).stage,
            sorted(Enrollment.objects.filter(lead=lead).values_list("version__cadence__slug", "state")),
            sorted(Touch.objects.filter(lead=lead, state__in=("planned", "open")).values_list("step_key", "due_at")),
        )
        for lead in leads
    ]


def test_who_is_left_out_is_named_with_the_reason(account: Account, mary: Member, five: list[Lead]) -> None:
    enroll.begin(lead=five[0], slug="gentle", by=None, at=MONDAY)
    enroll.begin(lead=five[1], slug="steady", by=None, at=MONDAY)
    Lead.objects.filter(pk=five[2].pk).update(stage="won")
    ledger.withdraw(
        account=account, person=five[3].person, scope=(), reason="asked", said="stop", via="hand", at=MONDAY
    )
    change = done(mary, "cadence", five, cadence="gentle")
    left = {reason: one["ids"] for reason, one in change.choices["left"].items()}
    assert left == {
        "on it already": [five[0].pk],
        "on another cadence": [five[1].pk],
        "won or lost": [five[2].pk],
        "asked us to stop": [five[3].pk],
    }
    assert change.left_out == 4 and Action.objects.filter(bulk=change).count() == 1


def test_those_on_another_cadence_are_moved_if_asked(mary: Member, five: list[Lead]) -> None:
    enroll.begin(lead=five[0], slug="steady", by=None, at=MONDAY)
    done(mary, "cadence", five[:1], cadence="gentle", move=True)
    running = Enrollment.objects.filter(lead=five[0], ended_at=None)
    assert [one.version.cadence.slug for one in running] == ["gentle"]


def test_a_start_may_be_spread_over_working_days(mary: Member, five: list[Lead]) -> None:
    change = proposed(mary, "cadence", five, cadence="gentle", days=3)
    bulk_changes.confirm(change, says="x", a_day=2, by=mary, at=MONDAY)
    finish()
    days = [Enrollment.objects.get(lead=lead).anchor_at.date() for lead in five]
    today = MONDAY.date()
    assert days == [today, today, *[today + timedelta(days=1)] * 2, today + timedelta(days=2)]


def test_a_rep_changes_only_their_own(account: Account, mary: Member, ben: Member, five: list[Lead]) -> None:
    own, nobodys = make_lead(account, owner=ben), make_lead(account)
    change = done(ben, "owner", [own, nobodys, five[0]], owners=[mary.pk])
    assert owners([own, nobodys, five[0]]) == [mary.pk, None, mary.pk]
    assert change.choices["left"]["not yours"]["n"] == 2


def test_another_accounts_leads_and_members_are_not_there(mary: Member, five: list[Lead]) -> None:
    other = make_account("Other")
    eve, theirs = make_member(other, "owner", name="Eve Other"), make_lead(other)
    change = done(mary, "stage", [theirs, five[0]], stage="won")
    assert Lead.objects.get(pk=theirs.pk).stage == "new"
    assert change.choices["left"]["no longer in the list"]["ids"] == [theirs.pk]
    with pytest.raises(CannotChange):
        done(mary, "owner", five, owners=[eve.pk])


def test_undone_as_one_with_one_lead_changed_since(
    account: Account, mary: Member, ben: Member, five: list[Lead]
) -> None:
    cleo = make_member(account, name="Cleo Park")
    change = done(mary, "owner", five, owners=[ben.pk])
    hand_over.hand_over(lead=five[2], to=cleo, by=ben, at=MONDAY)
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    finish()
    change.refresh_from_db()
    assert owners(five) == [mary.pk, mary.pk, cleo.pk, mary.pk, mary.pk]
    assert change.choices["back"] == 4 and change.choices["stayed"]["worked on since"]["ids"] == [five[2].pk]


def test_a_lead_undone_on_its_own_before_is_passed_over(mary: Member, ben: Member, five: list[Lead]) -> None:
    change = done(mary, "owner", five, owners=[ben.pk])
    undo(action=Action.objects.get(bulk=change, lead=five[0]), by=mary, at=MONDAY)
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    finish()
    assert owners(five) == [mary.pk] * 5


def test_undo_in_the_middle_stops_it(mary: Member, ben: Member, five: list[Lead]) -> None:
    change = proposed(mary, "owner", five, owners=[ben.pk])
    bulk_changes.confirm(change, says="x", by=mary, at=MONDAY)
    assert bulk_changes.run(change, at=MONDAY, bite=2)
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    bulk_changes.take_back(change, by=mary, at=MONDAY)
    finish()
    assert owners(five) == [mary.pk] * 5
    assert BulkChange.objects.get().state == "undone"


def test_it_can_be_undone_for_seven_days(mary: Member, ben: Member, five: list[Lead]) -> None:
    change = done(mary, "owner", five, owners=[ben.pk])
    with pytest.raises(CannotChange, match="7 days"):
        bulk_changes.take_back(change, by=mary, at=MONDAY + timedelta(days=8))
    assert owners(five) == [ben.pk] * 5


def test_one_that_fails_is_left_out_and_the_others_go_on(
    mary: Member, ben: Member, five: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bulk_deeds.Change.do

    def breaks(self: bulk_deeds.Change, lead: Lead, **how: int) -> Action:
        action = real(self, lead, **how)
        if lead.pk == five[1].pk:
            raise KeyError("boom")
        return action

    monkeypatch.setattr(bulk_deeds.Change, "do", breaks)
    change = done(mary, "owner", five, owners=[ben.pk])
    assert owners(five) == [ben.pk, mary.pk, ben.pk, ben.pk, ben.pk]
    assert change.choices["left"] == {"it could not be changed": {"n": 1, "ids": [five[1].pk]}}


def test_a_crash_in_the_middle_loses_nothing_and_does_nothing_twice(
    mary: Member, ben: Member, five: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = proposed(mary, "owner", five, owners=[ben.pk])
    bulk_changes.confirm(change, says="x", by=mary, at=MONDAY)
    assert bulk_changes.run(change, at=MONDAY, bite=2)
    real, tried = bulk_deeds.Change.do, []

    def dies(self: bulk_deeds.Change, lead: Lead, **how: int) -> Action:
        tried.append(lead.pk)
        if len(tried) == 2:
            raise KeyboardInterrupt
        return real(self, lead, **how)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(bulk_deeds.Change, "do", dies)
        bulk_changes.run(change, at=MONDAY, bite=3)
    change.refresh_from_db()
    assert change.done == 2 and Action.objects.count() == 2
    finish()
    assert owners(five) == [ben.pk] * 5
    assert Action.objects.filter(bulk=change).count() == 5


def test_whoever_asked_and_left_stops_it(mary: Member, ben: Member, five: list[Lead]) -> None:
    change = proposed(mary, "owner", five, owners=[ben.pk])
    bulk_changes.confirm(change, says="x", by=mary, at=MONDAY)
    Member.objects.filter(pk=mary.pk).update(is_active=False)
    finish()
    change.refresh_from_db()
    assert change.state == "failed" and owners(five) == [mary.pk] * 5


def test_what_was_never_confirmed_goes_after_a_day(mary: Member, five: list[Lead]) -> None:
    old = proposed(mary, "pause", five)
    BulkChange.objects.filter(pk=old.pk).update(created_at=MONDAY - timedelta(days=2))
    proposed(mary, "pause", five)
    assert not BulkChange.objects.filter(pk=old.pk).exists() and BulkChange.objects.count() == 1
