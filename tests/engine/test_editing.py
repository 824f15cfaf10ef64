"""Corrections of the record: each is written down, undoable, and moves the plan where it must."""

from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.consent.models import PlaceClue, Withdrawal
from nextcall.engine import editing, repointing, undo
from nextcall.engine.write import Unfinished, may, open_gap, write
from nextcall.leads import editing as records
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead, make_member, make_point

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(hours=1)


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, name="Ann Weaver")


@pytest.fixture
def hazel(account: Account, ann: Member) -> Lead:
    lead = make_lead(account, owner=ann, phone="+13035550142", email="hazel@example.com")
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=MONDAY)
    return lead


def change(lead: Lead, name: str, written: str, by: Member) -> None:
    editing.change(lead=lead, name=name, written=written, by=by, at=NOW)


def phone(lead: Lead) -> Reach:
    return records.reaches_of(lead.person).get(contact_point__kind="phone")


def ahead(lead: Lead, *channels: str) -> set[str]:
    planned = Touch.objects.filter(lead=lead, state="planned", channel__in=channels).exclude(rule="contact.none")
    return set(planned.values_list("zone", flat=True))


def test_a_name_is_changed_found_again_and_put_back(hazel: Lead, ann: Member) -> None:
    action = editing.change(lead=hazel, name="given_name", written="  Hazelle ", by=ann, at=NOW)
    hazel.refresh_from_db()
    assert (hazel.person.name, hazel.search.split()[0]) == ("Hazelle Thorne", "hazelle")
    happened = Event.objects.get(kind="lead.edited")
    assert (happened.data["from"], happened.data["to"]) == ("Hazel", "Hazelle")
    assert (happened.by, happened.lead_id) == (ann, hazel.pk)
    assert action
    assert isinstance(undo.undo(action=action, by=ann, at=NOW), undo.Undone)
    again = Lead.objects.get(pk=hazel.pk)
    assert (again.person.name, again.search.split()[0]) == ("Hazel Thorne", "hazel")


def test_the_same_value_again_is_no_change(hazel: Lead, ann: Member) -> None:
    assert editing.change(lead=hazel, name="city", written="Denver", by=ann, at=NOW) is None
    assert not Event.objects.filter(kind="lead.edited").exists()


def test_a_new_place_moves_the_clock_and_the_plan_and_undo_puts_both_back(hazel: Lead, ann: Member) -> None:
    assert ahead(hazel, "call", "text") == {"America/Denver"}
    change(hazel, "region", "fla", ann)
    action = editing.change(lead=hazel, name="postal_code", written="33101", by=ann, at=NOW)
    hazel.person.refresh_from_db()
    assert (hazel.person.region, hazel.person.zone) == ("FL", "America/New_York")
    assert may(lead=hazel, channel="call", at=NOW).jurisdictions == ("US", "US-CO", "US-FL")  # the number's area too
    assert "America/New_York" in ahead(hazel, "call", "text")
    assert action
    undo.undo(action=action, by=ann, at=NOW)
    hazel.person.refresh_from_db()
    assert hazel.person.postal_code == "80202"


def test_a_stated_clock_is_a_clue_for_the_gate(hazel: Lead, ann: Member) -> None:
    action = editing.change(lead=hazel, name="zone", written="America/New_York", by=ann, at=NOW)
    assert PlaceClue.objects.get(person=hazel.person).zone == "America/New_York"
    change(hazel, "city", "Boulder", ann)
    hazel.person.refresh_from_db()
    assert hazel.person.zone == "America/New_York"
    assert action
    undo.undo(action=action, by=ann, at=NOW)
    assert not PlaceClue.objects.exists()


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [
        ("postal_code", "8020", "Write it like 80202"),
        ("region", "Zed", "Write it like CO"),
        ("country", "Narnia", "two letters"),
        ("zone", "Mars/Base", "Choose a clock"),
        ("stage", "danced", "A stage is one of"),
        ("city", "x" * 101, "at most 100 letters"),
    ],
)
def test_what_does_not_fit_is_refused_with_an_example(
    hazel: Lead, ann: Member, name: str, written: str, words: str
) -> None:
    with pytest.raises(editing.Wrong, match=words):
        change(hazel, name, written, ann)
    assert not Event.objects.filter(kind="lead.edited").exists()


def test_own_fields_are_read_by_their_kind(hazel: Lead, ann: Member) -> None:
    hazel.account.own_fields = [{"key": "loan", "label": "Loan left", "kind": "number", "choices": []}]
    with pytest.raises(editing.Wrong, match="Loan left is a number"):
        change(hazel, "own_loan", "a lot", ann)
    change(hazel, "own_loan", "210000", ann)
    assert Lead.objects.get(pk=hazel.pk).own == {"loan": "210000"}
    with pytest.raises(editing.NoSuchField):
        change(hazel, "own_lender", "x", ann)


def test_a_second_number_is_added_put_first_and_taken_away(hazel: Lead, ann: Member) -> None:
    repointing.add(lead=hazel, kind="phone", written="303 555 0199", label="work", by=ann, at=NOW)
    old, new = records.reaches_of(hazel.person).filter(contact_point__kind="phone")
    assert (new.contact_point.value, new.label, new.rank) == ("+13035550199", "work", 1)
    with pytest.raises(repointing.Wrong, match="on record for Hazel Thorne already"):
        repointing.add(lead=hazel, kind="phone", written="(303) 555-0199", label="", by=ann, at=NOW)
    repointing.put_first(lead=hazel, reach=new, by=ann, at=NOW)
    assert [one.pk for one in records.reaches_of(hazel.person).filter(contact_point__kind="phone")] == [new.pk, old.pk]
    action = repointing.remove(lead=hazel, reach=old, by=ann, at=NOW)
    assert phone(hazel).contact_point.value == "+13035550199"
    assert isinstance(undo.undo(action=action, by=ann, at=NOW), undo.Undone)
    assert Reach.objects.filter(pk=old.pk).exists()


def test_a_corrected_number_keeps_its_place_and_its_label(hazel: Lead, ann: Member) -> None:
    repointing.label(lead=hazel, reach=phone(hazel), written="home", by=ann, at=NOW)
    repointing.correct(lead=hazel, reach=phone(hazel), written="(303) 555-0143", by=ann, at=NOW)
    now = phone(hazel)
    assert (now.contact_point.value, now.label, now.rank) == ("+13035550143", "home", 0)
    assert "+13035550143" in Lead.objects.get(pk=hazel.pk).search
    with pytest.raises(repointing.Wrong, match="not a telephone number"):
        repointing.correct(lead=hazel, reach=now, written="12", by=ann, at=NOW)


def test_the_last_number_gone_cancels_calls_and_texts_and_a_new_one_brings_them_back(hazel: Lead, ann: Member) -> None:
    assert ahead(hazel, "call", "text")
    repointing.judge(lead=hazel, reach=phone(hazel), problem="disconnected", by=ann, at=NOW)
    assert not ahead(hazel, "call", "text", "voicemail")
    assert ahead(hazel, "email")
    repointing.add(lead=hazel, kind="phone", written="303 555 0199", label="", by=ann, at=NOW)
    assert ahead(hazel, "call")


def test_a_wrong_number_is_nobodys_to_call_until_it_is_marked_as_working(
    account: Account, hazel: Lead, ann: Member
) -> None:
    tom = make_lead(account, name="Tom Reed", phone=None)
    Reach.objects.create(account=account, person=tom.person, contact_point=make_point(account, "phone", "+13035550142"))
    repointing.judge(lead=hazel, reach=phone(hazel), problem="wrong", by=ann, at=NOW)
    assert may(lead=hazel, channel="call", at=NOW).verdict == "deny"
    assert may(lead=tom, channel="call", at=NOW).verdict == "deny"
    repointing.judge(lead=hazel, reach=phone(hazel), problem="", by=ann, at=NOW)
    assert may(lead=hazel, channel="call", at=NOW).verdict == "allow"
    assert not Withdrawal.objects.filter(lifted_at=None).exists()
    assert ContactPoint.objects.get(key="+13035550142").problem == ""


def test_marking_as_working_lifts_no_wish_of_theirs(hazel: Lead, ann: Member) -> None:
    Withdrawal.objects.create(
        account=hazel.account, person=hazel.person, contact_point=phone(hazel).contact_point, value_hash="x",
        channels=["text"], reason="opt_out", via="text", at=NOW, applied_at=NOW,
    )  # fmt: skip
    repointing.judge(lead=hazel, reach=phone(hazel), problem="disconnected", by=ann, at=NOW)
    repointing.judge(lead=hazel, reach=phone(hazel), problem="", by=ann, at=NOW)
    assert Withdrawal.objects.filter(reason="opt_out", lifted_at=None).count() == 1


def test_a_draft_with_an_open_gap_cannot_be_sent_and_says_which(hazel: Lead, ann: Member) -> None:
    with pytest.raises(Unfinished, match="the gap “what you saw on their street” is still open"):
        write(lead=hazel, channel="text", body="Hi Hazel, [[what you saw on their\nstreet]].", by=ann, at=NOW)
    with pytest.raises(Unfinished, match="a line of your own"):
        write(lead=hazel, channel="email", subject="[[]]", body="Hi", by=ann, at=NOW)
    assert not Touch.objects.filter(lead=hazel, step_key="").exists()
    assert open_gap("", "no gap [here]") == ""
    assert open_gap("Hi [one line only you could write]") == "one line only you could write"
