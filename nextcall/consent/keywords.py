"""What an inbound message means for our permission to write and call. Pure; three tiers, none of them a model.

The error is one-sided: a missed stop is a legal event, a false one a lost message. What leaves a doubt is held.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nextcall.consent.wishes.languages import patterns, words
from nextcall.consent.wishes.plain import Plain, distance, plain
from nextcall.consent.wishes.scope import names_texts, scope_of

Verdict = Literal["opt_out", "hold", "opt_in", "help", "auto_reply", "reply"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`scope`: what an opt-out or a hold is about, of text, call and email. `because` says it in words.

    A wrong number has "wrong number" in `because`: it concerns the number, for everybody reached on it.
    """

    verdict: Verdict
    scope: tuple[str, ...] = ()
    because: str = ""


# Keywords that are looked for behind a slip of the finger, and how many letters may be wrong in them.
_SLIPS = dict.fromkeys(("unsubscribe", "unsubscribed", "desabonner", "desabonnement"), 3) | dict.fromkeys(
    ("stop", "stopall", "cancel", "optout", "remove", "revoke", "cancelar", "arreter"), 1
)
_LIKE_UNSUBSCRIBE = re.compile(r"\b[uoim][mn][a-z]{6,13}\b")
# Wishes that may be meant for today only: "don't call, I'm driving".
_MAYBE_FOR_NOW = ("asks not to be contacted", "pide que no lo contactemos", "demande de ne plus le contacter")
OWN_PAGE = "they ask for their own page"
_FIRST = ("wrong", "complains", "threatens", "repeats", "denies")  # of several wishes in one message, these lead
_TEASING = re.compile(
    r"(?:ok |just |please |omg |and |no |so |but )?(?:stop|quit|stop it|quit it|shut up|shut the|get out|enough|go away"
    r"|basta|para ya|quit that|stop that|stop this)\W*"
)


def classify(text: str, channel: str = "text") -> Meaning:
    """What the message means. Never raises; an empty message is a reply that says nothing.

    A wish that names no channel is about the `channel` it came on: "unsubscribe" in an email ends emails.
    """
    return came_on(channel, text, _meaning(text))


def came_on(channel: str, text: str, meaning: Meaning) -> Meaning:
    """The meaning, about the channel it came on where the words name none."""
    if channel == "text" or meaning.scope != ("text",) or meaning.verdict == "opt_in" or names_texts(plain(text).text):
        return meaning
    return replace(meaning, scope=(channel,))


def _meaning(text: str) -> Meaning:
    message = plain(text)
    message = replace(message, text=_LIKE_UNSUBSCRIBE.sub(_mend, message.text))
    whole = _whole(message)
    if whole:
        return whole
    body = words().phrases["instruction"].sub(" ~ ", message.text)
    quiet = body
    for pattern in patterns().benign:
        quiet = pattern.sub(" ~ ", quiet)
    sentences = [" ".join(sentence.split()) for sentence in quiet.split(" . ")]
    found = _wish(sentences)
    automatic = words().phrases["automatic"].search(body)
    if automatic and not (found and len(message.words) < 12 and "wrong" not in found[1]):
        return Meaning("auto_reply", (), "an automatic reply")
    if found:
        return _weigh(message, body, sentences, *found)
    if message.shows_stop_sign:
        return Meaning("opt_out" if len(message.words) <= 4 else "hold", scope_of(body, ""), "shows a stop sign")
    doubt = next((match for sentence in sentences for p in patterns().doubt if (match := p.search(sentence))), None)
    if doubt:
        because = f'"{doubt[0].strip()}" leaves a doubt: a person should read it'
        return Meaning("hold", scope_of(body, ""), because)
    return Meaning("reply", (), "they answered")


def _weigh(message: Plain, body: str, sentences: Sequence[str], said: str, says: str) -> Meaning:
    """A wish was found; whether it is meant in earnest, and for good."""
    phrases = words().phrases
    scope = scope_of(body, says)
    for sentence in sentences if says in _MAYBE_FOR_NOW else ():
        if said in sentence and phrases["for_now"].search(sentence) and not phrases["for_good"].search(sentence):
            return Meaning("hold", scope, "not now, or not at all: a person should read it")
    if (message.laughs or phrases["jest"].search(message.text)) and _TEASING.fullmatch(said.strip()):
        return Meaning("hold", scope, "stop in jest, or not: a person should read it")
    return Meaning("opt_out", scope, says)


def _mend(match: re.Match[str]) -> str:
    word = match[0]
    near = any(distance(word, form, 3) <= 3 for form in ("unsubscribe", "unsubscribing"))
    return "unsubscribe" if near else word


def _whole(message: Plain) -> Meaning | None:
    """Tier 1: the message is a keyword, give or take politeness and a typing slip."""
    keywords, all_words = words().keywords, message.words
    if not all_words:
        signs = message.shows_stop_sign
        return Meaning("opt_out", ("text",), "a stop sign") if signs else Meaning("reply", (), "no words")
    core = [word for word in all_words if word not in keywords["polite"]]
    if not core or len(all_words) > 8:
        return None
    if set(core) <= keywords["stop"] and not ("?" in message.text and len(all_words) > 2):
        return Meaning("opt_out", scope_of(message.text, "keyword"), f'the keyword "{core[0]}"')
    if set(core) <= keywords["help"] and len(all_words) <= 3:
        return Meaning("help", (), f'the keyword "{core[0]}"')
    if " ".join(all_words) in words().own_page:
        return Meaning("help", (), OWN_PAGE)
    if set(core) <= keywords["start"] and len(all_words) <= 3:
        return Meaning("opt_in", ("text",), f'the keyword "{core[0]}"')
    return _slip(core[0]) if len(core) == 1 and len(all_words) <= 4 else None


def _slip(word: str) -> Meaning | None:
    """A keyword with a typing slip; held when letters are missing from a short one."""
    if word in words().keywords["own"] or not word.isalpha():
        return None
    for keyword, most in _SLIPS.items():
        if distance(word, keyword, most) <= most:
            certain = len(word) >= len(keyword) or len(keyword) > 6
            return Meaning("opt_out" if certain else "hold", ("text",), f'"{word}", a slip for "{keyword}"')
    return None


def _wish(sentences: Sequence[str]) -> tuple[str, str] | None:
    """Tier 2: the words that ask for it, and which wish they are."""
    found = [
        (match[0], says)
        for sentence in sentences
        for pattern, says in patterns().wishes
        if (match := pattern.search(sentence))
    ]
    return next(iter([one for one in found if one[1].startswith(_FIRST)] or found), None)
