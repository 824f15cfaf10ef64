"""The right side of a lead's page: permission with its proof, numbers and their health, answers, who has it."""

from dataclasses import dataclass
from datetime import datetime

from nextcall.consent.models import Permission, Withdrawal
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.lib import phone
from nextcall.team.models import Member
from nextcall.web.lead.plan import PERSON_FIELDS, EditForm
from nextcall.worklist import say
from nextcall.worklist.gating import Reachable

WORDS = {"call": "Calls", "text": "Texts", "email": "Email"}
TIERS = {"written": "in writing", "express": "said so", "implied": "implied"}


@dataclass(frozen=True, slots=True)
class Proof:
    """One permission or withdrawal, with its wording."""

    lines: tuple[str, ...]
    wording: str


def facts(lead: Lead, reach: dict[str, Reachable], member: Member, *, zone: str, at: datetime) -> dict[str, object]:
    """Everything beside the line of time."""
    given = list(
        Permission.objects.filter(account_id=lead.account_id, person_id=lead.person_id).order_by("-given_at")[:20]
    )
    stops = list(Withdrawal.objects.filter(account_id=lead.account_id, person_id=lead.person_id).order_by("-at")[:20])
    person = lead.person
    place = ", ".join(
        part for part in (person.street, person.city, f"{person.region} {person.postal_code}".strip()) if part
    )
    shown = [
        ("Stage", lead.stage.capitalize()),
        ("Owner", lead.owner.name if lead.owner else "Nobody yet"),
        ("Source", lead.source.name if lead.source else ""),
        ("Offer", lead.offer.name if lead.offer else ""),
        ("Where", place),
        ("Arrived", say.when(lead.arrived_at, member.zone, at=at)),
        ("Tried", f"{lead.attempts} times" if lead.attempts else "Not yet"),
    ]
    initial = {name: getattr(person, name) for name in PERSON_FIELDS} | {"stage": lead.stage}
    return {
        "reach": [*_allowed(reach, given, zone=zone, member=member, at=at), *_points(lead)],
        "proofs": [_stop(one, member, at=at) for one in stops] + [_proof(one, member, at=at) for one in given],
        "answers": _answers(lead),
        "lead_facts": [(word, says) for word, says in shown if says],
        "edit_form": EditForm(initial=initial),
        "members": _members(lead),
    }


def _answers(lead: Lead) -> list[tuple[str, str]]:
    told = {
        **lead.answers,
        **{word: value for word, value in lead.interest.items() if isinstance(value, str | int | float)},
    }
    return [
        (str(word).replace("_", " ").capitalize()[:60], str(value)[:300])
        for word, value in list(told.items())[:20]
        if value
    ]


def _allowed(
    reach: dict[str, Reachable], given: list[Permission], *, zone: str, member: Member, at: datetime
) -> list[tuple[str, str]]:
    lines = []
    for channel, word in WORDS.items():
        there = reach[channel]
        decision, rule = there.decision, there.decision.deciding
        said = next((one for one in given if one.channel == channel and one.ended_at is None), None)
        how = f", {TIERS.get(said.tier, said.tier)} {say.when(said.given_at, member.zone, at=at)}" if said else ""
        if decision.verdict == "allow":
            until = f", until {say.clock(decision.until, zone)} their time" if decision.until else ""
            lines.append((word, f"Yes{how}{until}"))
        elif decision.earliest:
            lines.append((word, f"Yes{how}, from {say.when(decision.earliest, zone, at=at)} their time"))
        else:
            lines.append((word, f"No: {rule.says if rule else 'not now'}"))
    return lines


def _points(lead: Lead) -> list[tuple[str, str]]:
    rows = Reach.objects.filter(account_id=lead.account_id, person_id=lead.person_id).select_related("contact_point")
    lines = []
    for row in rows.order_by("rank", "pk"):
        point = row.contact_point
        is_phone = point.kind == ContactPoint.Kind.PHONE
        shown = phone.show(point.value) if is_phone else point.value
        health = point.problem.replace("_", " ") or "works as far as we know"
        line = point.line_type.replace("_", " ") if is_phone and point.line_type not in ("", "unknown") else ""
        detail = ", ".join(part for part in (line, row.label, health) if part)
        lines.append(("Phone" if is_phone else "Address", f"{shown} ({detail})"))
    return lines


def _proof(one: Permission, member: Member, *, at: datetime) -> Proof:
    ended = f"Ended: {one.ended_because}" if one.ended_at else ""
    origin = ", ".join(f"{key} {value}" for key, value in one.proof.items() if value and isinstance(value, str | int))
    when = say.when(one.given_at, member.zone, at=at)
    first = f"{one.channel.capitalize()}, {TIERS.get(one.tier, one.tier)}, {when} ({one.source})"
    return Proof(tuple(part for part in (first, origin[:300], ended) if part), one.wording)


def _stop(one: Withdrawal, member: Member, *, at: datetime) -> Proof:
    lifted = f"Lifted: {one.lifted_because}" if one.lifted_at else ""
    when, why = say.when(one.at, member.zone, at=at), one.reason.replace("_", " ")
    first = f"Stopped {', '.join(one.channels)}, {when}, by {one.via}: {why}"
    return Proof(tuple(part for part in (first, lifted) if part), one.said)


def _members(lead: Lead) -> list[tuple[int, str]]:
    rows = Member.objects.filter(account_id=lead.account_id, is_active=True).exclude(pk=lead.owner_id or 0)
    return list(rows.order_by("name").values_list("pk", "name")[:200])
