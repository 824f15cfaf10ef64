"""Who writes to whom: identity, licences, sources, terms, and what is added where it is missing."""

from dataclasses import replace
from typing import Any

import pytest

from nextcall.consent.content.checks import blocking, check
from nextcall.consent.content.completing import STOP_HINT, completed
from nextcall.consent.content.message import Message, Recipient, Sender

ACME = Sender("Acme Homes", "1 Main Street, Denver, CO 80202", name="Ann Weaver")
LENDER = Sender(
    "Front Range Lending",
    "1 Main Street, Denver, CO 80202",
    name="Ann Weaver",
    trade="mortgage",
    nmls_id="123456",
    own_nmls_id="7654321",
    licences={"CO": "100"},
    own_licences={"CO": "200"},
)
REALTOR = replace(ACME, trade="real_estate", broker_name="Peak Brokerage", own_licences={"CA": "01234567"})
COLORADO, FLORIDA, CALIFORNIA = (Recipient(("US", f"US-{state}"), "Hazel Thorne") for state in ("CO", "FL", "CA"))
TERMS = "30-year fixed, 3 % down, 360 monthly payments of $1,899, 6.3% annual percentage rate."


def rules(message: Message, sender: Sender, reader: Recipient, *, complete: bool = True) -> list[str]:
    whole = completed(message, sender, reader) if complete else message
    return [one.rule for one in blocking(check(whole, sender, reader))]


def text(body: str = "Is it for now or for later?", **more: Any) -> Message:
    return Message("text", body, **more)


def email(body: str = "Is it for now or for later?", **more: Any) -> Message:
    return Message("email", body, more.pop("subject", "A question"), **more)


def test_19_terms_without_disclosures_an_unlicensed_state_and_a_preference_are_three_reasons() -> None:
    body = "Own it for $1,899/mo, 3 % down. Great for Christian families."
    found = blocking(check(completed(text(body, first=True), LENDER, FLORIDA), LENDER, FLORIDA))
    assert sorted(one.rule for one in found) == ["FH-01.religion", "MO-01.terms", "MO-03.state"]
    quotes = {one.rule: [quote.text for quote in one.quotes] for one in found}
    assert quotes["MO-01.terms"] == ["$1,899/mo", "3 % down"]
    assert "FL" in next(one.says for one in found if one.rule == "MO-03.state")
    assert all("http" in one.source for one in found)


def test_a_first_text_gets_the_sellers_name_and_the_hint_and_no_second_time() -> None:
    once = completed(text(first=True), ACME, COLORADO)
    assert once.body == f"Is it for now or for later? Acme Homes. {STOP_HINT}"
    assert completed(once, ACME, COLORADO) == once
    assert rules(text(first=True), ACME, COLORADO, complete=False) == ["US-16.seller", "CX-01.stop_hint"]


def test_a_later_text_is_only_given_what_it_lacks() -> None:
    assert completed(text("Acme Homes here. Now or later?"), ACME, COLORADO).body == "Acme Homes here. Now or later?"
    assert completed(text("ACME homes. Later", hint_due=True), ACME, COLORADO).body == f"ACME homes. Later. {STOP_HINT}"
    assert completed(text("About 380", purpose="reply"), ACME, COLORADO).body == "About 380"


@pytest.mark.parametrize("country", ["CA", "AU", "GB"])
def test_every_marketing_text_there_says_how_to_end_it(country: str) -> None:
    reader = Recipient((country,), "Hazel")
    assert STOP_HINT in completed(text(), ACME, reader).body
    assert STOP_HINT not in completed(text(purpose="reply"), ACME, reader).body


@pytest.mark.parametrize(
    ("country", "rule"), [("US", "US-19"), ("CA", "CA-05"), ("AU", "AU-03"), ("GB", "UK-02")]
)  # fmt: skip
def test_an_email_without_address_or_way_out_breaks_the_rule_of_its_country(country: str, rule: str) -> None:
    reader = Recipient((country,), "Hazel")
    nowhere = replace(ACME, postal_address="")
    assert rules(email(), nowhere, reader) == [f"{rule}.address"]
    assert rules(email(unsubscribe=False), ACME, reader) == [f"{rule}.unsubscribe"]
    assert rules(email(), ACME, reader) == []
    assert rules(email(purpose="reply"), nowhere, reader) == []


def test_a_company_without_a_name_writes_nothing() -> None:
    assert rules(email(), replace(ACME, seller=" "), COLORADO) == ["US-16.seller"]


def test_the_foot_of_a_mortgage_email_shows_both_ids() -> None:
    whole = completed(email(), LENDER, COLORADO)
    assert whole.foot.splitlines() == [
        "Front Range Lending",
        "1 Main Street, Denver, CO 80202",
        "Ann Weaver, NMLS 7654321",
        "Front Range Lending, NMLS 123456",
    ]
    assert rules(email(), LENDER, COLORADO) == []
    assert rules(email(), LENDER, COLORADO, complete=False) == ["MO-03.nmls"]


def test_a_first_mortgage_text_shows_them_too_and_a_later_one_need_not() -> None:
    assert "NMLS 7654321" in completed(text(first=True), LENDER, COLORADO).body
    assert "NMLS" not in completed(text(), LENDER, COLORADO).body


@pytest.mark.parametrize(
    ("changed", "rule"),
    [({"nmls_id": ""}, "MO-03.profile"), ({"own_nmls_id": ""}, "MO-03.profile"), ({"own_licences": {}}, "MO-03.state"),
     ({"licences": {}}, "MO-03.state"), ({"licences": {"CO": ""}}, "MO-03.state")],
)  # fmt: skip
def test_without_id_or_licence_no_mortgage_message_leaves(changed: dict[str, Any], rule: str) -> None:
    assert rules(text(), replace(LENDER, **changed), COLORADO) == [rule]


def test_every_state_they_may_be_in_must_be_licensed_and_an_unknown_one_is_none() -> None:
    assert rules(text(), LENDER, Recipient(("US", "US-CO", "US-FL"))) == ["MO-03.state"]
    assert rules(text(), LENDER, Recipient(("US", "US-unknown"))) == ["MO-03.state"]
    assert rules(text(), LENDER, Recipient(("US",))) == ["MO-03.state"]
    assert rules(text(), ACME, Recipient(("US", "US-unknown"))) == []


def test_california_sees_name_number_and_brokerage_on_a_first_contact() -> None:
    body = completed(text(first=True), REALTOR, CALIFORNIA).body
    assert "Peak Brokerage. Ann Weaver, CA DRE 01234567." in body
    assert rules(text(first=True), REALTOR, CALIFORNIA) == []
    assert set(rules(text(first=True), REALTOR, CALIFORNIA, complete=False)) >= {"RE-01.broker", "RE-01.california"}
    without = replace(REALTOR, own_licences={"CA": "123"})
    assert rules(text(first=True), without, CALIFORNIA) == ["RE-01.california"]
    assert rules(email(), without, CALIFORNIA) == ["RE-01.california"]
    assert rules(text(), without, CALIFORNIA) == []
    assert rules(text(first=True), without, COLORADO) == []


def test_the_terms_of_the_offer_before_the_accounts_are_added_and_must_be_whole() -> None:
    reader = replace(COLORADO, offer_disclosures=TERMS)
    assert completed(email("Own it for $1,899/mo"), LENDER, reader).foot.endswith(TERMS)
    assert rules(email("Own it for $1,899/mo"), LENDER, reader) == []
    assert completed(text("Own it for $1,899/mo"), replace(LENDER, disclosures=TERMS), COLORADO).body.endswith(TERMS)
    assert TERMS not in completed(email("Hello"), LENDER, reader).foot
    for poor in ("Ask us for the terms.", "Payments over 360 months."):
        assert rules(email("3% down"), LENDER, replace(COLORADO, offer_disclosures=poor)) == ["MO-01.terms"]


def test_a_variable_rate_says_that_it_may_increase() -> None:
    reader = replace(COLORADO, offer_disclosures=TERMS)
    words = email("A 5/1 ARM with 3% down")
    assert rules(words, LENDER, reader) == ["MO-01.variable"]
    assert rules(words, LENDER, replace(reader, offer_disclosures=f"{TERMS} The rate may increase.")) == []


def test_bought_leads_get_no_mortgage_texts_and_credit_triggers_nothing_without_a_basis() -> None:
    bought, trigger = (replace(COLORADO, source_kind=kind) for kind in ("purchased", "credit_trigger"))
    assert rules(text(), LENDER, bought) == ["CX-05.bought"]
    assert rules(email(), LENDER, bought) == []
    assert rules(text(), ACME, bought) == []
    assert rules(email(), LENDER, trigger) == ["MO-04.basis"]
    based = replace(trigger, source_basis="We service their loan")
    assert rules(email(), LENDER, based) == []
    assert rules(text(), LENDER, based) == ["CX-05.bought"]


def test_the_confirmation_of_a_stop_is_neither_changed_nor_checked() -> None:
    stop = text("You are unsubscribed.", purpose="confirmation", first=True)
    assert completed(stop, LENDER, FLORIDA) == stop
    assert rules(stop, LENDER, FLORIDA) == []
