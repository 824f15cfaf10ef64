"""Form builders whose JSON needs more than its labels: Typeform, Jotform, Gravity Forms, HubSpot forms."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nextcall.intake.parsers import content, labels, pairs, wishes
from nextcall.intake.parsers.gather import Gathering
from nextcall.intake.parsers.new_lead import NewLead

Document = Mapping[str, Any]


def builder(document: Document) -> tuple[str, Callable[[Document, Gathering], NewLead]] | None:
    """The builder that sent this, with its reader."""
    if isinstance(document.get("form_response"), dict):
        return "typeform", typeform
    answers = document.get("answers")
    if (
        isinstance(answers, dict)
        and answers
        and all(isinstance(answer, dict) and "type" in answer for answer in answers.values())
    ):
        return "jotform", jotform
    if "form_id" in document and any(re.fullmatch(r"\d+(\.\d+)?", str(key)) for key in document):
        return "gravity_forms", gravity_forms
    if "submittedAt" in document and isinstance(document.get("values"), list):
        return "hubspot_form", hubspot_form
    return None


def typeform(document: Document, gathering: Gathering) -> NewLead:
    response = document["form_response"]
    definition = _box(response.get("definition"))
    titles = {field.get("id"): field.get("title") for field in _boxes(definition.get("fields"))}
    gathering.put("received_at", "submitted at", response.get("submitted_at"))
    for answer in _boxes(response.get("answers"))[:500]:
        field = _box(answer.get("field"))
        kind, value = str(answer.get("type", "")), _typeform_value(answer)
        title = str(titles.get(field.get("id")) or field.get("title") or field.get("ref") or "?")
        meant = {"email": "email", "phone_number": "phone"}.get(kind) or _meant(title, str(field.get("ref", "")))
        if kind in ("choices", "date", "file_url", "payment", "number") and not meant.startswith(
            ("interest.", "consent", "postal_code")
        ):
            meant = ""
        gathering.put(meant, title, value)
    for key, value in list(_box(response.get("hidden")).items())[:100]:
        hidden = labels.meaning(str(key))
        gathering.put(hidden.field if hidden.sure else "", str(key), value)
    gathering.keep("score", _box(response.get("calculated")).get("score"))
    return gathering.lead(
        "typeform", external_id=_text(response.get("token")), offer=_text(definition.get("title"), 80)
    )


def _typeform_value(answer: Document) -> Any:
    value = answer.get(str(answer.get("type")))
    if isinstance(value, dict) and ("labels" in value or "other" in value):
        return [*(value.get("labels") or ()), *([value["other"]] if value.get("other") else ())]
    if isinstance(value, dict):
        return value.get("label") or value.get("other") or value
    return value


_NAME = {"first": "given_name", "middle": "middle_name", "last": "family_name", "suffix": "suffix"}
_ADDRESS = {"addr_line1": "street", "addr_line2": "street_2", "city": "city", "state": "region"}
_JOTFORM_PARTS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "fullname": (_NAME, "full_name"),
    "name": (_NAME, "full_name"),
    "address": ({**_ADDRESS, "postal": "postal_code", "country": "country"}, "street"),
}


def jotform(document: Document, gathering: Gathering) -> NewLead:
    gathering.reading = replace(gathering.reading, zone="America/New_York")  # Jotform writes its own servers' time
    gathering.put("received_at", "created at", document.get("created_at"))
    gathering.put("ip", "ip", document.get("ip"))
    for answer in list(document["answers"].values())[:500]:
        kind = str(answer.get("type", "")).removeprefix("control_")
        label, value = str(answer.get("text") or answer.get("name") or "?"), answer.get("answer")
        if value in (None, "", [], {}):
            continue
        if kind in _JOTFORM_PARTS:
            _parts(gathering, value, *_JOTFORM_PARTS[kind])
        elif kind == "phone":
            whole = " ".join(map(str, value.values())) if isinstance(value, dict) else value
            gathering.put("phone", label, answer.get("prettyFormat") or whole)
        else:
            meant = {"mail": "email", "email": "email"}.get(kind) or _meant(label, str(answer.get("name", "")))
            gathering.put("" if isinstance(value, dict) else meant, label, value)
    return gathering.lead("jotform", external_id=_text(document.get("id")))


def gravity_forms(document: Document, gathering: Gathering) -> NewLead:
    """Entries name their fields by number only: parts of names and addresses by sub-number, the rest by content."""
    created = str(document.get("date_created") or "")
    gathering.put("received_at", "date created", f"{created} UTC" if created else None)  # Gravity Forms stores UTC
    gathering.put("ip", "ip", document.get("ip"))
    gathering.put("url", "source url", document.get("source_url"))
    groups: dict[str, dict[int, Any]] = {}
    single: dict[str, Any] = {}
    for key, value in list(document.items())[:1000]:
        if found := re.fullmatch(r"(\d{1,6})\.(\d{1,3})", str(key)):
            groups.setdefault(found[1], {})[int(found[2])] = value
        elif re.fullmatch(r"\d{1,6}", str(key)):
            single[str(key)] = _unpacked(value)
    for number, parts in groups.items():
        _gravity_group(gathering, number, parts)
    words = _free_text(single)
    for number, value in single.items():
        kind = content.kind(value) if isinstance(value, str) else ""
        gathering.put(
            "message" if number == words else kind if kind in ("email", "phone", "postal_code") else "", number, value
        )
    gathering.keep_campaign()
    return gathering.lead("gravity_forms", external_id=_text(document.get("id")))


def _gravity_group(gathering: Gathering, number: str, parts: dict[int, Any]) -> None:
    said = {place: str(value) for place, value in parts.items() if str(value or "").strip()}
    if 6 in parts and 3 in parts and 1 not in parts:
        fields = {2: "salutation", 3: "given_name", 4: "middle_name", 6: "family_name", 8: "suffix"}
    elif {1, 3, 4, 5} <= parts.keys() and re.search(r"\d", said.get(5, "")):
        fields = {1: "street", 2: "street_2", 3: "city", 4: "region", 5: "postal_code", 6: "country"}
    elif said.get(1) == "1" and len(said.get(2, "").split()) >= 3:
        gathering.wishes.hear("consent", said[2], "yes")  # the consent field: ticked, its wording, its revision
        return
    elif said and all(wishes.channels_in(value) and len(value.split()) <= 3 for value in said.values()):
        gathering.put("consent", number, list(said.values()))
        return
    else:
        gathering.keep(number, list(said.values()))
        return
    for place, value in said.items():
        gathering.put(fields.get(place, ""), f"{number}.{place}", value)


def _free_text(single: dict[str, Any]) -> str | None:
    """The field that holds the lead's own words: the last one with markup, line breaks or a whole sentence."""
    texts = [(number, value) for number, value in single.items() if isinstance(value, str) and not content.kind(value)]
    rich = [number for number, value in texts if re.search(r"<\w|\n", value) or len(value.split()) >= 6]
    return rich[-1] if rich else None


def hubspot_form(document: Document, gathering: Gathering) -> NewLead:
    gathering.put("received_at", "submitted at", document.get("submittedAt"))
    gathering.put("url", "page url", document.get("pageUrl"))
    gathering.put("ip", "ip", document.get("ipAddress"))
    pairs.put_all(gathering, document.get("values"))
    for box in _boxes(_box(_box(document.get("legalConsentOptions")).get("consent")).get("communications")):
        gathering.put("consent", str(box.get("text") or "consent"), box.get("value"))
    gathering.keep_campaign()
    return gathering.lead(
        "hubspot_form", offer=_text(document.get("formTitle"), 80), external_id=_text(document.get("conversionId"))
    )


def _meant(*names: str) -> str:
    """The field that a question's title or reference means: whole labels before guesses."""
    found = [labels.meaning(name) for name in names if name]
    return next(
        (meaning.field for meaning in found if meaning.sure),
        next((meaning.field for meaning in found if meaning.field), ""),
    )


def _parts(gathering: Gathering, value: Any, fields: Mapping[str, str], whole: str) -> None:
    if not isinstance(value, dict):
        return gathering.put(whole, whole, value)
    for key, part in value.items():
        if key in fields:
            gathering.put(fields[key], key, part)
    return None


def _unpacked(value: Any) -> Any:
    """A list that was stored as text: '["3 bed","4 bed"]'."""
    if isinstance(value, str) and value[:1] == "[" and len(value) < 20_000:
        try:
            unpacked = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return unpacked if isinstance(unpacked, list) else value
    return value


def _box(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _boxes(value: Any) -> list[Document]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _text(value: Any, limit: int = 120) -> str | None:
    return str(value)[:limit].strip() or None if isinstance(value, str | int) and not isinstance(value, bool) else None
