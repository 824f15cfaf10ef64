"""A lead's calendar answers our invitation: accepted, declined, another time, or called off (RFC 5546)."""

from collections.abc import Iterable
from datetime import datetime

from nextcall.channels.calendar import answers
from nextcall.channels.calendar.answers import RESPONSES, Answer
from nextcall.channels.contract import File
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Promise
from nextcall.engine import appointments
from nextcall.leads.models import Lead
from nextcall.timeline.record import record


def hear(*, lead: Lead, files: Iterable[File], waited: bool, at: datetime) -> Answer | None:
    """In the transaction that took the message in. Only an invitation of this person counts, by its uid.

    An accepted one needs no answer: the lead waits on us only if they did before (`waited`).
    """
    for file in files:
        if b"BEGIN:VCALENDAR" not in file.content[:2000]:
            continue
        said = answers.answer(file.content)
        promise = _promise(lead, said) if said else None
        if said is not None and promise is not None:
            _take(promise, said, waited=waited, at=at)
            return said
    return None


def _promise(lead: Lead, said: Answer) -> Promise | None:
    rows = Promise.objects.filter(
        account_id=lead.account_id, kind=Promise.Kind.APPOINTMENT, uid=said.uid, closed_at=None,
        lead__person_id=lead.person_id,
    )  # fmt: skip
    return rows.select_related("lead__person", "lead__account", "owner").first()


def _take(promise: Promise, said: Answer, *, waited: bool, at: datetime) -> None:
    if said.sequence < promise.sequence:  # about a time that was changed since
        return
    if said.response == "cancelled":
        appointments.cancel(promise=promise, by=None, at=at, because="their calendar called it off", tells=False)
        return
    response = said.response if said.response in RESPONSES else "tentative"
    Promise.objects.filter(account_id=promise.account_id, pk=promise.pk).update(response=response, responded_at=at)
    wish = {"wishes": said.start.isoformat()} if said.response == "counter" and said.start else {}
    record(
        account_id=promise.account_id,
        kind="appointment.answered",
        at=at,
        lead_id=promise.lead_id,
        person_id=promise.lead.person_id,
        data={"response": said.response, "promise": promise.pk, "comment": said.comment[:200], **wish},
    )
    if response == "accepted" and not waited:
        conversation.answered(lead=promise.lead, at=at)
