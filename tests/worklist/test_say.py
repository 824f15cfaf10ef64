"""Times and reasons in plain words."""

from datetime import timedelta

import pytest

from nextcall.worklist import reasons, say
from nextcall.worklist.ranking import Candidate, Group, Ranked
from tests.builders import T

AT = T("2026-11-23 10:42")
DENVER = "America/Denver"
KNOWN = say.Known(zone=DENVER, member_zone=DENVER, touch_number=4, touches=12, cadence="Steady")


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (T("2026-11-23 17:10"), "5:10 pm"),
        (T("2026-11-23 20:00"), "8 pm"),
        (T("2026-11-24 09:30"), "tomorrow 9:30 am"),
        (T("2026-11-22 12:00"), "yesterday 12 pm"),
        (T("2026-11-26 09:30"), "Thu 9:30 am"),
        (T("2026-12-07 09:30"), "Dec 7, 9:30 am"),
        (T("2027-01-04 00:05"), "Jan 4, 2027, 12:05 am"),
    ],
)
def test_a_time_is_said_as_people_say_it(instant: object, words: str) -> None:
    assert say.when(instant, DENVER, at=AT) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "just now"), (3, "3 min ago"), (150, "2 h ago"), (4320, "3 days ago")]
)
def test_how_long_ago(minutes: int, words: str) -> None:
    assert say.ago(AT - timedelta(minutes=minutes), at=AT) == words


def test_three_tries_in_one_part_of_the_day_name_a_part_that_is_untried() -> None:
    mornings = [T(f"2026-11-{day} 09:15") for day in (17, 18, 19)]
    known = say.Known(zone=DENVER, member_zone=DENVER, unanswered_at=mornings)
    assert say.tries(known) == "Three tries, all in the morning. Evening is untried."


@pytest.mark.parametrize("group", list(Group))
def test_why_now_is_one_sentence_that_names_a_fact(group: Group) -> None:
    candidate = Candidate(
        lead_id=1,
        person_id=1,
        due_at=AT - timedelta(minutes=12),
        arrived_at=AT - timedelta(minutes=3),
        waiting_since=AT - timedelta(minutes=8),
        closes_at=AT + timedelta(minutes=40),
    )
    sentence = say.why(Ranked(group, candidate), KNOWN, at=AT)
    assert any(character.isdigit() for character in sentence)
    assert not sentence.endswith(".")
    assert "overdue" not in sentence + say.line_for(Ranked(group, candidate), KNOWN, at=AT)


def test_reasons_come_from_the_record_alone_and_their_question_comes_first() -> None:
    found = reasons.reasons(
        name="Juniper",
        question="What would it sell for?",
        asked="",
        promise="",
        step_says="",
        note="Has two dogs",
        answers=[],
    )
    assert [one.source for one in found] == ["From their own message", "From your note"]
    assert reasons.reasons(name="Juniper", question="", asked="", promise="", step_says="", note="", answers=[]) == ()


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("Hello. What would our place sell for? No rush.", "What would our place sell for?"),
        ("Call me later", ""),
        ("??", ""),
    ],
)
def test_a_question_is_found_in_their_words(written: str, question: str) -> None:
    assert reasons.question_in(written) == question


CRM = {
    "Lead Status": "New",
    "Lifecycle Stage": "lead",
    "Marketing contact status": "Marketing contact",
    "Rating": "Hot",
    "utm_source": "google",
    "Attempts elsewhere": 3,
    "Company": "Vale & Sons",
    "Contact ID": "8812",
    "Lead Score": 61,
}


def test_columns_that_a_crm_keeps_about_a_lead_are_never_the_leads_words() -> None:
    assert reasons.told(CRM, imported=True) == []
    assert reasons.told(CRM, imported=False) == []


def test_of_an_import_only_columns_that_read_like_questions_are_answers() -> None:
    asked = {"When do you want to move?": "June", "Time frame": "3 months", "Favourite colour": "Green", "Budget": ""}
    assert reasons.told(CRM | asked, imported=True) == [
        ("when do you want to move", "June"),
        ("time frame", "3 months"),
    ]
    assert ("favourite colour", "Green") in reasons.told(asked, imported=False)
    assert reasons.told({"Are you working with an agent or owner?": "No"}, imported=True)
