"""The line of time on a lead's page: what is ahead and what was done, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.cadences import ahead
from nextcall.cadences.definition import Planned
from nextcall.cadences.models import Pause, Touch
from nextcall.conversations.models import Promise
from nextcall.conversations.thread import Said
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import say

ICONS = {"call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
OUTCOMES = {"no_answer": "noans", "left_voicemail": "vm", "talked": "talk", "call_back": "back-at"}
STANDING = (Touch.State.PLANNED, Touch.State.CLAIMED, Touch.State.SENDING, Touch.State.OPEN, Touch.State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Ahead:
    """One touch to come."""

    icon: str
    title: str
    sub: str
    when: str
    iso: str
    due_at: datetime
    undo_id: int | None = None
    touch_id: int | None = None
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    icon: str
    tint: str  # in: theirs, mine: ours, "": the machine's bookkeeping
    title: str
    sub: str
    body: str
    when: str
    iso: str
    undone: bool = False


def ahead_of(lead: Lead, *, limit: int, member: Member, at: datetime) -> tuple[list[Ahead], bool]:
    """The next `limit` touches and promises, the farthest first as the line is drawn; and whether there are more."""
    found = [_planned(one, member, at=at) for one in ahead.ahead(lead, at=at, limit=limit + 1)]
    found += [
        _by_hand(one, lead, member, at=at)
        for one in Touch.objects.filter(
            account_id=lead.account_id, lead=lead, state__in=STANDING, step_key=""
        ).order_by("due_at")[:20]
    ]
    found += [
        _unsure(one, member, at=at)
        for one in Touch.objects.filter(account_id=lead.account_id, lead=lead, state=Touch.State.UNCERTAIN).exclude(
            step_key=""
        )[:20]
    ]
    found += [
        _promised(one, member, at=at)
        for one in Promise.objects.filter(account_id=lead.account_id, lead=lead, closed_at__isnull=True).order_by(
            "due_at"
        )[:10]
    ]
    found.sort(key=lambda one: one.due_at)
    return found[:limit][::-1], len(found) > limit


def _planned(one: Planned, member: Member, *, at: datetime) -> Ahead:
    who = "by itself" if one.by == "machine" else "yours to make"
    moved = f"{one.moved_because} ({one.rule})" if one.rule and one.moved_because else ""
    title = one.channel.capitalize() + (", will not leave" if one.blocked else "")
    return Ahead(
        ICONS.get(one.channel, "call"),
        title,
        moved or who,
        say.when(one.due_at, member.zone, at=at) if one.due_at > at else "now",
        one.due_at.isoformat(),
        one.due_at,
    )


def _by_hand(touch: Touch, lead: Lead, member: Member, *, at: datetime) -> Ahead:
    if touch.state == Touch.State.UNCERTAIN:
        return _unsure(touch, member, at=at)
    action = None
    if touch.state == Touch.State.PLANNED:
        sends = Action.objects.filter(account_id=lead.account_id, lead=lead, kind="send", undone_at__isnull=True)
        action = next(
            (one for one in sends.order_by("-at")[:10] if any(made.get("pk") == touch.pk for made in one.made)), None
        )
    sub = touch.body[:80] or "yours to make"
    return Ahead(
        ICONS.get(touch.channel, "call"),
        f"{touch.channel.capitalize()}, written by hand" if touch.body else touch.channel.capitalize(),
        sub,
        say.when(touch.due_at, member.zone, at=at),
        touch.due_at.isoformat(),
        touch.due_at,
        undo_id=action.pk if action else None,
    )


def _unsure(touch: Touch, member: Member, *, at: datetime) -> Ahead:
    return Ahead(
        ICONS.get(touch.channel, "call"),
        f"{touch.channel.capitalize()}, nobody knows whether it left",
        touch.body[:80],
        say.when(touch.due_at, member.zone, at=at),
        touch.due_at.isoformat(),
        touch.due_at,
        touch_id=touch.pk,
        uncertain=True,
    )


def _promised(one: Promise, member: Member, *, at: datetime) -> Ahead:
    words = {
        "call": "Call promised",
        "send": "Answer promised",
        "window": "Call-back window",
        "appointment": "Appointment",
    }
    until = f" to {say.clock(one.until_at, member.zone)}" if one.until_at else ""
    return Ahead(
        "back-at",
        words.get(one.kind, "Promise"),
        one.what,
        say.when(one.due_at, member.zone, at=at) + until,
        one.due_at.isoformat(),
        one.due_at,
    )


def plan_says(name: str, held: Pause | None, member: Member, *, at: datetime) -> str:
    """Where the plan stands, in a sentence."""
    if not name:
        return "On no cadence: nothing happens by itself."
    if held is None:
        return f"{name} is running. A reply, a conversation or an appointment pauses it."
    until = f" until {say.when(held.until_at, member.zone, at=at)}" if held.until_at else ", until you resume it"
    who = f" by {held.by.name}" if held.by else ""
    because = held.because.replace("_", " ")
    return f"{name} is paused{who} because of: {because}{until}. What is left of each wait is waited afterwards."


def nothing_ahead(name: str, held: Pause | None) -> str:
    if held is not None:
        return f"Nothing while {name} is paused."
    return f"{name} has nothing more planned." if name else "Nothing is planned. Start a cadence, or write."


def entry(one: Said, lead: Lead, member: Member, *, at: datetime) -> Entry:
    """One entry of the thread as the page shows it."""
    when, iso = say.when(one.at, member.zone, at=at), one.at.isoformat()
    first = lead.person.given_name or str(lead.person)
    if at - one.at < timedelta(hours=1):
        when = say.ago(one.at, at=at)
    if one.kind == "message":
        icon = ICONS.get(one.channel, "text")
        if not one.outbound:
            return Entry(icon, "in", f"{first}, by {one.channel}", _verdict(one.verdict), one.body[:4000], when, iso)
        who = f", {one.who}" if one.who and one.who != member.name else ""
        return Entry(
            icon, "mine", f"{one.channel.capitalize()}{who}", one.subject, one.body[:4000], when, iso, one.undone
        )
    if one.kind == "call":
        said = one.outcome.replace("_", " ") or ("made" if one.outbound else "came in")
        length = f"{round(one.seconds / 60) or 1} min" if one.seconds else ""
        return Entry(
            OUTCOMES.get(one.outcome, "call"),
            "mine" if one.outbound else "in",
            f"Call, {said}",
            " · ".join(part for part in (one.who, length) if part),
            one.body,
            when,
            iso,
            one.undone,
        )
    if one.kind == "note":
        return Entry("note", "", f"Note, {one.who}" if one.who else "Note", "", one.body, when, iso)
    icon, words = event_words(one, first)
    return Entry(icon, "", "", words + (f", {one.who}" if one.who else ""), "", when, iso, one.undone)


def _verdict(verdict: str) -> str:
    return {
        "opt_out": "asked us to stop",
        "hold": "unclear: machine touches wait until you say",
        "auto_reply": "an automatic reply",
        "opt_in": "asked us to go on",
        "help": "asked for help",
    }.get(verdict, "")


EVENTS = {
    "lead.arrived": ("form", "Lead arrived"),
    "lead.created": ("form", "Lead arrived"),
    "lead.merged": ("people", "Asked again"),
    "lead.imported": ("upload", "Imported"),
    "lead.added": ("plus", "Added by hand"),
    "lead.edited": ("note", "Edited"),
    "lead.snoozed": ("clock", "Snoozed"),
    "cadence.began": ("plan", "Cadence began"),
    "cadence.paused": ("pause", "Cadence paused"),
    "cadence.resumed": ("play", "Cadence resumed"),
    "cadence.finished": ("check", "Cadence ended"),
    "cadence.calls_held": ("swap", "Calls held"),
    "touches.cancelled": ("cross", "What was planned is cancelled"),
    "permission.granted": ("shield", "Permission recorded"),
    "permission.withdrawn": ("stop", "Asked us to stop"),
    "withdrawal.lifted": ("shield", "Stop lifted"),
    "permission.lifted": ("shield", "Stop lifted"),
    "action.undone": ("undo", "Undone"),
    "touch.blocked": ("shield", "Not sent"),
    "touch.failed": ("alert", "Failed"),
    "touch.uncertain": ("alert", "Nobody knows whether it left"),
    "touch.skipped": ("right", "Skipped"),
    "touch.cancelled": ("cross", "Cancelled"),
    "touch.bounced": ("alert", "Came back"),
    "stage.changed": ("swap", "Stage"),
    "window.opened": ("back-at", "Call-back window opened"),
    "appointment.booked": ("back-at", "Appointment booked"),
    "touch.opened": ("ring", "Came due"),
    "touch.decided": ("check", "Decided"),
}


def event_words(one: Said, first: str) -> tuple[str, str]:
    """An event in words, with the cause it carries."""
    icon, words = EVENTS.get(one.event, ("ring", one.event.replace(".", " ").replace("_", " ").capitalize()))
    if one.event == "lead.handed_over":
        return "people", f"Handed to {one.data.get('to_name', 'someone')}"
    if one.event == "stage.changed":
        return icon, f"Stage: {one.data.get('to', '')}"
    channel = one.data.get("channel")
    words += f": {channel}" if isinstance(channel, str) and one.event.startswith("touch.") else ""
    cause = one.data.get("because") or one.data.get("says") or one.data.get("reason") or one.data.get("cadence") or ""
    if one.event == "cadence.began" and " " not in str(cause):  # its slug
        cause = str(cause).replace("-", " ").capitalize()
    return icon, words + (f": {str(cause).replace('_', ' ')}" if cause else "")
