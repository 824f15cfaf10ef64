"""Whatever arrives, a parser ends with leads or with CannotRead: no other exception, no run without end."""

import io
import os
import random
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.intake.parsers import any_format, spreadsheet, table, xlsx
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import CannotRead, to_json

READING = Reading()
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
CSV = (
    b'Name,Cell #,e-mail addy,Notes,Name\n"Smith, John",5035550101.0,john@example.com,"said ""maybe""\nlater",x\n'
    b"MARY ANN,5E+09,,x,\n"
)
JSON = (
    b'{"name": {"first": "Hazel", "last": "Thorne"}, "fields": [{"label": "Email", "value": "h@example.com"}],'
    b' "consent": ["SMS"]}'
)
FORM = (
    b"oid=1&first_name=Hazel&email=h%40example.com&fields[phone][value]=303+555+0142&emailOptOut=1&description=a%0D%0Ab"
)
SPLICES = [
    b'"',
    b"\0",
    b"\xff",
    b"\r",
    b"{",
    b"[",
    b"=",
    b"\xef\xbb\xbf",
    b",,,,",
    b"9" * 400,
    b"&#x",
    b"<b",
    b"%",
    b"\\u0000",
    b"1E309",
    b"\xe2\x80\xae",
]


def seeds() -> list[tuple[str, bytes]]:
    found = [("a.csv", CSV), ("a.json", JSON), ("a.form", FORM)]
    if SHARED.exists():
        files = [file for folder in ("crm_csv", "web_form") for file in sorted((SHARED / folder).glob("*.*"))]
        found += [(file.name, file.read_bytes()) for file in files if file.suffix in (".csv", ".json", ".form")]
    return found


def mutated(body: bytes, chance: random.Random) -> bytes:
    out = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(out) + 1)
        what = chance.randrange(4)
        if what == 0:
            del out[place : place + chance.randint(1, 40)]
        elif what == 1:
            out[place:place] = chance.choice(SPLICES)
        elif what == 2 and out:
            out[place % len(out)] = chance.randrange(256)
        else:
            out[place:place] = out[: chance.randint(1, 60)]
    return bytes(out)


def read_all(name: str, body: bytes) -> None:
    for parse in (
        lambda: any_format.understand(body, reading=READING),
        lambda: spreadsheet.read(body, name, READING)[0],
    ):
        try:
            for lead in parse().leads:
                to_json(lead)
        except CannotRead as problem:
            assert str(problem) and "\n" not in str(problem)


def test_mutated_files_end_well() -> None:
    """2,000 here; NEXTCALL_MUTATIONS=10000 in the environment tries as many."""
    count = int(os.environ.get("NEXTCALL_MUTATIONS", "2000"))
    chance, files = random.Random(20261121), seeds()
    rounds = count // 2 // len(files) + 1  # each is read by both doors
    for name, body in files:
        for _ in range(rounds):
            read_all(name, mutated(body, chance))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]),
)
def test_any_bytes_under_any_content_type(body: bytes, content_type: str) -> None:
    for format in any_format.POSTED.values():
        try:
            format(body, content_type, READING)
        except CannotRead:
            pass


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"name": ' + b"9" * 10_000 + b"}",
        b'{"email": "' + b"a" * 500_000 + b'@example.com"}',
        b"name,email\n" + b'"' * 200_000,
        b"name,email\n" + (b'"x\n' * 20_000),
        b"a" + b"[b]" * 5_000 + b"=1",
        b"a=1&" * 50_000,
        b"," * 200_000,
    ],
)
def test_deep_wide_and_endless_input_is_quick(body: bytes) -> None:
    began = time.perf_counter()
    read_all("x.csv", body)
    assert time.perf_counter() - began < 5


def workbook(rows: list[list[object]], *, formula: bool = False) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if formula:
        book.active["A2"] = '=HYPERLINK("http://x.example","a")'
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_like_a_csv_and_formulas_stay_text() -> None:
    from datetime import datetime

    rows: list[list[object]] = [
        ["Name", "Phone", "Email", "Created", "Do Not Call"],
        ["Hazel Thorne", 3035550142.0, "hazel@example.com", datetime(2024, 6, 1, 9, 14), True],
    ]
    understood, sheet = spreadsheet.read(workbook(rows), "x.xlsx", READING)
    [lead] = understood.leads
    assert (sheet.format, lead.phones[0].e164, lead.name.full) == ("xlsx", "+13035550142", "Hazel Thorne")
    assert to_json(lead)["received_at"] == "2024-06-01T09:14:00-04:00" and lead.opt_outs == ("call", "voicemail")
    formula, _ = spreadsheet.read(workbook(rows, formula=True), "x.xlsx", READING)
    assert formula.leads[0].name.full == '=HYPERLINK("http://x.example","a")'


def test_a_zip_bomb_is_refused_without_unpacking_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", 1 << 20)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (xlsx.MAX_UNPACKED + 1))
    with pytest.raises(CannotRead, match="unpacks to more"):
        xlsx.read(out.getvalue())


def test_entities_in_a_workbook_are_never_resolved() -> None:
    original, out = zipfile.ZipFile(io.BytesIO(workbook([["name", "email"], ["x", "a@example.com"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry in original.namelist():
            content = original.read(entry)
            if entry == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + content
            archive.writestr(entry, content)
    with pytest.raises(CannotRead, match="damaged"):
        xlsx.read(out.getvalue())


def test_limits_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(CannotRead, match="more than 3 rows"):
        table.read(b"name\n" + b"x\n" * 9)
    monkeypatch.setattr(spreadsheet, "MAX_BYTES", 10)
    with pytest.raises(CannotRead, match="larger than"):
        spreadsheet.read(b"name,email\n" * 2, "x.csv", READING)
