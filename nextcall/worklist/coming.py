"""Who comes after the open card, in one line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import say
from nextcall.worklist.ranking import Candidate, Group, Ranked

FEW = 6


@dataclass(frozen=True, slots=True)
class Coming:
    """One line of who comes after."""

    lead_id: int
    name: str
    icon: str
    says: str


def coming_of(after: Sequence[Ranked], member: Member, *, at: datetime) -> tuple[Coming, ...]:
    """One line for each of them."""
    rows = Lead.objects.filter(account_id=member.account_id, pk__in=[one.candidate.lead_id for one in after])
    columns = ("pk", "person__name", "person__given_name", "person__zone")
    people = {lead: (name or given, zone) for lead, name, given, zone in rows.values_list(*columns)}
    icons = {"call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
    lines = []
    for one in after:
        if one.candidate.lead_id in people:
            name, zone = people[one.candidate.lead_id]
            known = say.Known(zone=zone or member.zone, member_zone=member.zone)
            icon = "in" if one.group is Group.WAITING else icons.get(one.candidate.channel, "call")
            lines.append(Coming(one.candidate.lead_id, name or "No name yet", icon, say.line_for(one, known, at=at)))
    return tuple(lines)


def elsewhere_of(found: Sequence[Candidate], member: Member) -> tuple[Coming, ...]:
    """One line for each lead of the member that another member has open."""
    holders = {one.lead_id: one.in_hands_of for one in found[:FEW]}
    if not holders:
        return ()
    rows = Lead.objects.filter(account_id=member.account_id, pk__in=holders).values_list("pk", "person__name")
    return tuple(
        Coming(pk, name or "No name yet", "people", f"{holders[pk].partition(' ')[0]} has this open")
        for pk, name in rows
    )
