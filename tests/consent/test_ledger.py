"""Permissions, withdrawals and attempts as rows, and the facts that come of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.consent import ledger, policy
from nextcall.consent.facts import Ask, Channel, Facts, Purpose
from nextcall.consent.models import Attempt, Permission, PlaceClue, Withdrawal
from nextcall.consent.rules import decide
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_person, make_point

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


def point(person: Person, kind: str) -> ContactPoint:
    return ContactPoint.objects.get(reaches__person=person, kind=kind)


def facts(lead: Lead, channel: Channel, purpose: Purpose = "marketing") -> Facts:
    own = ledger.points_for([lead.person_id], account_id=lead.account_id)[lead.person_id].get(channel)
    wanted = ledger.Wanted(lead.person_id, own.pk if own else None, channel, purpose, lead.pk)
    return ledger.facts_for([wanted], account_id=lead.account_id, at=LATER)[0]


def may(lead: Lead, channel: Channel, *, automated: bool = True) -> str:
    return decide(Ask(channel, automated=automated), facts(lead, channel), policy.shipped(), LATER).verdict


def stop(
    lead: Lead, *scope: str, reason: str = "opt_out", kind: str = "phone", at: timedelta = timedelta()
) -> list[Withdrawal]:
    return ledger.withdraw(
        account=lead.account,
        person=lead.person,
        contact_point=point(lead.person, kind),
        scope=scope,
        reason=reason,
        said="STOP",
        via="text",
        at=MONDAY + at,
    )


def test_a_lead_with_written_consent_may_be_reached_on_every_channel() -> None:
    lead = make_lead(make_account())
    assert [may(lead, channel) for channel in ("call", "text", "email", "voicemail")] == ["allow"] * 4
    known = facts(lead, "text")
    assert (known.tier, known.place.jurisdictions, known.inquired_at) == ("written", ("US", "US-CO"), MONDAY)


def test_a_text_stop_ends_texts_and_machine_calls_on_all_numbers_and_leaves_the_rest() -> None:
    lead = make_lead(make_account())
    Reach.objects.create(
        account=lead.account,
        person=lead.person,
        contact_point=make_point(lead.account, "phone", "+13035550177"),
        rank=0,
    )
    other = ContactPoint.objects.get(value="+13035550177")
    stop_from = ContactPoint.objects.exclude(pk=other.pk).get(kind="phone")
    ledger.withdraw(
        account=lead.account,
        person=lead.person,
        contact_point=stop_from,
        scope=("text",),
        reason="opt_out",
        said="STOP",
        via="text",
        at=MONDAY,
    )
    wanted = [ledger.Wanted(lead.person_id, pk, "text") for pk in (stop_from.pk, other.pk)]
    assert all(
        known.withdrawn == ("opt_out",) for known in ledger.facts_for(wanted, account_id=lead.account_id, at=LATER)
    )
    assert may(lead, "call", automated=True) == "deny"
    assert may(lead, "call", automated=False) == "allow"
    assert may(lead, "email") == "allow"


def test_everything_means_everything() -> None:
    lead = make_lead(make_account())
    rows = stop(lead)
    assert len(rows) == 2
    assert [may(lead, channel, automated=False) for channel in ("call", "text", "email", "voicemail")] == ["deny"] * 4


def test_a_stop_said_twice_stands_once() -> None:
    lead = make_lead(make_account())
    assert [row.pk for row in stop(lead, "text")] == [row.pk for row in stop(lead, "text")]


def test_a_stop_outlives_erasure_and_meets_the_number_again() -> None:
    account = make_account()
    lead = make_lead(account, phone="+13035550142", email="hazel@example.com")
    stop(lead)
    lead.person.delete()
    ContactPoint.objects.filter(account=account).delete()
    assert Withdrawal.objects.filter(account=account, person=None, contact_point=None).count() == 2
    again = make_lead(account, phone="+13035550142", email="new@example.com", permission="none")
    granted = ledger.grant(
        account=account,
        person=again.person,
        channel="text",
        tier="written",
        source="form",
        given_at=MONDAY - timedelta(days=30),
        at=LATER,
    )
    assert granted.tier == "written"
    assert may(again, "text") == "deny"
    ledger.grant(
        account=account,
        person=again.person,
        channel="text",
        tier="written",
        source="import",
        given_at=MONDAY + timedelta(minutes=30),
        at=LATER,
        import_id=1,
    )
    assert may(again, "text") == "deny"


def test_newer_consent_by_the_lead_lifts_the_stop_of_its_channel_only() -> None:
    lead = make_lead(make_account())
    stop(lead)
    ledger.grant(
        account=lead.account,
        person=lead.person,
        channel="text",
        tier="written",
        source="form",
        given_at=MONDAY + timedelta(minutes=20),
        at=MONDAY + timedelta(minutes=20),
    )
    assert may(lead, "text") == "allow"
    assert may(lead, "email") == "deny"
    assert may(lead, "call", automated=False) == "deny"
    assert Withdrawal.objects.filter(lifted_because="they gave permission again").exists()


def test_a_complaint_is_not_lifted_by_a_form() -> None:
    lead = make_lead(make_account())
    stop(lead, reason="complaint")
    ledger.grant(
        account=lead.account,
        person=lead.person,
        channel="text",
        tier="written",
        source="form",
        given_at=LATER,
        at=LATER,
    )
    assert may(lead, "text") == "deny"


def test_a_wrong_number_is_wrong_for_everyone_on_it_and_nobodys_email_suffers() -> None:
    account = make_account()
    one = make_lead(account, name="Ann Ford", phone="+13035550142")
    two = make_lead(account, name="Bo Ford", phone="+13035550142")
    shared = point(one.person, "phone")
    ledger.withdraw(
        account=account,
        person=one.person,
        contact_point=shared,
        scope=("text", "call"),
        reason="wrong_number",
        said="You have the wrong person",
        via="text",
        at=MONDAY,
    )
    for lead in (one, two):
        assert "text" not in ledger.points_for([lead.person_id], account_id=account.pk)[lead.person_id]
        known = ledger.facts_for([ledger.Wanted(lead.person_id, shared.pk, "text")], account_id=account.pk, at=LATER)[0]
        assert (known.withdrawn, known.contact_point_problem) == (("wrong_number",), "wrong")
        assert may(lead, "email") == "allow"
    assert not Permission.objects.filter(contact_point=shared, ended_at=None).exists()


def test_a_household_member_is_stopped_on_the_shared_number_and_not_on_their_own() -> None:
    account = make_account()
    ann = make_lead(account, name="Ann Ford", phone="+13035550142")
    bo = make_lead(account, name="Bo Ford", phone="+13035550142")
    own = make_point(account, "phone", "+13035550188")
    Reach.objects.create(account=account, person=bo.person, contact_point=own, rank=1)
    stop(ann)
    shared = ContactPoint.objects.get(account=account, value="+13035550142")
    wanted = [ledger.Wanted(bo.person_id, pk, "text") for pk in (shared.pk, own.pk)]
    on_shared, on_own = ledger.facts_for(wanted, account_id=account.pk, at=LATER)
    assert (on_shared.withdrawn, on_own.withdrawn) == (("opt_out",), ())


def test_start_from_a_number_restores_texts_to_that_number_alone() -> None:
    lead = make_lead(make_account())
    own, other = point(lead.person, "phone"), make_point(lead.account, "phone", "+13035550177")
    Reach.objects.create(account=lead.account, person=lead.person, contact_point=other, rank=1)
    ledger.withdraw(
        account=lead.account,
        person=lead.person,
        contact_point=own,
        scope=(),
        reason="opt_out",
        said="stop",
        via="text",
        at=MONDAY,
    )
    for row in Withdrawal.objects.filter(contact_point=own):
        ledger.lift(row, because="START", at=LATER, channels=("text", "automated"))
    wanted = [ledger.Wanted(lead.person_id, one.pk, channel) for one in (own, other) for channel in ("text", "call")]  # type: ignore[arg-type]
    known = ledger.facts_for(wanted, account_id=lead.account_id, at=LATER)
    assert [one.withdrawn for one in known] == [(), ("opt_out",), ("opt_out",), ("opt_out",)]


def test_lifting_a_part_leaves_the_rest_standing() -> None:
    lead = make_lead(make_account())
    for row in stop(lead):
        ledger.lift(row, because="START", at=LATER, channels=("text",))
    assert facts(lead, "text").withdrawn == ()
    assert facts(lead, "email").withdrawn == ("opt_out",)


def test_permission_ends_expires_and_belongs_to_its_channel_and_number() -> None:
    lead = make_lead(make_account(), permission="none")
    give = {"account": lead.account, "person": lead.person, "source": "form", "given_at": MONDAY, "at": MONDAY}
    ledger.grant(channel="text", tier="written", expires_at=MONDAY + timedelta(minutes=5), **give)  # type: ignore[arg-type]
    assert facts(lead, "text").tier == "none"
    ledger.grant(channel="text", tier="express", **give)  # type: ignore[arg-type]
    assert (facts(lead, "text").tier, facts(lead, "email").tier) == ("express", "none")
    other = make_point(lead.account, "phone", "+13035550199")
    ledger.grant(channel="text", tier="written", contact_point=other, **give)  # type: ignore[arg-type]
    assert facts(lead, "text").tier == "express"


def test_an_import_without_a_date_starts_no_inquiry() -> None:
    account = make_account()
    dated = make_lead(account, arrived_at=MONDAY - timedelta(days=9), created_at=MONDAY, import_id=1, permission="none")
    undated = make_lead(account, arrived_at=MONDAY, created_at=MONDAY, import_id=1, permission="none")
    assert facts(dated, "call").inquired_at == MONDAY - timedelta(days=9)
    assert facts(undated, "call").inquired_at is None
    assert may(undated, "call", automated=False) == "deny"


def test_what_a_lead_says_of_their_place_counts_until_it_expires() -> None:
    lead = make_lead(make_account())
    clue = {"account": lead.account, "person": lead.person, "kind": "stated", "at": MONDAY}
    PlaceClue.objects.create(zone="Pacific/Honolulu", **clue)
    PlaceClue.objects.create(region="FL", expires_at=MONDAY + timedelta(minutes=1), **clue)
    place = facts(lead, "text").place
    assert place.zones == ("America/Denver", "Pacific/Honolulu")
    assert place.jurisdictions == ("US", "US-CO")


def test_attempts_are_reserved_once_counted_and_released() -> None:
    lead = make_lead(make_account())
    places = [ledger.Reservation(lead.account_id, lead.person_id, "text", touch_id=n, lead_id=lead.pk) for n in (1, 2)]
    ledger.reserve(places, at=MONDAY)
    ledger.reserve(places, at=MONDAY)
    assert facts(lead, "text").attempts == (("text", MONDAY), ("text", MONDAY))
    assert ledger.mark_made([1], at=LATER) == 1
    assert ledger.release([1, 2]) == 1
    assert list(Attempt.objects.values_list("touch_id", "state", "at")) == [(1, "made", LATER)]


def test_points_prefer_the_first_rank_that_works() -> None:
    account = make_account()
    person = make_person(account, phone="+13035550142", email=None)
    better = make_point(account, "phone", "+13035550177", line_type="landline")
    Reach.objects.filter(person=person).update(rank=5)
    Reach.objects.create(account=account, person=person, contact_point=better, rank=0)
    found = ledger.points_for([person.pk], account_id=account.pk)[person.pk]
    assert (found["call"].value, found["text"].value, "email" in found) == ("+13035550177", "+13035550142", False)


def test_facts_for_many_take_as_many_queries_as_for_one() -> None:
    account = make_account()
    leads = [make_lead(account) for _ in range(12)]

    def count(chosen: list[Lead]) -> int:
        points = ledger.points_for([lead.person_id for lead in chosen], account_id=account.pk)
        wanted = [
            ledger.Wanted(lead.person_id, points[lead.person_id][channel].pk, channel)
            for lead in chosen
            for channel in ("call", "text", "email")
        ]
        with CaptureQueriesContext(connection) as queries:
            ledger.facts_for(wanted, account_id=account.pk, at=LATER)  # type: ignore[arg-type]
        return len(queries)

    assert count(leads[:1]) == count(leads) <= 9


def test_another_accounts_rows_are_not_seen() -> None:
    lead, stranger = make_lead(make_account()), make_account("Other")
    stop(lead)
    with pytest.raises(Person.DoesNotExist):
        ledger.facts_for([ledger.Wanted(lead.person_id, None, "text")], account_id=stranger.pk, at=LATER)
    twin = make_lead(stranger, phone=point(lead.person, "phone").value)
    assert may(twin, "text") == "allow"


def test_a_withdrawal_is_an_event() -> None:
    lead = make_lead(make_account())
    stop(lead, "text")
    event = Event.objects.get(account=lead.account, kind="permission.withdrawn")
    assert event.person_id == lead.person_id and event.data["channels"] == ["text", "automated"]


@pytest.mark.parametrize(("country", "tier"), [("GB", "soft"), ("US", "implied")])
def test_a_soft_opt_in_counts_in_britain_though_consent_was_implied_too(country: str, tier: str) -> None:
    lead = make_lead(make_account(), permission="none")
    Person.objects.filter(pk=lead.person_id).update(country=country, region="", postal_code="")
    give = {"account": lead.account, "person": lead.person, "source": "form", "given_at": MONDAY, "at": MONDAY}
    for kind in ("implied", "soft"):
        ledger.grant(channel="email", tier=kind, **give)  # type: ignore[arg-type]
    assert facts(lead, "email").tier == tier
