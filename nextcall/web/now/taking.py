"""The lead of a card: one that the member may see, or one past its speed goal that was offered and dealt to them."""

from datetime import datetime

from nextcall.engine import hand_over
from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn, found_or_404
from nextcall.web.going_back import lead_of
from nextcall.worklist.offering import is_offer


def lead_at_hand(request: SignedIn, lead_id: int, *, at: datetime, takes: bool = True) -> Lead:
    """The lead of a card. With the first deed an offered one becomes the member's, unless `takes` is off."""
    member = request.member
    offered = Lead.objects.filter(account_id=member.account_id, pk=lead_id, removed_at__isnull=True)
    lead = offered.filter(held_by=member, held_until__gt=at).exclude(owner=member).select_related("owner").first()
    if lead and is_offer(lead, member, at=at):
        if takes:
            hand_over.hand_over(lead=lead, to=member, by=member, at=at)
        else:
            return found_or_404(offered.select_related("account", "person", "owner"), member.account)
    return lead_of(request, lead_id)
