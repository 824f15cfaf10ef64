"""Whether they permit it: consent by purpose and channel, lists, relationships. What denies beside it: standing.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.consent import do_not_call
from nextcall.consent.facts import Ask, Facts, Rule, Tier
from nextcall.consent.law import Kind, Need
from nextcall.lib.hours import add_months, local

KINDS: dict[tuple[str, bool], Kind] = {
    ("call", True): "AC",
    ("call", False): "MC",
    ("voicemail", True): "AC",
    ("voicemail", False): "MC",
    ("text", True): "TX",
    ("text", False): "TX",
    ("email", True): "EM",
    ("email", False): "EM",
}
# The stronger permission of two. Soft stands lowest: it counts in the United Kingdom alone (UK-02).
RANK = {"none": 0, "soft": 1, "implied": 2, "express": 3, "written": 4}
_GIVEN_BY: dict[str, frozenset[str]] = {
    "written": frozenset(("written",)),
    "express": frozenset(("express", "written")),
    "implied": frozenset(("implied", "express", "written")),
    "soft": frozenset(("soft", "express", "written")),
}
# Every word that a need may list, see law.Need.
TOKENS = (*_GIVEN_BY, "relationship", "dnc_clean", "reassigned_no", "thread", "anyone")

THREAD_LASTS = timedelta(days=30)  # how long an answer still belongs to what they wrote
REASSIGNED_CHECK_LASTS = timedelta(days=31)  # US-18


@dataclass(frozen=True, slots=True)
class Needed:
    """A need of a jurisdiction, with its country's lists and months (after a purchase, after an inquiry)."""

    any_of: tuple[str, ...]
    months: tuple[int, int]
    implied_months: tuple[int, int] | None
    lists: do_not_call.Lists
    met: Mapping[str, Rule]  # what it says, by what meets it; "" is unmet

    @classmethod
    def of(
        cls, need: Need, months: tuple[int, int], implied: tuple[int, int] | None, lists: do_not_call.Lists
    ) -> "Needed":
        """The need with its words made once: they are asked for millions of times."""
        return cls(need.any_of, months, implied, lists, {token: _met(need, token) for token in ("", *need.any_of)})


def kind_of(ask: Ask) -> Kind:
    """MC, AC, TX or EM, as the law sorts what is wanted. Anything that software selects and dials is AC."""
    return KINDS[ask.channel, ask.automated]


def permitted(ask: Ask, facts: Facts, needs: Sequence[Needed], at: datetime) -> list[Rule]:
    """What each need says."""
    return [_say(ask, facts, needed, at) for needed in needs]


def _say(ask: Ask, facts: Facts, needed: Needed, at: datetime) -> Rule:
    by = next((token for token in needed.any_of if _has(token, ask, facts, needed, at)), "")
    rule = needed.met[by]
    if by not in ("", "dnc_clean") or "dnc_clean" not in needed.any_of:
        return rule
    return Rule(rule.id, rule.effect, f"{rule.says}; {do_not_call.said(facts, needed.lists, at)}", rule.source)


def _met(need: Need, by: str) -> Rule:
    if not by:
        return Rule(need.id, "deny", need.says, need.source)
    given = {
        "relationship": "a recent inquiry or purchase",
        "dnc_clean": "not on a do-not-call list",
        "reassigned_no": "checked against the reassigned-numbers database within 31 days",
        "soft": "soft opt-in",
        "thread": "they wrote to us",
        "anyone": "nothing more is needed",
    }.get(by, f"{by} consent")
    return Rule(need.id, "allow", f"{need.says}: {given}", need.source)


def _has(way: str, ask: Ask, facts: Facts, needed: Needed, at: datetime) -> bool:
    if way in _GIVEN_BY:
        covered = facts.permission_automated or not ask.automated or ask.channel == "email"
        return covered and tier_at(facts, at, needed.implied_months) in _GIVEN_BY[way]
    if way == "relationship":
        return _recent(facts.bought_at, needed.months[0], facts, at) or _recent(
            facts.inquired_at, needed.months[1], facts, at
        )
    if way == "dnc_clean":
        return do_not_call.is_clean(facts, needed.lists, at)
    if way == "reassigned_no":
        return within(facts.reassigned_checked_at, at, REASSIGNED_CHECK_LASTS)
    return way == "anyone" or (way == "thread" and within(facts.inbound_at, at, THREAD_LASTS))


def tier_at(facts: Facts, at: datetime, implied_months: tuple[int, int] | None = None) -> Tier:
    """The permission in force at that instant: "none" once it has run out.

    `implied_months`: how long after a purchase and an inquiry the country takes consent as implied (CA-05). It ends
    one of which neither the end nor a recent reason is known.
    """
    if facts.permission_until is not None:
        return facts.tier if at < facts.permission_until else "none"
    if facts.tier == "implied" and implied_months and (facts.bought_at or facts.inquired_at):
        bought, inquired = implied_months
        if not (_recent(facts.bought_at, bought, facts, at) or _recent(facts.inquired_at, inquired, facts, at)):
            return "none"
    return facts.tier


def bought_within(months: int, facts: Facts, at: datetime) -> bool:
    """Whether they bought no more than so many months before, in their own calendar."""
    return _recent(facts.bought_at, months, facts, at)


def _recent(since: datetime | None, months: int, facts: Facts, at: datetime) -> bool:
    """Whether `at` lies within so many months of it, in the person's own calendar."""
    if since is None or since > at:
        return False
    zone = facts.place.home_zone
    return local(at, zone).date() <= add_months(local(since, zone).date(), months)


def within(moment: datetime | None, at: datetime, span: timedelta) -> bool:
    """Whether `at` lies no more than the span after the moment."""
    return moment is not None and timedelta(0) <= at - moment <= span
