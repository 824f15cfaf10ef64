"""Leads on cadences: what begins, what is stored, what pauses and resumes."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from nextcall.cadences import ahead, enroll, store, versions
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.models import Cadence, CadenceVersion, Enrollment, Touch
from nextcall.cadences.progress import progress_of
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_account, make_lead, make_member

if TYPE_CHECKING:
    from nextcall.leads.models import Lead
    from nextcall.team.models import Account, Member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make(touch: Touch, *, at: object = None, outcome: str = "") -> None:
    """Close a touch as the engine does when it was really made."""
    state = Touch.State.SENT if touch.by_machine else Touch.State.DONE
    when = at or touch.due_at
    Touch.objects.filter(pk=touch.pk).update(state=state, made_at=when, finished_at=when, outcome=outcome)


def planned(lead: "Lead") -> dict[str, Touch]:
    return {touch.step_key: touch for touch in Touch.objects.filter(lead=lead, state="planned")}


def test_only_the_next_step_of_each_channel_is_stored(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    touches = planned(lead)
    assert set(touches) == {"d1-text-1", "d1-email-1", "d1-call-1"}
    assert touches["d1-text-1"].due_at == MONDAY
    assert touches["d1-call-1"].due_at == MONDAY + timedelta(minutes=2)
    assert not touches["d1-call-1"].by_machine
    assert touches["d1-email-1"].purpose == "reply"
    assert {touch.priority for touch in touches.values()} == {0}
    assert touches["d1-text-1"].contact_point is not None
    assert touches["d1-text-1"].owner == lead.owner
    assert touches["d1-text-1"].zone == "America/Denver" and touches["d1-text-1"].local_at.hour == 10
    assert Event.objects.get(kind="cadence.began").data == {"enrollment": enrollment.pk, "cadence": "fast-start"}


def test_planning_twice_stores_once(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    before = set(Touch.objects.values_list("pk", flat=True))
    assert store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY) == []
    Touch.objects.filter(step_key="d1-text-1").update(state="claimed")
    assert store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY) == []
    assert set(Touch.objects.values_list("pk", flat=True)) == before


def test_beginning_the_same_cadence_twice_is_one_enrollment(lead: "Lead") -> None:
    first = enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
    assert enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY + HOUR) == first
    with pytest.raises(enroll.AlreadyOn):
        enroll.begin(lead=lead, slug="gentle", by=None, at=MONDAY)


def test_an_unknown_cadence_names_those_there_are(lead: "Lead") -> None:
    with pytest.raises(versions.NoCadence, match="steady"):
        enroll.begin(lead=lead, slug="fasst-start", by=None, at=MONDAY)


def test_reminders_run_beside_another_cadence_and_count_back_from_the_appointment(lead: "Lead") -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    appointment = T("2026-11-25 15:00")
    enroll.begin(lead=lead, slug="appointment-reminders", by=None, at=MONDAY, anchor_at=appointment)
    beside = planned(lead)
    assert beside["one-day-before"].due_at == appointment - DAY
    assert "three-days-before" not in beside, "its time was over"


def test_when_a_touch_is_made_the_next_of_its_channel_is_planned(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    make(planned(lead)["d1-text-1"])
    stored = store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY)
    assert [touch.step_key for touch in stored] == ["d1-text-2"]
    assert planned(lead)["d1-text-2"].due_at == MONDAY + 5 * HOUR


def test_a_rhythm_waits_for_its_attempt_however_long_the_call_stays_open(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="three-and-one", by=None, at=MONDAY)
    call = planned(lead)["attempt-1"]
    Touch.objects.filter(pk=call.pk).update(state="open")
    assert store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY + 5 * DAY) == []
    made_at = MONDAY + 5 * DAY + 3 * HOUR
    make(call, at=made_at, outcome="no_answer")
    [following] = store.plan_next([enrollment.pk], account_id=lead.account_id, at=made_at)
    assert following.step_key == "attempt-2"
    assert DAY <= following.due_at - made_at <= 2 * DAY


def test_an_open_call_does_not_hold_back_the_calendars_next_call(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    Touch.objects.filter(step_key="d1-call-1").update(state="open")
    assert [
        touch.step_key for touch in store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY + HOUR)
    ] == ["d1-call-2"]
    assert store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY + HOUR) == []


def test_a_pause_cancels_what_is_planned_and_resuming_waits_the_rest(lead: "Lead", member: "Member") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    for touch in planned(lead).values():
        make(touch, outcome="" if touch.by_machine else "no_answer")
    store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY + timedelta(minutes=3))
    was = planned(lead)["d1-text-2"].due_at
    enroll.pause(enrollment=enrollment, by=member, at=MONDAY + HOUR, because="reply")
    assert enrollment.state == "paused" and not planned(lead)
    cancelled = Touch.objects.filter(state="cancelled")
    assert {touch.because for touch in cancelled} == {"reply"}
    assert store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY + 2 * HOUR) == []

    enroll.resume(enrollment=enrollment, by=member, at=MONDAY + HOUR + 2 * DAY)
    assert planned(lead)["d1-text-2"].due_at == was + 2 * DAY
    assert [event.kind for event in Event.objects.order_by("pk")][-2:] == ["cadence.paused", "cadence.resumed"]
    assert enroll.resume(enrollment=enrollment, by=member, at=MONDAY + 3 * DAY) == []


def test_a_rhythm_waits_the_rest_of_its_wait_after_a_pause(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="three-and-one", by=None, at=MONDAY)
    make(planned(lead)["attempt-1"], outcome="no_answer")
    store.plan_next([enrollment.pk], account_id=lead.account_id, at=MONDAY)
    enroll.pause(enrollment=enrollment, by=None, at=MONDAY + 2 * HOUR, because="reply")
    enroll.resume(enrollment=enrollment, by=None, at=MONDAY + 2 * HOUR + 5 * DAY)
    assert planned(lead)["attempt-2"].due_at >= MONDAY + 6 * DAY


def test_a_pause_with_an_end_resumes_by_itself(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    until = MONDAY + 2 * DAY
    enroll.pause(enrollment=enrollment, by=None, at=MONDAY, because="not now", until=until)
    assert enroll.next_resume(after=MONDAY) == until
    assert enroll.resume_due(at=until - HOUR) == 0
    assert enroll.resume_due(at=until) == 1
    assert "d1-text-1" in planned(lead)


def test_finishing_cancels_and_changing_begins_anew(lead: "Lead", member: "Member") -> None:
    first = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    second = enroll.change(lead=lead, slug="gentle", by=member, at=MONDAY + DAY, because="asked for less")
    first.refresh_from_db()
    assert (first.state, first.ended_because, first.ended_by) == ("finished", "asked for less", member)
    assert set(planned(lead)) == {"day-1-email", "day-1-call"}
    assert planned(lead)["day-1-email"].enrollment == second


def test_a_cadence_that_ran_its_course_finishes_and_the_next_begins(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="second-wind", by=None, at=MONDAY)
    at = MONDAY
    while enrollment.state == "active":
        for touch in planned(lead).values():
            at = max(at, touch.due_at)
            make(touch, outcome="" if touch.by_machine else "no_answer")
        store.plan_next([enrollment.pk], account_id=lead.account_id, at=at)
        enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ended_because) == ("finished", "ran its course")
    follows = Enrollment.objects.get(ended_at=None)
    assert follows.version.cadence.slug == "long-view"
    assert planned(lead)["m1-email-1"].priority == 9


def test_a_stage_ends_one_cadence_and_starts_another(lead: "Lead") -> None:
    first = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    began = enroll.stage_changed(lead=lead, stage="application", by=None, at=MONDAY + DAY)
    assert began is not None and began.version.cadence.slug == "application-started"
    first.refresh_from_db()
    assert first.ended_because == "stage application"
    assert enroll.stage_changed(lead=lead, stage="lost", by=None, at=MONDAY + DAY) is None
    assert not planned(lead)


def test_cancelling_one_channel_lets_the_others_go_on(lead: "Lead") -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    assert enroll.cancel_ahead(lead=lead, because="STOP by text", by=None, at=MONDAY, channels=["text"]) == 1
    assert Touch.objects.get(step_key="d1-text-1").because == "STOP by text"
    assert set(planned(lead)) >= {"d1-email-1", "d1-call-1"}
    assert enroll.cancel_ahead(person=lead.person, because="all", by=None, at=MONDAY) >= 2
    assert not planned(lead)


def test_calls_hold_in_a_call_back_window_and_the_rest_goes_on(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    until = MONDAY + 8 * HOUR
    enroll.hold_calls(enrollment=enrollment, until=until, by=None, at=MONDAY, because="call-back window")
    touches = planned(lead)
    assert touches["d1-call-1"].due_at >= until and touches["d1-call-1"].rule
    assert touches["d1-text-1"].due_at == MONDAY


def test_many_are_begun_in_a_constant_number_of_queries(
    account: "Account", django_assert_max_num_queries: object
) -> None:
    def leads(count: int) -> list["Lead"]:
        return [make_lead(account, name=f"Lead {number}", import_id=1) for number in range(count)]

    versions.install(account, at=MONDAY)
    few, many = leads(2), leads(40)
    with django_assert_max_num_queries(40) as first:
        enroll.begin_many([(lead, "fast-start-light") for lead in few], account=account, by=None, at=MONDAY)
    with django_assert_max_num_queries(len(first.captured_queries) + 8):  # SQLite takes so many values a statement
        begun = enroll.begin_many(
            [(lead, "fast-start-light") for lead in many + few], account=account, by=None, at=MONDAY
        )
    assert len(begun) == 40
    assert Touch.objects.count() == 42 * 3
    assert set(Touch.objects.values_list("priority", flat=True)) == {2}, "an old list waits behind the leads of today"


def test_the_progress_counts_only_what_was_really_made(lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    Touch.objects.filter(step_key="d1-text-1").update(state="sent", made_at=MONDAY)
    Touch.objects.filter(step_key="d1-email-1").update(state="skipped", finished_at=MONDAY)
    Touch.objects.filter(step_key="d1-call-1").update(state="open")
    progress = progress_of([enrollment])[enrollment.pk]
    assert {made.step_key: made.attempt for made in progress.made} == {"d1-text-1": True, "d1-email-1": False}
    assert progress.standing == progress.open == {"d1-call-1"}


def test_what_lies_ahead_begins_with_what_is_stored(lead: "Lead") -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    touches = ahead.ahead(lead, at=MONDAY, limit=12)
    assert len(touches) == 12
    assert [touch.step_key for touch in touches][:4] == ["d1-text-1", "d1-email-1", "d1-call-1", "d1-call-2"]
    assert list(touches) == sorted(touches, key=lambda touch: touch.due_at)


def test_an_edited_cadence_is_a_new_version_and_leads_stay_on_theirs(account: "Account", lead: "Lead") -> None:
    enrollment = enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
    source = versions.definition_of(enrollment.version).source.replace('name = "Steady"', 'name = "Steady here"')
    second = versions.add(account, source, by=None, at=MONDAY)
    assert second.number == 2 and versions.add(account, source, by=None, at=MONDAY) == second
    enrollment.refresh_from_db()
    assert enrollment.version.number == 1
    assert versions.latest(account, ["steady"], at=MONDAY)["steady"] == second
    assert Cadence.objects.get(account=account, slug="steady").name == "Steady here"
    with pytest.raises(BadCadence):
        versions.add(account, "slug = 3", by=None, at=MONDAY)


def test_accounts_do_not_share_cadences(account: "Account", lead: "Lead") -> None:
    other = make_account("Other")
    versions.install(account, at=MONDAY)
    assert not CadenceVersion.objects.filter(account=other).exists()
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    assert store.plan_next([enrollment.pk], account_id=other.pk, at=MONDAY) == []


def test_the_owners_working_hours_move_calls_and_only_calls(account: "Account") -> None:
    owner = make_member(account, name="Bea Stone", working_hours=[["13:00", "17:00"]] * 5 + [None, None])
    lead = make_lead(account, name="Ivy Moss", owner=owner)
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    touches = planned(lead)
    assert touches["d1-call-1"].due_at == T("2026-11-23 13:00")
    assert touches["d1-call-1"].rule == "account.working_hours"
    assert touches["d1-text-1"].due_at == MONDAY
