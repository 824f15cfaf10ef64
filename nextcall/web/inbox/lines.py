"""One conversation, line by line: what was said and done, the latest last, and what is about to leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem
from nextcall.conversations.said.intent import asks_if_machine
from nextcall.conversations.thread import File, Said, going_along, said_in, thread
from nextcall.engine import answering
from nextcall.engine.write import undo_of
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web import chips
from nextcall.web.chips import Chip
from nextcall.web.lead.done import EVENTS
from nextcall.web.lead.meeting import ANSWERED
from nextcall.web.messages.shown import Details, details, enclosed
from nextcall.web.messages.whose import Question, questions
from nextcall.worklist import say

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
    "inbox.told_whose": ("people", "Said whose message it is"),
    **{kind: EVENTS[kind] for kind in EVENTS if kind.startswith("appointment.")},
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
    details: Details | None = None  # of a message
    question: Question | None = None  # whose it is
    chips: tuple[Chip, ...] = ()  # what it suggests
    flag: str = ""  # what is to be known before it is answered


def said(lead: Lead, member: Member, *, at: datetime) -> list[Line]:
    """What was said, the latest last; and below it what is about to leave."""
    first = lead.person.given_name or str(lead.person)
    entries = thread(lead, limit=LATEST)
    unsure, suggested = questions(entries, lead.account), chips.of_messages(lead, member, at=at)
    lines = [
        replace(line, chips=suggested.get(one.message_id or 0, ()))
        for one in entries
        if (line := _line(one, first, member, unsure, at=at))
    ]
    standing = list(answering.leaving(lead).select_related("owner").order_by("created_at")[:5])
    files = going_along(standing, account_id=lead.account_id)
    return lines[::-1] + [_leaving(touch, files.get(touch.pk, ()), member, at=at) for touch in standing]


def _line(one: Said, first: str, member: Member, unsure: Mapping[int, Question], *, at: datetime) -> Line | None:
    when = _when(one, member, at)
    iso, icon = one.at.isoformat(), ICONS.get(one.channel, "text")
    ours = "You" if one.who == member.name else one.who
    if one.kind == "message":
        line = _message(one, first, ours, member, at=at)
        return replace(line, question=unsure.get(one.message_id or 0))
    if one.kind == "call":
        came = one.outcome.replace("_", " ") or ("made" if one.outbound else "came in")
        undone = ", undone" if one.undone else ""
        return Line("ours" if one.outbound else "theirs", "call", f"Call, {came}{undone}", one.body, when, iso)
    if one.kind == "note":
        return Line("", "note", f"Note, {ours}" if ours else "Note", one.body, when, iso)
    if one.event not in TOLD:
        return None
    icon, words = TOLD[one.event]
    words = ANSWERED.get(str(one.data.get("response")), words) if one.event == "appointment.answered" else words
    to = f" to {one.data['to_name']}" if one.data.get("to_name") else ""
    return Line("", icon, f"{words}{to}{f', {ours}' if ours else ''}", "", when, iso)


def _message(one: Said, first: str, ours: str, member: Member, *, at: datetime) -> Line:
    verdict = VERDICTS.get(one.verdict, "")
    theirs = f"{first}{f', {verdict}' if verdict else ''}"
    who = (ours or "The plan") if one.outbound else theirs
    side = ("ours" if ours else "ours plan") if one.outbound else "theirs"
    beside = details(one, zone=member.zone, at=at)
    icon = ICONS.get(one.channel, "text")
    flag = chips.BE_TRUTHFUL if not one.outbound and asks_if_machine(one.body) else ""
    return Line(
        side, icon, who, one.body[:4000], _when(one, member, at), one.at.isoformat(), one.subject, details=beside,
        flag=flag,
    )  # fmt: skip


def _when(one: Said, member: Member, at: datetime) -> str:
    return say.ago(one.at, at=at) if at - one.at < timedelta(hours=1) else say.when(one.at, member.zone, at=at)


def _leaving(touch: Touch, files: Sequence[File], member: Member, *, at: datetime) -> Line:
    action = undo_of(touch) if touch.state == Touch.State.PLANNED else None
    who = "You" if touch.owner_id == member.pk else touch.owner.name if touch.owner else ""
    leaves = f"leaves {say.when(touch.due_at, member.zone, at=at)}" if touch.due_at > at else "leaving now"
    if touch.state == Touch.State.UNCERTAIN:
        leaves = "not known yet whether it left" if touch.lease_until else "nobody knows whether it left"
    return Line(
        "ours", ICONS.get(touch.channel, "text"), who, touch.body[:4000], leaves, touch.due_at.isoformat(),
        touch.subject, leaves, action.pk if action else None, Details(enclosed=tuple(map(enclosed, files))),
    )  # fmt: skip


def of_stranger(item: InboxItem, name: str, member: Member, *, at: datetime) -> list[Line]:
    """Everything that a sender whom nobody knows wrote, the latest last."""
    rows = inbox.from_stranger(item).select_related("by", "touch", "answers__enrollment").order_by("-at", "-pk")
    said = said_in(list(rows[:LATEST]), account_id=item.account_id)
    return [_message(replace(one, subject=""), name, "", member, at=at) for one in reversed(said)]
