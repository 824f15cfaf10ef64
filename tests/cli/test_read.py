"""nextcall read, as scripts use it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Nextcall = Callable[..., Any]
LEAD_KEYS = [
    "external_id",
    "source",
    "offer",
    "received_at",
    "name",
    "emails",
    "phones",
    "address",
    "message",
    "interest",
    "answers",
    "consent",
    "raw_format",
]


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_lead_has_the_promised_keys_and_nothing_invented(nextcall: Nextcall, tmp_path: Path) -> None:
    ran = nextcall("read", written(tmp_path, "one.json", '{"email": "hazel@example.com", "name": " "}'), "--json")
    assert ran.code == 0
    document = json.loads(ran.out)
    assert list(document) == ["format", "leads", "warnings"]
    [lead] = document["leads"]
    assert list(lead)[: len(LEAD_KEYS)] == LEAD_KEYS
    assert lead["name"] == {"full": None, "given": None, "family": None}
    assert lead["address"] == {"street": None, "city": None, "region": None, "postal_code": None, "country": None}
    assert (lead["phones"], lead["consent"], lead["message"], lead["answers"]) == ([], None, None, {})


def test_people_read_lines_and_warnings_go_to_standard_error(nextcall: Nextcall, tmp_path: Path) -> None:
    ran = nextcall("read", written(tmp_path, "a.csv", "name,phone\nHazel Thorne,303 555 0142\nOmar,123\n"))
    assert ran.code == 1
    assert ran.out.splitlines()[:2] == ["csv: 2 leads", "  Hazel Thorne · +13035550142"]
    assert ran.err.strip() == "warning: line 3: phone number cannot be dialled (123)"


def test_what_cannot_be_read_ends_with_2_and_one_line(nextcall: Nextcall, tmp_path: Path) -> None:
    for name, text, why in (
        ("a.json", '{"a":', "line 1: not JSON"),
        ("b.xlsx", b"PK\x03\x04", "damaged"),
        ("c.csv", "", "empty"),
        ("d.json", '{"a": 1}', "no name"),
    ):
        ran = nextcall("read", written(tmp_path, name, text))
        assert ran.code == 2 and why in ran.err and len(ran.err.strip().splitlines()) == 1
    assert nextcall("read", tmp_path / "missing").code == 2
    assert nextcall("read", tmp_path, "--format", "pigeon").code == 2


def test_times_without_an_offset_are_in_the_zone_said(nextcall: Nextcall, tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "name,email,created\nHazel,hazel@example.com,2024-06-01 09:14\n")
    [lead] = json.loads(nextcall("read", file, "--json", "--zone", "America/Denver").out)["leads"]
    assert lead["received_at"] == "2024-06-01T09:14:00-06:00"
    assert nextcall("read", file, "--zone", "Mars/Olympus").code == 2
