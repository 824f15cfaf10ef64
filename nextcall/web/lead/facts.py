"""The right side of a lead's page: permission with its proof, answers, who belongs with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from nextcall.cadences.models import Touch
from nextcall.consent.models import Permission, Withdrawal
from nextcall.conversations.models import Suggestion
from nextcall.conversations.questions import label_of
from nextcall.leads import household
from nextcall.leads.models import Lead
from nextcall.team import meeting as team_meeting
from nextcall.team.models import Member
from nextcall.web.access import leads_seen_by
from nextcall.web.lead import meeting
from nextcall.web.lead.shown import Shown
from nextcall.worklist import say

WORDS = {"call": "Calls", "text": "Texts", "email": "Email"}
TIERS = {"written": "in writing", "express": "said so", "implied": "implied"}
PROOF = {
    "url": "Form",
    "ip": "From",
    "file": "File",
    "attested_by": "Attested by",
    "capture": "Capture",
    "said": "Said",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """One channel: yes or no, and what it rests on."""

    word: str
    yes: bool
    says: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One permission or withdrawal, with its wording."""

    lines: tuple[str, ...]
    wording: str
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Housemate:
    """Another person of the household."""

    name: str
    url: str  # empty where this member may not open them
    says: str
    ahead: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Another lead of the same person."""

    url: str
    title: str
    says: str


def facts(shown: Shown) -> dict[str, object]:
    """Everything beside the line of time but what is edited in place."""
    lead = shown.lead
    given = Permission.objects.filter(account_id=lead.account_id, person_id=lead.person_id).select_related(
        "recorded_by"
    )
    given_rows = list(given.order_by("-given_at")[:20])
    stops = Withdrawal.objects.filter(account_id=lead.account_id, person_id=lead.person_id).select_related("by")
    stop_rows = list(stops.order_by("-at")[:20])
    return {
        "appointments": meeting.shown(lead, shown.member, at=shown.at),
        "meeting_minutes": team_meeting.of(lead.owner or shown.member).minutes,
        "allowed": _allowed(shown, given_rows),
        "proofs": [_stop(one, shown) for one in stop_rows] + [_proof(one, shown) for one in given_rows],
        "stopped": any(one.lifted_at is None for one in stop_rows)
        and all(there.decision.verdict == "deny" for there in shown.reach.values()),
        "answers": _answers(lead, _read_by_machine(lead)),
        "household": _household(shown),
        "inquiries": _inquiries(shown),
        "members": _members(lead),
    }


def _read_by_machine(lead: Lead) -> dict[str, str]:
    """By what is shown as the field's name: the words that the machine read it from, where no member has looked yet."""
    rows = Suggestion.objects.filter(account_id=lead.account_id, lead=lead, kind="answer", dismissed_at=None, by=None)
    taken = rows.filter(taken_at__isnull=False).order_by("at")
    return {label_of(str(value.get("field", ""))): quote for value, quote in taken.values_list("value", "quote")}


def _answers(lead: Lead, read: dict[str, str]) -> list[tuple[str, str]]:
    told = {
        **lead.answers,
        **{word: value for word, value in lead.interest.items() if isinstance(value, str | int | float)},
    }
    return [
        _answer(str(word).replace("_", " ").capitalize()[:60], str(value)[:300], read)
        for word, value in list(told.items())[:20]
        if value
    ]


def _answer(word: str, value: str, read: dict[str, str]) -> tuple[str, str]:
    return word, f"{value} (\u201c{read[word]}\u201d, read by machine)" if word in read else value


def _allowed(shown: Shown, given: list[Permission]) -> list[Allowed]:
    lines = []
    for channel, word in WORDS.items():
        decision, rule = shown.reach[channel].decision, shown.reach[channel].decision.deciding
        said = next((one for one in given if one.channel == channel and one.ended_at is None), None)
        when = say.when(said.given_at, shown.member.zone, at=shown.at) if said else ""
        how = f", {TIERS.get(said.tier, said.tier)} {when}" if said else ""
        if decision.verdict == "allow":
            until = f", until {say.clock(decision.until, shown.zone)} their time" if decision.until else ""
            lines.append(Allowed(word, True, f"Yes{how}{until}"))
        elif decision.earliest:
            opens = say.when(decision.earliest, shown.zone, at=shown.at)
            lines.append(Allowed(word, True, f"Yes{how}, from {opens} their time"))
        else:
            lines.append(Allowed(word, False, f"No: {rule.says.rstrip('.') if rule else 'not now'}"))
    return lines


def _proof(one: Permission, shown: Shown) -> Proof:
    when = say.when(one.given_at, shown.member.zone, at=shown.at)
    first = f"{one.channel.capitalize()}, {TIERS.get(one.tier, one.tier)}, {when}, by {one.source}"
    told = [
        f"{PROOF.get(key, key.replace('_', ' ').capitalize())}: {str(value)[:200]}"
        for key, value in one.proof.items()
        if value and isinstance(value, str | int)
    ]
    by = f"Written down by {one.recorded_by.name}" if one.recorded_by else ""
    automated = "" if one.automated else "Not for automated calls and texts"
    version = f"Wording {one.wording_version}" if one.wording_version else ""
    ended = f"Ended: {one.ended_because.replace('_', ' ')}" if one.ended_at else ""
    return Proof(tuple(part for part in (first, *told[:8], by, automated, version, ended) if part), one.wording)


def _stop(one: Withdrawal, shown: Shown) -> Proof:
    lifted = f"Lifted: {one.lifted_because}" if one.lifted_at else ""
    when, why = say.when(one.at, shown.member.zone, at=shown.at), one.reason.replace("_", " ")
    by = f", logged by {one.by.name}" if one.by else ""
    channels = ", ".join(name for name in one.channels if name != "automated")
    first = f"Stopped {channels}, {when}, by {one.via}: {why}{by}"
    return Proof(tuple(part for part in (first, lifted) if part), one.said, stop=one.lifted_at is None)


def _household(shown: Shown) -> list[Housemate]:
    found = household.household(shown.lead.person, _sharing(shown))
    if not found:
        return []
    leads = [one.lead for one in found if one.lead]
    mine = set(leads_seen_by(shown.member).filter(pk__in=[one.pk for one in leads]).values_list("pk", flat=True))
    ahead = _ahead([one.pk for one in leads], shown)
    told = []
    for one in found:
        key = one.lead.pk if one.lead else 0
        with_whom = f"with {one.lead.owner.name}" if one.lead and one.lead.owner else "nobody\u2019s yet"
        url = reverse("lead", args=[key]) if key in mine else ""
        told.append(Housemate(str(one.person), url, f"{one.because}, {with_whom}", ahead.get(key, "")))
    return told


def _sharing(shown: Shown) -> dict[int, str]:
    """Who is reached where they are, and by what."""
    kinds = {one.pk: one.kind for one in shown.points}
    return {other.pk: f"same {kinds[point]}" for point, others in shown.sharers.items() for other in others}


def _ahead(lead_ids: Iterable[int], shown: Shown) -> dict[int, str]:
    """What is planned to reach them next, so that nobody is called twice a day unknowingly."""
    rows = Touch.objects.filter(
        account_id=shown.lead.account_id, lead__in=list(lead_ids), state__in=(Touch.State.PLANNED, Touch.State.OPEN)
    )
    return {
        lead_id: f"{channel} {_when(due_at, shown.member, at=shown.at)}"
        for lead_id, channel, due_at in rows.order_by("-due_at").values_list("lead_id", "channel", "due_at")
    }


def _when(due_at: datetime, member: Member, *, at: datetime) -> str:
    return say.when(due_at, member.zone, at=at) if due_at > at else "now"


def _inquiries(shown: Shown) -> list[Inquiry]:
    found = []
    for one in household.other_leads(shown.lead):
        seen = shown.member.manages or one.owner_id in (None, shown.member.pk)
        title = one.offer.name if one.offer else one.source.name if one.source else "Asked"
        when = say.when(one.arrived_at, shown.member.zone, at=shown.at)
        whose = "" if seen or not one.owner else f", with {one.owner.name}"
        found.append(Inquiry(reverse("lead", args=[one.pk]) if seen else "", title, f"{when}, {one.stage}{whose}"))
    return found


def _members(lead: Lead) -> list[tuple[int, str]]:
    rows = Member.objects.filter(account_id=lead.account_id, is_active=True).exclude(pk=lead.owner_id or 0)
    return list(rows.order_by("name").values_list("pk", "name")[:200])
