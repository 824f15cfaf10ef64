"""A stop while the message is with its provider: it is taken back where that can be done, and the record says so."""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from nextcall.cadences.models import Recall, Touch
from nextcall.cadences.recalls import QUEUED
from nextcall.channels.contract import SendError, TakenBack
from nextcall.consent import ledger
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Message
from nextcall.engine.handing import handed
from nextcall.engine.senders import OWN_HANDSET, Senders
from nextcall.leads.models import Lead
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
BATCH = 20
BECAUSE = "taken back from its provider: they asked us to stop"


def turn(everyone: Senders, *, at: datetime) -> int:
    """Ask the providers for what is to be taken back; how many answers were written down. For the engine's worker."""
    asked = Recall.objects.filter(answer="").exclude(touch__state=Touch.State.SENDING).select_related("touch__person")
    settled = 0
    for recall in asked.order_by("withdrawn_at")[:BATCH]:
        answer = _answer(recall, everyone, at)
        if answer is not None:
            _settle(recall, answer, at)
            settled += 1
    return settled


def _answer(recall: Recall, everyone: Senders, at: datetime) -> TakenBack | None:
    """None: it could not be asked now, and is asked again."""
    touch = recall.touch
    if touch.state not in (Touch.State.SENT, Touch.State.UNCERTAIN):
        return "unknown" if touch.state == Touch.State.DELIVERED else "stopped"  # refused, or recalled before it left
    if touch.person.sample:
        return "gone"
    sender = everyone.find([touch.account_id]).get((touch.account_id, touch.channel), OWN_HANDSET)
    if sender.provider is None or (touch.provider and sender.name != touch.provider):
        return "unknown"
    try:
        return sender.provider.take_back(handed(touch))
    except SendError as error:
        log.warning("recall.not_asked", touch=touch.pk, error=str(error)[:200])
        return "unknown" if at - recall.withdrawn_at > QUEUED else None


def _settle(recall: Recall, answer: TakenBack, at: datetime) -> None:
    touch = recall.touch
    with transaction.atomic():
        ledger.lock_persons([touch.person_id])
        if not Recall.objects.filter(pk=recall.pk, answer="").update(answer=answer, answered_at=at):
            return  # another engine was quicker
        if answer == "stopped":
            _never_left(touch, at)
        record(
            account_id=touch.account_id,
            kind="touch.taken_back" if answer == "stopped" else "touch.not_taken_back",
            at=at,
            person_id=touch.person_id,
            lead_id=touch.lead_id,
            touch_id=touch.pk,
            data={"channel": touch.channel, "answer": answer, "withdrawn_at": recall.withdrawn_at.isoformat()},
        )


def _never_left(touch: Touch, at: datetime) -> None:
    """The lead never sees it: it counts nowhere, and stands in no conversation."""
    sent = Touch.objects.filter(
        account_id=touch.account_id, pk=touch.pk, state__in=(Touch.State.SENT, Touch.State.UNCERTAIN)
    )
    if sent.update(state=Touch.State.CANCELLED, outcome="", because=BECAUSE, made_at=None, finished_at=at):
        Message.objects.filter(account_id=touch.account_id, touch=touch).delete()
        if Attempt.objects.filter(account_id=touch.account_id, touch_id=touch.pk).delete()[0]:
            lead = Lead.objects.filter(account_id=touch.account_id, pk=touch.lead_id)
            lead.update(attempts=Greatest(F("attempts") - 1, 0))
