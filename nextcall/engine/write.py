"""A message written by hand: the same claim, gate and record as the machine's own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from nextcall.cadences.models import Touch
from nextcall.consent.content.message import Finding
from nextcall.consent.facts import Decision
from nextcall.conversations import log as conversation
from nextcall.conversations import saved
from nextcall.conversations.models import Message, SavedAnswer
from nextcall.engine import asking, next_question, words
from nextcall.engine import pictures as outgoing_pictures
from nextcall.engine.lately import NEVER, texted
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.engine.when import spoken
from nextcall.engine.words import Checked
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

LONGEST_TEXT = 1600  # characters; carriers join at most ten parts
LONGEST_EMAIL = 50_000


class Refused(Exception):
    """It may not leave, now or later: the gate denies it, or its words do. `decision` says why, `reasons` lists all."""

    def __init__(self, asked: asking.Asked, findings: Sequence[Finding] = ()) -> None:
        self.asked, self.decision, self.findings = asked, asked.decision, tuple(findings)
        of_words = {one.rule for one in self.findings}
        denying = [rule for rule in self.decision.rules if rule.effect == "deny"]
        self.reasons = tuple(denying[:1] + [rule for rule in denying[1:] if rule.id in of_words])
        super().__init__(" ".join(f"{rule.says.rstrip('.')}." for rule in self.reasons) or "This may not be sent.")


class Doubtful(Exception):
    """Its words may break a rule: whoever writes is asked once, and may send it anyway."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(f"{one.shown.rstrip('.')}." for one in findings))
        self.findings = tuple(findings)


class Unfinished(ValueError):
    """Nothing is written, too much, or a gap is still open."""


def open_gap(*texts: str) -> str:
    """What the first gap of a draft asks for; "" when none is open."""
    found = next((gap for gap in map(saved.GAP.search, texts) if gap), None)
    return (" ".join((found[1] or found[2] or "").split()) or "a line of your own") if found else ""


def may(*, lead: Lead, channel: str, at: datetime, automated: bool = False) -> Decision:
    """What the gate says about a message or call to this lead now, by hand unless `automated`."""
    return asking.ask(lead=lead, channel=channel, at=at, automated=automated).decision


def look(
    *, lead: Lead, channel: str, body: str, by: Member | None, at: datetime, subject: str, decision: Decision
) -> Checked:
    """The words as they would leave, by the gate's `decision` about them, and what is to be said about them."""
    message = words.written(
        channel,
        body,
        subject=subject,
        purpose="reply" if lead.waiting_since else "marketing",
        lately=texted([lead.person_id] if channel == "text" else ()).get(lead.person_id, NEVER),
        at=at,
        automated=False,
    )
    reader = words.recipient_of(lead.person.name, decision.jurisdictions, offer=lead.offer, source=lead.source)
    return words.checked(message, words.sender_of(lead.account, by), reader)


def write(
    *,
    lead: Lead,
    channel: str,
    body: str,
    by: Member | None,
    at: datetime,
    subject: str = "",
    ask: bool = False,
    page: str = "",
    pictures: Sequence[tuple[str, bytes]] = (),
) -> Touch:
    """Queue a text or email written by hand; it leaves after the account's undo time, or when its window opens.

    Raises Refused when the gate or its words deny it, Unfinished when there is nothing to send, Unfit for `pictures` no
    carrier takes, and with `ask` Doubtful when its words may break a rule. `undo_of(touch)` takes it back.
    """
    said = _finished(channel, subject, body)
    saved_answer = _made_personal(said, by)
    leaves = at + timedelta(seconds=lead.account.undo_seconds)
    asked = asking.ask(lead=lead, channel=channel, at=leaves)
    answered = _answered(lead, channel)
    subject = _subject(subject, answered) if channel == "email" else ""
    found = look(lead=lead, channel=channel, body=said, by=by, at=leaves, subject=subject, decision=asked.decision)
    asked = asked.judged(words.judged(asked.decision, found.findings))
    if asked.decision.verdict == "deny":
        raise Refused(asked, found.blocks)
    if ask and found.warns:
        raise Doubtful(found.warns)
    decision, deciding = asked.decision, asked.decision.deciding
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
            body=said,
            subject=subject,
            created_at=at,
            in_reply_to=answered.message_id if answered and channel == "email" else "",
        )
        if saved_answer is not None:
            saved.used(saved_answer, account=lead.account)
        outgoing_pictures.keep(touch, pictures)
        conversation.answered(lead=lead, at=at, by=by)
        _record_beside(touch, lead, asked, by=by, at=at, page=page)
        deed.says = _says(touch, lead, at)
    return touch


def _record_beside(
    touch: Touch, lead: Lead, asked: asking.Asked, *, by: Member | None, at: datetime, page: str
) -> None:
    """The question that it asks, so that the reply is read as its answer; and why it waits, if it does."""
    next_question.remember(touch=touch, lead=lead, at=at)
    _record_wait(touch, asked, by=by, at=at, page=page)


def _finished(channel: str, subject: str, body: str) -> str:
    """The words as they are kept. Raises Unfinished."""
    said = conversation.clean(body).strip()
    if not said or len(said) > (LONGEST_TEXT if channel == "text" else LONGEST_EMAIL):
        raise Unfinished("Write something first." if not said else f"That is too long for one {channel}.")
    gap = open_gap(subject, said)
    if gap:
        raise Unfinished(f"Not sent: the gap \u201c{gap[:120]}\u201d is still open. Only you can write that line.")
    return said


def _made_personal(said: str, by: Member | None) -> SavedAnswer | None:
    """The saved answer that the words were made of, if any. Raises Unfinished when nothing was made of it."""
    answers = list(saved.yours(by)[: saved.MOST]) if by is not None else []
    bare = saved.impersonal(said, answers)
    if bare is not None:
        raise Unfinished(
            f"Not sent: this is the saved answer \u201c{bare.name}\u201d as it stands."
            " Add at least a word that only they would get."
        )
    return saved.made_of(said, answers)


def _record_wait(touch: Touch, asked: asking.Asked, *, by: Member | None, at: datetime, page: str) -> None:
    if asked.decision.verdict != "wait":
        return
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
