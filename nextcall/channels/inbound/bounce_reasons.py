"""Why a server refused a mail, from its own words: whether the address is dead, or the sender, the mail, the moment.

"550" is said to spam as to a wrong address, so the first digit decides nothing. Pure.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNKNOWN = ("no reason given", False)
_LOOKED_AT = 5_000  # characters
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_NAMES = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}")
_SAID_OF_FILTERED = re.compile(r"unknown user|user unknown|no such user", re.I)
# What of a session was being answered, as the reports of mail servers name it.
_ANSWERED = (
    ("MAIL", re.compile(
        r"MAIL FROM command|\[MAIL_FROM\]|after MAIL FROM|SMTP:MAIL|our MAIL FROM|>>> MAIL from:[^<]{0,9}<[^>]{0,300}>"
        r"[^<>]{0,80}(?:<[^<>]{0,300}>)?[^<>]{0,20}<<< ?[45]", re.I)),
    ("RCPT", re.compile(
        r"RCPT TO command|after RCPT|RCPT command|SMTP:RCPT|our RCPT TO|does not like recipient"
        r"|RCPT to:[^<]{0,9}<[^>]{0,300}>[^<>]{0,80}(?:<<<|>>>) ?[45]", re.I)),
    ("DATA", re.compile(
        r"end of DATA|DATA command|\(DATA\)|SMTP command\s{1,9}DATA|after DATA|>>> DATA <<< ?[45]", re.I)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reason:
    name: str
    hard: bool
    words: re.Pattern[str]
    status: tuple[re.Pattern[str], ...]
    weak: bool  # its words are said for other reasons too: a status code says more


@cache
def _reasons() -> tuple[_Reason, ...]:
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["reasons"]
    return tuple(
        _Reason(
            one["name"],
            one["hard"],
            re.compile("|".join(f"(?:{words})" for words in one["words"]), re.I),
            tuple(re.compile(code.replace(".", r"\.").replace("x", r"\d{1,3}") + "$") for code in one["status"]),
            one.get("weak", False),
        )
        for one in listed
    )


def why(said: str, status: str, *, more: str = "", command: str = "") -> tuple[str, bool]:
    """The reason's name and whether the address is dead: by the words, then the status code, then the words around.

    `command`: which one was refused. Before the recipient was named it is about the sender; after the whole mail was
    taken it may be about the mail, unless the status says otherwise: some carriers call filtered mail "unknown user".
    """
    name, hard = _found(said, status, more)
    if command == "MAIL" and hard:
        return "sender refused", False
    if command == "DATA" and hard and not status.startswith("5.1.") and _SAID_OF_FILTERED.search(said or more):
        return "refused after reading", False
    return name, hard


def _found(said: str, status: str, more: str) -> tuple[str, bool]:
    said, more = _bare(said), _bare(more)
    found = _by_words(said) or _by_status(status) or _by_words(said, weak=True)
    found = found or _by_words(more) or _by_words(more, weak=True)
    return (found.name, found.hard) if found else UNKNOWN


def _by_words(text: str, *, weak: bool = False) -> _Reason | None:
    return next((one for one in _reasons() if text and one.weak == weak and one.words.search(text)), None)


def _by_status(status: str) -> _Reason | None:
    return next((one for one in _reasons() if status and any(code.match(status) for code in one.status)), None)


def _bare(text: str) -> str:
    """Without addresses: their names are no reasons."""
    return " ".join(_NAMES.sub("@", text[:_LOOKED_AT]).split())


def answered(said: str) -> str:
    """The command of the session that a refusal answers: MAIL, DATA, RCPT; "" where nothing says."""
    said = " ".join(said[:_LOOKED_AT].split())
    return next((name for name, words in _ANSWERED if words.search(said)), "")


def code(text: str) -> str:
    """The status of RFC 3463 in a text, "" if there is none."""
    found = _STATUS.search(text[:_LOOKED_AT])
    return found[1] if found else ""
