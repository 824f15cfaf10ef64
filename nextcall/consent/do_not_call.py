"""Whether the do-not-call lists of a country leave a number free: every list must be at hand, recent, and silent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from nextcall.consent.facts import Checked, Facts
from nextcall.consent.law import DoNotCall

_AHEAD = timedelta(days=1)  # a list is dated by its own country's clock; more than a day ahead is a mistake

Lists = Sequence[tuple[str, DoNotCall]]  # whose, and what is asked of it


def is_clean(facts: Facts, lists: Lists, at: datetime) -> bool:
    """Whether every list leaves the number free at `at`.

    A list that was looked up is judged by what it said and its date. `Facts.do_not_call` stands for the others.
    """
    if facts.do_not_call == "yes" or not lists:
        return facts.do_not_call == "no"
    return all(_leaves_free(facts, place, law, at) for place, law in lists)


def said(facts: Facts, lists: Lists, at: datetime) -> str:
    """In words, with the dates: what each list says, the ones that stand in the way first."""
    if facts.do_not_call == "yes":
        return "the number is on a do-not-call list"
    words = [
        (_leaves_free(facts, place, law, at), _one(facts, place, law, at))
        for place, law in lists
        if facts.do_not_call != "no" or _looked_up(facts, place)
    ]
    return "; ".join(text for _, text in sorted(words)) or "not on a do-not-call list"


def _looked_up(facts: Facts, place: str) -> list[Checked]:
    return [one for one in facts.lists if one.place == place]


def _leaves_free(facts: Facts, place: str, law: DoNotCall, at: datetime) -> bool:
    found = _looked_up(facts, place)
    if not found:
        return facts.do_not_call == "no"
    newest = max(one.obtained_at for one in found)
    return not any(one.listed for one in found) and -_AHEAD <= at - newest <= timedelta(days=law.max_age_days)


def _one(facts: Facts, place: str, law: DoNotCall, at: datetime) -> str:
    found = _looked_up(facts, place)
    if not found:
        return f"{law.name}: no list at hand"
    newest = max(one.obtained_at for one in found)
    listed = "on it" if any(one.listed for one in found) else "not on it"
    text = f"{law.name} of {newest.astimezone(UTC):%Y-%m-%d}: {listed}"
    if at - newest < -_AHEAD:
        return f"{text}, but it is dated ahead of today"
    if at - newest > timedelta(days=law.max_age_days):
        age = max((at - newest).days, law.max_age_days + 1)
        return f"{text}, but it is {age} days old and may be {law.max_age_days}"
    return text
