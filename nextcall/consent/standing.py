"""What denies whatever the hour and the consent, and what is free of hours: wishes, contact points, clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from nextcall.consent.facts import Ask, Facts, Rule
from nextcall.consent.law import Duty, Kind
from nextcall.consent.permission import KINDS, tier_at, within
from nextcall.consent.policy import Policy
from nextcall.lib.hours import local

REPLY_FREE_FOR = timedelta(minutes=30)  # a person's answer within half an hour is no solicitation in quiet hours
CONFIRM_WITHIN = timedelta(minutes=5)  # US-10
UNVERIFIED_LASTS = timedelta(days=30)  # US-18: they wrote from the number lately, so it is theirs

_NOTES = "Nextcall default policy"
_CLOCK = f"{_NOTES}: time checked against a second source"
# What is wrong with a contact point: the kinds it stops, in words.
PROBLEMS: dict[str, tuple[frozenset[str], str]] = {
    "wrong": (frozenset(("MC", "AC", "TX", "EM")), "wrong number or address: it is somebody else's"),
    "reassigned": (frozenset(("MC", "AC", "TX")), "the number has a new owner (US-18)"),
    "disconnected": (frozenset(("MC", "AC", "TX")), "the number is disconnected"),
    "bounced": (frozenset(("EM",)), "mail to this address came back"),
    "landline": (frozenset(("TX",)), "a landline takes no texts"),
}


@dataclass(frozen=True, slots=True)
class Law:
    """What the countries of a place say whatever the hour."""

    no_pack: tuple[str, ...]  # countries without rules
    withdrawals: tuple[Duty, ...]  # how each law calls the wish to be left alone
    ends: tuple[tuple[date, Rule], ...]  # after that day nothing is allowed there


def standing(ask: Ask, facts: Facts, policy: Policy, at: datetime, kind: Kind, law: Law) -> list[Rule]:
    """What denies whatever the hour and the consent. Empty: nothing does."""
    rules: list[Rule] = []
    confirming = ask.purpose == "confirmation"
    if facts.withdrawn and not (confirming and set(facts.withdrawn) == {"opt_out"}):
        rules.extend(_withdrawn(facts.withdrawn, law.withdrawals))
    if facts.clock_doubt:
        rules.append(_clock(facts.clock_doubt, ask.automated))
    if confirming and not (ask.channel == "text" and within(facts.inbound_at, at, CONFIRM_WITHIN)):
        rules.append(
            Rule(
                "US-10.confirmation",
                "deny",
                "one confirmation, by text, within 5 minutes of what they wrote",
                "https://www.consumerfinancialserviceslawmonitor.com/2024/02/new-tcpa-rules-revoking-consent-to-robocalls-and-robotexts/",
            )
        )
    if facts.contact_point_problem:
        rules.extend(_problem(facts, kind, at))
    if kind != "EM" and not confirming and policy.zone_data < policy.oldest_zone_data:
        rules.append(
            Rule(
                "zone_data.stale",
                "deny",
                f"zone data {policy.zone_data or 'of unknown age'} is older than {policy.oldest_zone_data}: "
                "local times would be wrong",
                "https://github.com/python/tzdata/releases/tag/2026.5",
            )
        )
    if law.no_pack and (kind != "EM" or tier_at(facts, at) not in ("express", "written")):
        rules.extend(_no_pack(country, kind) for country in law.no_pack)
    if law.ends and not confirming:
        today = local(at, facts.place.home_zone).date()
        rules.extend(rule for last, rule in law.ends if today > last)
    return rules


@lru_cache(maxsize=1000)
def _withdrawn(reasons: tuple[str, ...], laws: tuple[Duty, ...]) -> tuple[Rule, ...]:
    """The house's own rule, which holds everywhere and at once, and what the law of each place says beside it."""
    says = (
        "they asked us to stop" if "opt_out" in reasons or "link" in reasons else ", ".join(reasons).replace("_", " ")
    )
    own = Rule(
        "US-09.withdrawn",
        "deny",
        f"withdrawn on this channel: {says}",
        "47 CFR 64.1200(a)(10), (d) https://jdsupra.com/legalnews/fcc-issues-one-year-limited-waiver-of-9458629",
    )
    return (*(Rule(law.id, "deny", f"{law.says}: {says}", law.source) for law in laws), own)


@lru_cache(maxsize=100)
def _clock(doubt: str, automated: bool) -> Rule:
    """Where our clock may be wrong, no window can be kept: the machine stands still, and a person is warned."""
    if automated:
        return Rule("clock.doubt", "deny", f"the machine sends nothing while its clock is in doubt: {doubt}", _CLOCK)
    return Rule("clock.doubt", "allow", f"look at a clock before you call, ours is in doubt: {doubt}", _CLOCK)


@lru_cache(maxsize=1000)
def _no_pack(country: str, kind: Kind) -> Rule:
    where = "the country is not known" if country == "unknown" else f"there are no rules for {country} yet"
    what = "email needs an opt-in" if kind == "EM" else "no calls, voicemails or texts"
    return Rule(f"{country}.no_pack", "deny", f"{where}: {what}", f"{_NOTES}: EU_other, deny_without_country_pack")


def _problem(facts: Facts, kind: Kind, at: datetime) -> Iterable[Rule]:
    problem = facts.contact_point_problem
    if problem == "unverified":
        if kind in ("AC", "TX") and not within(facts.inbound_at, at, UNVERIFIED_LASTS):
            yield Rule(
                "US-18.reassigned",
                "deny",
                "the reassigned-numbers database has no data on this number",
                "https://docs.fcc.gov/public/attachments/DA-21-1649A1.txt",
            )
        return
    kinds, says = PROBLEMS.get(problem, (frozenset(KINDS.values()), problem))
    if kind in kinds:
        yield Rule(f"contact_point.{problem}", "deny", says, "what happened on this number or address")


def exempt(ask: Ask, facts: Facts, at: datetime) -> Rule | None:
    """The rule that frees this contact from hours and caps, if there is one."""
    if ask.purpose == "confirmation":
        return _CONFIRMATION
    if ask.purpose == "reply" and not ask.automated and within(facts.inbound_at, at, REPLY_FREE_FOR):
        return _REPLY
    return None


_CONFIRMATION = Rule(
    "US-10.confirmation",
    "allow",
    "one confirmation of their wish is permitted at any hour",
    "https://www.consumerfinancialserviceslawmonitor.com/2024/02/new-tcpa-rules-revoking-consent-to-robocalls-and-robotexts/",
)
_REPLY = Rule(
    "reply.within_30_minutes",
    "allow",
    "a person answers what they wrote less than 30 minutes ago",
    f"{_NOTES}: quiet_hours_exempt",
)
