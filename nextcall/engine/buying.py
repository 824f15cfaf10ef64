"""A lead that is won has bought: that day starts the clocks that count from a purchase (US-07, CA-02, CA-05)."""

from datetime import datetime

from nextcall.consent import ledger
from nextcall.consent.clocks import implied_until
from nextcall.consent.models import Permission
from nextcall.leads.models import Lead
from nextcall.team.models import Member

CHANNELS = ("text", "email")


def won(*, lead: Lead, by: Member | None, at: datetime) -> None:
    """Keep the day, and the consent that the purchase implies where they may be (Canada: two years)."""
    Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).update(bought_at=at)
    lead.bought_at = at
    place = ledger.place_of_person(lead.person_id, account_id=lead.account_id, at=at)
    until = implied_until(place, at, "purchase")
    if until is None:
        return
    rows = [
        Permission(
            account_id=lead.account_id,
            person=lead.person,
            channel=channel,
            tier=Permission.Tier.IMPLIED,
            sellers=[lead.account.seller_name or lead.account.name],
            source="purchase",
            proof={"purchase": lead.pk},
            given_at=at,
            expires_at=until,
            recorded_at=at,
            recorded_by=by,
        )
        for channel in CHANNELS
    ]
    ledger.grant_many(rows, account=lead.account, by=by, at=at)


def not_won(*, lead: Lead, by: Member | None, at: datetime) -> None:
    """They have not bought after all: nothing rests on it any more. Read strictly, whatever the stage is now."""
    lead.bought_at = None
    stored = Lead.objects.filter(account_id=lead.account_id, pk=lead.pk, bought_at__isnull=False)
    if not stored.update(bought_at=None):
        return
    rested = Permission.objects.filter(account_id=lead.account_id, person=lead.person_id, source="purchase")
    for permission in rested.filter(proof__purchase=lead.pk, ended_at=None):
        ledger.end(permission, because=f"no longer won, now {lead.stage}", by=by, at=at)
