"""Permissions that name a seller we are not, or are no more: they permit us nothing (US-12)."""

import json
from collections import Counter

from nextcall.consent.known import names_us
from nextcall.consent.models import Permission
from nextcall.team.models import Account


def naming_others(account: Account) -> Counter[str]:
    """How many permissions that have not ended name only others, by the names as written."""
    ours = (account.name, account.seller_name)
    found: Counter[str] = Counter()
    rows = Permission.objects.filter(account=account, ended_at=None).values_list("sellers", flat=True)
    for sellers in rows.iterator(chunk_size=5000):
        if not names_us(json.dumps(sellers), ours):
            found[", ".join(map(str, sellers))] += 1
    return found
