"""Whether they permit it at all, whatever the hour: wishes, the state of the contact point, consent by purpose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from nextcall.consent.facts import Ask, Facts, Rule
from nextcall.consent.law import Kind, Need
from nextcall.consent.policy import Policy
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
RANK = {"none": 0, "implied": 1, "express": 2, "written": 3}

REPLY_FREE_FOR = timedelta(minutes=30)  # a person's answer within half an hour is no solicitation in quiet hours
THREAD_LASTS = timedelta(days=30)  # how long an answer still belongs to what they wrote
CONFIRM_WITHIN = timedelta(minutes=5)  # US-10
UNVERIFIED_LASTS = timedelta(days=30)  # US-18: they wrote from the number lately, so it is theirs

_NOTES = "Nextcall default policy"
# What is wrong with a contact point: the kinds it stops, in words.
PROBLEMS: dict[str, tuple[frozenset[str], str]] = {
    "wrong": (frozenset(("MC", "AC", "TX", "EM")), "wrong number or address: it is somebody else's"),
    "reassigned": (frozenset(("MC", "AC", "TX")), "the number has a new owner (US-18)"),
    "disconnected": (frozenset(("MC", "AC", "TX")), "the number is disconnected"),
    "bounced": (frozenset(("EM",)), "mail to this address came back"),
    "landline": (frozenset(("TX",)), "a landline takes no texts"),
}


@dataclass(frozen=True, slots=True)
class Needed:
    """A need of a jurisdiction, with how many months a purchase and an inquiry count there."""

    any_of: tuple[str, ...]
    months: tuple[int, int]
    met: Mapping[str, Rule]  # what it says, by what meets it; "" is unmet

    @classmethod
    def of(cls, need: Need, months: tuple[int, int]) -> "Needed":
        """The need with its words made once: they are asked for millions of times."""
        return cls(need.any_of, months, {token: _met(need, token) for token in ("", *need.any_of)})


def kind_of(ask: Ask) -> Kind:
    """MC, AC, TX or EM, as the law sorts what is wanted. Anything that software selects and dials is AC."""
    return KINDS[ask.channel, ask.automated]


def standing(ask: Ask, facts: Facts, policy: Policy, at: datetime, kind: Kind, no_pack: Sequence[str]) -> list[Rule]:
    """What denies whatever the hour and the consent. Empty: nothing does."""
    rules = []
    confirming = ask.purpose == "confirmation"
    if facts.withdrawn and not (confirming and set(facts.withdrawn) == {"opt_out"}):
        rules.append(_withdrawn(facts.withdrawn))
    if confirming and not (ask.channel == "text" and _within(facts.inbound_at, at, CONFIRM_WITHIN)):
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
    for country in no_pack:
        if kind != "EM" or RANK[facts.tier] < RANK["express"]:
            rules.append(_no_pack(country, kind))
    return rules


@lru_cache(maxsize=1000)
def _withdrawn(reasons: tuple[str, ...]) -> Rule:
    says = (
        "they asked us to stop" if "opt_out" in reasons or "link" in reasons else ", ".join(reasons).replace("_", " ")
    )
    return Rule(
        "US-09.withdrawn",
        "deny",
        f"withdrawn on this channel: {says}",
        "47 CFR 64.1200(a)(10), (d) https://jdsupra.com/legalnews/fcc-issues-one-year-limited-waiver-of-9458629",
    )


@lru_cache(maxsize=1000)
def _no_pack(country: str, kind: Kind) -> Rule:
    where = "the country is not known" if country == "unknown" else f"there are no rules for {country} yet"
    what = "email needs an opt-in" if kind == "EM" else "no calls, voicemails or texts"
    return Rule(f"{country}.no_pack", "deny", f"{where}: {what}", f"{_NOTES}: EU_other, deny_without_country_pack")


def _problem(facts: Facts, kind: Kind, at: datetime) -> Iterable[Rule]:
    problem = facts.contact_point_problem
    if problem == "unverified":
        if kind in ("AC", "TX") and not _within(facts.inbound_at, at, UNVERIFIED_LASTS):
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
    if ask.purpose == "reply" and not ask.automated and _within(facts.inbound_at, at, REPLY_FREE_FOR):
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


def permitted(ask: Ask, facts: Facts, needs: Sequence[Needed], at: datetime) -> list[Rule]:
    """What each need says."""
    return [needed.met[_first(ask, facts, needed, at)] for needed in needs]


def _first(ask: Ask, facts: Facts, needed: Needed, at: datetime) -> str:
    for token in needed.any_of:
        if _has(token, ask, facts, needed.months, at):
            return token
    return ""


def _met(need: Need, by: str) -> Rule:
    if not by:
        return Rule(need.id, "deny", need.says, need.source)
    given = {
        "relationship": "a recent inquiry or purchase",
        "dnc_clean": "not on the do-not-call list",
        "thread": "they wrote to us",
        "anyone": "nothing more is needed",
    }.get(by, f"{by} consent")
    return Rule(need.id, "allow", f"{need.says}: {given}", need.source)


def _has(way: str, ask: Ask, facts: Facts, months: tuple[int, int], at: datetime) -> bool:
    if way in RANK:
        covered = facts.permission_automated or not ask.automated or ask.channel == "email"
        return covered and RANK[facts.tier] >= RANK[way]
    if way == "relationship":
        return _recent(facts.bought_at, months[0], facts, at) or _recent(facts.inquired_at, months[1], facts, at)
    if way == "dnc_clean":
        return facts.do_not_call == "no"
    return way == "anyone" or (way == "thread" and _within(facts.inbound_at, at, THREAD_LASTS))


def _recent(since: datetime | None, months: int, facts: Facts, at: datetime) -> bool:
    """Whether `at` lies within so many months of it, in the person's own calendar."""
    if since is None or since > at:
        return False
    zone = facts.place.home_zone
    return local(at, zone).date() <= add_months(local(since, zone).date(), months)


def _within(moment: datetime | None, at: datetime, span: timedelta) -> bool:
    return moment is not None and timedelta(0) <= at - moment <= span
