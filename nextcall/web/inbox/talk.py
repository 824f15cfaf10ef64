"""One conversation: what was said, who else has it open, and the composer with what the gate says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent import preferring
from nextcall.conversations import inbox, presence
from nextcall.conversations.models import InboxItem, Message
from nextcall.conversations.thread import Said, thread
from nextcall.engine import answering
from nextcall.engine.write import LONGEST_EMAIL, LONGEST_TEXT, undo_of
from nextcall.leads.models import Lead
from nextcall.lib import phone
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by
from nextcall.web.going_back import note_latest
from nextcall.web.inbox import listing
from nextcall.web.lead.meeting import offer
from nextcall.web.lead.modes import gate_line
from nextcall.worklist import say
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.wishing import asked_for

LATEST = 60
ICONS = {"text": "text", "email": "mail", "call": "call"}
VERDICTS = {
    "hold": "unclear: machine touches wait until you say",
    "auto_reply": "an automatic reply",
    "opt_in": "asked us to go on",
    "help": "asked for help",
}
TOLD = {
    "cadence.paused": ("pause", "Plan paused"),
    "cadence.resumed": ("play", "Plan resumed"),
    "permission.withdrawn": ("stop", "Asked us to stop"),
    "inbox.done": ("check", "Done"),
    "inbox.reopened": ("undo", "Waiting on us again"),
    "inbox.until_reply": ("clock", "Set aside until they reply"),
    "inbox.assigned": ("person", "Given"),
    "inbox.joined": ("in", "Their messages from an unknown number joined"),
    "appointment.booked": ("back-at", "Appointment booked"),
    "appointment.moved": ("back-at", "Appointment moved"),
    "appointment.answered": ("back-at", "Their calendar answered"),
    "appointment.cancelled": ("back-at", "Appointment called off"),
    "appointment.kept": ("check", "They met"),
    "appointment.missed": ("back-at", "Appointment missed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said or done. `side`: theirs, ours, or "" for the record's own."""

    side: str
    icon: str
    who: str
    body: str
    when: str
    iso: str
    subject: str = ""
    leaves: str = ""  # when it leaves, if it has not
    undo_id: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The composer on one channel."""

    name: str
    word: str
    gate: str
    no: bool
    here: bool
    label: str
    send: str
    longest: int
    subject: str = ""
    body: str = ""
    offer: str = ""  # times that suit, in words


def lead_for(request: SignedIn, lead_id: int) -> Lead:
    """The lead, if this member may see it or is to answer it."""
    member = request.member
    rows = leads_seen_by(member)
    if not member.manages:
        mine = Q(owner=member) | Q(owner=None) | Q(inbox_item__assignee=member)
        rows = Lead.objects.filter(mine, account=member.account, removed_at=None)
    joined = rows.select_related("account", "person", "owner", "source", "offer", "inbox_item__assignee")
    lead = found_or_404(joined, member.account, pk=lead_id)
    request.about = lead  # type: ignore[attr-defined]
    note_latest(request)
    return lead


def item_of(lead: Lead) -> InboxItem | None:
    return getattr(lead, "inbox_item", None)


def talk(
    lead: Lead, member: Member, *, at: datetime, mode: str = "", words: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Everything the right side shows of a lead. `words`: what was typed and could not be sent."""
    reach = reach_of(lead, member=member, at=at)
    zone, first = reach["call"].facts.place.home_zone, lead.person.given_name or str(lead.person)
    wish = preferring.standing([lead.person_id], account_id=lead.account_id, at=at)
    item = item_of(lead)
    stopped = listing.stops([item], member).get(item.pk, "") if item else ""
    paused = Enrollment.objects.filter(account_id=lead.account_id, lead=lead, state="paused", ended_at=None)
    held = paused.select_related("version__cadence").first()
    return {
        "lead": lead,
        "item": item,
        "name": str(lead.person),
        "first_name": first,
        "there": say.clock(at, zone),
        "initials": "".join(word[0] for word in str(lead.person).split()[:2]).upper(),
        "said_lines": said(lead, member, at=at),
        "panels": [
            replace(one, offer=times)
            for times in [offer(lead, member, reach, zone=zone, at=at)]
            for one in panels(lead, reach, zone=zone, at=at, mode=mode, words=words or {})
        ],
        "seen": answering.seen_of(lead),
        "others": others(lead, member, at=at),
        "stopped": stopped,
        "asked_for": asked_for(reach, wish.get(lead.person_id), zone=zone, at=at),
        "plan_paused": held.version.cadence.name if held else "",
        "wait": say.span(at - lead.waiting_since) if lead.waiting_since else "",
        "facts": facts(lead, reach, member, zone=zone, at=at),
    }


def others(lead: Lead, member: Member, *, at: datetime) -> str:
    """ "Ben is writing to Hazel.", "Ben has this open."."""
    says = presence.says([lead.pk], to=member, at=at).get(lead.pk, "")
    first = lead.person.given_name or str(lead.person)
    return f"{says} to {first}." if says.endswith("writing") else f"{says}." if says else ""


def said(lead: Lead, member: Member, *, at: datetime) -> list[Line]:
    """What was said, the latest last; and below it what is about to leave."""
    first = lead.person.given_name or str(lead.person)
    lines = [line for one in thread(lead, limit=LATEST) if (line := _line(one, first, member, at=at))]
    standing = answering.leaving(lead).select_related("owner").order_by("created_at")[:5]
    return lines[::-1] + [_leaving(touch, member, at=at) for touch in standing]


def _line(one: Said, first: str, member: Member, *, at: datetime) -> Line | None:
    when = say.ago(one.at, at=at) if at - one.at < timedelta(hours=1) else say.when(one.at, member.zone, at=at)
    iso, icon = one.at.isoformat(), ICONS.get(one.channel, "text")
    ours = "You" if one.who == member.name else one.who
    if one.kind == "message" and not one.outbound:
        verdict = VERDICTS.get(one.verdict, "")
        return Line(
            "theirs", icon, f"{first}{f', {verdict}' if verdict else ''}", one.body[:4000], when, iso, one.subject
        )
    if one.kind == "message":
        return Line("ours" if ours else "ours plan", icon, ours or "The plan", one.body[:4000], when, iso, one.subject)
    if one.kind == "call":
        came = one.outcome.replace("_", " ") or ("made" if one.outbound else "came in")
        undone = ", undone" if one.undone else ""
        return Line("ours" if one.outbound else "theirs", "call", f"Call, {came}{undone}", one.body, when, iso)
    if one.kind == "note":
        return Line("", "note", f"Note, {ours}" if ours else "Note", one.body, when, iso)
    if one.event not in TOLD:
        return None
    icon, words = TOLD[one.event]
    to = f" to {one.data['to_name']}" if one.data.get("to_name") else ""
    return Line("", icon, f"{words}{to}{f', {ours}' if ours else ''}", "", when, iso)


def _leaving(touch: Touch, member: Member, *, at: datetime) -> Line:
    action = undo_of(touch) if touch.state == Touch.State.PLANNED else None
    who = "You" if touch.owner_id == member.pk else touch.owner.name if touch.owner else ""
    leaves = f"leaves {say.when(touch.due_at, member.zone, at=at)}" if touch.due_at > at else "leaving now"
    return Line(
        "ours", ICONS.get(touch.channel, "text"), who, touch.body[:4000], leaves, touch.due_at.isoformat(),
        touch.subject, leaves, action.pk if action else None,
    )  # fmt: skip


def panels(
    lead: Lead, reach: Mapping[str, Reachable], *, zone: str, at: datetime, mode: str, words: Mapping[str, str]
) -> list[Panel]:
    """Text and email; the channel they wrote on last is open, else the first that may be used."""
    inbound = (
        Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=False).order_by("-at", "-pk").first()
    )
    usable = [name for name in ("text", "email") if reach[name].decision.verdict != "deny"]
    wrote = inbound.channel if inbound and inbound.channel in usable else ""
    chosen = mode if mode in ("text", "email") else wrote or (usable[0] if usable else "text")
    first = lead.person.given_name or str(lead.person)
    return [
        _panel(
            name, reach[name], first, inbound, words if name == chosen else {}, zone=zone, at=at, here=name == chosen
        )
        for name in ("text", "email")
    ]


def _panel(
    name: str,
    there: Reachable,
    first: str,
    inbound: Message | None,
    words: Mapping[str, str],
    *,
    zone: str,
    at: datetime,
    here: bool,
) -> Panel:
    later = there.decision.earliest if there.decision.verdict == "wait" else None
    subject = inbound.subject.removeprefix("Re: ") if inbound and inbound.channel == "email" else ""
    return Panel(
        name=name,
        word=name.capitalize(),
        gate=gate_line(there, first, zone=zone, at=at),
        no=there.decision.verdict == "deny",
        here=here,
        label=f"{name.capitalize()} to {first}",
        send=f"Send {say.when(later, zone, at=at)}" if later else "Send",
        longest=LONGEST_TEXT if name == "text" else LONGEST_EMAIL,
        subject=words.get("subject") or (f"Re: {subject}" if subject else ""),
        body=words.get("body", ""),
    )


def facts(
    lead: Lead, reach: Mapping[str, Reachable], member: Member, *, zone: str, at: datetime
) -> list[tuple[str, str]]:
    """The lead in brief."""
    item = item_of(lead)
    shown = [
        ("Stage", lead.stage.capitalize()),
        ("Owner", lead.owner.name if lead.owner else "Nobody yet"),
        ("To answer", item.assignee.name if item and item.assignee else ""),
        ("Source", lead.source.name if lead.source else ""),
        ("Offer", lead.offer.name if lead.offer else ""),
        ("Where", ", ".join(part for part in (lead.person.city, lead.person.region) if part)),
        ("Their time", say.clock(at, zone)),
        ("Tried", f"{lead.attempts} times" if lead.attempts > 1 else "Once" if lead.attempts else "Not yet"),
    ]
    shown += [
        (word, _may(reach[name], zone=zone, at=at))
        for name, word in (("call", "Calls"), ("text", "Texts"), ("email", "Emails"))
    ]
    return [(word, says) for word, says in shown if says]


def _may(there: Reachable, *, zone: str, at: datetime) -> str:
    decision, rule = there.decision, there.decision.deciding
    if decision.verdict == "allow":
        return "Yes"
    if decision.earliest:
        return f"From {say.when(decision.earliest, zone, at=at)} their time"
    return f"No: {rule.says.rstrip('.')}" if rule else "No"


def stranger(item: InboxItem, member: Member, *, at: datetime) -> dict[str, object]:
    """Everything the right side shows of a sender whom nobody knows."""
    rows = inbox.from_stranger(item).order_by("-at", "-pk")[:LATEST]
    is_phone = "@" not in item.unknown_sender
    name = listing.name_of(item)
    lines = []
    for row in reversed(rows):
        when = say.ago(row.at, at=at) if at - row.at < timedelta(hours=1) else say.when(row.at, member.zone, at=at)
        lines.append(Line("theirs", ICONS.get(row.channel, "text"), name, row.body[:4000], when, row.at.isoformat()))
    return {
        "item": item,
        "name": name,
        "said_lines": lines,
        "stopped": listing.stops([item], member).get(item.pk, ""),
        "kind": "number" if is_phone else "address",
        "reachable": item.contact_point is not None,
        "find_url": reverse("inbox_stranger", args=[item.pk]),
        "wait": say.span(at - item.waiting_since) if item.waiting_since else "",
        "dial": phone.show(item.contact_point.value) if item.contact_point and is_phone else "",
    }
