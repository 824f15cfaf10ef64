"""What did not arrive: a member sends it once more, or sees to it in another way. Both can be undone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from nextcall.cadences.models import Touch
from nextcall.engine import snapshot
from nextcall.engine import write as writing
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.team.models import Member

KEPT_FOR = timedelta(days=30)  # what is older is no news any more
LOST = (Touch.State.FAILED, Touch.State.BOUNCED)


def lost(*, account_id: int, at: datetime) -> QuerySet[Touch]:
    """Messages that did not arrive and nobody has seen to, the newest first."""
    rows = Touch.objects.filter(
        account_id=account_id, state__in=LOST, seen_to_at=None, channel__in=("text", "email"),
        finished_at__gt=at - KEPT_FOR, lead__removed_at=None,
    )  # fmt: skip
    return rows.order_by("-finished_at", "-pk")


def seen_to(*, touch: Touch, by: Member, at: datetime) -> Action:
    """It needs nothing more."""
    lead = Lead.objects.select_related("person", "account").get(account_id=touch.account_id, pk=touch.lead_id)
    what = f"Seen to: the {touch.channel} to {lead.person} that did not arrive."
    with undoable(lead=lead, kind="seen_to", by=by, at=at, says=what) as deed:
        Touch.objects.filter(account_id=lead.account_id, pk=touch.pk).update(seen_to_at=at)
    return deed.action


def again(*, touch: Touch, by: Member, at: datetime, page: str) -> Touch:
    """The same words once more, as written by hand: past the gate, after the undo time. Raises what `write` raises."""
    lead = Lead.objects.select_related("account", "person", "owner", "offer", "source").get(
        account_id=touch.account_id, pk=touch.lead_id
    )
    with transaction.atomic():
        anew = writing.write(
            lead=lead, channel=touch.channel, subject=touch.subject, body=touch.body, by=by, at=at, page=page
        )
        rows = Touch.objects.filter(account_id=lead.account_id, pk=touch.pk)
        was = snapshot.columns(rows, "seen_to_at")
        rows.update(seen_to_at=at)
        changed, _ = snapshot.difference(was, snapshot.columns(rows, "seen_to_at"))
        action = writing.undo_of(anew)
        if action is not None:  # taking it back puts the old one on the list again
            Action.objects.filter(account_id=lead.account_id, pk=action.pk).update(before=[*action.before, *changed])
    return anew
