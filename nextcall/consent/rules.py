"""The gate: one pure decision on frozen values. May we, on this channel, to this contact point, at this instant?

Deny unless every rule allows. Every rule that took part is named, with its words and where it is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil

from nextcall.consent.facts import Ask, Decision, Facts, Place, Rule
from nextcall.consent.law import Cap, Hours, Kind, Pack
from nextcall.consent.permission import Needed, exempt, kind_of, permitted, standing
from nextcall.consent.policy import Policy
from nextcall.consent.windows import DAY, Windows
from nextcall.lib.hours import local

__all__ = ["decide", "kind_of"]

_HELD_FOR = timedelta(hours=1)  # how soon a held message is asked about again


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The rules that a channel and purpose meet in one set of jurisdictions."""

    kind: Kind
    windows: Windows
    open_rules: tuple[Rule, ...]  # what each of the windows' rules says when it is open
    caps: tuple[Cap, ...]
    needs: tuple[Needed, ...]
    no_pack: tuple[str, ...]


def decide(ask: Ask, facts: Facts, policy: Policy, at: datetime) -> Decision:
    """Allow, wait until `earliest`, or deny.

    Pure: the same values give the same answer. `at` is aware. With `wait`, asking again at `earliest` with the same
    facts is allowed (unless the person is held for a message that nobody has read). `until` is when the window closes.
    """
    compiled = _compile(ask, facts.place, policy)
    rules = standing(ask, facts, policy, at, compiled.kind, compiled.no_pack)
    free, not_before = exempt(ask, facts, at), at
    if free is not None:
        rules.append(free)
    if ask.purpose != "confirmation":
        rules.extend(permitted(ask, facts, compiled.needs, at))
    if facts.held and ask.automated and ask.purpose != "confirmation":
        rules.append(
            Rule("person.held", "wait", f"waits until somebody has read their message: {facts.held}", "house rule")
        )
        not_before = at + _HELD_FOR
    second = ceil(at.timestamp())
    if free is None:
        second = ceil(max(second, not_before.timestamp(), _caps(compiled.caps, facts, at, rules)))
        _hours(compiled, facts.place, at, rules)
    effects = {rule.effect for rule in rules}
    if "deny" in effects:
        return _decision("deny", at, rules, facts.place, policy)
    if "wait" not in effects:
        closes = None if free else compiled.windows.closes(facts.place.zones, int(at.timestamp()))
        return _decision("allow", at, rules, facts.place, policy, until=closes)
    return _wait(ask, facts, policy, compiled, at, rules, second)


def _wait(
    ask: Ask, facts: Facts, policy: Policy, compiled: _Compiled, at: datetime, rules: list[Rule], second: int
) -> Decision:
    opens = _earliest(compiled, facts, second)
    if opens is None:
        rules.append(
            Rule("gate.no_window", "deny", "there is no lawful time within ten days of then", "all rules together")
        )
        return _decision("deny", at, rules, facts.place, policy)
    earliest = datetime.fromtimestamp(opens, UTC)
    lapsed = [rule for rule in permitted(ask, facts, compiled.needs, earliest) if rule.effect == "deny"]
    if lapsed:
        return _decision("deny", at, [*rules, *lapsed], facts.place, policy)
    return _decision("wait", at, rules, facts.place, policy, earliest=opens)


def _earliest(compiled: _Compiled, facts: Facts, second: int) -> int | None:
    """The first second from `second` on that lies in every window and under every cap; None when none is near."""
    while (opens := compiled.windows.next_open(facts.place.zones, second)) is not None:
        # Touches already reserved for later may fill the caps again by the time the windows open.
        second = ceil(_caps(compiled.caps, facts, datetime.fromtimestamp(opens, UTC), []))
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


def _compile(ask: Ask, place: Place, policy: Policy) -> _Compiled:
    key = (place.jurisdictions, ask)
    found: _Compiled | None = policy.compiled.get(key)
    if found is None:
        found = policy.compiled[key] = _compile_anew(ask, place, policy)
    return found


def _compile_anew(ask: Ask, place: Place, policy: Policy) -> _Compiled:
    kind = kind_of(ask)
    packs = [policy.packs[name] for name in place.jurisdictions if name in policy.packs]
    countries = {name.split("-")[0] for name in place.jurisdictions}
    hours = tuple(
        rule
        for pack in (*packs, policy.account)
        for rule in pack.hours
        if kind in rule.kinds and ask.purpose in rule.purposes and not _is_always_open(rule.rows)
    )
    return _Compiled(
        kind=kind,
        windows=_windows(hours, policy),
        open_rules=tuple(Rule(rule.id, "allow", rule.says, rule.source) for rule in hours),
        caps=tuple(cap for pack in (*packs, policy.account) for cap in pack.caps if ask.channel in cap.channels),
        needs=tuple(
            Needed.of(need, _months(pack, packs))
            for pack in packs
            for need in pack.needs
            if kind in need.kinds and ask.purpose in need.purposes
        ),
        no_pack=tuple(sorted(countries - set(policy.packs))),
    )


def _windows(hours: tuple[Hours, ...], policy: Policy) -> Windows:
    """One set of windows for all who meet the same rules: most channels and many states do."""
    key = ("windows", *(rule.id for rule in hours))
    found: Windows = policy.compiled.setdefault(key, Windows(hours, policy))
    return found


def _is_always_open(rows: Sequence[Sequence[tuple[int, int]]]) -> bool:
    return all(tuple(row) == ((0, 1440),) for row in rows)


def _months(pack: Pack, packs: Sequence[Pack]) -> tuple[int, int]:
    """How long a purchase and an inquiry count: a state's own figure, or its country's."""
    country = next((other for other in packs if other.place == pack.place.split("-")[0]), pack)
    return country.bought_months, country.inquired_months


def _hours(compiled: _Compiled, place: Place, at: datetime, rules: list[Rule]) -> None:
    second = int(at.timestamp())
    day = compiled.windows.day(place.zones, second // DAY)
    for rule, says, intervals in zip(compiled.windows.hours, compiled.open_rules, day.each, strict=True):
        if any(opens <= second < closes for opens, closes in intervals):
            rules.append(says)
        else:
            zones = dict.fromkeys((*place.zones, *filter(None, [rule.also_in_zone])))
            clocks = ", ".join(f"{local(at, zone):%a %H:%M} in {zone}" for zone in zones)
            rules.append(Rule(rule.id, "wait", f"{rule.says}. It is {clocks}", rule.source))
    if day.undecidable:
        place_name = day.undecidable.place
        rules.append(
            Rule(
                f"{place_name}.holidays",
                "deny",
                f"the holidays of {place_name} are not known for this date: renew the file",
                "nextcall/consent/jurisdictions/holidays.toml",
            )
        )


def _caps(caps: Sequence[Cap], facts: Facts, at: datetime, rules: list[Rule]) -> float:
    """Adds what each cap says; returns the POSIX second from which all of them allow one more."""
    now = at.timestamp()
    free_at = now
    made = [(channel, when.timestamp()) for channel, when in facts.attempts]
    for cap in caps:
        if cap.unless_bought and facts.bought_at and (at - facts.bought_at).days < 548:
            continue
        if cap.unless_permitted and facts.tier in ("express", "written"):
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
