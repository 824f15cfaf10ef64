"""nextcall classify: what an inbound message means for our permission to write and call."""

import json
import sys
from typing import Annotated

import typer

from nextcall.consent.second_reader import understand
from nextcall.conversations.said.intent import intent_of

_LONGEST = 100_000


def command(
    text: Annotated[str, typer.Argument(help="the message; - reads it from standard input")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """What an inbound message means: opt_out, hold, opt_in, help, auto_reply or reply. Nothing is stored.

    A hold means that the machine waits until a person has read it. Scope says what a wish is about: text, call, email.
    The intent (interested, call_later, question, ...) orders work and decides no permission.

    Example: nextcall classify "pls stop texting me" --json
    """
    said = sys.stdin.read(_LONGEST) if text == "-" else text
    meaning = understand(said)
    intent = intent_of(said, meaning=meaning).name
    if as_json:
        document = {"verdict": meaning.verdict, "scope": list(meaning.scope), "because": meaning.because}
        document["intent"] = intent
        print(json.dumps(document, ensure_ascii=False))
    else:
        about = f" ({', '.join(meaning.scope)})" if meaning.scope else ""
        print(f"{meaning.verdict}{about}: {meaning.because}; intent {intent}")
    return 0
