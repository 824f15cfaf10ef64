"""A lead's calendar answers our invitation: accepted, declined, another time, or called off (RFC 5546)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nextcall.channels.calendar import answers
from nextcall.channels.calendar.answers import Answer
from nextcall.channels.contract import File
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message, Promise
from nextcall.engine import appointments
from nextcall.leads.models import Lead
from nextcall.timeline.record import record


@dataclass(frozen=True, slots=True)
class Heard:
    """Which appointment of theirs it is about, and what was answered."""

    promise: Promise
    said: Answer

    @property
    def stale(self) -> bool:
        """It is about a time that was changed since."""
        return self.said.sequence < self.promise.sequence


def read(*, lead: Lead, files: Iterable[File]) -> Heard | None:
    """What came along as a calendar's answer. Only an invitation of this person counts, by its uid."""
    for file in files:
        if b"BEGIN:VCALENDAR" not in file.content[:2000]:
            continue
        said = answers.answer(file.content)
        promise = _promise(lead, said) if said else None
        if said is not None and promise is not None:
            return Heard(promise, said)
    return None


def _promise(lead: Lead, said: Answer) -> Promise | None:
    rows = Promise.objects.filter(
        account_id=lead.account_id, kind=Promise.Kind.APPOINTMENT, uid=said.uid, closed_at=None,
        lead__person_id=lead.person_id,
    )  # fmt: skip
    return rows.select_related("lead__person", "lead__account", "owner").first()


def take(heard: Heard, *, message: Message, waited: bool, at: datetime) -> None:
    """In the transaction that took the message in.

    An accepted one needs no answer: the lead waits on us only if they did before (`waited`). Whatever else it says,
    a person looks at it, also where the calendar program says that it answered by itself.
    """
    promise, said = heard.promise, heard.said
    if heard.stale:
        return
    if said.response != "accepted":
        conversation.waiting(lead=promise.lead, at=at)
    _write_down(heard, message, at)
    if said.response == "cancelled":
        appointments.cancel(promise=promise, by=None, at=at, because="their calendar called it off", tells=False)
        return
    rows = Promise.objects.filter(account_id=promise.account_id, pk=promise.pk)
    rows.update(response=said.response, responded_at=at)
    if said.response == "accepted" and not waited:
        conversation.answered(lead=promise.lead, at=at)


def _write_down(heard: Heard, message: Message, at: datetime) -> None:
    promise, said = heard.promise, heard.said
    wish = {"wishes": said.start.isoformat()} if said.response == "counter" and said.start else {}
    about = {"response": said.response, "promise": promise.pk, "starts_at": promise.due_at.isoformat()}
    record(
        account_id=promise.account_id,
        kind="appointment.answered",
        at=at,
        lead_id=promise.lead_id,
        person_id=promise.lead.person_id,
        data={**about, "message": message.pk, "comment": said.comment[:200], **wish},
    )
