"""Names come apart where that is sure, and stay whole where it is not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.leads import names

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "person_names"
pytestmark = pytest.mark.filterwarnings("ignore")
shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
# Vectors of another library that we read otherwise: a couple, commas within suffixes, a dot for a comma.
OTHERWISE = 0.9


@shared
def test_the_edge_cases() -> None:
    for case in json.loads((SHARED / "edge_cases.json").read_text(encoding="utf-8")):
        read = names.read(case["input"])
        if case.get("missing") or "merge field" in case.get("note", ""):
            assert read == names.NOBODY
            continue
        assert read.full, case["input"]
        for key, have in (
            ("first", read.given),
            ("last", read.family),
            ("middle", read.middle),
            ("title", read.title),
            ("suffix", read.suffix),
            ("display", read.full),
        ):
            if key in case and case[key] != "Null?":
                assert have == case[key], (case["input"], key, have)
        assert list(read.people) == case.get("people", [])
        assert read.suspect is case.get("suspect", False)
        assert read.company is bool(case.get("company") or case.get("company_like"))
        if case.get("keep_as_is") or case.get("escape_on_display"):
            assert read.full == case["input"]


@shared
def test_most_vectors_of_other_libraries_hold() -> None:
    cases = json.loads((SHARED / "nameparser_vectors.json").read_text(encoding="utf-8"))
    right = sum(_fits(case) for case in cases)
    assert right / len(cases) > OTHERWISE, f"{right} of {len(cases)}"


def _fits(case: dict[str, dict[str, str]]) -> bool:
    read, want = names.read(str(case["input"])), case["expect"]
    have = {"first": read.given, "last": read.family}
    return all((have[key] or "").lower() == want[key].lower() for key in have if key in want) or not read.given


@pytest.mark.parametrize(
    ("given_name", "family_name", "full"),
    [
        ("José", "da  Silva", "José da Silva"),
        ("GRACE", "HOPPER-LEE", "Grace Hopper-Lee"),
        ("Li", "Na", "Li Na"),
        ("Hazel", None, "Hazel"),
        (None, "Thorne", "Thorne"),
        ("N/A", "", None),
        ("mcdonald", "o'brien", "McDonald O'Brien"),
    ],
)
def test_parts_are_joined(given_name: str | None, family_name: str | None, full: str | None) -> None:
    assert names.joined(given_name, family_name).full == full


def test_two_people_and_a_shared_name() -> None:
    assert names.read("Mr. and Mrs. Smith").given is None
    assert names.read("Smith, John and Mary").people == ("John Smith", "Mary Smith")
    assert names.read("Ann Lake and Omar Weaver").people == ("Ann Lake", "Omar Weaver")


@given(st.text(max_size=300))
def test_no_name_is_refused(text: str) -> None:
    read = names.read(text)
    assert read.full is None or (len(read.full) <= names.MAX and "\n" not in read.full and "\0" not in read.full)
