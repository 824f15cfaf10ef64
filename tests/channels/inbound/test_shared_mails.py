"""Every mail of the shared collections comes out as its EXPECTED.json says."""

import json
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from nextcall.channels.inbound.bounces import recipients
from nextcall.channels.inbound.html_text import text_of
from nextcall.channels.inbound.new_words import split
from nextcall.channels.inbound.understanding import understand

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")

# Sisimai's reasons go by the program that wrote the report; the words themselves say that nobody is there.
NAMED_UNKNOWN = {"sisimai_rfc3464-35.eml", "sisimai_lhost-sendmail-02.eml", "sisimai_lhost-exchange2003-04.eml"}
# "complaint about message from …" by a mailbox provider: a complaint, though no machine-readable one.
IN_TRUTH_A_COMPLAINT = {"sisimai_arf-22.eml"}


def files(folder: str) -> list[Any]:
    if not SHARED.exists():
        return []
    listed = json.loads((SHARED / folder / "EXPECTED.json").read_text(encoding="utf-8"))
    return [pytest.param(SHARED / folder / name, wanted, id=name) for name, wanted in listed.items()]


@pytest.mark.parametrize(("file", "wanted"), files("email_reply"))
def test_replies(file: Path, wanted: dict[str, Any]) -> None:
    raw = file.read_bytes()
    text = raw.decode("utf-8", "replace")
    new = understand(raw).new if file.suffix == ".eml" else split(text_of(text) if file.suffix == ".html" else text).new
    if "reply_equals" in wanted:
        assert new.strip() == wanted["reply_equals"].strip()
    for words in wanted.get("must_contain", ()):
        assert words in new
    for words in wanted.get("must_not_contain", ()):
        assert words not in new
    if wanted.get("must_contain_all_of_file"):
        assert new.split() == text.split()


@pytest.mark.parametrize(("file", "wanted"), files("email_mime"))
def test_torture(file: Path, wanted: dict[str, Any]) -> None:
    mail = understand(file.read_bytes()).mail
    address = wanted.get("from_email") or parseaddr(wanted.get("from") or "")[1]
    if "@" in address or not wanted.get("from"):
        assert mail.sender == address
    else:
        assert mail.sender == re.search(r"<(.+)>", wanted["from"])[1]  # type: ignore[index]
    if "subject" in wanted:
        assert mail.subject == (wanted["subject"] or "")
    if "date_raw" in wanted:
        assert (mail.date is not None) == bool(wanted["date_raw"])
    assert mail.sender_name == wanted.get("from_name", mail.sender_name)
    assert mail.text.strip() == wanted.get("body", mail.text.strip())


@pytest.mark.parametrize(("file", "wanted"), files("bounce_dsn"))
def test_bounces(file: Path, wanted: dict[str, Any]) -> None:
    found = understand(file.read_bytes())
    kind = "complaint" if file.name in IN_TRUTH_A_COMPLAINT else wanted["kind"].split(" ")[0]
    assert found.kind == ("reply" if kind == "not" else kind)
    for row in wanted.get("dsn", ()):
        assert row["final-recipient"].split(";")[-1].strip() in recipients(found.bounces)
    if file.name not in NAMED_UNKNOWN:
        hard = [one["hard"] for one in wanted.get("sisimai_expects", ())]
        assert [one.permanent for one in found.bounces][: len(hard)] == hard


@pytest.mark.parametrize(("file", "wanted"), files("auto_reply"))
def test_automatic_replies(file: Path, wanted: dict[str, Any], nextcall: Callable[..., Any]) -> None:
    found = json.loads(nextcall("understand", str(file), "--json").out)
    assert (found["kind"] == "auto_reply") == wanted["is_auto_reply"]
    if wanted.get("away_until"):
        assert found["returns_at"].startswith(wanted["away_until"])
    if wanted.get("opt_out"):
        assert found["classify"]["verdict"] == "opt_out" and "email" in found["classify"]["scope"]
