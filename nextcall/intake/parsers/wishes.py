"""What a value says about permission: yes, no, by which channels, in which words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nextcall.intake.parsers.labels import normal

CHANNELS = ("call", "text", "email", "voicemail")
_YES = frozenset(
    {
        "1",
        "1.0",
        "true",
        "yes",
        "y",
        "x",
        "on",
        "checked",
        "agreed",
        "i agree",
        "agree",
        "accepted",
        "accept",
        "granted",
        "given",
        "opted in",
        "opt in",
        "optin",
        "subscribed",
        "ok",
        "si",
        "oui",
        "ja",
        "sim",
        "ticked",
        "selected",
        "confirmed",
        "written",
        "express",
        "\u2713",
        "\u2714",
    }
)
_NO = frozenset(
    {
        "",
        "0",
        "0.0",
        "false",
        "no",
        "n",
        "off",
        "none",
        "null",
        "unchecked",
        "never",
        "not given",
        "declined",
        "denied",
        "revoked",
        "refused",
        "non",
        "nein",
        "nao",
        "unknown",
        "i do not agree",
        "not subscribed",
        "opted out",
        "opt out",
    }
)
_KEPT = frozenset({"subscribed", "active", "opted in", "opt in", "not opted out", "clean", "false positive"})
_NAMED = (
    ("text", re.compile(r"\b(sms|texts?|texted|texting|mms|whatsapp)\b")),
    ("call", re.compile(r"\b(calls?|called|calling|phone|phoned|telephone|llamadas?|anruf\w*|appels?)\b")),
    ("email", re.compile(r"\b(e ?mails?|e ?mailed|newsletter|correo|courriel)\b")),
    ("voicemail", re.compile(r"\b(voicemails?|prerecorded|pre recorded)\b")),
)


def channels_in(words: str) -> tuple[str, ...]:
    """The channels that these words name, in our words."""
    plain = normal(words) if len(words) <= 200 else words.lower()
    return tuple(channel for channel, pattern in _NAMED if pattern.search(plain))


def agrees(value: object) -> bool | None:
    """True for yes, False for no, None when the value is neither ("Email, SMS", a whole sentence)."""
    words = normal(str(value)) or str(value).strip()
    if words in _YES:
        return True
    return False if words in _NO else None


def opts_out(value: object) -> bool:
    """In an opt-out column anything counts as the wish, a date or a reason too, except a plain no."""
    words = normal(str(value)) or str(value).strip()
    return (
        words not in _NO - {"opted out", "opt out", "unknown", "revoked", "declined", "refused"}
        and words not in _KEPT
        and words != "-"
    )


def opted_out_channels(field_name: str, value: str) -> tuple[str, ...]:
    """The channels that an opt-out column closes."""
    if field_name == "opt_out_email":
        return ("email",)
    if field_name == "opt_out_call":
        return ("call", "voicemail")
    if field_name == "opt_out_text":
        return ("text",)
    return channels_in(value) or CHANNELS


@dataclass(slots=True)
class Wishes:
    """Collects what one record says about consent."""

    agreed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wording: str | None = None
    any: bool = False

    def hear(self, field_name: str, label: str, value: object) -> bool:
        """Take in one consent field. False when it says nothing, so that the caller keeps it as an answer."""
        values = (
            [str(part) for part in value]
            if isinstance(value, Sequence) and not isinstance(value, str)
            else [str(value)]
        )
        values = [part for part in values if part.strip()]
        if not values:
            return False
        own = {"consent_text": ("text",), "consent_call": ("call",), "consent_email": ("email",)}.get(
            field_name
        ) or channels_in(label)
        verdict = agrees(values[0]) if len(values) == 1 else None
        if verdict is False:
            self.refused += own or CHANNELS
            return True
        said = tuple(channel for part in values for channel in channels_in(part))
        self.any = True
        self.agreed += own if verdict else (said or own)
        sentence = next((part for part in values if len(part.split()) >= 4), None) if verdict is None else None
        if sentence or len(label.split()) >= 3:
            self.wording = self.wording or sentence or label
        return True

    def channels(self) -> tuple[str, ...]:
        return tuple(channel for channel in CHANNELS if channel in self.agreed and channel not in self.refused)
