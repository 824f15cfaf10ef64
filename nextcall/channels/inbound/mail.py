"""One email as it came in, read into plain values. Pure; never raises, however broken the mail is.

The standard library's parser is forgiving; what it leaves to us are charsets that do not exist, headers that a gateway
has torn apart, and limits: a mail is a stranger's file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from nextcall.channels.inbound.charsets import decoded, is_charset
from nextcall.channels.inbound.html_text import text_of

LONGEST = 30_000_000  # bytes of a mail that are read
LONGEST_TEXT = 500_000  # characters of its words
LONGEST_HEADER = 20_000
MOST_PARTS = 200
MOST_ATTACHMENTS = 25
DEEPEST = 20
MOST_COMMENTS = 50  # in one line of addresses
_TORN = re.compile(rb"(?:subject|from|date|mime-version|content-type|message-id|reply-to|x-[\w-]+)[ \t]*:", re.I)
_ID = re.compile(r"<([^<>\s]{1,250})>")


class _AsCame(Compat32):
    """Header values with their bytes, where they are not ASCII: many programs write UTF-8 there without saying so."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the mail, as sent: its name and type are the sender's word."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says of itself; absent is "" or None. `text` is the best readable body, header names lower case."""

    sender: str = ""  # the address alone
    sender_name: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None  # aware; as the sender's clock had it
    message_id: str = ""  # with its brackets
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    parts: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (content type, text) of every text-like part
    left_out: int = 0  # attachments beyond the limits

    def header(self, name: str) -> str:
        """The first header of that name; "" if there is none."""
        return next((value for key, value in self.headers if key == name), "")


def read(raw: bytes) -> Mail:
    """Read one mail, RFC 5322 with MIME."""
    message = message_from_bytes(_mended(raw[:LONGEST]), policy=_AsCame())
    headers = tuple((str(name).lower(), _decoded(value)) for name, value in message.raw_items())[:500]
    leaves = list(_leaves(message))
    text, html, attachments, parts = _sorted(leaves)
    first = dict(reversed(headers))
    sender_name, sender = _address(message.get("from"))
    return Mail(
        sender=sender,
        sender_name=sender_name,
        reply_to=_address(message.get("reply-to"))[1],
        to=_addresses(message, "to"),
        cc=_addresses(message, "cc"),
        subject=" ".join(first.get("subject", "").split())[:1000],
        date=_date(first.get("date", "")),
        message_id=_first_id(first.get("message-id", "")),
        in_reply_to=_first_id(first.get("in-reply-to", "")),
        references=tuple(f"<{one}>" for one in _ID.findall(first.get("references", "")))[-50:],
        text=(text or text_of(html))[:LONGEST_TEXT].replace("\r\n", "\n"),
        html=html[:LONGEST_TEXT],
        headers=headers,
        attachments=tuple(attachments[:MOST_ATTACHMENTS]),
        parts=tuple(parts),
        left_out=max(0, len(attachments) - MOST_ATTACHMENTS),
    )


def _mended(raw: bytes) -> bytes:
    """Gateways tear headers apart: a blank line between two of them ends the head too soon, and the subject is lost."""
    raw = raw.lstrip(b"\r\n")
    if raw.startswith(b"From ") and b"\n" in raw:  # a mailbox file's own line
        raw = raw.split(b"\n", 1)[1]
    head, blank, rest = _parted(raw)
    names = {line.split(b":", 1)[0].strip().lower() for line in head.splitlines() if b":" in line}
    if blank and not {b"subject", b"content-type"} & names:
        lines = [line for line in rest[:5000].splitlines()[:12] if line.strip()]
        if sum(bool(_TORN.match(line)) for line in lines) >= 2:
            return head.rstrip(b"\r\n") + b"\n" + rest.lstrip(b"\r\n")
    return raw


def _parted(raw: bytes) -> tuple[bytes, bytes, bytes]:
    ends = [(at, mark) for mark in (b"\r\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0]
    if not ends:
        return raw, b"", b""
    at, mark = min(ends)
    return raw[:at], mark, raw[at + len(mark) :]


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; a mail inside the mail counts as one."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while stack and seen < MOST_PARTS:
        part, depth = stack.pop()
        seen += 1
        inner = _payload(part)
        if isinstance(inner, list) and part.get_content_maintype() == "multipart" and depth < DEEPEST:
            stack.extend((one, depth + 1) for one in reversed(inner) if isinstance(one, Message))
        else:
            yield part


def _sorted(leaves: list[Message]) -> tuple[str, str, list[Attachment], list[tuple[str, str]]]:
    text: list[str] = []  # a picture between two paragraphs makes them two parts
    html, other = "", ""
    attachments: list[Attachment] = []
    parts: list[tuple[str, str]] = []
    for part in leaves:
        kind = part.get_content_type()
        name = _file_name(part)
        is_file = bool(name) or "attachment" in str(part.get("content-disposition", "")).lower()
        is_torn = kind.startswith("multipart/")  # it says that it has parts, and has none
        words = _words(part) if is_torn or kind.startswith(("text/", "message/")) else ""
        if words:
            parts.append((kind, words[:LONGEST_TEXT]))
        if is_torn:
            other = other or words
        elif is_file or not kind.startswith("text/") or kind == "text/calendar":  # an answer to an invitation
            if kind.startswith("message/") and not is_file:
                continue
            attachments.append(Attachment(name[:200], kind[:100], _content(part)))
        elif kind == "text/plain":
            text += [words] if words.strip() else []
        elif kind == "text/html":
            html += f"<br>{words}" if html else words
        else:
            other = other or words
    joined = "\n\n".join(one.strip("\r\n") for one in text[1:])
    if not (text or html) and other:
        text = [other]
    return "\n\n".join(filter(None, (*text[:1], joined))), html, attachments, parts


def _payload(part: Message) -> object:
    """What the part holds, undecoded: parts, or text; "" when its charset's name alone cannot be taken."""
    try:
        return part.get_payload() if part.is_multipart() or is_charset(str(part.get_param("charset", "ascii"))) else ""
    except (ValueError, LookupError, TypeError):
        return ""


def _content(part: Message) -> bytes:
    inner = _payload(part)
    if isinstance(inner, list):  # message/rfc822 and message/delivery-status hold messages
        return _enclosed([one for one in inner[:50] if isinstance(one, Message)])
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    return str(inner).encode("utf-8", "replace") if isinstance(inner, str) else b""


def _enclosed(mails: list[Message]) -> bytes:
    """Mails in a mail as they came; their headers are not folded again, which takes the square of their length."""
    return b"\n\n".join(_as_it_came(one) for one in mails)


def _as_it_came(mail: Message) -> bytes:
    try:
        return mail.as_bytes(policy=mail.policy.clone(max_line_length=None))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        head = "".join(f"{name}: {value}\n" for name, value in mail.items())  # one that the library writes no more
        held = mail.get_payload()
        return f"{head}\n{held if isinstance(held, str) else ''}".encode("utf-8", "replace")


def _words(part: Message) -> str:
    content = _content(part)
    return content.decode("utf-8", "replace") if isinstance(_payload(part), list) else _text(content, part)


def _text(content: bytes, part: Message) -> str:
    try:
        declared = part.get_content_charset() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        declared = ""
    return decoded(content, declared)


def _file_name(part: Message) -> str:
    try:
        found = part.get_filename()
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        found = None
    name = _decoded(found) if found else ""
    return re.sub(r"[\\/\x00-\x1f]", "_", name).strip()


def _decoded(value: object) -> str:
    """A header as people read it; what cannot be decoded stays as it is."""
    written = str(value)[:LONGEST_HEADER]
    try:
        pieces = decode_header(written)
    except (ValueError, LookupError, TypeError, AssertionError, MessageError):
        return _printable(written)
    out = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        out.append(decoded(piece, charset or "utf-8"))
    return _printable("".join(out))


def _printable(text: str) -> str:
    """Bytes that slipped through as surrogates would break every database."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\x00", "")


def _address(value: object) -> tuple[str, str]:
    if value is None:
        return "", ""
    written = unnested(_printable(str(value)[:LONGEST_HEADER]).replace("\n", " ").replace("\r", " "))
    name, address = parseaddr(written, strict=False) if "strict" in _TAKES else parseaddr(written)
    if "@" not in address:
        found = re.search(r"[^\s<>,;\"@]{1,64}@[^\s<>,;\"@]{1,255}", _decoded(written))
        address = found[0] if found else ""
    return _decoded(name).strip()[:200], address.strip()[:254]


def unnested(written: str) -> str:
    """Comments in comments are read by recursion; nobody's address has so many."""
    return written if written.count("(") <= MOST_COMMENTS else written.replace("(", " ").replace(")", " ")


def _addresses(message: Message, header: str) -> tuple[str, ...]:
    written = [unnested(_printable(str(one)[:LONGEST_HEADER])) for one in message.get_all(header, [])[:20]]
    return tuple(address[:254] for _, address in getaddresses(written) if "@" in address)[:100]


_TAKES = parseaddr.__code__.co_varnames[: parseaddr.__code__.co_argcount + parseaddr.__code__.co_kwonlyargcount]


def _date(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _first_id(written: str) -> str:
    found = _ID.search(written)
    return f"<{found[1]}>" if found else ""
