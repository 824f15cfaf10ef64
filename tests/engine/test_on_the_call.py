"""What is said on a call is noted as it is said, tied to the call, once."""

from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.engine import on_the_call, outcome
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead, make_member, make_touch

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LINK = "https://recordings.example.com/7"


@pytest.fixture
def touch(lead: Lead) -> Touch:
    return make_touch(lead, "call", state="open")


def kinds(lead: Lead) -> list[str]:
    return list(Event.objects.filter(lead=lead, kind__startswith="call.").order_by("pk").values_list("kind", flat=True))


def agreed(lead: Lead, member: Member, touch: Touch | None = None, at: timedelta = MINUTE) -> None:
    for n, kind in enumerate(("recording_noticed", "recording_consented")):
        on_the_call.note(lead=lead, kind=kind, by=member, at=MONDAY + at + n * SECOND, touch=touch)


def test_saying_who_calls_is_an_event_of_the_touch_with_the_seconds(lead: Lead, member: Member, touch: Touch) -> None:
    for seconds in (8, 9):
        on_the_call.note(
            lead=lead, kind="identified", by=member, at=MONDAY + seconds * SECOND, touch=touch, seconds=seconds
        )
    event = Event.objects.get(kind="call.identified")
    assert (event.touch_id, event.by, event.person_id, event.data["seconds"]) == (touch.pk, member, lead.person_id, 8)


def test_consent_without_a_notice_is_refused_in_words(lead: Lead, member: Member) -> None:
    with pytest.raises(on_the_call.NotSaid, match="Say it first"):
        on_the_call.note(lead=lead, kind="recording_consented", by=member, at=MONDAY)
    assert kinds(lead) == []


def test_notice_then_yes_may_be_recorded_and_a_refusal_ends_it(lead: Lead, member: Member, touch: Touch) -> None:
    agreed(lead, member, touch)
    assert on_the_call.spoken(lead, member, at=MONDAY + 2 * MINUTE).recording == "consented"
    on_the_call.note(lead=lead, kind="recording_refused", by=member, at=MONDAY + 3 * MINUTE)
    assert on_the_call.spoken(lead, member, at=MONDAY + 4 * MINUTE).recording == "refused"
    assert kinds(lead) == ["call.recording_noticed", "call.recording_consented", "call.recording_refused"]


def test_the_next_call_begins_anew(lead: Lead, member: Member, touch: Touch) -> None:
    agreed(lead, member, touch)
    outcome.log(lead=lead, touch=touch, outcome="talked", by=member, at=MONDAY + 5 * MINUTE)
    assert on_the_call.spoken(lead, member, at=MONDAY + 6 * MINUTE).recording == "off"
    with pytest.raises(on_the_call.NotSaid):
        on_the_call.note(lead=lead, kind="recording_consented", by=member, at=MONDAY + 6 * MINUTE)


def test_a_colleague_s_notice_is_not_mine(lead: Lead, member: Member, account: Account) -> None:
    on_the_call.note(lead=lead, kind="recording_noticed", by=member, at=MONDAY)
    with pytest.raises(on_the_call.NotSaid):
        on_the_call.note(lead=lead, kind="recording_consented", by=make_member(account), at=MONDAY + MINUTE)


def test_yesterday_s_notice_is_not_today_s(lead: Lead, member: Member) -> None:
    on_the_call.note(lead=lead, kind="recording_noticed", by=member, at=MONDAY - timedelta(days=1))
    with pytest.raises(on_the_call.NotSaid):
        on_the_call.note(lead=lead, kind="recording_consented", by=member, at=MONDAY)


def test_a_link_is_kept_beside_a_call_on_which_they_agreed(lead: Lead, member: Member, touch: Touch) -> None:
    agreed(lead, member, touch)
    outcome.log(lead=lead, touch=touch, outcome="talked", by=member, at=MONDAY + 5 * MINUTE)
    call = on_the_call.attach(lead=lead, url=LINK, by=member, at=MONDAY + timedelta(hours=5))
    event = Event.objects.get(kind="call.recording_attached")
    assert (event.data, event.touch_id) == ({"url": LINK, "call": call.pk}, touch.pk)


def test_without_consent_on_that_very_call_no_link_is_kept(lead: Lead, member: Member, touch: Touch) -> None:
    with pytest.raises(on_the_call.NotSaid, match="Log the call first"):
        on_the_call.attach(lead=lead, url=LINK, by=member, at=MONDAY)
    agreed(lead, member, touch)
    outcome.log(lead=lead, touch=touch, outcome="talked", by=member, at=MONDAY + 5 * MINUTE)
    outcome.log(lead=lead, outcome="talked", by=member, at=MONDAY + 30 * MINUTE)
    with pytest.raises(on_the_call.NotSaid, match="only where they agreed"):
        on_the_call.attach(lead=lead, url=LINK, by=member, at=MONDAY + 40 * MINUTE)
    assert not Event.objects.filter(kind="call.recording_attached").exists()


@pytest.mark.parametrize(
    "url",
    ["http://example.com/1", "javascript:alert(1)", "https://", "", "https://example.com/" + "x" * 600, "https://a b"],
)
def test_what_is_no_safe_link_is_refused(lead: Lead, member: Member, touch: Touch, url: str) -> None:
    agreed(lead, member, touch)
    outcome.log(lead=lead, touch=touch, outcome="talked", by=member, at=MONDAY + 5 * MINUTE)
    with pytest.raises(on_the_call.NotSaid, match="begins with https"):
        on_the_call.attach(lead=lead, url=url, by=member, at=MONDAY + 6 * MINUTE)


def test_a_lead_of_nobody_has_no_call(account: Account, member: Member) -> None:
    other = make_lead(account, name="Omar Weaver")
    assert on_the_call.spoken(other, member, at=MONDAY) == on_the_call.Spoken(False, "off")
