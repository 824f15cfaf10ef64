"""The gate: one pure decision on frozen values. May we, on this channel, to this contact point, at this instant?

Deny unless every rule allows. Every rule that took part is named, with its words and where it is written.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil

from nextcall.consent import asked, caps
from nextcall.consent.compiling import Compiled, compiled
from nextcall.consent.facts import Ask, Decision, Facts, Place, Rule
from nextcall.consent.law import Hours
from nextcall.consent.permission import kind_of, permitted
from nextcall.consent.policy import Policy
from nextcall.consent.standing import exempt, standing
from nextcall.consent.windows import DAY, SEARCH_DAYS, Windows, clocks
from nextcall.lib.hours import local

__all__ = ["decide", "kind_of"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def decide(ask: Ask, facts: Facts, policy: Policy, at: datetime) -> Decision:
    """Allow, wait until `earliest`, or deny.

    Pure: the same values give the same answer. `at` is aware. With `wait`, asking again at `earliest` with the same
    facts is allowed (unless the person is held for a message that nobody has read). `until` is when the window closes.
    """
    law = compiled(ask, facts.place, policy)
    rules = _lasting(ask, facts, policy, law, at)
    free = exempt(ask, facts, at)
    windows, second = law.windows, at.timestamp()
    if free is not None:
        rules.append(free)
    else:
        windows = asked.windows_of(law.windows, facts)
        second = max(asked.waits(ask, facts, law.quiets, at, rules), caps.free_from(law.caps, facts, at, rules))
        _hours(windows, facts.place, at, rules)
    effects = {rule.effect for rule in rules}
    if "deny" in effects:
        return _decision("deny", at, rules, facts.place, policy)
    if "wait" not in effects:
        closes = None if free else windows.closes(facts.place.zones, int(at.timestamp()))
        return _decision("allow", at, rules, facts.place, policy, until=closes)
    opens = _earliest(law, windows, facts, ceil(second))
    if opens is None:
        rules.extend(_why_never(windows, facts.place, int(second)))
        return _decision("deny", at, rules, facts.place, policy)
    # What permits it now may have run out by then: consent, a relationship, the date of a list.
    lapsed = _denying(_lasting(ask, facts, policy, law, datetime.fromtimestamp(opens, UTC)))
    if lapsed:
        return _decision("deny", at, [*rules, *lapsed], facts.place, policy)
    return _decision("wait", at, rules, facts.place, policy, earliest=opens)


def _lasting(ask: Ask, facts: Facts, policy: Policy, law: Compiled, at: datetime) -> list[Rule]:
    """What is so whatever the hour: wishes, doubts, and what permits it."""
    rules = standing(ask, facts, policy, at, law.kind, law.law)
    return rules if ask.purpose == "confirmation" else [*rules, *permitted(ask, facts, law.needs, at)]


def _denying(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.effect == "deny"]


def _earliest(law: Compiled, windows: Windows, facts: Facts, second: int) -> int | None:
    """The first second from `second` on that lies in every window and under every cap; None when none is near."""
    while (opens := windows.next_open(facts.place.zones, second)) is not None:
        # Touches already reserved for later may fill the caps again by the time the windows open.
        second = ceil(caps.free_from(law.caps, facts, datetime.fromtimestamp(opens, UTC), []))
        if second <= opens:
            return opens
    return None


def _decision(
    verdict: str,
    at: datetime,
    rules: Sequence[Rule],
    place: Place,
    policy: Policy,
    *,
    earliest: int | None = None,
    until: int | None = None,
) -> Decision:
    return Decision(
        verdict=verdict,  # type: ignore[arg-type]
        at=at,
        rules=tuple(rules),
        earliest=datetime.fromtimestamp(earliest, UTC) if earliest is not None else None,
        until=datetime.fromtimestamp(until, UTC) if until is not None else None,
        local_times={zone: local(at, zone).isoformat(timespec="seconds") for zone in place.zones},
        jurisdictions=place.jurisdictions,
        policy_version=policy.version,
    )


@lru_cache(maxsize=1000)  # several rules of one decision say it, and engines decide of many people in one minute
def _clocks(at: datetime, zones: tuple[str, ...]) -> str:
    # strftime takes twice as long as the rest of it
    here = [(zone, local(at, zone)) for zone in zones]
    return ", ".join(f"{_DAYS[now.weekday()]} {now.hour:02}:{now.minute:02} in {zone}" for zone, now in here)


def _hours(windows: Windows, place: Place, at: datetime, rules: list[Rule]) -> None:
    second = int(at.timestamp())
    day = windows.day(place.zones, second // DAY)
    for rule, says, intervals in zip(windows.hours, windows.open_rules, day.each, strict=True):
        if any(opens <= second < closes for opens, closes in intervals):
            rules.append(says)
        else:
            now = _clocks(at.replace(second=0, microsecond=0), clocks(rule, place.zones))
            rules.append(Rule(rule.id, "wait", f"{rule.says}. It is {now}", rule.source))
    if day.undecidable:
        rules.append(_unknown_holidays(day.undecidable))


def _unknown_holidays(rule: Hours) -> Rule:
    place = rule.places[0]
    says = f"the holidays of {place} are not known for this date: renew the file"
    return Rule(f"{place}.holidays", "deny", says, "nextcall/consent/jurisdictions/holidays.toml")


def _why_never(windows: Windows, place: Place, second: int) -> list[Rule]:
    """Why no window is found: a holiday file that ends before one opens, or that none opens in ten days."""
    first = second // DAY
    days = (windows.day(place.zones, number) for number in range(first, first + SEARCH_DAYS + 1))
    unknown = next((day.undecidable for day in days if day.undecidable), None)
    none = Rule("gate.no_window", "deny", "there is no lawful time within ten days of then", "all rules together")
    return [none, _unknown_holidays(unknown)] if unknown else [none]
