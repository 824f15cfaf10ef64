"""Rolling caps: how many attempts a rule allows in any stretch of time, and from when one more fits. Pure."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from math import ceil

from nextcall.consent.facts import Facts, Rule
from nextcall.consent.law import Cap
from nextcall.consent.permission import bought_within, tier_at


def free_from(caps: Sequence[Cap], facts: Facts, at: datetime, rules: list[Rule]) -> float:
    """Adds what each cap says; returns the POSIX second from which all of them allow one more."""
    now = at.timestamp()
    free_at = now
    made = [(channel, when.timestamp()) for channel, when in facts.attempts]
    for cap in caps:
        if cap.unless_bought_months and bought_within(cap.unless_bought_months, facts, at):
            continue
        if cap.unless_permitted and tier_at(facts, at) in ("express", "written"):
            continue
        since = facts.inbound_at.timestamp() if cap.resets_on_reply and facts.inbound_at else 0.0
        times = [when for channel, when in made if channel in cap.channels and when > since]
        free, count = _free_at(times, now, cap) if times or cap.max == 0 else (now, 0)
        if free is None:
            rules.append(Rule(cap.id, "deny", cap.says, cap.source))
        elif free > now:
            rules.append(
                Rule(cap.id, "wait", f"{cap.says}; {count} in the {cap.seconds // 3600} hours before", cap.source)
            )
            free_at = max(free_at, free)
        else:
            rules.append(_within(cap, count))
    return free_at


@lru_cache(maxsize=4096)
def _within(cap: Cap, count: int) -> Rule:
    return Rule(cap.id, "allow", f"{cap.says}; {count} so far", cap.source)


def _free_at(times: list[float], now: float, cap: Cap) -> tuple[float | None, int]:
    """The first second from `now` on at which one more keeps within the cap (None: never), and how many count now.

    Both ends of the rolling window count, and touches already reserved for later count too.
    """
    if cap.max == 0:
        return None, 0
    near = [when for when in times if -cap.seconds <= when - now <= cap.seconds]
    count = sum(when <= now for when in near)
    if len(near) < cap.max:
        return now, count
    candidates = [now, *(ceil(when + cap.seconds) + 1.0 for when in times if when + cap.seconds >= now)]
    return next(second for second in sorted(candidates) if _fits(times, second, cap)), count


def _fits(times: Sequence[float], second: float, cap: Cap) -> bool:
    """Whether no window of the cap's length that holds `second` would hold more than it allows."""
    together = sorted([*(when for when in times if abs(when - second) <= cap.seconds), second])
    return not any(
        together[i + cap.max] - together[i] <= cap.seconds and together[i] <= second <= together[i + cap.max]
        for i in range(len(together) - cap.max)
    )
