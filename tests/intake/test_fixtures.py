"""Every shared fixture file comes out as its EXPECTED.json says: the neutral keys there, ours here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")


def understood(nextcall: Callable[..., Any], file: str) -> dict[str, Any]:
    ran = nextcall("read", str(SHARED / file), "--json")
    assert ran.code in (0, 1), ran.err
    return json.loads(ran.out)


def expected(folder: str) -> dict[str, Any]:
    return json.loads((SHARED / folder / "EXPECTED.json").read_text(encoding="utf-8"))


def neutral(lead: dict[str, Any]) -> dict[str, Any]:
    """Our Lead in the words of EXPECTED.json."""
    return {
        "external_id": lead["external_id"],
        "full_name": lead["name"]["full"],
        "first_name": lead["name"]["given"],
        "last_name": lead["name"]["family"],
        "email": next(iter(lead["emails"]), None),
        "other_emails": lead["emails"][1:],
        "phone_e164": next(iter(lead["phones"]), None),
        "phone": next(iter(lead["phones"]), None),
        "phone_ext": next(iter(lead["extensions"].values()), None),
        "owner": lead["owner"],
        "attempts": lead["attempts"],
        "email_opt_out": "email" in lead["opt_outs"],
        "do_not_call": "call" in lead["opt_outs"],
        "source": lead["source"],
        "received_at": lead["received_at"],
        "created": lead["received_at"],
        "message": lead["message"],
        "company": lead["company"],
        "zip": lead["address"]["postal_code"],
        "budget_text": lead["interest"].get("budget"),
        "timeframe": lead["interest"].get("timeframe"),
        "multi_line_cell": "\n" in (lead["message"] or ""),
        "utm_source": lead["answers"].get("utm_source"),
    }


def check(lead: dict[str, Any], want: dict[str, Any]) -> None:
    have = neutral(lead)
    for key, value in want.items():
        if key in have:
            said = value.partition(" (")[0] if key in ("zip", "received_at") else value
            assert have[key] == said, f"{key}: {have[key]!r} is not {said!r}"


@pytest.mark.parametrize(
    "file", ["hubspot_contacts_export.csv", "salesforce_leads_report.csv", "zoho_leads_export.csv"]
)
def test_a_product_is_recognised_and_its_rows_come_out(file: str, nextcall: Callable[..., Any]) -> None:
    want, have = expected("crm_csv")[file], understood(nextcall, f"crm_csv/{file}")
    assert (have["product"], have["rows"]) == (want["product"], want["rows"])
    assert have["footer_lines_ignored"] == want.get("footer_lines_ignored", 0)
    assert have["encoding"] == ("utf-8-sig" if want.get("bom") else "utf-8")
    for place, lead in enumerate(have["leads"], start=1):
        check(lead, want.get(f"row{place}", {}))


def test_a_messy_spreadsheet_keeps_what_can_be_kept(nextcall: Callable[..., Any]) -> None:
    want, have = expected("crm_csv")["messy_spreadsheet.csv"], understood(nextcall, "crm_csv/messy_spreadsheet.csv")
    assert (have["encoding"], have["header_row"]) == (want["encoding"], want["header_row"])
    by_name = {lead["name"]["full"]: lead for lead in have["leads"]}
    assert set(by_name) == set(want["leads"])
    for name, lead in want["leads"].items():
        check(by_name[name], lead)
        assert len(by_name[name]["rows"]) == lead.get("rows_merged", 1)
    destroyed = want["leads"]["Mary Ann O'Brien"]["error"]
    assert f"line 4: {destroyed}" in have["warnings"]
    assert [(reject["line"], reject["name"], reject["why"]) for reject in have["rejected"]] == [
        (7, "Bad Row", "unterminated quote")
    ]
    assert [column["field"] for column in have["columns"] if column["header"] == "Name"] == ["full_name", None]


def test_formulas_stay_text(nextcall: Callable[..., Any]) -> None:
    have = understood(nextcall, "crm_csv/formula_injection.csv")
    assert have["rows"] == expected("crm_csv")["formula_injection.csv"]["rows"]
    assert have["leads"][0]["name"]["given"] == '=HYPERLINK("http://x.example","a")'
    assert have["leads"][0]["message"] == "@SUM(1+1)*cmd|' /C calc'!A0"


def test_activities_are_counted_by_lead(nextcall: Callable[..., Any]) -> None:
    want = expected("crm_csv")["activities_export.csv"]["attempts"]
    leads = {lead["emails"][0]: lead for lead in understood(nextcall, "crm_csv/activities_export.csv")["leads"]}
    assert set(leads) == set(want)
    for email, counts in want.items():
        have = leads[email]["history"]
        assert {key: have[key] for key in counts if key in have} == {
            key: value for key, value in counts.items() if key in have
        }
    # 19:47:12 and 108 seconds
    assert leads["bencole@example.com"]["history"]["first_attempt_at"].startswith("2024-06-08T19:49:00")
    assert leads["rae@example.com"]["opt_outs"] == ["call", "voicemail"]  # "Asked not to call"


WEB_FORMS = [
    "typeform_pipedream_sample.json",
    "typeform_home_value_signed.json",
    "jotform_api_submission.json",
    "gravity_forms_webhook.json",
    "unbounce.form",
    "hubspot_form_submission.json",
    "salesforce_web_to_lead.form",
    "zapier_flat.json",
]


@pytest.mark.parametrize("file", WEB_FORMS)
def test_a_form_builder_s_delivery_comes_out(file: str, nextcall: Callable[..., Any]) -> None:
    want, have = expected("web_form")[file], understood(nextcall, f"web_form/{file}")
    [lead] = have["leads"]
    check(lead, want)
    for question, answer in want.get("custom", {}).items():
        assert lead["answers"][question] == answer
    assert not any("signature" in warning for warning in have["warnings"])


def test_consent_says_by_which_channels(nextcall: Callable[..., Any]) -> None:
    [gravity] = understood(nextcall, "web_form/gravity_forms_webhook.json")["leads"]
    assert gravity["consent"]["channels"] == ["text", "email"]
    [typeform] = understood(nextcall, "web_form/typeform_home_value_signed.json")["leads"]
    assert typeform["consent"]["channels"] == ["text"]
    assert typeform["consent"]["wording"] == "May we text you?"


def test_what_cannot_be_dialled_is_kept_as_written(nextcall: Callable[..., Any]) -> None:
    [unbounce] = understood(nextcall, "web_form/unbounce.form")["leads"]
    assert unbounce["phones"] == []
    assert unbounce["answers"]["phone"] == expected("web_form")["unbounce.form"]["phone_raw"]
    [jotform] = understood(nextcall, "web_form/jotform_api_submission.json")["leads"]
    assert jotform["consent"] is None  # and its address 123.456.789.101 is none
    assert jotform["received_at"] == "2023-11-30T19:13:47-05:00"
