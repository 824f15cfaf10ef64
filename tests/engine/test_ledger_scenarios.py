"""Scenarios 10, 16 and 17 of the compliance notes, part (d), from the rows to the gate's answer."""

from datetime import timedelta

import pytest

from nextcall.consent import ledger, number_lists, policy
from nextcall.consent.facts import Ask, Channel, Checked, Decision
from nextcall.consent.models import Permission, Withdrawal
from nextcall.consent.rules import decide
from nextcall.engine import reassigned
from nextcall.intake.choices import Choices
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account
from tests.builders import MONDAY, make_lead, make_permission
from tests.intake.files import PERMISSION, take

pytestmark = pytest.mark.django_db
PHONE = "+13035550142"


def gate(lead: Lead, channel: Channel, *, automated: bool) -> Decision:
    point = ContactPoint.objects.get(reaches__person=lead.person, kind="email" if channel == "email" else "phone")
    wanted = ledger.Wanted(lead.person_id, point.pk, channel)
    [facts] = ledger.facts_for([wanted], account_id=lead.account_id, at=MONDAY)
    return decide(Ask(channel, automated=automated), facts, policy.shipped(), MONDAY)


def list_of(account: Account, body: bytes, place: str = "US") -> None:
    row = number_lists.start(
        account=account, place=place, obtained_at=MONDAY - timedelta(days=2), chunks=[body], by=None, at=MONDAY
    )
    while number_lists.run(row.pk, at=MONDAY):
        pass


def test_10_consent_for_texts_permits_neither_a_voice_nor_a_call_four_months_after_the_inquiry(
    account: Account,
) -> None:
    lead = make_lead(account, phone=PHONE, permission="none", arrived_at=MONDAY - timedelta(days=122))
    make_permission(lead.person, "text", at=MONDAY - timedelta(days=122))
    for place in ("US", "US-CO"):
        list_of(account, b"3035550142\n", place)
    assert gate(lead, "call", automated=True).verdict == "deny"
    by_hand = gate(lead, "call", automated=False)
    assert (by_hand.verdict, by_hand.deciding and by_hand.deciding.id) == ("deny", "US-07.dnc")
    assert gate(lead, "text", automated=True).verdict == "allow"
    Lead.objects.filter(pk=lead.pk).update(bought_at=MONDAY - timedelta(days=500))  # within 18 months
    assert gate(lead, "call", automated=False).verdict == "allow"
    assert gate(lead, "call", automated=True).verdict == "deny"


def test_16_a_reassigned_number_is_blocked_and_one_without_data_only_for_machines(account: Account) -> None:
    gone, unclear = make_lead(account, phone=PHONE), make_lead(account, phone="+13035550177", name="Omar Weaver")
    answers = "3035550142,yes,2026-11-20\n3035550177,no data,2026-11-20\n"
    reassigned.take_in(answers, account=account, checked_at=MONDAY, reference="", by=None, at=MONDAY)
    for channel, automated in (("call", False), ("call", True), ("text", True), ("voicemail", True)):
        assert gate(gone, channel, automated=automated).verdict == "deny"  # type: ignore[arg-type]
    assert gate(gone, "email", automated=True).verdict == "allow"
    assert [gate(unclear, "call", automated=True).verdict, gate(unclear, "text", automated=True).verdict] == [
        "deny"
    ] * 2
    assert gate(unclear, "call", automated=False).verdict == "allow"
    ContactPoint.objects.filter(key="+13035550177").update(latest_inbound_at=MONDAY - timedelta(days=20))
    assert gate(unclear, "text", automated=True).verdict == "allow"


def test_17_a_stop_outlives_the_erasure_and_meets_the_import_that_says_yes(account: Account) -> None:
    lead = make_lead(account, phone=PHONE, email="hazel@example.com")
    ledger.withdraw(
        account=account, person=lead.person, scope=(), reason="opt_out", said="stop all of it", via="text",
        at=MONDAY - timedelta(days=8),
    )  # fmt: skip
    Person.objects.all().delete()
    ContactPoint.objects.all().delete()
    assert set(Withdrawal.objects.values_list("person", "contact_point")) == {(None, None)}
    body = b"Name,Phone,Email,Consent,Consent date\nHazel Thorne,303-555-0142,hazel@example.com,yes,2026-10-01\n"
    take(account, body, choices=Choices(permission=PERMISSION))
    again = Lead.objects.get()
    assert Permission.objects.filter(channel="text").exists()
    for channel in ("call", "text", "email"):
        assert gate(again, channel, automated=True).verdict == "deny"  # type: ignore[arg-type]


def test_a_list_in_force_is_a_fact_of_the_claim(account: Account) -> None:
    lead = make_lead(account, phone=PHONE, permission="none")
    list_of(account, b"3035550142\n")
    point = ContactPoint.objects.get(key=PHONE)
    [facts] = ledger.facts_for([ledger.Wanted(lead.person_id, point.pk, "call")], account_id=account.pk, at=MONDAY)
    assert facts.lists == (Checked("US", True, MONDAY - timedelta(days=2)),)
