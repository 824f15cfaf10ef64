"""What a file is by its first bytes: its name and its sender's word prove nothing. Pure."""

import re

UNKNOWN = "application/octet-stream"
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
_RUNS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"#!", b"\xca\xfe\xba\xbe", b"\xd0\xcf\x11\xe0")
_NAMES = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|jar|msi|msp|hta|cpl|dll|lnk|reg|wsf|wsh|sh|app|apk|dmg|iso|img|html?|svg|xht(?:ml)?"
    r"|docm|xlsm|pptm)$",
    re.I,
)


def of(content: bytes) -> str:
    """Its type; pictures, PDF, cards, calendars and plain text are told, everything else is unknown."""
    head = content[:512].lstrip(b"\xef\xbb\xbf")
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    return "text/plain" if content and _is_text(head) else UNKNOWN


def is_program(content: bytes, name: str) -> bool:
    """Whether opening it could run something: by its bytes, or by a name that an operating system would believe."""
    return content[:8].startswith(_RUNS) or bool(_NAMES.search(name.strip()))


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "strict") if len(head) < 512 else head[:-4].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)
