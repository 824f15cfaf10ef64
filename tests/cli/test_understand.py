"""nextcall understand: what a mail or a provider's post is, told by its content."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.mutated import mutated, seeds
from nextcall.channels import registry
from nextcall.channels.contract import Posted
from nextcall.channels.sms.twilio_posts import signature
from nextcall.cli.understand import document

Nextcall = Callable[..., Any]
KEPT: dict[str, str] = json.loads((Path(__file__).parents[2] / "bench" / "seeds.json").read_text(encoding="utf-8"))
SHARED = Path(__file__).resolve().parents[2].parent.parent / "shared" / "fixtures"
if not SHARED.exists():
    SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
TEXTS_OF_PEOPLE = ("intent", "signature_valid_with", "meaning")  # described in words, checked below or by other keys
SECRETS = {"mailgun_inbound.form": "TEST_WEBHOOK_SIGNING_KEY"}


def understood(name: str) -> dict[str, Any]:
    return document(KEPT[name].encode())


@pytest.mark.parametrize(
    ("name", "kind", "format"),
    [
        ("postmark", "reply", "postmark"),
        ("mailgun", "reply", "mailgun"),
        ("sendgrid", "reply", "sendgrid"),
        ("mailjet", "bounce", "mailjet"),
        ("brevo", "bounce", "brevo"),
        ("sparkpost", "bounce", "sparkpost"),
        ("resend", "bounce", "resend"),
        ("postmark bounce", "bounce", "postmark"),
        ("mailgun failed", "bounce", "mailgun"),
        ("sendgrid event", "bounce", "sendgrid"),
        ("twilio sms", "reply", "twilio"),
        ("twilio status", "delivery_report", "twilio"),
        ("twilio call", "reply", "twilio"),
        ("telnyx", "reply", "telnyx"),
        ("whatsapp", "reply", "whatsapp"),
        ("callrail", "lead", "callrail"),
        ("calendly", "lead", "calendly"),
        ("mail", "reply", "email"),
        ("bounce", "bounce", "email"),
        ("complaint", "complaint", "email"),
        ("auto reply", "auto_reply", "email"),
        ("words", "reply", "text"),
        ("html words", "reply", "text"),
    ],
)
def test_whose_post_it_is_and_what_is_told_by_its_content(name: str, kind: str, format: str) -> None:
    found = understood(name)
    assert (found["kind"], found["format"]) == (kind, format)
    assert {"kind", "from", "to", "text", "quoted", "bounce", "returns_at", "classify"} <= found.keys()


def test_a_bounce_says_whether_the_address_is_dead() -> None:
    found = understood("postmark bounce")
    assert found["bounce"] == {"permanent": True, "reason": "unknown address", "recipient": "gone@example.com"}
    assert found["payload"]["event"] == "hard bounce"
    assert (found["payload"]["smtp"], found["payload"]["enhanced"]) == (550, "5.1.1")


def test_only_the_new_words_of_an_answer_are_its_text() -> None:
    for name in ("postmark", "mailgun", "sendgrid", "words"):
        assert understood(name)["text"] in ("Saturday works.", "Yes please.")
        assert "Saturday" in understood(name)["quoted"]


def test_a_lead_in_a_form_is_a_lead() -> None:
    found = document(b"first_name=Ann&last_name=Lead&email=ann%40example.com&phone=3035550142&message=hello")
    assert (found["kind"], found["from"], found["from_name"]) == ("lead", "ann@example.com", "Ann Lead")


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00\x01\x02\xff", b"BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", b"<adf><prospect/></adf>", b"{}", b"[1, 2]",
     b"Name,Email,Phone\nAnn,ann@example.com,3035550142\n", b"\x89PNG\r\n\x1a\n"],
)  # fmt: skip
def test_a_file_that_is_none_of_these_is_other_with_a_warning(raw: bytes) -> None:
    found = document(raw)
    assert (found["kind"], found["text"]) == ("other", "")
    assert "neither an email nor a provider's post" in found["warnings"][0]


def test_a_warning_goes_to_standard_error_and_the_exit_status_is_one(nextcall: Nextcall, tmp_path: Path) -> None:
    file = tmp_path / "card.vcf"
    file.write_text("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n")
    result = nextcall("understand", str(file), "--json")
    assert result.code == 1
    assert json.loads(result.out)["kind"] == "other"
    assert "warning: neither" in result.err


def test_a_signature_is_checked_with_the_secret_that_is_given(nextcall: Nextcall, tmp_path: Path) -> None:
    post = "POST https://crm.example.com/sms\nX-Twilio-Signature: {}\n\nBody=Hi&From=%2B12065550142&MessageSid=SM9"
    pairs = [("Body", "Hi"), ("From", "+12065550142"), ("MessageSid", "SM9")]
    signed = signature("12345", "https://crm.example.com/sms", pairs)
    file = tmp_path / "post.form"
    file.write_text(post.format(signed))
    right = nextcall("understand", str(file), "--json", "--secret", "12345")
    assert json.loads(right.out)["payload"]["signature_valid"] is True
    assert right.code == 0
    wrong = nextcall("understand", str(file), "--json", "--secret", "54321")
    assert json.loads(wrong.out)["payload"]["signature_valid"] is False
    assert wrong.code == 1 and "do not trust" in wrong.err


def test_it_says_for_people_what_it_found(nextcall: Nextcall, tmp_path: Path) -> None:
    file = tmp_path / "bounce.json"
    file.write_text(KEPT["postmark bounce"])
    said = nextcall("understand", str(file)).out
    assert "bounce (postmark) from gone@example.com" in said
    assert "unknown address; the address is dead" in said


def shared() -> list[Any]:
    folders = ("inbound_email_webhook", "twilio_webhook", "whatsapp_cloud", "call_tracking", "scheduling")
    found = []
    for folder in folders if SHARED.exists() else ():
        listed = json.loads((SHARED / folder / "EXPECTED.json").read_text(encoding="utf-8"))
        found += [pytest.param(SHARED / folder / name, wanted, id=name) for name, wanted in listed.items()]
    return found


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
@pytest.mark.parametrize(("file", "wanted"), shared())
def test_the_shared_payloads_come_out_as_expected(file: Path, wanted: dict[str, Any]) -> None:
    secret = SECRETS.get(file.name, "12345" if file.parent.name == "twilio_webhook" else "")
    found = document(file.read_bytes(), secret=secret)
    said = found | found["payload"]
    assert {key: said.get(key) for key in wanted if key not in TEXTS_OF_PEOPLE} == {
        key: value for key, value in wanted.items() if key not in TEXTS_OF_PEOPLE
    }
    assert said.get("signature_valid") is not False


@pytest.mark.slow
def test_no_damaged_message_ends_in_an_exception() -> None:
    """A few hundred here; `python -m bench --only mail` tries 10,000."""
    kept = seeds(SHARED)
    listeners = [registry.listener(name, {"signing_secret": "", "auth_token": "t", "signing_key": "k"})
                 for name in registry.LISTENERS if name != "telnyx"]  # fmt: skip
    for raw in mutated(kept, 400, seed=20):
        json.dumps(document(raw, secret="k"))
        for listener in listeners:
            try:
                listener.hear(Posted("", raw, {"content-type": "multipart/form-data; boundary=b"}))
                listener.hear(Posted("", raw, {}))
            except ValueError as error:
                assert str(error)
