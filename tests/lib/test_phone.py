"""Telephone numbers, however they were written."""

import json
from pathlib import Path

import pytest

from nextcall.lib import phone

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "phone_numbers" / "vectors.json"


@pytest.mark.parametrize(
    ("raw", "e164", "extension"),
    [
        ("5035550101.0", "+15035550101", ""),
        ("'5035550101", "+15035550101", ""),
        ("(503) 555-0101 ext 9", "+15035550101", "9"),
        ("503.555.0101x12", "+15035550101", "12"),
        ("tel:+1-503-555-0101", "+15035550101", ""),
        ("503 555 0101 (mobile)", "+15035550101", ""),
        ("1-800-FLOWERS", "+18003569377", ""),
        ("+44 20 7946 0958", "+442079460958", ""),
        ("\u202a+15035550101\u202c", "+15035550101", ""),
    ],
)
def test_a_number_is_read(raw: str, e164: str, extension: str) -> None:
    found = phone.read(raw, country="US")
    assert found is not None and (found.e164, found.extension) == (e164, extension)


@pytest.mark.parametrize(
    "raw",
    [
        "5.03555E+09",
        "",
        "n/a",
        "411",
        "555-0142",
        "123-456-7890",
        "1111111111",
        "503-555-0101 or 503-555-0102",
        "503-555-0101/503-555-0102",
        "x" * 5000,
        "9" * 30,
    ],
)
def test_what_is_no_number_is_none(raw: str) -> None:
    assert phone.read(raw, country="US") is None


def test_what_the_number_tells() -> None:
    mobile = phone.read("3035550142", country="US")
    free = phone.read("8005550199", country="US")
    assert mobile and (mobile.line_type, mobile.textable, mobile.country) == ("fixed_or_mobile", True, "US")
    assert free and (free.line_type, free.textable) == ("toll_free", False)


def test_numbers_are_shown_as_people_write_them() -> None:
    assert phone.show("+15205550142") == "(520) 555-0142"
    assert phone.show("+442079460958") == "+44 20 7946 0958"
    assert phone.show("junk") == "junk"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
def test_the_shared_vectors_are_read() -> None:
    for row in json.loads(SHARED.read_text()):
        found = phone.read(row["input"], country=row["region"])
        if row["input"] == "2065550142.0":  # a spreadsheet's float: the note asks for the number
            assert found and found.e164 == "+12065550142"
            continue
        assert (found.e164 if found else None) == row["e164"], row
        if found:
            assert (found.extension or None, found.textable, found.country) == (
                row["extension"],
                row["textable"],
                row["country"],
            )
