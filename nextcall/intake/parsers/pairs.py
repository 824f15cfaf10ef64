"""Nested JSON and bracketed form keys, taken apart into labelled values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nextcall.intake.parsers import labels
from nextcall.intake.parsers.gather import Gathering

MAX_PAIRS, MAX_DEPTH = 1000, 8
# Boxes that add nothing to the meaning of what is in them.
_NEUTRAL = frozenset(
    [
        "lead",
        "contact",
        "person",
        "data",
        "payload",
        "customer",
        "fields",
        "field",
        "body",
        "form_response",
        "submission",
        "values",
        "properties",
        "attributes",
        "client",
        "user",
        "prospect",
        "response",
        "record",
        "entry",
        "item",
        "items",
        "answers",
        "consumer",
        "borrower",
        "form_fields",
        "object",
        "formdata",
        "form_data",
        "contact_info",
        "personal_info",
        "details",
        "inputs",
        "wpforms",
        "rawrequest",
        "contacts",
        "leads",
        "result",
        "results",
        "current",
        "after",
    ]
)
_SAYS_LABEL = ("label", "title", "question", "text", "name", "key", "field_label", "field", "id", "ref")
_POINT = ("value", "number", "phone_number", "phonenumber", "phone", "email", "address", "email_address", "e164")
_SAYS_VALUE = (
    "value",
    "answer",
    "values",
    "field_value",
    "response",
    "number",
    "email",
    "address",
    "phone",
    "raw_value",
)
_CHATTER = frozenset(
    {
        "ret url",
        "debug email",
        "g recaptcha response",
        "h captcha response",
        "cf turnstile response",
        "captcha settings",
        "authenticity token",
        "next",
        "redirect",
        "return to",
        "form build id",
        "gotcha",
        "oid",
        "debug",
        "submit",
        "returl",
        "csrfmiddlewaretoken",
        "wpnonce",
        "honeypot",
        "utf8",
        "debugemail",
    }
)


def of(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(path, value) of every leaf. A box of label and value is one leaf under its label; a list of plain values too."""
    if len(path) > MAX_DEPTH:
        return
    if isinstance(document, Mapping):
        if point := _point(document, path):
            yield point
            return
        if labelled := _labelled(document):
            label, value = labelled
            known = path and not labels.meaning(label).field and labels.meaning(path[-1]).field
            yield from of(value, path if known else (*path[:-1], label))
            return
        for key, value in list(document.items())[:MAX_PAIRS]:
            yield from of(value, (*path, str(key)[:200]))
    elif isinstance(document, list) and any(isinstance(part, (Mapping, list)) for part in document[:MAX_PAIRS]):
        for part in document[:MAX_PAIRS]:
            yield from of(part, path)
    elif isinstance(document, list) and len(document) == 1:
        yield path, document[0]
    elif document is not None:
        yield path, document


def nested(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Bracketed form keys as a document: fields[email][value]=x is {"fields": {"email": {"value": "x"}}}."""
    document: dict[str, Any] = {}
    for key, value in fields[:MAX_PAIRS]:
        steps = [step for step in re.split(r"[\[\]]+", key[:300]) if step][:MAX_DEPTH] or ["?"]
        box = document
        for step in steps[:-1]:
            inner = box.setdefault(step, {})
            if not isinstance(inner, dict):
                inner = box[step] = {"": inner}
            box = inner
        name = steps[-1]
        if name not in box:
            box[name] = value
        elif isinstance(box[name], list):
            box[name].append(value)
        elif isinstance(box[name], str):
            box[name] = [box[name], value]
    return document


def put_all(gathering: Gathering, document: Any) -> None:
    """Give every leaf to the gathering under what its path means."""
    for count, (path, value) in enumerate(of(document)):
        if count >= MAX_PAIRS:
            return
        label, field = _meaning(path)
        if field != "chatter":
            gathering.put(field, label, value)


def _meaning(path: tuple[str, ...]) -> tuple[str, str]:
    """The label to show and the field. What stands inside a form, a page or a campaign is never the person's."""
    steps = [step for step in path if step.lower() not in _NEUTRAL and not step.isdigit()]
    if not steps:
        return ".".join(path) or "value", ""
    label = steps[-1] if len(steps) == 1 else ".".join(steps)
    if labels.normal(steps[-1]) in _CHATTER:
        return label, "chatter"
    whole = labels.meaning(" ".join(steps))
    if whole.field and (whole.sure or len(steps) == 1):
        return label, whole.field
    if len(steps) == 1:
        return label, ""
    box = labels.meaning(steps[-2]).field
    if box in ("full_name", "street", "interest.property", "email", "phone", "phone_mobile", "consent"):
        inner = labels.meaning(steps[-1]).field
        if box in ("full_name", "street") or (box in ("phone", "phone_mobile", "email") and not inner):
            return label, inner or box
        if box == "consent":
            return label, {
                "text": "consent_text",
                "sms": "consent_text",
                "phone_mobile": "consent_text",
                "phone": "consent_call",
                "call": "consent_call",
                "email": "consent_email",
            }.get(inner or labels.normal(steps[-1]), inner)
    return label, whole.field if whole.sure else ""


def _point(box: Mapping[str, Any], path: tuple[str, ...]) -> tuple[tuple[str, ...], Any] | None:
    """One of several numbers or addresses: {"type": "mobile", "number": "303 555 0142"} under "phones"."""
    field = labels.meaning(path[-1].rstrip("s")).field if path else ""
    if field not in ("email", "phone", "phone_mobile") or len(box) > 8:
        return None
    low = {str(key).lower(): value for key, value in box.items()}
    value = next((low[key] for key in _POINT if isinstance(low.get(key), str | int)), None)
    kind = labels.meaning(str(low.get("type") or low.get("label") or "")).field
    return None if value is None else ((*path[:-1], "mobile" if kind == "phone_mobile" else field), value)


def _labelled(box: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The label and value of {"name": "email", "value": "x"} and its many cousins."""
    low = {str(key).lower(): value for key, value in list(box.items())[:30]}
    if len(box) > 12 or ("value" not in low and not ({"question", "label", "title"} & low.keys() and "answer" in low)):
        return None
    value = next((low[key] for key in _SAYS_VALUE if key in low), None)
    said = [str(low[key]) for key in _SAYS_LABEL if isinstance(low.get(key), str | int) and str(low[key]).strip()]
    if not said or (isinstance(value, Mapping) and not value):
        return None
    best = next((label for label in said if labels.meaning(label).sure), None) or next(
        (label for label in said if labels.meaning(label).field), said[0]
    )
    kind = str(low.get("type", "")).lower()
    if not labels.meaning(best).field and isinstance(value, str):
        best = "email" if "email" in kind else "phone" if "phone" in kind or kind == "tel" else best
    return best, value
