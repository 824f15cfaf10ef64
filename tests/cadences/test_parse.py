"""Reading cadence files: what they may say, and what a wrong one is told."""

import json
import tomllib
from datetime import time, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.cadences import checker, parse, wording
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.wording import Gap

HEAD = 'slug = "t"\nname = "T"\nsays = "for a test"\n'
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "cadence.schema.json"
SHIPPED = [
    "application-started",
    "appointment-reminders",
    "closed",
    "fast-start",
    "fast-start-light",
    "gentle",
    "letter-first",
    "long-view",
    "missed-appointment",
    "pre-approved",
    "second-wind",
    "steady",
    "three-and-one",
]


def step(text: str) -> str:
    return f"{HEAD}[[step]]\n{text}"


def test_every_shipped_cadence_is_a_file_of_its_own_name() -> None:
    assert sorted(parse.library()) == SHIPPED
    for slug, cadence in parse.library().items():
        assert (parse.LIBRARY / f"{slug}.toml").read_text("utf-8") == cadence.source
        assert not cadence.then or cadence.then in SHIPPED


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_cadence_meets_the_published_schema(slug: str) -> None:
    jsonschema.validate(tomllib.loads(parse.library()[slug].source), json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_message_can_be_said_well_and_to_somebody_of_whom_we_know_nothing(slug: str) -> None:
    nobody = wording.names_for(seller="Acme Homes", reason="The rate fell.", appointment="Tuesday at 10")
    known = wording.names_for(
        first_name="Hazel",
        name="Hazel Thorne",
        my_name="Ann Weaver",
        my_phone="(303) 555-0100",
        seller="Acme Homes",
        offer="Home Value",
        reason="The rate fell.",
        appointment="Tuesday at 10",
    )
    for one in parse.library()[slug].steps:
        wording.verify(one)
        if one.channel in ("text", "email"):
            for seed in range(4):
                for names in (nobody, known):
                    said = wording.render(one, seed, names)
                    assert "{" not in said.body + said.subject and said.body
                    assert len(said.body) <= 320 or one.channel == "email"
    assert [
        finding.says
        for finding in checker.check(parse.library()[slug], states=())
        if finding.kind in ("words", "wrong")
    ] == []


def test_the_first_text_names_the_seller_and_how_to_stop() -> None:
    for cadence in parse.library().values():
        for text in (cadence.by_channel.get("text") or [None])[:1]:
            if text is not None:
                assert all("{{ seller }}" in one and "STOP" in one for one in text.wording)


def test_weeks_and_months_become_days_and_unnamed_steps_get_keys() -> None:
    cadence = parse.read(
        HEAD
        + "".join(
            f'[[step]]\nchannel = "call"\n{when}\n'
            for when in ('day = 1\nat = "09:30"', 'week = 2\npart = "morning"', 'month = [1, 24]\npart = "another"')
        )
    )
    assert [(one.key, one.when.day) for one in cadence.steps] == [
        ("d1-call-1", 1),
        ("w2-call-1", 15),
        ("m1-call-1", 31),
        ("m24-call-1", 731),
    ]
    assert cadence.steps[0].when.at == time(9, 30) and cadence.steps[2].when.rotate
    assert {one.by for one in cadence.steps} == {"person"} and cadence.form == "calendar"


def test_a_rhythm_is_unrolled_and_its_messages_taken_in_turn() -> None:
    cadence = parse.library()["three-and-one"]
    assert [one.key for one in cadence.steps][:2] == ["attempt-1", "attempt-2"] and cadence.max_attempts == 15
    assert cadence.form == "rhythm"
    emails = cadence.by_channel["email"]
    assert len({one.subject for one in emails}) == 3
    assert cadence.steps[0].when.wait == timedelta(minutes=2) and cadence.steps[1].when.rotate


def test_calendar_then_rhythm_is_mixed() -> None:
    text = step('channel = "call"\nday = 1\npart = "midday"\n[rhythm]\npattern = ["call"]\nattempts = 2\nwait = "1d"')
    cadence = parse.read(text)
    assert cadence.form == "mixed" and [one.key for one in cadence.steps] == ["d1-call-1", "attempt-1", "attempt-2"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slug = ", "not TOML"),
        ('name = "x"', "slug is missing"),
        (HEAD, "0 steps"),
        (HEAD.replace('"t"', '"Fast Start"') + '[[step]]\nchannel="call"\nwait="1h"', "small letters"),
        (step('channel = "fax"\nwait = "1h"'), "it is one of call, text, email, voicemail"),
        (step('channel = "call"'), "exactly one of day"),
        (step('channel = "call"\nday = 2\nwait = "1h"'), "exactly one of day"),
        (step('channel = "call"\nday = 2'), "needs its hour"),
        (step('channel = "call"\nday = 0\npart = "morning"'), "whole number from 1"),
        (step('channel = "call"\nday = true\npart = "morning"'), "whole number from 1"),
        (step('channel = "call"\nday = 2\npart = "night"'), "morning, midday"),
        (step('channel = "call"\nday = 2\nat = "25:00"'), "no time of day"),
        (step('channel = "call"\nday = 2\nat = "09:00"\npart = "morning"'), "not both"),
        (step('channel = "call"\nwait = "soon"'), "no duration"),
        (step('channel = "call"\nwait = "1h"\nafter = "email-1"'), "names no earlier step"),
        (step('channel = "call"\nwait = "1h"\nonly_after = ["no_answer"]'), "needs the step it follows"),
        (step('channel = "call"\nby = "machine"\nwait = "1h"'), "made by a person"),
        (step('channel = "text"\nwait = "1h"'), "needs `wording`"),
        (step('channel = "email"\nwait = "1h"\nwording = "x"'), "needs `subject`"),
        (step('channel = "call"\nwait = "1h"\ncolour = "red"'), "'colour' is unknown"),
        (
            step('key = "a"\nchannel = "call"\nwait = "1h"\n[[step]]\nkey = "a"\nchannel = "call"\nwait = "2h"'),
            "keys are unique",
        ),
        (
            step('channel = "call"\nday = 3\npart = "midday"\n[[step]]\nchannel = "call"\nday = 2\npart = "midday"'),
            "in their order",
        ),
        (HEAD + '[rhythm]\npattern = []\nattempts = 3\nwait = "1d"', "pattern is a list"),
        (HEAD + '[rhythm]\npattern = ["call", "email"]\nattempts = 3\nwait = "1d"', "the pattern has a email"),
        (HEAD + '[rhythm]\npattern = ["call"]\nattempts = 99\nwait = "1d"', "1 to 50"),
        ("x" * 300_000, "larger than"),
    ],
)
def test_a_wrong_file_is_told_where_and_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(BadCadence, match=says) as wrong:
        parse.read(text, file="mine.toml")
    assert str(wrong.value).startswith("mine.toml: ")


ODD = st.one_of(
    st.none(), st.integers(-3, 2000), st.text(max_size=4), st.booleans(), st.lists(st.integers(0, 3), max_size=2)
)
STEP = st.dictionaries(
    st.sampled_from(sorted(parse.STEP_KEYS)), ODD | st.sampled_from(["call", "email", "2h", "morning"]), max_size=5
)


@given(
    st.fixed_dictionaries(
        {"slug": st.just("t") | ODD, "name": st.just("T"), "says": st.just("s")},
        optional={
            "step": st.lists(STEP, max_size=3) | ODD,
            "rhythm": STEP | ODD,
            "version": ODD,
            "pause_on": ODD,
            "then": ODD,
        },
    )
)
def test_whatever_a_file_holds_the_answer_is_a_cadence_or_what_is_wrong(table: dict[str, object]) -> None:
    try:
        parse._cadence(table, "")
    except BadCadence:
        pass


# What messages say


def worded(body: str, *more: str, names: dict[str, object] | None = None, seed: int = 0) -> str:
    variants = json.dumps([body, *more])
    one = parse.read(step(f'channel = "text"\nwait = "1h"\nwording = {variants}')).steps[0]
    return wording.render(one, seed, names or {}).body


def test_a_variant_that_speaks_of_the_lead_goes_before_one_that_does_not() -> None:
    variants = ("Hi from {{ seller }}", "Hi {{ lead.first_name }} from {{ seller }}")
    known = wording.names_for(seller="Acme", first_name="Hazel")
    assert {worded(*variants, names=known, seed=seed) for seed in range(5)} == {"Hi Hazel from Acme"}
    assert worded(*variants, names=wording.names_for(seller="Acme")) == "Hi from Acme"


def test_the_seed_chooses_the_same_variant_each_time() -> None:
    names = wording.names_for(seller="A", first_name="Hazel")
    said = [
        worded("1 {{ lead.first_name }}", "2 {{ lead.first_name }}", names=names, seed=seed) for seed in (0, 1, 0, 1)
    ]
    assert said == ["1 Hazel", "2 Hazel", "1 Hazel", "2 Hazel"]


def test_a_missing_field_is_a_gap_that_names_it_never_an_empty_space() -> None:
    with pytest.raises(Gap, match=r"lead\.first_name") as gap:
        worded("Hi {{ lead.first_name }}", names=wording.names_for(seller="Acme"))
    assert gap.value.missing == ("lead.first_name",)


def test_tags_and_filters_work_within_limits() -> None:
    names = wording.names_for(seller="Acme", city="denver")
    assert worded("{% if city %}In {{ city | capitalize }}{% endif %}", names=names) == "In Denver"
    assert (
        worded("{% if city %}In {{ city }}{% else %}Here{% endif %}", names=wording.names_for(seller="Acme")) == "Here"
    )
    with pytest.raises(BadCadence):
        worded("{% for i in (1..100000000) %}x{% endfor %}", names=names)


def test_a_subject_is_one_line_whatever_a_name_holds() -> None:
    one = parse.read(step('channel = "email"\nwait = "1h"\nsubject = "Hi {{ lead.first_name }}"\nwording = "x"')).steps[
        0
    ]
    names = wording.names_for(seller="Acme", first_name="Eve\r\nBcc: all@example.com")
    assert wording.render(one, 0, names).subject == "Hi Eve Bcc: all@example.com"


def test_what_a_lead_typed_is_never_read_as_a_template() -> None:
    names = wording.names_for(seller="Acme", first_name="{{ me.phone }}", my_phone="303")
    assert worded("Hi {{ lead.first_name }}", names=names) == "Hi {{ me.phone }}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hi {{ lead.password }}", "is unknown"),
        ("Hi {{ lead.first_name", "step"),
        ("{% for a in b %}{% endfor %}", "not allowed|unknown"),
        ("{% include 'x' %}", "step"),
    ],
)
def test_wording_is_verified_before_it_is_used(text: str, says: str) -> None:
    one = parse.read(step(f'channel = "text"\nwait = "1h"\nwording = {json.dumps(text)}')).steps[0]
    with pytest.raises(BadCadence, match=says):
        wording.verify(one)


def test_the_question_fits_what_they_asked_for() -> None:
    assert "address" in wording.question_for("Equity Calculator")
    assert wording.names_for(seller="A", offer="Home Value")["offer"] == "home value"
    assert wording.names_for(seller="A", offer="FHA Loan Guide")["offer"] == "FHA loan guide"
    assert wording.question_for("") == wording.ANY_QUESTION
