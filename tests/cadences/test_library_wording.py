"""What the shipped cadences say, however little is known of a lead."""

import re
from collections.abc import Iterator

import pytest

from nextcall.cadences import parse, wording
from nextcall.cadences.definition import Step

KNOWN = {
    "name only": {"first_name": "Juniper", "name": "Juniper Vale"},
    "name and offer": {"first_name": "Juniper", "name": "Juniper Vale", "offer": "Home Value"},
    "offer only": {"offer": "Home Value"},
    "nothing": {},
}
OURS = {"seller": "Bench Homes", "my_phone": "+13035550100"}
NEW_INQUIRY = ("fast-start", "fast-start-light", "steady", "gentle", "letter-first", "three-and-one")


def said(slug: str, known: str, writer: str) -> Iterator[tuple[Step, str]]:
    """Every variant that may be picked, of every step."""
    for step in parse.library()[slug].steps:
        for seed in range(6 if step.wording else 0):
            names = wording.names_for(
                my_name=writer, appointment="Tuesday at 9:30 am", reason="Rates fell.", **OURS, **KNOWN[known]
            )
            worded = wording.render(step, seed, names)
            yield step, f"{worded.subject}\n{worded.body}"


@pytest.mark.parametrize("writer", ["Dana Reyes", "Bench Homes"])  # a member, or nobody in person
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("slug", parse.library())
def test_each_step_words_itself_and_greets_by_name_when_it_is_known(slug: str, known: str, writer: str) -> None:
    for step, words in said(slug, known, writer):
        assert words.strip(), step.key
        assert not re.search(r"  |\{|\}|!| [,.?]|,,| \n", words), (step.key, words)
        body = words.partition("\n")[2]
        assert ("Juniper" in body) is ("name" in known), (step.key, words)


@pytest.mark.parametrize("slug", NEW_INQUIRY)
def test_the_offer_is_named_in_a_first_message_when_it_is_known(slug: str) -> None:
    first = next(words for step, words in said(slug, "name and offer", "Dana Reyes") if step.wording)
    assert "Juniper" in first
    assert "home value" in first


def test_nobody_in_person_never_signs_as_the_first_word_of_the_sellers_name() -> None:
    for _, words in said("fast-start", "name and offer", "Bench Homes"):
        assert not re.search(r"\bBench (?!Homes)|\bBench$", words, re.MULTILINE)
