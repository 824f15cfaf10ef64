"""One conversation: what was said, who else has it open, and the composer with what the gate says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from nextcall.cadences.models import Enrollment
from nextcall.consent import preferring
from nextcall.conversations import presence, seen
from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import answering, next_question
from nextcall.engine.write import LONGEST_EMAIL, LONGEST_TEXT
from nextcall.leads.models import Lead
from nextcall.lib import phone
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by
from nextcall.web.frame import QUIETLY
from nextcall.web.going_back import note_latest
from nextcall.web.inbox import lines, listing
from nextcall.web.lead.meeting import offer
from nextcall.web.lead.modes import gate_line
from nextcall.web.saved.offered import offered, opening
from nextcall.worklist import say
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.wishing import asked_for

QUESTION, TIMES = "ask", "times"  # in the page's address: what the composer opens with


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


def look(request: SignedIn, lead: Lead, *, at: datetime) -> None:
    """The member opened it. What a page in the background fetches anew is looked at once somebody is there."""
    item = item_of(lead)
    if item is not None and QUIETLY not in request.headers:
        seen.look(item=item, by=request.member, at=at, opened=True)


def item_of(lead: Lead) -> InboxItem | None:
    return getattr(lead, "inbox_item", None)


def talk(
    lead: Lead, member: Member, *, at: datetime, mode: str = "", words: Mapping[str, str] | None = None, put: str = ""
) -> dict[str, object]:
    """Everything the right side shows of a lead. `words`: what was typed and could not be sent.

    `put`: what the composer opens with: "ask", "times", or the number of a saved answer.
    """
    answers = offered(member)
    reach = reach_of(lead, member=member, at=at)
    zone, first = reach["call"].facts.place.home_zone, lead.person.given_name or str(lead.person)
    wish = preferring.standing([lead.person_id], account_id=lead.account_id, at=at)
    item = item_of(lead)
    stopped = listing.stops([item], member).get(item.pk, "") if item else ""
    paused = Enrollment.objects.filter(account_id=lead.account_id, lead=lead, state="paused", ended_at=None)
    held = paused.select_related("version__cadence").first()
    ask, times = next_question.next_of(lead, at=at), offer(lead, member, reach, zone=zone, at=at)
    words = words or {QUESTION: {"body": ask.words}, TIMES: {"body": times}}.get(put) or opening(answers, put)
    return {
        "lead": lead,
        "item": item,
        "name": str(lead.person),
        "first_name": first,
        "there": say.clock(at, zone),
        "initials": "".join(word[0] for word in str(lead.person).split()[:2]).upper(),
        "said_lines": lines.said(lead, member, at=at),
        "panels": [replace(one, offer=times) for one in panels(lead, reach, zone=zone, at=at, mode=mode, words=words)],
        "saved": answers,
        "seen": answering.seen_of(lead),
        "ask": ask,
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


def panels(
    lead: Lead, reach: Mapping[str, Reachable], *, zone: str, at: datetime, mode: str, words: Mapping[str, str]
) -> list[Panel]:
    """Text and email; the channel they wrote on last is open, else the first that may be used."""
    wrote = Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=False).exclude(body="")
    inbound = wrote.order_by("-at", "-pk").first()
    usable = [name for name in ("text", "email") if reach[name].decision.verdict != "deny"]
    latest = inbound.channel if inbound and inbound.channel in usable else ""
    chosen = mode if mode in ("text", "email") else latest or (usable[0] if usable else "text")
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
    is_phone = "@" not in item.unknown_sender
    name = listing.name_of(item)
    return {
        "item": item,
        "name": name,
        "said_lines": lines.of_stranger(item, name, member, at=at),
        "stopped": listing.stops([item], member).get(item.pk, ""),
        "kind": "number" if is_phone else "address",
        "reachable": item.contact_point is not None,
        "find_url": reverse("inbox_stranger", args=[item.pk]),
        "wait": say.span(at - item.waiting_since) if item.waiting_since else "",
        "dial": phone.show(item.contact_point.value) if item.contact_point and is_phone else "",
    }
