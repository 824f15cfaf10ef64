"""What the checker says before a cadence is switched on; and the table of outcomes."""

from datetime import timedelta

import pytest

from nextcall.cadences import checker, outcomes, parse
from nextcall.cadences.definition import BadCadence

HEAD = 'slug = "t"\nname = "T"\nsays = "for a test"\n'


def says(slug: str, **more: object) -> str:
    return "\n".join(finding.says for finding in checker.check(parse.library()[slug], **more))


def test_florida_moves_the_second_text_of_day_one() -> None:
    said = says("fast-start", states=["Florida"])
    assert "In Florida at most 3 calls and texts in any 24 hours: on day 1 the second text moves to day 2" in said


def test_carriers_may_filter_many_automatic_texts() -> None:
    assert "11 automatic texts in 10 days: carriers may filter" in says("fast-start", states=())
    assert "carriers" not in says("fast-start-light", states=())


def test_the_calls_it_needs_stand_beside_the_calls_set_aside() -> None:
    said = says("fast-start", states=(), leads_a_week=12, calls_a_day=30)
    assert "needs up to 48 calls a day at 12 new leads a week, 30 are set aside, room for 7 new leads a week" in said
    assert "which is enough" in says("gentle", states=(), leads_a_week=12, calls_a_day=30)
    assert "calls a day" not in says("long-view", states=())


def test_a_state_without_sundays_moves_what_falls_on_one() -> None:
    assert "In Utah" in says("fast-start", states=["Utah"])


def test_what_falls_outside_every_window_is_said() -> None:
    late = parse.read(HEAD + '[[step]]\nchannel = "call"\nday = 2\nat = "22:30"')
    assert any(finding.kind == "moved" for finding in checker.check(late, states=["Florida"]))


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("Just checking in, {{ seller }}. Reply STOP to opt out", "just checking in"),
        ("Great news! {{ seller }}. Reply STOP to opt out", "exclamation mark"),
        ("Hello there", 'says "Reply STOP to opt out"'),
        ("{{ seller }} STOP " + "x" * 400, "people read up to"),
    ],
)
def test_words_that_do_harm_are_pointed_out(wording: str, said: str) -> None:
    cadence = parse.read(f'{HEAD}[[step]]\nchannel = "text"\nwait = "1h"\nwording = """{wording}"""')
    assert any(said in finding.says for finding in checker.check(cadence, states=()))


def test_wording_that_cannot_be_read_stops_the_check() -> None:
    cadence = parse.read(f'{HEAD}[[step]]\nchannel = "text"\nwait = "1h"\nwording = "{{{{ lead.shoe_size }}}}"')
    assert checker.check(cadence)[0].kind == "wrong"
    assert not any(finding.kind == "load" for finding in checker.check(cadence))


# Outcomes


def test_the_shipped_table_has_the_nine_outcomes_of_the_keys() -> None:
    table = outcomes.table({})
    assert list(table) == [
        "no_answer",
        "left_voicemail",
        "talked",
        "call_back",
        "not_now",
        "wrong_number",
        "not_interested",
        "asked_to_stop",
        "no_calls",
    ]
    assert [one.keystroke for one in table.values()] == list("123456789")
    assert all(one.attempt and one.label and one.effect for one in table.values())
    assert table["not_now"].hold == timedelta(days=2)
    assert table["wrong_number"].withdraw == ("call", "text", "voicemail") and not table["wrong_number"].stop
    assert table["no_calls"].withdraw == ("call",) and not table["no_calls"].stop
    assert set(table["asked_to_stop"].withdraw) == {"call", "text", "email", "voicemail"}


def test_an_account_changes_a_line_and_adds_another() -> None:
    table = outcomes.table(
        {"not_now": {"hold": "5d"}, "sent_to_partner": {"label": "Sent to partner", "stop": "referred"}}
    )
    assert table["not_now"].hold == timedelta(days=5) and table["not_now"].label == "Not now"
    assert table["sent_to_partner"].stop == "referred" and list(table)[-1] == "sent_to_partner"
    assert outcomes.table({})["not_now"].hold == timedelta(days=2), "the shipped table is as it was"


@pytest.mark.parametrize("change", [{"hold": "soon"}, {"colour": "red"}, {"attempt": 1}, "x", {"withdraw": "call"}])
def test_a_change_that_cannot_be_read_is_refused(change: object) -> None:
    with pytest.raises(BadCadence):
        outcomes.table({"not_now": change})
