"""An offer's questions towards one lead: which comes next, what was asked, and what a reply may answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from nextcall.cadences.models import Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations import questions
from nextcall.conversations.models import AskedQuestion, Message, Suggestion
from nextcall.conversations.questions import Next, Question, Standing, key_of
from nextcall.conversations.said.intent import intent_of
from nextcall.engine import filling
from nextcall.leads.models import Lead

MAY_ANSWER = timedelta(days=30)  # a reply after that is read without the question
NEVER_LEFT = (
    Touch.State.CANCELLED, Touch.State.SKIPPED, Touch.State.BLOCKED, Touch.State.FAILED, Touch.State.BOUNCED,
)  # fmt: skip
LEFT = (Touch.State.SENT, Touch.State.DELIVERED, Touch.State.DONE, Touch.State.UNCERTAIN)


def asked_of(lead: Lead) -> QuerySet[AskedQuestion]:
    """What was asked of the lead and not taken back, the latest first."""
    rows = AskedQuestion.objects.filter(account_id=lead.account_id, lead=lead)
    rows = rows.select_related("touch")
    return rows.filter(Q(touch=None) | ~Q(touch__state__in=NEVER_LEFT)).order_by("-at", "-pk")


def waiting_of(lead: Lead, *, at: datetime) -> AskedQuestion | None:
    """The question that their next reply answers: the latest, if it has left and was not answered.

    The plan's own texts may ask one in its wording: that is known by the words of our latest message.
    """
    latest = asked_of(lead).first()
    if latest is not None:
        left = latest.touch is None or latest.touch.state in LEFT
        return latest if left and latest.answered_by_id is None and latest.at > at - MAY_ANSWER else None
    listed = questions_of(lead)
    sent = Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=True, touch__isnull=False)
    ours = (
        sent.filter(at__gt=at - MAY_ANSWER).select_related("touch").order_by("-at", "-pk").first() if listed else None
    )
    found = questions.asked_in(ours.body, listed) if ours and ours.touch else None
    if ours is None or ours.touch is None or found is None:
        return None
    return ask(touch=ours.touch, lead=lead, question=found, words=ours.body, by_machine=ours.by_id is None, at=ours.at)


def questions_of(lead: Lead) -> tuple[Question, ...]:
    """Of what they asked for."""
    return questions.read_all(lead.offer.questions) if lead.offer else ()


def next_of(lead: Lead, *, at: datetime) -> Next:
    """The question to ask this lead next, or why none; in four small queries if the offer has questions."""
    listed = questions_of(lead)
    if not listed:
        return Next(why="This offer has no questions.")
    return questions.next_question(listed, standing_of(lead, listed), seed=lead.pk, at=at)


def standing_of(lead: Lead, listed: Iterable[Question]) -> Standing:
    """What is answered, what was asked, and what stands in the way."""
    rows = list(asked_of(lead)[:20])
    mine = {"account_id": lead.account_id, "lead": lead}
    open_answers = Suggestion.objects.filter(**mine, kind="answer", taken_at=None, dismissed_at=None)
    told = {key_of(str(value.get("field", ""))) for value in open_answers.values_list("value", flat=True)}
    waiting = Message.objects.filter(**mine, outbound=False, answered_at=None).order_by("-at")[:5]
    words = list(waiting.values_list("body", "verdict"))
    stops = Withdrawal.objects.filter(account_id=lead.account_id, person_id=lead.person_id, lifted_at=None)
    return Standing(
        answered=frozenset(told | filling.answered(lead, listed)),
        asked=[(one.field, one.at) for one in rows],
        open_field=rows[0].field if rows and rows[0].answered_by_id is None else "",
        they_ask=any(verdict == "reply" and intent_of(body).name == "question" for body, verdict in words),
        stopped=any(verdict == "hold" for _, verdict in words) or stops.filter(reason="opt_out").exists(),
    )


def remember(*, touch: Touch, lead: Lead, at: datetime) -> AskedQuestion | None:
    """If a message written by hand asks one of the offer's questions: so that the next reply is read as its answer."""
    found = questions.asked_in(touch.body, questions_of(lead))
    return ask(touch=touch, lead=lead, question=found, words=touch.body, by_machine=False, at=at) if found else None


def ask(*, touch: Touch, lead: Lead, question: Question, words: str, by_machine: bool, at: datetime) -> AskedQuestion:
    """Written down with the message that asks it."""
    return AskedQuestion.objects.create(
        account_id=lead.account_id, lead=lead, touch=touch, field=question.field, kind=question.kind,
        choices=list(question.choices), words=words[:300], by_machine=by_machine, at=at,
    )  # fmt: skip


def answered(question: AskedQuestion, *, message: Message, at: datetime) -> None:
    """A reply answered it."""
    AskedQuestion.objects.filter(pk=question.pk).update(answered_by=message, answered_at=at)
