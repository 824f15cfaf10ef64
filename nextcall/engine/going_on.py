"""The machine's own small questions: after a plain answer the next one leaves; anything else is a person's to answer.

Fixed words that the account wrote, chosen by a rule and never by a language model: so they carry no notice that an AI
writes (the laws are about machines that talk, see content/robots.toml). Who asks whether a machine writes gets no
further question, and a person answers. Each leaves through the ordinary claim, gate and check of its words.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.consent.keywords import Meaning
from nextcall.conversations import inbox
from nextcall.conversations.models import AskedQuestion, Message
from nextcall.conversations.said.intent import intent_of
from nextcall.engine import next_question, noting
from nextcall.engine.suggesting import Suggested, suggest
from nextcall.leads.models import Lead

SETTLES = timedelta(seconds=45)  # people answer in two messages: the second stops the question that the first began
LONGEST_PLAIN, MOST_WORDS = 200, 14  # of an answer that says nothing besides
ANSWERS = ("unclear", "interested", "call_later")  # intents that may come with a plain answer


def heard(*, message: Message, lead: Lead, meaning: Meaning, at: datetime) -> None:
    """A person wrote: keep what it suggests, note a sure answer to our own question, and ask the next if we may."""
    asked = next_question.waiting_of(lead, at=at)
    found = suggest(message=message, lead=lead, asked=asked, at=at)
    gave = next((row for row in found.rows if row.kind == "answer"), None)
    if asked is not None and gave is not None:
        next_question.answered(asked, message=message, at=at)
    if not _is_plain(message, meaning, found, asked):
        return
    if asked is not None and gave is not None and not noting.note_by_machine(suggestion=gave, at=at):
        return
    _ask_next(message, lead, at)


def withdraw(lead: Lead, *, at: datetime) -> int:
    """They wrote again: a question of the machine's that has not left does not leave; how many."""
    queued = Touch.objects.filter(account_id=lead.account_id, lead=lead, state=Touch.State.PLANNED)
    queued = queued.filter(asked_question__by_machine=True, by_machine=True)
    return queued.update(state=Touch.State.CANCELLED, because="they wrote again", finished_at=at)


def left(touches: Sequence[int], *, at: datetime) -> None:
    """Questions of the machine's that left: the lead waits no more, unless they wrote something since."""
    rows = AskedQuestion.objects.filter(touch__in=touches, by_machine=True).select_related("lead")
    for one in rows:
        since = Message.objects.filter(account_id=one.account_id, lead=one.lead, outbound=False, at__gt=one.at)
        if not since.exists():
            inbox.answered(lead=one.lead, at=at)


def _is_plain(message: Message, meaning: Meaning, found: Suggested, asked: AskedQuestion | None) -> bool:
    """A short answer to the machine's own question, surely read, or a short yes before anything was asked."""
    lead, text = message.lead, message.body
    if lead is None or not lead.account.machine_questions or message.channel != "text" or message.by_id:
        return False
    if meaning.verdict != "reply" or "?" in text or len(text) > LONGEST_PLAIN or len(text.split()) > MOST_WORDS:
        return False
    intent = intent_of(text, meaning=meaning, readings=found.readings)
    if intent.name not in ANSWERS or intent.asks_if_machine or _person_is_at_it(lead, message):
        return False
    if asked is None:
        return intent.name == "interested" and not found.readings and not next_question.asked_of(lead).exists()
    first = not Message.objects.filter(
        account_id=lead.account_id, lead=lead, outbound=False, at__gt=asked.at, pk__lt=message.pk
    ).exists()
    sure = len(found.readings) == 1 and found.readings[0].kind == "answer" and found.readings[0].sure
    return asked.by_machine and first and sure


def _person_is_at_it(lead: Lead, message: Message) -> bool:
    """A member wrote to them, or is about to: from then on they answer."""
    mine = {"account_id": lead.account_id, "lead": lead}
    if Message.objects.filter(**mine, outbound=True, by__isnull=False).exists():
        return True
    if Message.objects.filter(**mine, outbound=False, answered_at=None).exclude(pk=message.pk).exists():
        return True  # something before it waits for a person
    return (
        Touch.objects.filter(**mine, by_machine=False, state__in=("planned", "claimed", "sending"))
        .exclude(body="")
        .exists()
    )


def _ask_next(message: Message, lead: Lead, at: datetime) -> None:
    asked = next_question.asked_of(lead).filter(by_machine=True).count()
    if asked >= lead.account.machine_questions:
        return
    following = next_question.next_of(lead, at=at)
    if following.question is None:
        return
    touch = Touch.objects.create(
        account_id=lead.account_id, lead=lead, person_id=lead.person_id, owner=lead.owner, channel="text",
        by_machine=True, purpose="reply", due_at=at + SETTLES, intended_at=at, priority=0, body=following.words,
        contact_point=message.contact_point, created_at=at,
    )  # fmt: skip
    next_question.ask(
        touch=touch, lead=lead, question=following.question, words=following.words, by_machine=True, at=at
    )
