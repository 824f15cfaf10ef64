"""What a record says to people who read it on paper or in a table. Pure."""

from collections.abc import Mapping
from typing import Any

VERDICTS = {"allow": "allowed", "wait": "not yet", "deny": "refused"}


def rules_of(record: Mapping[str, Any], policies: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rules that took part, each with the words and the source that it had then.

    A rule is kept short: [id, effect], [id, effect, what follows the kept words], or [id, effect, words, source].
    Of decisions before the rules' words were kept, the record has the words alone.
    """
    kept = policies.get(record.get("policy", ""), {}).get("rules", {})
    return [_rule(rule, kept) for rule in record.get("rules", ())]


def _rule(rule: Any, kept: Mapping[str, Any]) -> dict[str, str]:
    if isinstance(rule, dict):
        return {"source": "", **rule}
    names = ("id", "effect", "says", "source")
    if len(rule) == 4:
        return dict(zip(names, rule, strict=True))
    words = kept.get(rule[0], {})
    return {
        "id": rule[0],
        "effect": rule[1],
        "says": words.get("says", "") + (rule[2] if len(rule) > 2 else ""),
        "source": words.get("source", ""),
    }


def deciding(record: Mapping[str, Any], policies: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rules that refused it or made it wait; those that allowed it where nothing stood against it."""
    rules = rules_of(record, policies)
    return [rule for rule in rules if rule["effect"] == record.get("verdict")] or rules


def local_times(record: Mapping[str, Any]) -> str:
    """ "2026-11-23 10:10 America/Denver; …": when it was decided, in every zone where the person may be."""
    times = record.get("local_times", {})
    return "; ".join(f"{written[:16].replace('T', ' ')} {written[19:]} {zone}" for zone, written in times.items())


def asker(record: Mapping[str, Any]) -> str:
    """ "the machine, in the name of Ann Weaver"; "Ann Weaver, on the page inbox"."""
    name = (record.get("member") or {}).get("name", "")
    if record.get("asker") == "machine":
        return f"the machine, in the name of {name}" if name else "the machine"
    page = f", on the page {record['page']}" if record.get("page") else ""
    return f"{name or 'a member'}{page}"
