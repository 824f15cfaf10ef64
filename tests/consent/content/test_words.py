"""Words and what is found in them: a table made by hand, the examples of the data files, and any text at all."""

import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nextcall.consent.content
from nextcall.consent.content.checks import check, check_words
from nextcall.consent.content.message import Finding, Message, Recipient, Sender
from nextcall.consent.content.phrases import Phrase, phrases
from nextcall.consent.content.plain import plain
from tests.consent.content.cases import SUBJECTS, WORDS

FILES = ("credit_terms", "fair_housing", "fair_housing_spanish", "mortgage_claims", "robots", "urgency")
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
HAZEL = Recipient(("US", "US-CO"), "Hazel Thorne")
ENTRIES = [phrase for name in FILES for phrase in phrases(name)]


def found(words: str, *, sender: Sender = LENDER, reader: Recipient = HAZEL, subject: str = "") -> tuple[Finding, ...]:
    return check_words(Message("email", words, subject), sender, reader)


@pytest.mark.parametrize(("words", "expected"), WORDS, ids=[words for words, _ in WORDS])
def test_each_row_of_the_table_is_found_or_is_not(words: str, expected: str) -> None:
    named = [f"{one.tier} {one.rule}" for one in found(words)]
    assert (expected in named) if expected else (named == []), named


@pytest.mark.parametrize(("subject", "rule"), SUBJECTS)
def test_a_subject_is_asked_about_and_blocked_where_the_reader_may_be_in_washington(subject: str, rule: str) -> None:
    here, there = (
        [(one.rule, one.tier) for one in found("Hello", reader=Recipient(("US", place)), subject=subject)]
        for place in ("US-CO", "US-WA")
    )
    assert [name for name, _ in here] == ([rule] if rule else [])
    if rule == "US-WA.subject":
        assert (here[0][1], there[0][1]) == ("warn", "block")


@pytest.mark.parametrize("phrase", ENTRIES, ids=[f"{one.rule} {one.tier} {one.examples[0]}" for one in ENTRIES])
def test_each_phrase_finds_its_examples_and_leaves_what_it_must_never_find(phrase: Phrase) -> None:
    assert phrase.source.count("http") >= 1
    assert phrase.examples
    assert phrase.never
    assert [words for words in phrase.examples if not list(phrase.find(plain(words), "body"))] == []
    assert [words for words in phrase.never if list(phrase.find(plain(words), "body"))] == []


def test_no_phrase_repeats_without_an_end() -> None:
    """Then a search takes time in proportion to the text, whatever it is."""
    for file in Path(nextcall.consent.content.__file__).parent.glob("*.toml"):
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["phrase"]:
            for pattern in row["patterns"]:
                assert not re.search(r"(?<!\\)[*+](?!\?)|\{\d+,\}", pattern.replace("\\+", "")), pattern


@pytest.mark.parametrize(
    "unit",
    ["a", "no ", "3 ", "$1,", "- ", "rate ", "great for a ", "\u00e9", "\u200b", "a.b.c.d.", "christian ", "%", "1",
     "you are ", "walk to the ", "30-year ", "$1,899/mo ", "last ", "STOP ", "\u0430", "n o "],
)  # fmt: skip
def test_fifty_thousand_characters_of_anything_are_read_in_less_than_a_second(unit: str) -> None:
    words = (unit * 50_000)[:50_000]
    began = time.perf_counter()
    check(Message("email", words, words[:300]), LENDER, HAZEL)
    assert time.perf_counter() - began < 1


@given(
    st.text(max_size=400),
    st.text(max_size=60),
    st.sampled_from(["text", "email"]),
    st.sampled_from(["", "mortgage", "real_estate"]),
)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_every_quote_stands_where_it_says(
    body: str, subject: str, channel: str, trade: str
) -> None:
    message = Message(channel, f"{body} no kids {body}", subject, unread_ai=True, first=True)
    sender = Sender("Acme", trade=trade, name="No\u0308el")
    for one in check(message, sender, Recipient(("US", "US-unknown", "CA"), "Christian")):
        for quote in one.quotes:
            whole = message.subject if quote.where == "subject" else message.body
            assert whole[quote.start : quote.end] == quote.text


def test_the_quote_is_what_was_written_and_where() -> None:
    (one,) = found("A home, N\u043e  k\u0456ds here")
    assert [(quote.where, quote.text, quote.start) for quote in one.quotes] == [("body", "N\u043e  k\u0456ds", 8)]
    assert one.shown.startswith("\u201cN\u043e k\u0456ds\u201d: ")


@pytest.mark.parametrize("name", ["Christian Alba", "Alba Christian", "Ann Christian"])
def test_a_name_is_no_statement_but_a_kind_of_people_is(name: str) -> None:
    christian = Recipient(("US", "US-CO"), name)
    for words in (
        "Hi Christian, a question",
        "For Christian: the plan",
        "Christian will see it, thanks",
        "Thanks, Christian",
    ):
        assert found(words, reader=christian) == (), words
    for words in ("Hi Christian, great for Christian families", "Hi Christian, for Christian homeowners"):
        assert [one.rule for one in found(words, reader=christian)] == ["FH-01.religion"], words
    assert [one.rule for one in found("for a christian", reader=christian)] == ["FH-01.religion"]


def test_the_sellers_own_name_is_no_statement() -> None:
    sender = Sender("Catholic Family Homes", "1 Main Street", trade="real_estate")
    assert found("Catholic Family Homes here about your request", sender=sender) == ()


def test_an_account_without_a_trade_is_only_asked_about_fair_housing() -> None:
    nobody = Sender("Acme Homes", "1 Main Street")
    assert found("Own it for $1,899/mo, guaranteed approval, 5% interest rate", sender=nobody) == ()
    assert [one.rule for one in found("no kids", sender=nobody)] == ["FH-01.family_status"]


def test_a_rate_in_the_subject_needs_its_apr_there() -> None:
    rules = [one.rule for one in found("That is 6.3% APR.", subject="Rates from 5.9%")]
    assert rules == ["MO-01.apr"]


def test_a_member_may_say_that_a_person_writes_the_machine_may_not() -> None:
    words = "I'm not a robot"
    assert check_words(Message("email", words, automated=False), LENDER, HAZEL) == ()
    assert [one.rule for one in found(words)] == ["AI-01.denial"]


def test_what_an_ai_wrote_and_nobody_read_says_so_at_the_start() -> None:
    for words, rules in (
        ("Your papers are here.", ["AI-01.notice"]),
        ("This is an automated assistant of Front Range Lending. Your papers are here.", []),
        ("Written by AI: your papers are here.", []),
    ):
        blocks = check_words(Message("email", words, unread_ai=True), LENDER, HAZEL)
        assert [one.rule for one in blocks] == rules
