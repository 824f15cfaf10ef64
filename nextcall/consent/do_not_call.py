"""Whether the do-not-call lists of a country leave a number free: every list must be at hand, recent, and silent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

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
    is_stale = at - newest > timedelta(days=law.max_age_days)
    age = max((at - newest).days, law.max_age_days + 1) if is_stale else 0
    return _words(law, newest, any(one.listed for one in found), age, at - newest < -_AHEAD)


@lru_cache(maxsize=1000)  # a list is one for everybody
def _words(law: DoNotCall, dated: datetime, listed: bool, stale_days: int, is_ahead: bool) -> str:
    text = f"{law.name} of {dated.astimezone(UTC):%Y-%m-%d}: {'on it' if listed else 'not on it'}"
    if is_ahead:
        return f"{text}, but it is dated ahead of today"
    return f"{text}, but it is {stale_days} days old and may be {law.max_age_days}" if stale_days else text
