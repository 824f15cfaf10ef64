"""A post in a file: with its request line and headers, as a JSON document that keeps the body beside them, or bare."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nextcall.channels.contract import Posted
from nextcall.channels.email.posts import opening

_REQUEST = re.compile(rb"^(?:POST|PUT) (\S{1,2000})(?: HTTP/\d(?:\.\d)?)?[ \t]*\r?\n")
_FORM = re.compile(rb"^[\w\[\].%+~-]{1,200}=")
MOST_HEADERS = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """A post, opened: `json` or `fields`, whichever it holds. `secret`: what stands in the file to check it with."""

    posted: Posted
    json: Any = None
    fields: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


def recorded(raw: bytes) -> Recorded | None:
    """The post in these bytes; None if they hold neither JSON nor a form."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _REQUEST.match(raw)
    if not found:
        return _opened(Posted("", raw, {}))
    head, body = _parted(raw[found.end() :])
    lines = head.decode("utf-8", "replace").splitlines()[:MOST_HEADERS]
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
    url = found[1].decode("utf-8", "replace")
    if url.startswith("/") and headers.get("host"):
        url = f"https://{headers['host']}{url}"
    return _opened(Posted(url, body, headers))


def is_post(raw: bytes) -> bool:
    """Whether a file begins with a request line, or is a form and nothing else: no words of anybody's, then."""
    bare = raw.removeprefix(b"\xef\xbb\xbf").strip()
    return bool(_REQUEST.match(bare)) or (bool(_FORM.match(bare)) and b"&" in bare and not re.search(rb"\s", bare))


def _parted(rest: bytes) -> tuple[bytes, bytes]:
    """Headers and body, whichever line ends the file has kept."""
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := rest.find(mark)) >= 0]
    if not ends:
        return rest, b""
    at, length = min(ends)
    return rest[:at], rest[at + length :]


def _opened(posted: Posted) -> Recorded | None:
    kind = posted.headers.get("content-type", "")
    begins = posted.body.lstrip()[:200]
    if begins[:1] in (b"{", b"["):
        try:
            return _of_json(posted, opening.document(posted.body.lstrip()))
        except ValueError:
            return None
    if kind.lower().startswith("multipart/"):
        lines = posted.body if b"\r\n" in posted.body else posted.body.replace(b"\n", b"\r\n")
        posted = Posted(posted.url, lines, posted.headers)
    elif _FORM.match(begins):
        posted = Posted(posted.url, posted.body.strip(), posted.headers)
    else:
        return None
    try:
        return Recorded(posted, fields=opening.form(posted.body, kind)[0])
    except ValueError:
        return None


def _of_json(posted: Posted, document: Any) -> Recorded | None:
    """Some keep the headers and the raw body side by side, so that a signature can be checked."""
    if not isinstance(document, Mapping) or not isinstance(document.get("raw_body"), str):
        return Recorded(posted, json=document)
    headers = {str(name).lower(): str(value) for name, value in list(opening.inner(document, "headers").items())[:100]}
    inner = Posted(opening.text(document, "url"), document["raw_body"].encode("utf-8", "replace"), headers)
    secret = opening.text(document, "signing_key", "secret", "auth_token")
    try:
        return Recorded(inner, json=json.loads(inner.body), secret=secret)
    except (ValueError, RecursionError):
        return None
