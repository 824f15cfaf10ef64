"""Good reasons to call, what one might say first, and a draft of it. Pure: recorded facts only, nothing invented."""

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

GAP = "[one line only you could write]"  # a draft with an open gap cannot leave (see the composer)
GREETINGS = ("Hi", "Hey", "Hello", "Good morning", "Good afternoon")


@dataclass(frozen=True, slots=True)
class Reason:
    """One useful thing to bring, and where it is written."""

    key: str  # stays the same as long as the fact does: what was offered once is not offered again
    says: str
    source: str
    opens: str = ""  # what an opening sentence says of it
    writes: str = ""  # what a text says of it


@dataclass(frozen=True, slots=True)
class Voice:
    """How a member usually begins, and who they are to a lead."""

    greeting: str = "Hi"
    me: str = ""  # first name
    seller: str = ""


def greeting_in(written: Sequence[str]) -> str:
    """How a member greets, by what they wrote themselves: what they used most, the newest first among equals."""
    found = [next((one for one in GREETINGS if text.strip().lower().startswith(one.lower())), "") for text in written]
    used = [one for one in found if one]
    return max(used, key=lambda one: (used.count(one), -used.index(one))) if used else "Hi"


def first_line(reason: Reason, *, name: str, voice: Voice) -> str:
    """One sentence to open a call with, in the member's usual words, from the fact alone; never read out or sent."""
    hello = f"{voice.greeting} {name}" if name else voice.greeting
    who = f", it\u2019s {voice.me}" if voice.me else ""
    whose = f" from {voice.seller}" if voice.seller else ""
    return f"{hello}{who}{whose}: {reason.opens or 'I have one thing for you, and one question.'}"


def draft_for(reason: Reason, *, name: str, voice: Voice) -> str:
    """The reason as a text to write on: it ends in a gap, in square brackets, that only the member can fill.

    The composer finds the reason by the `reason` of its address: `find(card.reasons_of(...), key)`.
    """
    hello = f"{voice.greeting} {name}," if name else f"{voice.greeting},"
    return f"{hello} {reason.writes or 'one thing for you:'} {GAP}"


def find(reasons: Sequence[Reason], key: str) -> Reason | None:
    """The reason of that key, if it is still one."""
    return next((one for one in reasons if one.key == key), None)


# Columns and hidden fields of other systems: what they keep about a lead, not what the lead said.
HOUSEKEEPING = re.compile(
    r"\b(status|stage|lifecycle|rating|score|marketing|campaigns?|utm|gclid|fbclid|source|medium|owner|assigned|agent"
    r"|id|ids|tags?|lists?|segments?|groups?|pipeline|priority|created|modified|updated|added|activity|elsewhere"
    r"|company|subscribed|unsubscribed|opt|consent|record|import|ip|page|url|referrer|attempts|dnc)\b"
)
# What a form asks: somebody is spoken to; or the name of something they want.
SPOKEN_TO = re.compile(r"\byou(r|\u2019re|'re)?\b|\?$")
WANTED = re.compile(
    r"^(what|when|how|why|which|who|where)\b"
    r"|\b(looking|interest(ed)?|want(ed|s)?|time ?frame|timeline|budget|price range|goals?|reason|plans?|planning"
    r"|needs?|hoping|prefer(red|s|ence)?|bed(room)?s|bath(room)?s|moving|move|buying|selling|purpose|questions?|wish(es)?)\b"
)


def told(answers: Mapping[str, object], *, imported: bool) -> list[tuple[str, str]]:
    """What they were asked, and their answer. Of an imported lead only columns that read like a question of a form."""
    found = []
    for label, answer in answers.items():
        asked = " ".join(label.replace("_", " ").lower().split())
        said = str(answer).strip() if isinstance(answer, str | int | float) and not isinstance(answer, bool) else ""
        theirs = SPOKEN_TO.search(asked) or (not HOUSEKEEPING.search(asked) and (not imported or WANTED.search(asked)))
        if said and theirs:
            found.append((asked.rstrip(":? "), said))
    return found


def reasons(
    *,
    name: str,
    question: str,
    asked: str,
    promise: str,
    step_says: str,
    note: str,
    answers: Sequence[tuple[str, str]],
    about: str = "",
    without: Collection[str] = (),
) -> tuple[Reason, ...]:
    """Good reasons to call, best first: only what is on record. Empty when there is none. `answers`: see `told`.

    `about`: what they asked for; `without`: keys of those that this lead was offered already.
    """
    request = f"about your {about} request" if about else "about your request"
    found = []
    if question:
        found.append(_question(name, question))
    if promise:
        opens = f"I said I would come back to you, {_later(promise)}"
        found.append(_reason("promise", promise, f"You said you would: {promise}", "From your promise", opens))
    if step_says:
        opens = f"I am calling {request}."
        found.append(_reason("step", step_says, step_says, "From the cadence", opens, f"{request}:"))
    for asked_for, said in answers[:2]:
        found.append(_answer(asked_for, said))
    if note:
        opens = f"I have one thing for you {request}."
        found.append(_reason("note", note, f"You noted: “{note}”", "From your note", opens, f"{request}:"))
    if asked and not question:
        says = f"They wrote: “{asked}” Ask what would help most."
        opens = f"you wrote “{asked}” What would help most?"
        found.append(_reason("asked", asked, says, "From their own message", opens, f"you wrote “{asked}”"))
    return tuple(one for one in found if one.key not in without)


def _reason(kind: str, fact: str, says: str, source: str, opens: str = "", writes: str = "") -> Reason:
    return Reason(f"{kind}-{zlib.crc32(fact.encode()):08x}", says, source, opens, writes or opens)


def _question(name: str, question: str) -> Reason:
    says = f"Answer what {name} asked: “{question}”"
    opens = f"you asked “{question}” I would like to answer that."
    return _reason("question", question, says, "From their own message", opens, f"you asked “{question}”")


def _answer(asked_for: str, said: str) -> Reason:
    says = f"They told you “{said}” for {asked_for}. Ask what is behind it."
    opens = f"you told us “{said}” for {asked_for}. What is behind it?"
    return _reason("answer", f"{asked_for}={said}", says, "From their answers", opens)


def _later(promise: str) -> str:
    return f"{promise[:1].lower()}{promise[1:].rstrip('.')}."


def question_in(*texts: str) -> str:
    """The first question in what they wrote, newest text first; "" if they asked none."""
    for written in texts:
        for sentence in written.replace("?", "?\n").splitlines():
            if sentence.strip().endswith("?") and len(sentence.strip()) > 3:
                return sentence.strip().split(". ")[-1].split("! ")[-1][:200]
    return ""
