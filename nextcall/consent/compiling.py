"""The rules that a channel and purpose meet in one set of jurisdictions, put together once and kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nextcall.consent.facts import Ask, Place, Rule
from nextcall.consent.geography.names import say
from nextcall.consent.law import ACCOUNT, Cap, Hours, Kind, Pack, Quiet
from nextcall.consent.permission import Needed, kind_of
from nextcall.consent.policy import Policy
from nextcall.consent.standing import Law
from nextcall.consent.windows import Windows
from nextcall.lib.hours import ALL_DAY

_BY_PHONE = ("MC", "AC", "TX")
_EMERGENCIES = (
    "https://www.bubecklaw.com/privacyspeak/from-hurricanes-to-wildfires-states-restrict-telemarketing-in-emergencies"
    " ; https://ifrahlaw.com/ftc-beat/telemarketing-restrictions-during-state-of-emergency"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What one kind of contact meets in one place, under one policy."""

    kind: Kind
    windows: Windows
    caps: tuple[Cap, ...]
    needs: tuple[Needed, ...]
    quiets: tuple[Quiet, ...]
    law: Law


def compiled(ask: Ask, place: Place, policy: Policy) -> Compiled:
    """The rules for that channel, purpose and place; the same object for the same question."""
    key = (place.jurisdictions, ask)
    found: Compiled | None = policy.compiled.get(key)
    if found is None:
        found = policy.compiled[key] = _compile(ask, place, policy)
    return found


def _compile(ask: Ask, place: Place, policy: Policy) -> Compiled:
    kind = kind_of(ask)
    packs = [policy.packs[name] for name in place.jurisdictions if name in policy.packs]
    countries = {name.split("-")[0] for name in place.jurisdictions}
    hours = tuple(_hours(ask, kind, place, packs, policy))
    return Compiled(
        kind=kind,
        windows=_windows(hours, policy),
        caps=tuple(cap for pack in (*packs, policy.account) for cap in pack.caps if ask.channel in cap.channels),
        needs=tuple(_needed(ask, kind, packs)),
        quiets=tuple(
            quiet
            for pack in packs
            for quiet in pack.quiets
            if ask.channel in quiet.channels and ask.purpose == "marketing"
        ),
        law=Law(
            no_pack=tuple(sorted(countries - set(policy.packs))),
            withdrawals=tuple(pack.withdrawal for pack in packs if pack.withdrawal),
            ends=tuple((pack.deny_after, _ended(pack)) for pack in packs if pack.deny_after),
        ),
    )


def _ended(pack: Pack) -> Rule:
    return Rule(
        f"{pack.place}.deny_after",
        "deny",
        f"the rules of {pack.name} were to be reviewed by {pack.deny_after}: nothing goes there until they are",
        "its jurisdiction file",
    )


def _hours(ask: Ask, kind: Kind, place: Place, packs: Sequence[Pack], policy: Policy) -> Iterator[Hours]:
    countries = tuple(pack.place for pack in packs if "-" not in pack.place)
    for pack in (*packs, policy.account):
        for rule in pack.hours:
            if kind in rule.kinds and ask.purpose in rule.purposes and any(row != ALL_DAY for row in rule.rows):
                # The account's hours know the holidays of whatever countries the person may be in.
                yield replace(rule, places=countries) if pack.place == ACCOUNT else rule
    for name in place.jurisdictions:
        if kind in _BY_PHONE and policy.emergencies.get(name):
            yield Hours(
                id=f"{name}.emergency",
                says=f"{say(name)}: no sales contact on days of a declared emergency",
                source=_EMERGENCIES,
                kinds=_BY_PHONE,
                rows=(ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY),
                is_law=False,  # whole days: there is no edge to keep a distance from
                closed_days=policy.emergencies[name],
            )


def _needed(ask: Ask, kind: Kind, packs: Sequence[Pack]) -> Iterator[Needed]:
    for pack in packs:
        name = pack.place.split("-")[0]
        country = next((other for other in packs if other.place == name), pack)
        lists = tuple(
            (other.place, other.do_not_call)
            for other in packs
            if other.do_not_call and other.place.split("-")[0] == name
        )
        for need in pack.needs:
            if kind in need.kinds and ask.purpose in need.purposes and ask.channel in (need.channels or (ask.channel,)):
                yield Needed.of(need, (country.bought_months, country.inquired_months), country.implied_months, lists)


def _windows(hours: tuple[Hours, ...], policy: Policy) -> Windows:
    """One set of windows for all who meet the same rules: most channels and many states do."""
    key = ("windows", *((rule.id, rule.places) for rule in hours))
    found: Windows = policy.compiled.setdefault(key, Windows(hours, policy))
    return found
