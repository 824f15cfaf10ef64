"""Which format these bytes are in, and what they say: the one door to the parsers."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from nextcall.intake.parsers import form, json_post, signatures
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import CannotRead, Understood

_REQUEST_LINE = re.compile(rb"^(?:POST|PUT) \S{1,2000} HTTP/\d(?:\.\d)?\r?\n")

# What POST /in/<key>/<format> accepts. "auto" looks at the bytes.
POSTED: Mapping[str, Callable[[bytes, str, Reading], Understood]] = {
    "form": form.read,
    "json": lambda body, content_type, reading: json_post.read(body, reading),
    "auto": lambda body, content_type, reading: understand(body, content_type=content_type, reading=reading),
}


def understand(body: bytes, *, content_type: str = "", reading: Reading) -> Understood:
    """Read one posted delivery, bare or recorded with its request line and headers. Raises CannotRead."""
    if found := _REQUEST_LINE.match(body):
        headers, body = _request(body[found.end() :])
        return understand(body, content_type=headers.get("content-type", ""), reading=reading)
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("multipart/") or kind == "application/x-www-form-urlencoded":
        return form.read(body, content_type, reading)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\x00")[:1] in (b"{", b"["):
        return _json(json_post.load(body), reading)
    if re.match(rb"^\s*[\w\[\].%+-]{1,200}=", body):
        return form.read(body, content_type, reading)
    raise CannotRead("neither a form nor JSON; expected name=value pairs or a JSON object")


def _json(document: Any, reading: Reading) -> Understood:
    """A recorded delivery keeps the builder's headers and raw body beside each other: the signature can be verified."""
    if not isinstance(document, dict) or not isinstance(document.get("raw_body"), str):
        return json_post.of(document, reading)
    body = document["raw_body"].encode("utf-8", "replace")
    headers = document.get("headers")
    low = {str(key).lower(): str(value) for key, value in headers.items()} if isinstance(headers, dict) else {}
    understood = understand(body, content_type=low.get("content-type", ""), reading=reading)
    if document.get("secret") and signatures.verify(str(document["secret"]), body, low) is False:
        return Understood(
            understood.format,
            understood.leads,
            ("the signature does not fit the secret: do not trust this delivery", *understood.warnings),
        )
    return understood


def _request(rest: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = rest.replace(b"\r\n", b"\n", 200).partition(b"\n\n")
    lines = head.decode("latin-1").split("\n")[:100]
    return {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}, body
