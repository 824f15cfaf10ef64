"""A message written by hand: the same claim, gate and record as the machine's own."""

import re
from datetime import datetime, timedelta

from django.db.models import QuerySet

from nextcall.cadences.models import Touch
from nextcall.consent.facts import Decision
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message
from nextcall.engine import asking
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

LONGEST_TEXT = 1600  # characters; carriers join at most ten parts
LONGEST_EMAIL = 50_000
# "[[what you saw on their street]]", "[one line only you could write]": what a draft leaves to its writer
GAP = re.compile(r"\[\[(.*?)\]\]|\[([^\[\]]*\bonly you\b[^\[\]]*)\]", re.DOTALL)


class Refused(Exception):
    """The gate does not let it leave, now or later; `decision` says why."""

    def __init__(self, asked: asking.Asked) -> None:
        deciding = asked.decision.deciding
        super().__init__(deciding.says if deciding else "This may not be sent.")
        self.asked, self.decision = asked, asked.decision


class Unfinished(ValueError):
    """Nothing is written, too much, or a gap is still open."""


def open_gap(*texts: str) -> str:
    """What the first gap of a draft asks for; "" when none is open."""
    found = next((gap for gap in map(GAP.search, texts) if gap), None)
    return (" ".join((found[1] or found[2] or "").split()) or "a line of your own") if found else ""


def may(*, lead: Lead, channel: str, at: datetime, automated: bool = False) -> Decision:
    """What the gate says about a message or call to this lead now, by hand unless `automated`."""
    return asking.ask(lead=lead, channel=channel, at=at, automated=automated).decision


def write(
    *, lead: Lead, channel: str, body: str, by: Member | None, at: datetime, subject: str = "", page: str = ""
) -> Touch:
    """Queue a text or email written by hand; it leaves after the account's undo time, or when its window opens.

    Raises Refused with the decision when the gate denies it, Unfinished when there is nothing to send. The action
    that takes it back is `undo_of(touch)`. `page`: where it was written.
    """
    words = conversation.clean(body).strip()
    if not words or len(words) > (LONGEST_TEXT if channel == "text" else LONGEST_EMAIL):
        raise Unfinished("Write something first." if not words else f"That is too long for one {channel}.")
    gap = open_gap(subject, words)
    if gap:
        raise Unfinished(f"Not sent: the gap \u201c{gap[:120]}\u201d is still open. Only you can write that line.")
    leaves = at + timedelta(seconds=lead.account.undo_seconds)
    asked = asking.ask(lead=lead, channel=channel, at=leaves)
    decision = asked.decision
    if decision.verdict == "deny":
        raise Refused(asked)
    deciding = decision.deciding
    answered = _answered(lead, channel)
    with undoable(lead=lead, kind="send", by=by, at=at) as deed:
        touch = Touch.objects.create(
            account_id=lead.account_id,
            lead=lead,
            person_id=lead.person_id,
            owner=by,
            channel=channel,
            by_machine=False,
            purpose="reply" if lead.waiting_since else "marketing",
            due_at=decision.earliest or leaves,
            intended_at=at,
            priority=0,
            rule=deciding.id if deciding else "",
            because=(deciding.says if deciding else "")[:200],
            body=words,
            subject=_subject(subject, answered) if channel == "email" else "",
            created_at=at,
            in_reply_to=answered.message_id if answered and channel == "email" else "",
        )
        conversation.answered(lead=lead, at=at, by=by)
        if decision.verdict == "wait":
            _record_wait(touch, asked, by=by, at=at, page=page)
        deed.says = _says(touch, lead, at)
    return touch


def _record_wait(touch: Touch, asked: asking.Asked, *, by: Member | None, at: datetime, page: str) -> None:
    record(
        account_id=touch.account_id,
        kind="touch.waited",
        at=at,
        by=by,
        person_id=touch.person_id,
        lead_id=touch.lead_id,
        touch_id=touch.pk,
        data={"channel": touch.channel, "rule": touch.rule, "page": page, "gate": asked.gate},
    )


def undo_of(touch: Touch) -> Action | None:
    """The action that takes back a hand-written message."""
    sends: QuerySet[Action] = Action.objects.filter(account_id=touch.account_id, lead_id=touch.lead_id, kind="send")
    return next(
        (action for action in sends.order_by("-at")[:20] if {"model": "Touch", "pk": touch.pk} in action.made), None
    )


def _answered(lead: Lead, channel: str) -> Message | None:
    inbound = Message.objects.filter(account_id=lead.account_id, lead=lead, channel=channel, outbound=False)
    return inbound.order_by("-at").first()


def _subject(subject: str, answered: Message | None) -> str:
    if subject.strip() or answered is None:
        return conversation.clean(subject).strip()[:300]
    return f"Re: {answered.subject.removeprefix('Re: ')}"[:300]


def _says(touch: Touch, lead: Lead, at: datetime) -> str:
    zone = lead.person.zone or lead.account.zone
    name = "Text" if touch.channel == "text" else "Email"
    when = f" It leaves {spoken(touch.due_at, now=at, zone=zone)} their time." if touch.rule else ""
    return f"{name} to {lead.person}.{when}"
