"""A service's post taken apart: JSON, urlencoded and multipart forms. Pure; a wrong shape is empty, never an error."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from nextcall.channels.contract import File
from nextcall.channels.inbound.charsets import decoded

LONGEST_POST = 25 * 1024 * 1024  # bytes; an inbound mail with its attachments
MOST_FIELDS = 500
MOST_FILES = 25
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]{1,200})\"|([^\s;,]{1,200}))", re.I)
_NAME = re.compile(r"[;\s]name=(?:\"([^\"]{0,500})\"|([^\s;]{0,500}))", re.I)
_FILE_NAME = re.compile(r"filename=(?:\"([^\"]{0,500})\"|([^\s;]{0,500}))", re.I)


def document(body: bytes) -> Any:
    """JSON, whatever it holds. Raises ValueError with what is wrong."""
    if len(body) > LONGEST_POST:
        raise ValueError(f"a post of more than {LONGEST_POST // 1_000_000} MB is no message")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {str(error)[:80]}") from error


def form(body: bytes, content_type: str, *, charsets: bool = False) -> tuple[dict[str, str], list[tuple[str, File]]]:
    """A form's fields, the last of a name, and its files with the names of their fields.

    `charsets`: a field of that name says in which charsets the others are written.
    """
    if len(body) > LONGEST_POST:
        raise ValueError(f"a post of more than {LONGEST_POST // 1_000_000} MB is no message")
    if content_type.lower().startswith("multipart/"):
        fields, files = _multipart(body, content_type)
        named = (
            inner({"charsets": fields.get("charsets", b"").decode("utf-8", "replace")}, "charsets") if charsets else {}
        )
        return {
            name: decoded(value, str(named[name])) if name in named else value.decode("utf-8", "replace")
            for name, value in fields.items()
        }, files
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ValueError(f"a form of more than {MOST_FIELDS} fields is no message") from error
    return dict(pairs), []


def _multipart(body: bytes, content_type: str) -> tuple[dict[str, bytes], list[tuple[str, File]]]:
    """RFC 7578. Cut at the boundary, not parsed as mail: a file's bytes stay as they are."""
    named = _BOUNDARY.search(content_type[:1000])
    if not named:
        raise ValueError("a multipart form without a boundary")
    mark = b"\r\n--" + (named[1] or named[2]).encode("utf-8", "replace")
    fields: dict[str, bytes] = {}
    files: list[tuple[str, File]] = []
    for piece in (b"\r\n" + body).split(mark, MOST_FIELDS + 1)[1 : MOST_FIELDS + 1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:  # the end, or nothing
            continue
        said = head[:4000].decode("utf-8", "replace")
        name = _either(_NAME.search(said))
        file_name = _FILE_NAME.search(said)
        if file_name is None:
            fields[name] = content
        elif len(files) < MOST_FILES:
            kind = re.search(r"^content-type:[ \t]*([^\s;]{1,100})", said, re.I | re.M)
            files.append((name, File(_either(file_name)[:200], kind[1] if kind else "", content)))
    return fields, files


def _either(found: "re.Match[str] | None") -> str:
    return (found[1] or found[2] or "") if found else ""


def text(values: object, *names: str) -> str:
    """The first of the named values that says something, as text."""
    if not isinstance(values, Mapping):
        return ""
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return value.replace("\x00", "")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def inner(values: object, *path: str) -> Mapping[str, Any]:
    """The object at that path; an empty one where there is none. JSON inside a string is opened too."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
        if isinstance(values, str) and values[:1] == "{" and len(values) < 100_000:
            try:
                values = json.loads(values)
            except (ValueError, RecursionError):
                values = None
    return values if isinstance(values, Mapping) else {}


def listed(values: object, name: str = "") -> list[Any]:
    """The list of that name; an object that stands alone is a list of one."""
    found = values.get(name) if name and isinstance(values, Mapping) else None if name else values
    if isinstance(found, str) and found[:1] == "[":
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            return []
    return found[:1000] if isinstance(found, list) else [found] if isinstance(found, Mapping) else []


def instant(value: object) -> datetime | None:
    """ISO 8601, or seconds (or milliseconds) since 1970; None for what is no time. Aware."""
    try:
        if isinstance(value, str) and not re.fullmatch(r"\d{1,16}(?:\.\d{1,12})?", value):
            found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value[:40]))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if not isinstance(value, int | float | str) or isinstance(value, bool):
            return None
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def reference(values: object) -> str:
    """Our reference out of a service's metadata; "" for what is none of ours."""
    written = text(values, "reference")
    try:
        return str(UUID(written)) if len(written) == 36 else ""
    except ValueError:
        return ""


def of_message_id(message_id: str) -> str:
    """Our reference out of a Message-ID of ours."""
    return reference({"reference": message_id.strip("<> ").partition("@")[0]})


def bracketed(message_id: str) -> str:
    """As it stands in a header; services leave its brackets out."""
    bare = message_id.strip().strip("<>")
    return f"<{bare}>"[:255] if "@" in bare and not re.search(r"\s", bare) else ""
