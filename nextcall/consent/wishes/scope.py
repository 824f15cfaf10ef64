"""What a wish to be left alone is about: texts, calls, email. In doubt the wider reading."""

import re

EVERYTHING = ("text", "call", "email")

_ALL = re.compile(
    r"\b(?:desist|everything|anything|any (?:way|form|kind|means)|all (?:contact|communication\w*|channels|of it|forms)|communicat\w*|contact(?:ed|ing|s|er|ez|en|e|arme|ar)?|"
    r"reach\w* out|lose (?:my|this)|remove (?:me|us|my)|take (?:me|us)|leave (?:me|us)|consent|permission|removed|delete|database|system|blow\w* up|"
    r"bother\w*|lista|liste|numero|molest\w*|derang\w*|all (?:calls|texts|messages|emails) (?:and|,) \w+|from all|unlist|hear from|todo|"
    r"off (?:of )?(?:this|your|the|ur) (?:\w+ )?list)\b"
)
_TEXT = re.compile(r"\b(?:text\w*|txt\w*|sms|messag\w*|msgs?|msg\w*|mensaj\w*|escrib\w*|ecri\w*|textos?|dm\w*)\b")
_CALL = re.compile(r"\b(?:call(?!er id)\w*|phon(?:e|ing) ?calls?|phoning|ring(?:ing)?|dial\w*|voicemails?|robocalls?|llam\w*|marqu\w*|marc(?:ar|arme|ando)|appel\w*|telephon\w*|rappel\w*)\b")
_EMAIL = re.compile(r"\b(?:email\w*|correos?|courriels?|mails?|mailing|newsletters?|inbox)\b")
_FINE = re.compile(
    r"\b(?:(?:text\w*|email\w*|call\w*|messages?|correos?|mensajes?|textos?|llamadas?|courriels?|mails?|sms)(?: me)? (?:is|are|works?|would be|es|esta|est|instead|only|ok\b|fine\b|good\b|better|okay|bien)(?: \w+)?|"
    r"(?:you can|you may|u can|feel free to|please|just|prefer|only|rather|better to|can you|puede|pueden|mejor|solo|prefiero|plutot|preferez|par) (?:just |only |still |me |to |use |por |un )*(?:text\w*|email\w*|call\w*|messages?|correos?|mensajes?|textos?|llam\w*|escrib\w*|courriels?|mails?|sms)(?: (?:me|instead|only))*)\b"
)
_ASKS_FOR_ALL = ("complains", "threatens", "repeats", "tells us", "wants to be left", "is not interested", "asks to be removed", "asks to be forgotten", "revokes", "cease",
                 "denies", "blocks", "has had enough", "no le interesa", "pide que lo quitemos", "pide que lo dejemos", "se queja", "repite", "retira",
                 "demande d'etre", "veut la paix", "n'est pas", "se plaint", "repete", "retire")


def scope_of(text: str, says: str) -> tuple[str, ...]:
    """Of text, call and email. `text` is plain words, `says` the wish that was recognised in it."""
    if says.startswith("wrong number"):
        return ("text", "call")
    if re.search(r"\bdo not call (?:list|registry)\b|\bdnc\b|\bdonotcall\b", text):
        return ("text", "call")
    if re.search(r"\b(?:all (?:calls|texts|messages|emails))\b.*\b(?:calls|texts|messages|emails)\b.*\b(?:calls|texts|messages|emails)\b", text):
        return EVERYTHING
    named = _named(text)
    if named and "text" not in named and re.match(r"(?:please )?stop(?: and\b| ?[.,])", text):
        named = ("text", *named)
    broad = says.startswith(_ASKS_FOR_ALL) or _ALL.search(text)
    if broad and not (named and says.startswith(("pide que", "asks not", "does not want", "asks to stop", "demande d", "wants no"))):
        return EVERYTHING
    return named or ("text",)


def _named(text: str) -> tuple[str, ...]:
    """The channels they speak of, without those they offer instead ("email is fine")."""
    against = _FINE.sub(" ~ ", text)
    if not any(p.search(against) for p in (_TEXT, _CALL, _EMAIL)):
        against = text if not _FINE.search(text) else against
    return tuple(name for name, pattern in (("text", _TEXT), ("call", _CALL), ("email", _EMAIL)) if pattern.search(against))
