"""After a crash: what became of touches that an engine held when it died. Nothing is ever sent again by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.channels.contract import Found, SendError
from nextcall.channels.provider import Provider
from nextcall.consent import ledger
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Attachment, Message
from nextcall.engine import tally
from nextcall.engine.handing import LEASE, sought
from nextcall.engine.record import follow
from nextcall.engine.retry import next_look
from nextcall.engine.senders import OWN_HANDSET, SAMPLE, Senders
from nextcall.engine.undo import undoable
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sql
from nextcall.team.models import Member
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
BATCH = 50
AFTER: dict[Found, dict[str, Any]] = {
    "sent": {"state": "sent", "outcome": "sent", "lease_until": None},
    "never_arrived": {"state": "planned", "lease_until": None, "claimed_by": ""},
    "unknown": {
        "state": "uncertain",
        "because": "The machine stopped while this was being sent; nobody knows whether it left.",
        "lease_until": None,
    },
}


def rescue(everyone: Senders, *, engine: str, at: datetime) -> int:
    """Take over touches whose lease ran out; how many. Those claimed go back, those being sent are asked after."""
    with transaction.atomic():
        over = Touch.objects.filter(state__in=["claimed", "sending"], lease_until__lte=at)
        if sql.many_engines():
            over = over.select_for_update(skip_locked=True)
        touches = list(over.order_by("lease_until")[:BATCH])
        Touch.objects.filter(pk__in=[touch.pk for touch in touches if touch.state == "claimed"]).update(
            state=Touch.State.PLANNED, lease_until=None, claimed_by=""
        )
        asked = [touch for touch in touches if touch.state == "sending"]
        Touch.objects.filter(pk__in=[touch.pk for touch in asked]).update(claimed_by=engine, lease_until=at + LEASE)
    for touch in asked:
        provider = provider_of(touch, everyone)
        again_at = next_look(since=at, at=at) if provider is not None and provider.finds_later else None
        settle(touch, _look_up(touch, provider), engine=engine, at=at, again_at=again_at)
    return len(touches)


def settle(touch: Touch, found: Found, *, engine: str, at: datetime, again_at: datetime | None = None) -> None:
    """Write down what the provider says about a touch that was being sent. `again_at`: when it is asked once more."""
    with transaction.atomic():
        ledger.lock_persons([touch.person_id])
        mine = Touch.objects.filter(account_id=touch.account_id, pk=touch.pk, state="sending", claimed_by=engine)
        ended = {} if found == "never_arrived" else {"made_at": at, "finished_at": at}
        looked_for = {"lease_until": again_at} if found == "unknown" else {}
        if not mine.update(**(AFTER[found] | ended | looked_for)):
            return  # whoever had it has answered meanwhile
        if found == "sent":
            has_left(touch, at)
        elif found == "never_arrived":
            ledger.release([touch.pk])
        else:
            ledger.mark_made([touch.pk])
            follow([(touch.account_id, touch.enrollment_id)], at)
        kind = {"sent": "touch.sent", "never_arrived": "touch.rescued", "unknown": "touch.uncertain"}[found]
        record(
            account_id=touch.account_id,
            kind=kind,
            at=at,
            lead_id=touch.lead_id,
            person_id=touch.person_id,
            touch_id=touch.pk,
            data={"channel": touch.channel, "rescued": True, "gate": touch.decision or {}},
        )
    tally.count("rescued", touch.channel)
    log.warning("touch.rescued", touch=touch.pk, found=found)


def resolve(touch: Touch, *, left: bool, by: Member | None, at: datetime) -> None:
    """A person decides about an uncertain touch: it left, or it is to be sent again. Can be undone until it leaves."""
    with undoable(lead=touch.lead, kind="resolve", by=by, at=at) as deed:
        mine = Touch.objects.filter(account_id=touch.account_id, pk=touch.pk, state=Touch.State.UNCERTAIN)
        if left and mine.update(state="sent", outcome="sent", because="", lease_until=None):
            has_left(touch, at)
        elif not left and mine.update(
            state="planned",
            because="",
            due_at=at,
            made_at=None,
            finished_at=None,
            priority=0,
            claimed_by="",
            rule="",
            lease_until=None,
        ):
            Attempt.objects.filter(account_id=touch.account_id, touch_id=touch.pk).delete()  # it had counted as made
        deed.says = f"{'Marked as sent' if left else 'Sends again'}, {touch.lead.person}"
        record(
            account_id=touch.account_id,
            kind="touch.resolved",
            at=at,
            by=by,
            lead_id=touch.lead_id,
            person_id=touch.person_id,
            touch_id=touch.pk,
            data={"left": left},
        )


def provider_of(touch: Touch, everyone: Senders) -> Provider | None:
    """None: it went through a provider that is no longer connected, or through none."""
    sender = everyone.find([touch.account_id]).get((touch.account_id, touch.channel), OWN_HANDSET)
    return None if touch.provider and sender.name != touch.provider else sender.provider


def _look_up(touch: Touch, provider: Provider | None) -> Found:
    if touch.provider == SAMPLE.name:
        return "never_arrived"
    if provider is None:
        return "unknown"
    try:
        return provider.look_up(sought(touch))
    except SendError:
        return "unknown"


def has_left(touch: Touch, at: datetime, *, left_at: datetime | None = None) -> None:
    """It counts as made, stands in the conversation, and the plan goes on. `left_at`: if that was earlier."""
    left_at = left_at or at
    ledger.mark_made([touch.pk])
    kept, _ = Message.objects.get_or_create(
        touch=touch,
        defaults={
            "account_id": touch.account_id,
            "person_id": touch.person_id,
            "lead_id": touch.lead_id,
            "channel": touch.channel,
            "contact_point_id": touch.contact_point_id,
            "outbound": True,
            "subject": touch.subject,
            "body": touch.body,
            "our_point": touch.our_number.number if touch.our_number else "",
            "at": left_at,
        },
    )
    if touch.our_number_id and touch.contact_point_id:
        mine = ContactPoint.objects.filter(account_id=touch.account_id, pk=touch.contact_point_id)
        mine.update(our_number=touch.our_number_id)
    Attachment.objects.filter(touch=touch).update(message=kept)
    lead = Lead.objects.get(account_id=touch.account_id, pk=touch.lead_id)
    clock = "first_machine_touch_at" if touch.by_machine else "first_person_touch_at"
    Lead.objects.filter(pk=lead.pk).update(
        **{
            "attempts": lead.attempts + 1,
            "latest_attempt_at": max(lead.latest_attempt_at or left_at, left_at),
            clock: getattr(lead, clock) or left_at,
        }
    )
    follow([(touch.account_id, touch.enrollment_id)], at)


def uncertain(account_id: int) -> Sequence[Touch]:
    """What waits for a person's decision, oldest first."""
    rows = Touch.objects.filter(account_id=account_id, state=Touch.State.UNCERTAIN).select_related("lead__person")
    return list(rows.order_by("due_at")[:200])
