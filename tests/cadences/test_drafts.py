"""Drafts and versions: what is begun can be taken back, nobody's work is lost, and leads stay until they are moved."""

from datetime import timedelta

import pytest

from nextcall.cadences import comparing, drafts, editing, enroll, moving, parse, versions
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.models import Cadence, CadenceVersion, Draft, Enrollment, Touch
from nextcall.engine.undo import Undone, undo, undoable
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_account, make_lead, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def steady(account: Account) -> Cadence:
    versions.install(account, at=MONDAY)
    return Cadence.objects.get(account=account, slug="steady")


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "owner", name="Ann")


def later(source: str, key: str = "d2-text-1") -> str:
    return editing.move(source, key, unit="day", way=1)


def text(cadence: Cadence) -> str:
    return drafts.text_of(drafts.newest(cadence))


def test_undo_gives_every_text_back_exactly(steady: Cadence, ann: Member) -> None:
    sources = [text(steady)]
    for key in ("d2-text-1", "d3-call-1", "d5-email-1"):
        sources.append(later(sources[-1], key))
        drafts.keep(cadence=steady, source=sources[-1], by=ann, at=MONDAY)
    for source in reversed(sources[:-1]):
        draft = drafts.undo(cadence=steady, by=ann, at=MONDAY)
        assert draft is not None
        assert draft.source == source
    assert drafts.undo(cadence=steady, by=ann, at=MONDAY) is None


def test_the_way_back_is_bounded(steady: Cadence, ann: Member) -> None:
    source = text(steady)
    for number in range(drafts.MOST_UNDO + 9):
        drafts.keep(cadence=steady, source=source + f"# {number}\n", by=ann, at=MONDAY)
    assert len(Draft.objects.get().undo) == drafts.MOST_UNDO


def test_a_draft_is_saved_once_and_new_leads_start_on_it(account: Account, steady: Cadence, ann: Member) -> None:
    drafts.keep(cadence=steady, source=later(text(steady)), by=ann, at=MONDAY)
    saved = drafts.publish(cadence=steady, by=ann, at=MONDAY)
    assert (saved.number, saved.by) == (2, ann)
    assert drafts.publish(cadence=steady, by=ann, at=MONDAY).number == 2
    assert not Draft.objects.exists()
    lead = make_lead(account, owner=ann)
    assert enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY).version == saved


def test_a_version_saved_meanwhile_is_said_and_both_can_stay(account: Account, steady: Cadence, ann: Member) -> None:
    ben = make_member(account, "manager", name="Ben")
    drafts.keep(cadence=steady, source=later(text(steady)), by=ann, at=MONDAY)
    drafts.keep(cadence=steady, source=later(text(steady), "d3-call-1"), by=ben, at=MONDAY)
    drafts.publish(cadence=steady, by=ben, at=MONDAY)
    with pytest.raises(drafts.Newer, match="Version 2 was saved since you began"):
        drafts.publish(cadence=steady, by=ann, at=MONDAY)
    with pytest.raises(drafts.Newer):
        drafts.publish(cadence=steady, by=ann, at=MONDAY, over=1)
    assert drafts.publish(cadence=steady, by=ann, at=MONDAY, over=2).number == 3


def test_words_that_cannot_be_said_are_not_saved(steady: Cadence, ann: Member) -> None:
    source = editing.set_step(text(steady), "d2-text-1", {"wording": ["Hi {{ nobody }}"]})
    drafts.keep(cadence=steady, source=source, by=ann, at=MONDAY)
    with pytest.raises(BadCadence, match="nobody"):
        drafts.publish(cadence=steady, by=ann, at=MONDAY)
    with pytest.raises(BadCadence):
        drafts.keep(cadence=steady, source="not = [toml", by=ann, at=MONDAY)
    assert CadenceVersion.objects.filter(cadence=steady).count() == 1


def test_differences_are_said_in_words() -> None:
    before = parse.library()["steady"]
    source, _ = editing.add(before.source, channel="call", beside="d2-text-1")
    source = editing.set_step(later(editing.remove(source, "d5-email-1")), "d3-call-1", {"says": "Listen."})
    found = comparing.changes(before, parse.cached(editing.set_head(source, {"pause_on": ["reply"]})))
    assert [one.says for one in found] == [
        "Added: Day 2, call, afternoon.",
        "Removed: Day 5, email, morning.",
        "Moved: Day 2, text, midday, to Day 3, text, midday.",
        "New words: Day 3, call, evening.",
        "What pauses it was reply and conversation and appointment and promise, is reply.",
    ]
    assert comparing.summary(found) == "1 touch added, 1 removed, 1 moved, new words in 1 and other rules"
    assert comparing.changes(before, before) == ()


def moved_to(steady: Cadence, ann: Member, source: str, enrollment: Enrollment, *, days: int = 0) -> CadenceVersion:
    drafts.keep(cadence=steady, source=source, by=ann, at=MONDAY)
    version = drafts.publish(cadence=steady, by=ann, at=MONDAY)
    at = MONDAY + timedelta(days=days)
    with undoable(lead=enrollment.lead, kind="version", by=ann, at=at, says="Moved.") as deed:
        assert moving.move(enrollment=enrollment, to=version, by=ann, at=at)
    version.action = deed.action  # type: ignore[attr-defined]
    return version


def standing(enrollment: Enrollment) -> set[tuple[str, str]]:
    return set(Touch.objects.filter(enrollment=enrollment).values_list("step_key", "state"))


def test_a_moved_lead_keeps_what_is_behind_it_and_plans_anew(account: Account, steady: Cadence, ann: Member) -> None:
    lead = make_lead(account, owner=ann)
    enrollment = enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
    Touch.objects.filter(step_key="d1-email-1").update(state="sent", made_at=MONDAY, finished_at=MONDAY)
    before = standing(enrollment)
    text_due = Touch.objects.get(step_key="d2-text-1").due_at
    version = moved_to(steady, ann, later(editing.remove(text(steady), "d1-call-1")), enrollment)
    now = dict(standing(enrollment))
    assert now["d1-email-1"] == "sent"
    assert now["d1-call-1"] == "cancelled"
    assert now["d3-call-1"] == "planned"  # the next call, since the first is gone
    assert Touch.objects.get(step_key="d2-text-1").due_at - text_due == timedelta(days=1)
    assert not moving.move(enrollment=Enrollment.objects.get(), to=version, by=ann, at=MONDAY)
    assert isinstance(undo(action=version.action, by=ann, at=MONDAY), Undone)  # type: ignore[attr-defined]
    assert standing(enrollment) == before
    assert Enrollment.objects.get().version.number == 1


def test_nobody_gets_on_day_ten_what_day_two_should_have_brought(
    account: Account, steady: Cadence, ann: Member
) -> None:
    lead = make_lead(account, owner=ann)
    enrollment = enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
    source, key = editing.add(text(steady), channel="call", beside="d2-text-1")
    moved_to(steady, ann, source, enrollment, days=9)
    left_out = Touch.objects.get(step_key=key)
    assert (left_out.state, left_out.because) == ("skipped", "behind them when they were moved to version 2")
    assert not Touch.objects.filter(step_key=key, state="planned").exists()


def test_who_is_on_an_older_version_is_counted(account: Account, steady: Cadence, ann: Member) -> None:
    for name in ("Hazel", "Rowan"):
        enroll.begin(lead=make_lead(account, name=name, owner=ann), slug="steady", by=None, at=MONDAY)
    stranger = make_account("Other")
    enroll.begin(lead=make_lead(stranger), slug="steady", by=None, at=MONDAY)
    drafts.keep(cadence=steady, source=later(editing.remove(text(steady), "d1-call-1")), by=ann, at=MONDAY)
    newest = drafts.publish(cadence=steady, by=ann, at=MONDAY)
    [one] = moving.older(steady, newest)
    assert (one.version.number, one.leads, one.cancelled, one.replanned) == (1, 2, 2, 2)
