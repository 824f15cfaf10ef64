"""They wrote: what waited for that has its end. A call-back window closes, a snooze until they reply is over."""

from datetime import datetime

from django.db.models import Q

from nextcall.conversations.models import Promise
from nextcall.leads.models import Lead
from nextcall.timeline.record import record

UNTIL_REPLY = "Snoozed until they reply"


def on_reply(*, lead: Lead, at: datetime) -> int:
    """Close what held calls back until they write, so that the plan holds them no longer; how many."""
    waiting = Promise.objects.filter(account_id=lead.account_id, lead=lead, closed_at__isnull=True)
    closed = waiting.filter(Q(kind=Promise.Kind.WINDOW) | Q(what=UNTIL_REPLY)).update(closed_at=at, closed_as="kept")
    if closed:
        lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True).update(calls_after_at=None)
        record(
            account_id=lead.account_id,
            kind="window.closed",
            at=at,
            lead_id=lead.pk,
            person_id=lead.person_id,
            data={"because": "reply"},
        )
    return closed
