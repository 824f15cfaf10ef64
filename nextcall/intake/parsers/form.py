"""Form posts: urlencoded and multipart, as browsers and form builders send them."""

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from nextcall.intake.parsers import json_post, pairs, problems
from nextcall.intake.parsers.gather import Gathering, Reading
from nextcall.intake.parsers.new_lead import CannotRead, Understood

MAX_FIELDS = 1000


def read(body: bytes, content_type: str, reading: Reading) -> Understood:
    """The lead in a form post. Raises CannotRead when the body is no form or holds no person."""
    fields = _multipart(body, content_type) if content_type.lower().startswith("multipart/") else _urlencoded(body)
    names = {key for key, _ in fields}
    if not names:
        raise CannotRead("the form is empty; expected fields such as name, email, phone")
    if "data.json" in names:
        return _unbounce(dict(fields), reading)
    if "rawRequest" in names:
        return _jotform(dict(fields), reading)
    gathering = Gathering(reading)
    pairs.put_all(gathering, pairs.nested(fields))
    gathering.keep_campaign()
    lead = gathering.lead("salesforce_web_to_lead" if "oid" in names else "form")
    if not json_post.says_something(lead):
        raise CannotRead(
            "no name, email address or phone number in this form; expected fields such as name, email, phone"
        )
    return Understood(lead.raw_format, (lead,), _warnings(gathering))


def _warnings(gathering: Gathering) -> tuple[str, ...]:
    return tuple(problems.says(problem.cause, problem.example) for problem in gathering.problems)


def _unbounce(fields: dict[str, str], reading: Reading) -> Understood:
    """Unbounce wraps every value in a list, inside JSON, inside a form field."""
    gathering = Gathering(reading)
    pairs.put_all(gathering, json_post.load(fields.pop("data.json").encode("utf-8", "replace")))
    offer = fields.pop("page_name", "")[:80] or None
    gathering.put("url", "page url", fields.pop("page_url", None))
    for key, value in list(fields.items())[:50]:
        gathering.keep(key, value)
    gathering.keep_campaign()
    lead = gathering.lead("unbounce", **({"offer": offer} if offer else {}))
    if not json_post.says_something(lead):
        raise CannotRead("no name, email address or phone number in data.json")
    return Understood("unbounce", (lead,), _warnings(gathering))


def _jotform(fields: dict[str, str], reading: Reading) -> Understood:
    """Jotform's webhook holds the answers as JSON under q3_fullName and the like."""
    document = json_post.load(fields["rawRequest"].encode("utf-8", "replace"))
    if not isinstance(document, dict):
        raise CannotRead("rawRequest is not an object; expected Jotform's answers by question")
    gathering = Gathering(reading)
    answers: dict[str, Any] = {
        re.sub(r"^q\d+_", "", key): value for key, value in document.items() if re.match(r"^q\d+_", key)
    }
    pairs.put_all(gathering, answers)
    gathering.put("ip", "ip", fields.get("ip"))
    more = {
        "external_id": fields.get("submissionID", "")[:120] or None,
        "offer": fields.get("formTitle", "")[:80] or None,
    }
    lead = gathering.lead("jotform", **{key: value for key, value in more.items() if value})
    if not json_post.says_something(lead):
        raise CannotRead("no name, email address or phone number among the answers")
    return Understood("jotform", (lead,), _warnings(gathering))


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    text = body.decode("utf-8", errors="replace").strip()
    if "=" not in text:
        raise CannotRead("not a form: no name=value in the body")
    encoding = "utf-8" if not re.search(r"%(?:E[0-9A-F]|F[0-9A-F])(?!%[89AB])", text, re.IGNORECASE) else "cp1252"
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding=encoding, errors="replace")
    except ValueError as error:
        raise CannotRead(f"the form has more than {MAX_FIELDS} fields") from error


def _multipart(body: bytes, content_type: str) -> list[tuple[str, str]]:
    if "\n" in content_type or "\r" in content_type or len(content_type) > 300:
        raise CannotRead("the Content-Type header is not one line")
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body
    )
    fields: list[tuple[str, str]] = []
    for part in list(message.iter_parts())[:MAX_FIELDS] if message.is_multipart() else []:
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            fields.append((name, payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else ""))
    if not fields:
        raise CannotRead("no fields in this multipart body; is the boundary in the Content-Type header right?")
    return fields
