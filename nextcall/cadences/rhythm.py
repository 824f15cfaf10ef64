"""A rhythm ("call, call, call, email, up to 15 attempts") unrolled into steps. Pure."""

from collections.abc import Mapping
from typing import Any

from nextcall.cadences import fields
from nextcall.cadences.definition import BadCadence, Step, When

KEYS = {"pattern", "attempts", "wait", "first", "same_part", "call", "text", "email"}
MESSAGE_KEYS = {"wording", "subject", "says", "purpose"}
WHERE = "[rhythm]"


def unroll(rhythm: Mapping[str, Any]) -> list[Step]:
    """attempt-1 … attempt-N: the first after `first`, each other one `wait` after the attempt really made before it."""
    fields.only(rhythm, KEYS, WHERE)
    pattern, attempts = rhythm.get("pattern"), rhythm.get("attempts")
    if not isinstance(pattern, list) or not pattern or any(one not in ("call", "text", "email") for one in pattern):
        raise BadCadence(f'{WHERE}: pattern is a list of call, text and email, like ["call", "call", "call", "email"]')
    if not isinstance(attempts, int) or not 1 <= attempts <= 50:
        raise BadCadence(f"{WHERE}: attempts = {attempts!r}; it is a whole number from 1 to 50")
    wait = fields.duration(rhythm.get("wait"), WHERE)
    first = fields.duration(rhythm["first"], WHERE) if "first" in rhythm else wait
    rotate = not rhythm.get("same_part", False)
    messages = {channel: _messages(rhythm, channel) for channel in set(pattern)}
    steps: list[Step] = []
    nth = dict.fromkeys(messages, 0)
    for number in range(attempts):
        channel = pattern[number % len(pattern)]
        message = messages[channel][nth[channel] % len(messages[channel])] if messages[channel] else {}
        nth[channel] += 1
        when = When(wait=wait, after="attempt", rotate=rotate) if number else When(wait=first, after="attempt")
        steps.append(
            Step(
                key=f"attempt-{number + 1}",
                channel=channel,
                by="person" if channel == "call" else "machine",
                when=when,
                purpose=message.get("purpose", "marketing"),
                wording=fields.words(message, "wording", WHERE),
                subject=fields.words(message, "subject", WHERE),
                says=message.get("says", ""),
            )
        )
    return steps


def _messages(rhythm: Mapping[str, Any], channel: str) -> list[Mapping[str, Any]]:
    """[[rhythm.email]] tables, taken in turn: the first email has the first, and so on, then from the start."""
    tables = rhythm.get(channel, [])
    where = f"[[rhythm.{channel}]]"
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadCadence(f"{where}: write one table for each message")
    for table in tables:
        fields.only(table, MESSAGE_KEYS, where)
        if channel == "call":
            if not isinstance(table.get("says"), str):
                raise BadCadence(f'{where}: says what the call is for: says = "…"')
        elif not fields.words(table, "wording", where):
            raise BadCadence(f"{where}: needs `wording`")
        if channel == "email" and not fields.words(table, "subject", where):
            raise BadCadence(f"{where}: needs `subject`")
        if table.get("purpose", "marketing") not in ("marketing", "reply", "informational"):
            raise BadCadence(f"{where}: purpose is marketing, reply or informational")
    if channel != "call" and not tables:
        raise BadCadence(f"{where}: the pattern has a {channel}; write its words here")
    return tables
