"""What an inquiry permits, by the law of where they are; and what a file's purchases and words are worth."""

from datetime import timedelta

import pytest

from nextcall.consent import ledger
from nextcall.consent.facts import Facts
from nextcall.consent.models import Permission
from nextcall.consent.wordings import version_of
from nextcall.intake.accept import accept
from nextcall.intake.choices import Choices
from nextcall.intake.importing import BadChoices, confirm
from nextcall.intake.parsers.new_lead import Address, Name, NewLead
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import email_address, phone
from nextcall.team.models import Account, LeadInKey
from tests.builders import MONDAY, WORDING, T, make_lead_in_key
from tests.intake.files import PERMISSION, begin, take

TORONTO = Address(region="ON", postal_code="M5V 2T6", country="CA")


def inquiry(number: str = "+14165550142", address: Address = TORONTO, **more: object) -> NewLead:
    read, mail = phone.read(number, country="US"), email_address.read("rosa@example.com")
    assert read and mail
    return NewLead(
        raw_format="form", name=Name(full="Rosa Lind"), phones=(read,), emails=(mail,), address=address, **more
    )  # type: ignore[arg-type]


@pytest.fixture
def key(account: Account) -> LeadInKey:
    return make_lead_in_key(account, permission={})


def facts(lead: Lead, channel: str) -> Facts:
    point = ContactPoint.objects.get(reaches__person=lead.person, kind="email" if channel == "email" else "phone")
    wanted = ledger.Wanted(lead.person_id, point.pk, channel)  # type: ignore[arg-type]
    return ledger.facts_for([wanted], account_id=lead.account_id, at=MONDAY + timedelta(hours=1))[0]


def test_an_inquiry_from_canada_implies_texts_and_email_for_six_months_of_their_calendar(
    account: Account, key: LeadInKey
) -> None:
    lead = accept(account=account, new_lead=inquiry(), key=key, at=MONDAY)
    for channel in ("text", "email"):
        known = facts(lead, channel)
        assert (known.tier, known.permission_until) == ("implied", T("2027-05-23 00:00", "America/Toronto"))
    assert facts(lead, "call").tier == "none"
    assert {one.proof["inquiry"] for one in Permission.objects.all()} == {lead.pk}


@pytest.mark.parametrize("refused", [{"refused": ("text",)}, {"opt_outs": ("text",)}])
def test_what_the_inquiry_refuses_is_not_implied(account: Account, key: LeadInKey, refused: dict[str, object]) -> None:
    accept(account=account, new_lead=inquiry(**refused), key=key, at=MONDAY)
    assert set(Permission.objects.values_list("channel", flat=True)) == {"email"}


def test_an_inquiry_from_the_united_states_implies_nothing(account: Account, key: LeadInKey) -> None:
    there = Address(region="CO", postal_code="80202", country="US")
    accept(account=account, new_lead=inquiry("+13035550142", there), key=key, at=MONDAY)
    assert not Permission.objects.exists()


def test_what_was_typed_by_hand_proves_no_inquiry(account: Account) -> None:
    accept(account=account, new_lead=inquiry(), at=MONDAY)
    assert not Permission.objects.exists()


def test_an_implied_consent_takes_back_no_stop(account: Account, key: LeadInKey) -> None:
    lead = accept(account=account, new_lead=inquiry(), key=key, at=MONDAY - timedelta(days=9))
    ledger.withdraw(
        account=account, person=lead.person, scope=["email"], reason="link", said="", via="link",
        at=MONDAY - timedelta(days=8),
    )  # fmt: skip
    accept(account=account, new_lead=inquiry(), key=key, at=MONDAY)
    assert facts(lead, "email").withdrawn == ("link",)


FILE = b"""Name,Phone,Province,Country,Stage,Close Date,Created
Rosa Lind,416-555-0142,ON,CA,Closed Won,2026-03-10,2026-01-10
Omar Weaver,416-555-0143,ON,CA,Qualified,2027-03-10,2026-01-10
Hazel Thorne,416-555-0144,ON,CA,Closed Won,2027-03-10,2026-10-10
"""


def test_a_closing_date_is_a_purchase_where_the_deal_is_won_and_the_day_is_past(account: Account) -> None:
    _, _ = take(account, FILE)
    bought = {lead.person.name: lead.bought_at for lead in Lead.objects.select_related("person")}
    assert bought == {"Rosa Lind": T("2026-03-10 12:00"), "Omar Weaver": None, "Hazel Thorne": None}
    assert not Permission.objects.exists()


def test_an_implied_consent_of_a_file_runs_from_the_purchase_or_the_inquiry(account: Account) -> None:
    take(account, FILE, choices=Choices(permission={**PERMISSION, "tier": "implied", "channels": ["text"]}))
    rows = Permission.objects.select_related("person").filter(channel="text")
    until = {row.person.name: row.expires_at for row in rows}
    assert until["Rosa Lind"] == T("2028-03-10 00:00", "America/Toronto")
    rosa = next(row for row in rows if row.person.name == "Rosa Lind")
    assert rosa.tier == "implied" and rosa.proof["attested_by"] == "Ann Weaver"


def test_consent_of_a_file_needs_somebody_who_attests_it(account: Account) -> None:
    nobody = {key: value for key, value in PERMISSION.items() if key != "attested_by"}
    with pytest.raises(BadChoices, match="who attests"):
        confirm(begin(account), choices=Choices(permission=nobody), by=None, at=MONDAY)


def test_the_same_words_are_the_same_version_wherever_they_were_shown(account: Account) -> None:
    take(account, choices=Choices(permission=PERMISSION))
    versions = set(Permission.objects.exclude(wording="").values_list("wording_version", flat=True))
    assert versions == {version_of(WORDING)} == {version_of(f"  {WORDING}\r\n".replace(" by ", "\nby "))}
    assert version_of(WORDING) != version_of(WORDING + " Not.") and version_of("  ") == ""
