"""JSON as form builders, automation tools and our own addresses post it."""

import json
from typing import Any

from nextcall.intake.parsers import builders, clean, pairs, problems
from nextcall.intake.parsers.gather import Gathering, Reading
from nextcall.intake.parsers.new_lead import CannotRead, NewLead, Understood

MAX_BYTES, MAX_LEADS = 5 * 1024 * 1024, 500
_LISTS = ("leads", "contacts", "data", "records", "rows", "results", "items")


def load(body: bytes) -> Any:
    """The document in these bytes. Raises CannotRead with the place of the mistake."""
    if len(body) > MAX_BYTES:
        raise CannotRead(f"the JSON is larger than {MAX_BYTES // 1024 // 1024} MB; post leads one at a time")
    try:
        return json.loads(
            body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
        )
    except json.JSONDecodeError as error:
        raise CannotRead(f"line {error.lineno}: not JSON: {error.msg.lower()}") from error
    except (ValueError, RecursionError) as error:
        raise CannotRead("not JSON that can be read: nested too deep or a number too long") from error


def read(body: bytes, reading: Reading) -> Understood:
    """The leads in a JSON body. Raises CannotRead when there is none."""
    return of(load(body), reading)


def of(document: Any, reading: Reading) -> Understood:
    """The same for a document that is already parsed: one lead, or a list of them."""
    many = document if isinstance(document, list) else _list_in(document)
    if many is not None:
        parts = [_one(part, reading) for part in many[:MAX_LEADS] if isinstance(part, dict)]
    elif isinstance(document, dict):
        parts = [_one(document, reading)]
    else:
        parts = []
    found = [(name, lead, gathering) for name, lead, gathering in parts if says_something(lead)]
    if not found:
        raise CannotRead(
            "no name, email address or phone number in this JSON; expected fields such as name, email, phone"
        )
    warnings = tuple(
        problems.says(problem.cause, problem.example) for _, _, gathering in found for problem in gathering.problems
    )
    return Understood(found[0][0], tuple(lead for _, lead, _ in found), warnings)


def says_something(lead: NewLead) -> bool:
    return bool(lead.emails or lead.phones or lead.name.full)


def _list_in(document: Any) -> list[Any] | None:
    if not isinstance(document, dict) or len(document) > 6:
        return None
    for key in _LISTS:
        value = document.get(key)
        if (
            isinstance(value, list)
            and value
            and all(isinstance(part, dict) and len(part) > 2 and "value" not in part for part in value[:20])
        ):
            return value
    return None


def _one(document: dict[str, Any], reading: Reading) -> tuple[str, NewLead, Gathering]:
    gathering = Gathering(reading)
    if found := builders.builder(document):
        name, build = found
        return name, build(document, gathering), gathering
    pairs.put_all(gathering, _own_names(document))
    gathering.keep_campaign()
    return "json", gathering.lead("json"), gathering


def _own_names(document: dict[str, Any]) -> dict[str, Any]:
    """The public Lead document uses a few boxes of its own: interest and consent."""
    consent = document.get("consent")
    if not isinstance(consent, dict) or not isinstance(consent.get("channels"), list):
        return document
    rest = {key: value for key, value in document.items() if key != "consent"}
    channels = [str(channel)[:20] for channel in consent["channels"][:10]]
    return {
        **rest,
        "consent": channels or None,
        "consent wording": clean.plain(consent.get("wording") or "", 5000),
        "consent date": consent.get("at"),
        "ip": consent.get("ip") or rest.get("ip"),
        "page url": consent.get("url") or rest.get("page_url"),
    }
