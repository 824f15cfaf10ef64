"""The checker finds what is wrong in a jurisdiction file, and where; what we ship and the guide are in order."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nextcall.cli import run
from nextcall.consent import checking, law
from nextcall.consent.facts import Ask, Place
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import ids, known, there

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "adding_a_jurisdiction.md").read_text()
GOOD = """name = "Vermont"
review_by = 2027-05-21

[[hours]]
id = "US-VT.hours"
says = "hours"
source = "a statute"
confidence = "M"
kinds = ["MC", "TX"]
mon_fri = "09:00-19:00"
sat = "closed"
sun = "closed"
holiday = "closed"

[[caps]]
id = "US-VT.cap"
says = "a cap"
source = "a statute"
confidence = "M"
channels = ["call"]
max = 2
hours = 24

[[needs]]
id = "US-VT.need"
says = "a need"
source = "a statute"
confidence = "M"
kinds = ["TX"]
purposes = ["marketing"]
any_of = ["written"]
"""


@pytest.mark.parametrize("place", law.known())
def test_every_shipped_file_is_in_order(place: str) -> None:
    path = next(path for path in law.FOLDER.glob("*.toml") if law.place_of_file(path) == place)
    assert checking.check(path.read_text(), place) == []


def test_a_good_file_has_nothing_to_say() -> None:
    assert checking.check(GOOD, "US-VT") == []


@pytest.mark.parametrize(
    ("was", "now", "line", "key", "says"),
    [
        ("review_by = 2027-05-21\n", "", 1, "review_by", "is missing"),
        ("review_by = 2027-05-21", 'review_by = "soon"', 2, "review_by", "is not a date"),
        ("review_by", "reviewed_by = 2026-01-01\nreview_by", 2, "reviewed_by", "there is no key"),
        ('name = "Vermont"', 'name = ""', 1, "name", "a text is wanted"),
        ('name = "Vermont"', "name = 7", 1, "name", "a text is wanted"),
        ("[[hours]]", 'holidays = ["vt"]\n[[hours]]', 4, "holidays", "has no list 'vt'"),
        ('says = "hours"\nsource = "a statute"\n', 'says = "hours"\n', 4, "hours[1].source", "missing"),
        ('kinds = ["MC", "TX"]', 'kinds = ["MC", "FAX"]', 9, "hours[1].kinds", "'FAX' is not one of MC, AC, TX, EM"),
        ('kinds = ["MC", "TX"]', 'kinds = "MC"', 9, "hours[1].kinds", "a list of these"),
        ('mon_fri = "09:00-19:00"', 'mon_fri = "19:00-09:00"', 10, "hours[1].mon_fri", "must open before it closes"),
        ('mon_fri = "09:00-19:00"', 'mon_fri = "9 to 5"', 10, "hours[1].mon_fri", "not a span"),
        ('mon_fri = "09:00-19:00"', 'mon_fri = "09:00-13:00 12:00-19:00"', 10, "hours[1].mon_fri", "overlap"),
        ('mon_fri = "09:00-19:00"', "mon_fri = 9", 10, "hours[1].mon_fri", "is not hours"),
        ('holiday = "closed"\n', "", 4, "hours[1].holiday", "missing"),
        ("[[caps]]", 'also_in_zone = "Mars/Base"\n[[caps]]', 15, "hours[1].also_in_zone", "not a zone"),
        ("max = 2", "max = -1", 21, "caps[1].max", "not a whole number"),
        ("max = 2", "max = true", 21, "caps[1].max", "not a whole number"),
        ('channels = ["call"]', 'channels = ["fax"]', 20, "caps[1].channels", "'fax' is not one of call"),
        ('purposes = ["marketing"]', 'purposes = ["sales"]', 30, "needs[1].purposes", "'sales' is not one of"),
        ('any_of = ["written"]', 'any_of = ["oral"]', 31, "needs[1].any_of", "'oral' is not one of written"),
        ('id = "US-VT.cap"', 'id = "US-VT.hours"', 16, "caps[1].id", "earlier rule of this file"),
        ('id = "US-VT.cap"', 'id = "US-FL.cap.24h"', 16, "caps[1].id", "a rule of US-FL"),
        ('confidence = "M"', 'confidence = "sure"', 8, "hours[1].confidence", "not one of H, M, L"),
        ("[[needs]]", "[needs]", 24, "needs", "write it as [[needs]]"),
        ("[[hours]]", "[[hours]", 4, "", "this is not TOML"),
        ("[[hours]]", 'relationship_months = { bought = "18" }\n[[hours]]', 4, "relationship_months", "in months"),
        ("[[caps]]", "[do_not_call]\nmax_age_days = 0\n[[caps]]", 16, "do_not_call.max_age_days", "from 1 to 366"),
    ],
)  # fmt: skip
def test_each_mistake_is_found_at_its_line(was: str, now: str, line: int, key: str, says: str) -> None:
    assert was in GOOD
    found = checking.check(GOOD.replace(was, now, 1), "US-VT")
    assert any((one.line, one.key) == (line, key) and says in one.says for one in found), found
    assert not any(one.is_warning for one in found)


@pytest.mark.parametrize("place", ["US-XX", "ZZ", "UK", "CA-FL", "FR-TOOLONG"])
def test_a_file_is_named_for_a_place(place: str) -> None:
    assert any("is no place" in one.says for one in checking.check(GOOD, place))


def test_what_is_looser_than_the_country_is_a_warning() -> None:
    early = checking.check(GOOD.replace("09:00-19:00", "07:00-19:00"), "US-VT")
    assert [(one.line, one.key, one.is_warning) for one in early] == [(10, "hours[1].mon_fri", True)]
    canadian = (
        GOOD.replace("US-VT", "CA-ON")
        .replace("max = 2", "max = 3")
        .replace('["call"]', '["call", "voicemail", "text"]')
    )
    assert [one.key for one in checking.check(canadian, "CA-ON")] == ["caps[1].max"]


def test_a_country_that_leaves_something_open_is_warned() -> None:
    found = checking.check(GOOD.replace("US-VT", "IE"), "IE")
    open_ones = {one.says for one in found if one.is_warning}
    assert "no need covers EM for marketing, so it is permitted to everyone" in open_ones
    assert not any("TX for marketing" in says for says in open_ones)


@pytest.mark.parametrize(
    "text", ["", "\x00", "[" * 5000, "a = " + "[" * 20_000, "x" * 300_000, 'hours = "x"\ncaps = 1']
)
def test_what_is_no_such_file_is_said_in_words(text: str) -> None:
    found = checking.check(text, "US-VT")
    assert found and all(one.says and one.line >= 1 for one in found)


def test_reviews_are_listed_the_soonest_first_and_fall_due() -> None:
    reviews = law.reviews()
    assert {one.place for one in reviews} == set(law.known())
    assert [one.review_by for one in reviews] == sorted(one.review_by or date.min for one in reviews)
    assert all(one.counts for one in reviews)
    gb = next(one for one in reviews if one.place == "GB")
    assert gb.review_by and not gb.is_due(gb.review_by) and gb.is_due(date(2099, 1, 1))
    assert replace(gb, review_by=None).is_due(date(2026, 1, 1))


def test_after_its_last_day_a_place_is_denied_whole() -> None:
    pack = law.read_pack(tomllib.loads(GOOD + "\n"), "US-VT")
    place = Place(zones=("America/New_York",), jurisdictions=("US", "US-VT"), home_zone="America/New_York")
    packs = shipped().packs | {"US-VT": replace(pack, deny_after=date(2026, 11, 24))}
    policy = replace(shipped(), packs=packs, compiled={})
    for channel in ("call", "text", "email"):
        last = decide(Ask(channel), known(place), policy, there("2026-11-24 12:00", "America/New_York"))  # type: ignore[arg-type]
        assert last.verdict == "allow"
        over = decide(Ask(channel), known(place), policy, there("2026-11-25 12:00", "America/New_York"))  # type: ignore[arg-type]
        assert ids(over, "deny") == {"US-VT.deny_after"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", GUIDE, re.M | re.S)


def test_the_walk_through_works_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n".join(blocks("toml us_vt.toml"))
    added = tomllib.loads("\n".join(blocks("toml holidays.toml")))
    lists = {name: {day: what for what, days in rows.items() for day in days} for name, rows in added.items()}
    whole = replace(law.calendar(), lists={**law.calendar().lists, **lists})
    monkeypatch.setattr(law, "calendar", lambda: whole)
    monkeypatch.chdir(tmp_path)
    wrong = text.replace('["MC", "AC", "TX"]', '["MC", "SMS"]').replace("09:00-19:00", "19:00-09:00", 1)
    for folder, content in {".": text, "wrong": wrong, "early": text.replace("09:00-19:00", "07:00-19:00", 1)}.items():
        Path(folder).mkdir(exist_ok=True)
        Path(folder, "us_vt.toml").write_text(content)
    for block in blocks("console"):
        command, *expected = block.splitlines()
        if "jurisdiction" in command:
            run(command.removeprefix("$ nextcall ").split())
            said = capsys.readouterr()
            assert (said.out + said.err).splitlines() == expected, command
    pack = law.read_pack(tomllib.loads(text), "US-VT")
    policy = replace(shipped(), packs=shipped().packs | {"US-VT": pack}, compiled={})
    place = Place(zones=("America/New_York",), jurisdictions=("US", "US-VT"), home_zone="America/New_York")
    decision = decide(Ask("text"), known(place), policy, there("2026-11-24 19:10", "America/New_York"))
    assert decision.earliest == there("2026-11-25 09:05", "America/New_York")
    assert "US-VT.hours" in ids(decision, "wait")
    town_meeting = decide(Ask("text"), known(place), policy, there("2027-03-02 12:00", "America/New_York"))
    assert town_meeting.verdict == "wait"
