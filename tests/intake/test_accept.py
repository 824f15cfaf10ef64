"""A lead arrives, and everything that belongs to it is there afterwards."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission, Withdrawal
from nextcall.intake import accept, captures
from nextcall.intake.accept import NoWayToReach, accept_many
from nextcall.intake.models import Capture
from nextcall.intake.parsers import json_post
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.intake.placing import Placing
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account, LeadInKey
from nextcall.timeline.models import Event
from tests import builders

MONDAY = builders.MONDAY
WORDING = builders.WORDING


def said(**fields: object) -> NewLead:
    fields = {
        "name": "Hazel Thorne",
        "email": "hazel@example.com",
        "phone": "(303) 555-0142",
        "zip": "80202",
        "state": "CO",
        **fields,
    }
    return json_post.of(fields, Reading()).leads[0]


@pytest.fixture
def key(account: Account) -> LeadInKey:
    shown = {"channels": ["call", "text", "email"], "wording": WORDING, "sellers": ["Acme Homes"]}
    return builders.make_lead_in_key(
        account, source_name="Website", offer_name="Home value", cadence_slug="fast-start", permission=shown
    )


def arrive(account: Account, key: LeadInKey | None, at: datetime = MONDAY, **fields: object) -> Lead:
    return accept.accept(account=account, new_lead=said(**fields), key=key, at=at)


def test_a_lead_comes_with_person_points_permissions_and_plan(account: Account, key: LeadInKey) -> None:
    lead = arrive(account, key)
    assert (lead.person.given_name, lead.person.family_name, lead.person.zone) == ("Hazel", "Thorne", "America/Denver")
    assert lead.source and lead.offer and (lead.source.name, lead.offer.name) == ("Website", "Home value")
    assert set(ContactPoint.objects.values_list("kind", "value")) == {
        ("phone", "+13035550142"),
        ("email", "hazel@example.com"),
    }
    assert set(Permission.objects.values_list("channel", "tier", "automated")) == {
        ("call", "written", True),
        ("text", "written", True),
        ("email", "written", True),
    }
    assert Permission.objects.values_list("wording", flat=True).distinct().get() == WORDING
    assert Enrollment.objects.get(lead=lead).anchor_at == MONDAY
    assert set(Touch.objects.filter(lead=lead).values_list("channel", flat=True)) >= {"text", "email", "call"}
    assert Event.objects.filter(lead=lead, kind="lead.arrived").get().data["source"] == "Website"
    assert lead.search == "hazel thorne hazel@example.com +13035550142"


def test_a_repeat_is_a_new_enquiry_of_the_same_person(account: Account, key: LeadInKey) -> None:
    first = arrive(account, key)
    second = arrive(
        account,
        key,
        at=MONDAY + timedelta(days=3),
        email="HAZEL@example.com",
        phone="303.555.0199",
        message="Still interested",
    )
    assert first.person == second.person and first.pk != second.pk
    assert Person.objects.count() == 1
    assert set(second.person.reaches.values_list("contact_point__value", flat=True)) == {
        "hazel@example.com",
        "+13035550142",
        "+13035550199",
    }
    running = Enrollment.objects.filter(ended_at__isnull=True)
    assert [enrollment.lead_id for enrollment in running] == [second.pk]
    assert Enrollment.objects.get(lead=first).ended_because == "asked again"


def test_a_household_is_not_merged_silently(account: Account, key: LeadInKey) -> None:
    hazel = arrive(account, key)
    omar = arrive(account, key, name="Omar Thorne", email="omar@example.com")
    assert hazel.person != omar.person
    assert ContactPoint.objects.filter(kind="phone").count() == 1
    assert Event.objects.get(lead=omar, kind="lead.arrived").data["household"] == 1


def test_a_known_person_keeps_what_is_known(account: Account, key: LeadInKey) -> None:
    arrive(account, key)
    again = arrive(account, key, name="H. Thorne", city="Denver", zip="99999")
    again.person.refresh_from_db()
    assert (again.person.name, again.person.city, again.person.postal_code) == ("Hazel Thorne", "Denver", "80202")


def test_an_opt_out_field_is_a_withdrawal_and_stops_what_was_planned(account: Account, key: LeadInKey) -> None:
    lead = arrive(account, key)
    arrive(account, key, **{"Email opt out": "yes"})
    withdrawn = Withdrawal.objects.values_list("channels", flat=True)
    assert all(channels == ["email"] for channels in withdrawn) and withdrawn
    assert not Touch.objects.filter(lead=lead, channel="email", state="planned").exists()
    assert not Permission.objects.filter(channel="email", given_at__gt=MONDAY).exists()


def test_a_box_left_empty_takes_its_channel_out_of_the_wording(account: Account, key: LeadInKey) -> None:
    lead = arrive(account, key, **{"sms consent": "no"})
    assert set(lead.person.permissions.values_list("channel", flat=True)) == {"call", "email"}


def test_a_yes_without_its_words_gives_no_right_to_machines(account: Account) -> None:
    lead = arrive(account, builders.make_lead_in_key(account), **{"sms consent": "yes"})
    permission = lead.person.permissions.get()
    assert (permission.channel, permission.tier, permission.automated) == ("text", "express", False)


def test_a_lead_without_a_way_to_reach_it_is_refused_in_words(account: Account, key: LeadInKey) -> None:
    with pytest.raises(NoWayToReach, match="no phone number and no email"):
        arrive(account, key, email="", phone="5.03555E+09")


def test_someone_in_our_hands_waits_for_a_person_not_for_the_machine(account: Account, key: LeadInKey) -> None:
    first = arrive(account, key)
    Lead.objects.filter(pk=first.pk).update(stage="appointment")
    second = arrive(account, key, at=MONDAY + timedelta(days=1))
    assert second.waiting_since == MONDAY + timedelta(days=1)
    assert not Enrollment.objects.filter(lead=second).exists()


def test_an_arrival_is_never_in_the_future(account: Account, key: LeadInKey) -> None:
    assert arrive(account, key, created="2031-01-01T00:00:00Z").arrived_at == MONDAY
    assert arrive(account, key, created="2026-11-23T16:00:00Z").arrived_at == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_two_of_one_batch_are_one_person(account: Account) -> None:
    accepted = accept_many(
        [said(), said(phone="303-555-0199")], Placing(repeats="merge"), account=account, by=None, at=MONDAY
    )
    assert [one.how for one in accepted] == ["new", "merged"]
    assert Person.objects.count() == Lead.objects.count() == 1


def post(key: LeadInKey, body: bytes, at: datetime = MONDAY, format: str = "json") -> tuple[Capture, bool]:
    return captures.keep(key=key, format=format, content_type="application/json", body=body, at=at, ip=None)


def test_the_same_delivery_is_the_same_capture_for_a_day(key: LeadInKey) -> None:
    body = json.dumps({"name": "Hazel Thorne", "email": "hazel@example.com"}).encode()
    first, is_new = post(key, body)
    assert is_new
    assert post(key, body, MONDAY + timedelta(hours=23)) == (first, False)
    later, is_new = post(key, body, MONDAY + timedelta(days=9))
    assert is_new and later != first


def test_what_cannot_be_read_stays_for_a_person(key: LeadInKey) -> None:
    capture, _ = post(key, b'{"name": ')
    assert captures.accept_capture(capture, at=MONDAY) == []
    capture.refresh_from_db()
    assert capture.state == "unreadable" and capture.problem.startswith("line 1: not JSON")
    assert bytes(capture.body) == b'{"name": '


def test_the_worker_accepts_what_waits_and_only_once(key: LeadInKey) -> None:
    capture, _ = post(key, b'{"name": "Hazel Thorne", "email": "hazel@example.com"}')
    assert captures.run_waiting(at=MONDAY) is False
    capture.refresh_from_db()
    assert capture.state == "accepted" and capture.lead is not None
    assert captures.accept_capture(capture, at=MONDAY) == []
    assert Lead.objects.count() == 1


def test_what_waits_is_accepted_together_as_if_it_had_come_alone(account: Account, key: LeadInKey) -> None:
    other = builders.make_lead_in_key(account, source_name="Fair", cadence_slug="fast-start")
    kept = [post(key, b'{"name": "Hazel Thorne", "email": "hazel%d@example.com"}' % n)[0] for n in range(3)]
    kept += [post(other, b'{"name": "Ann Lee", "email": "ann@example.com"}')[0]]
    kept += [post(key, b'{"name": "Hazel Thorne", "email": "hazel1@example.com", "message": "again"}')[0]]
    spoilt = [post(key, b'{"name": ')[0], post(key, b'{"name": "Nobody"}')[0]]
    assert captures.run_waiting(at=MONDAY) is False
    for capture in kept:
        capture.refresh_from_db()
        assert capture.state == "accepted" and capture.lead is not None
        arrived = Event.objects.get(lead=capture.lead, kind="lead.arrived").data
        assert arrived["capture"] == capture.pk
        assert arrived["source"] == ("Fair" if capture.key_id == other.pk else "Website")
    for capture in spoilt:
        capture.refresh_from_db()
        assert capture.state == "unreadable" and capture.problem
    assert Person.objects.count() == 4 and Lead.objects.count() == 5
    given = Permission.objects.get(person__name="Hazel Thorne", contact_point__value="hazel0@example.com")
    assert given.proof["capture"] == kept[0].pk
    running = Enrollment.objects.filter(ended_at__isnull=True)
    assert set(running.values_list("lead", flat=True)) == {capture.lead_id for capture in (kept[0], *kept[2:])}


def test_one_that_cannot_be_stored_does_not_spoil_the_others(key: LeadInKey) -> None:
    kept = [post(key, b'{"name": "Hazel Thorne", "email": "hazel%d@example.com"}' % n)[0] for n in range(3)]
    LeadInKey.objects.filter(pk=key.pk).update(cadence_slug="no-such-cadence")
    assert captures.run_waiting(at=MONDAY) is False
    assert set(Capture.objects.values_list("state", flat=True)) == {"unreadable"}
    LeadInKey.objects.filter(pk=key.pk).update(cadence_slug="fast-start")
    Capture.objects.update(state="new")
    assert captures.run_waiting(at=MONDAY) is False
    assert Capture.objects.filter(pk__in=[one.pk for one in kept], state="accepted").count() == 3
