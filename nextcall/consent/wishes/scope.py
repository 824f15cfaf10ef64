"""What a wish to be left alone is about: texts, calls, email. In doubt the wider reading."""

import re

from nextcall.consent.wishes.languages import words

EVERYTHING = ("text", "call", "email")

_STOP_AND = re.compile(r"(?:please )?stop(?: and\b| ?[.,])")
# What they ask us to stop doing is what they name, even if they say "contact" or "all" beside it.
_NAMED_FIRST = ("pide que", "asks not", "does not want", "asks to stop", "demande d", "wants no")


def scope_of(text: str, says: str) -> tuple[str, ...]:
    """Of text, call and email. `text` is plain words, `says` the wish that was recognised in it."""
    if says.startswith("wrong number") or re.search(r"\bdo not call (?:list|registry)\b|\bdnc\b|\bdonotcall\b", text):
        return ("text", "call")
    if re.search(r"\ball (?:calls|texts|messages|emails)\b", text) and len(set(_named(text))) == len(EVERYTHING):
        return EVERYTHING
    named = _named(text)
    if named and "text" not in named and _STOP_AND.match(text):
        named = ("text", *named)
    broad = says.startswith(words().ends_everything) or words().about["everything"].search(text)
    if broad and not (named and says.startswith(_NAMED_FIRST)):
        return EVERYTHING
    return named or ("text",)


def names_texts(text: str) -> bool:
    """Whether plain words speak of texts themselves, and do not only mean them because nothing else is named."""
    return "text" in _named(text)


def _named(text: str) -> tuple[str, ...]:
    """The channels they speak of, without those they offer instead ("email is fine")."""
    about = words().about
    against = about["offered_instead"].sub(" ~ ", text)
    return tuple(name for name in EVERYTHING if about[name].search(against))
