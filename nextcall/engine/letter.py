"""The last touches to a message before it leaves: who we are, where, and the way out. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from html import escape

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


CHOOSE, END = "Choose how we reach you", "No more emails from us"


def signed(body: str, *, foot: str, unsubscribe: str = "", their_page: str = "") -> str:
    """The text part with its foot, a line each: seller, address (US-19, CAN-SPAM), licences, terms; and the links."""
    ways_out = [f"{word}: {link}" for word, link in ((CHOOSE, their_page), (END, unsubscribe)) if link]
    lines = [*foot.splitlines(), *ways_out]
    return body.rstrip() + ("\n\n-- \n" + "\n".join(lines) if lines else "") + "\n"


def html(body: str, *, foot: str, unsubscribe: str = "", their_page: str = "") -> str:
    """The same as plain HTML that every mail program shows: paragraphs, links, and nothing that phones home."""
    paragraphs = "".join(
        f"<p>{_linked(paragraph)}</p>" for paragraph in re.split(r"\n\s*\n", body.strip()) if paragraph.strip()
    )
    below = "<br>".join(escape(line) for line in foot.splitlines() if line)
    links = [
        f'<a href="{escape(link)}">{word}</a>' for word, link in ((CHOOSE, their_page), (END, unsubscribe)) if link
    ]
    below += f"<br>{' &middot; '.join(links)}" if links else ""
    small = f'<p style="color:#666;font-size:12px">{below}</p>' if below else ""
    return f'<!doctype html><html><body style="font-family:sans-serif;font-size:15px">{paragraphs}{small}</body></html>'


def headers(*, at: datetime, unsubscribe: str = "") -> Mapping[str, str]:
    """Date, and the one-click header pair that mailbox providers ask of bulk senders (RFC 8058)."""
    found = {"Date": format_datetime(at)}
    if unsubscribe:
        found["List-Unsubscribe"] = f"<{unsubscribe}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def _linked(paragraph: str) -> str:
    parts, end = [], 0
    for match in LINK.finditer(paragraph):
        parts.append(escape(paragraph[end : match.start()]))
        parts.append(f'<a href="{escape(match[0])}">{escape(match[0])}</a>')
        end = match.end()
    parts.append(escape(paragraph[end:]))
    return "".join(parts).replace("\n", "<br>")
