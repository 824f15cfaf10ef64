"""What a change of many leads would do, in words: whom it changes, whom it leaves out, and what it costs a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from nextcall.engine import bulk_changes, bulk_deeds
from nextcall.engine.models import BulkChange
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.going_back import number
from nextcall.web.leads import days
from nextcall.web.leads.sentence import leads, members_of
from nextcall.worklist import effect

TITLES: Mapping[str, str] = {
    "owner": "Give to",
    "cadence": "Start a cadence",
    "pause": "Pause",
    "resume": "Resume",
    "finish": "End the cadence",
    "stage": "Set the stage",
}
SPREADS = (1, 2, 3, 5, 10, 15, 20)
PAUSES = ((0, "until somebody resumes them"), (7, "for a week"), (30, "for 30 days"))
NAMED = 10  # leads named for each reason


@dataclass(frozen=True, slots=True)
class Left:
    """Leads to which nothing happens, and why."""

    count: int
    because: str
    leads: tuple[tuple[int, str], ...]

    @property
    def more(self) -> int:
        return max(self.count - len(self.leads), 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A change as it would be made now."""

    changed: tuple[tuple[int, int], ...]
    left: Mapping[str, tuple[int, ...]]
    says: str  # "given to Ben Ito", behind how many
    go: str  # the word on the button
    a_day: int  # leads that start a day; 0: all at once
    wrong: str  # what is still to be chosen


def plan_of(change: BulkChange, member: Member) -> Plan:
    """Sorted as the leads stand now."""
    found = bulk_changes.sort(change, by=member)
    members, cadences = dict(members_of(member)), dict(cadence_choices(member.account))
    wrong = bulk_deeds.problem(change.kind, change.choices, members=members, cadences=cadences)
    n, days = len(found.changed), change.choices.get("days") or 1
    says, go = _words(change, n, members, cadences) if not wrong else ("", "")
    spread = change.kind == "cadence" and days > 1
    return Plan(found.changed, found.left, says, go, -(-n // days) if spread and n else 0, wrong)


def _words(change: BulkChange, n: int, members: Mapping[int, str], cadences: Mapping[str, str]) -> tuple[str, str]:
    chosen, some = change.choices, leads(n)
    match change.kind:
        case "owner":
            names = [members[pk] for pk in chosen["owners"]]
            if len(names) == 1:
                return f"given to {names[0]}", f"Give {some} to {names[0]}"
            return f"shared among {', '.join(names[:-1])} and {names[-1]}", f"Share {some} among {len(names)}"
        case "cadence":
            name = cadences[chosen["cadence"]]
            return f"put on {name}", f"Start {name} for {some}"
        case "pause":
            return "paused", f"Pause {some}"
        case "resume":
            return "resumed", f"Resume {some}"
        case "finish":
            return f"taken off their cadence: {chosen['because']}", f"End it for {some}"
    return f"moved to stage {chosen['stage']}", f"Move {some} to stage {chosen['stage']}"


def chosen(kind: str, post: QueryDict, member: Member) -> dict[str, object]:
    """What the form says; what it does not know it leaves out."""
    match kind:
        case "owner":
            there = dict(members_of(member))
            picked = [pk for one in post.getlist("owner") if (pk := number(one)) in there]
            return {"owners": picked}
        case "cadence":
            names = dict(cadence_choices(member.account))
            slug = post.get("cadence", "")
            days = number(post.get("days", "")) or 1
            kept = {"cadence": slug, "name": names[slug]} if slug in names else {"cadence": "", "name": ""}
            return {**kept, "move": bool(post.get("move")), "days": min(days, 60)}
        case "pause":
            days = number(post.get("days", "")) or 0
            return {"days": days if days in dict(PAUSES) else 0}
        case "finish":
            return {"because": post.get("because", "").replace("\x00", "").strip()[:120]}
        case "stage":
            stage = post.get("stage", "")
            return {"stage": stage if stage in Lead.Stage.values else ""}
    return {}


def preview(change: BulkChange, member: Member, *, at: datetime) -> dict[str, object]:
    """Everything the page shows before anything happens."""
    plan = plan_of(change, member)
    spread = change.choices.get("days") or 1
    shown = effect.effect(change.kind, change.choices, plan.changed, member=member, at=at) if not plan.wrong else None
    return {
        "change": change,
        "title": TITLES[change.kind],
        "selected": leads(len(change.lead_ids)),
        "plan": plan,
        "n": len(plan.changed),
        "left": left_of(change.account_id, plan.left),
        "left_n": sum(len(ids) for ids in plan.left.values()),
        "effect": days.shown(shown) if shown else None,
        "back": f"{reverse('leads')}?{change.choices.get('query', '')}",
        "most": len(change.lead_ids) == bulk_changes.MOST,
        "members": [(pk, name, pk in (change.choices.get("owners") or ())) for pk, name in members_of(member)],
        "cadences": cadence_choices(member.account),
        "pauses": PAUSES,
        "stages": Lead.Stage.values,
        "spreads": sorted({*SPREADS, spread, *([shown.spread] if shown and shown.spread else [])}),
        "days": spread,
    }


def left_of(
    account_id: int, left: Mapping[str, tuple[int, ...]], counts: Mapping[str, int] | None = None
) -> list[Left]:
    """The reasons with their counts, the most frequent first, and the first few leads of each by name."""
    named = [pk for ids in left.values() for pk in ids[:NAMED]]
    rows = Lead.objects.filter(account_id=account_id, pk__in=named).select_related("person")
    names = {row.pk: str(row.person) for row in rows}
    found = [
        Left(
            (counts or {}).get(because, len(ids)), because, tuple((pk, names[pk]) for pk in ids[:NAMED] if pk in names)
        )
        for because, ids in left.items()
    ]
    return sorted(found, key=lambda one: -one.count)
