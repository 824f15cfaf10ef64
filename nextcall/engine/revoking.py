"""A wish that reached us some other way than in a message: through a program, a form, a mailbox provider.

We may not know the person yet. Then the wish is kept under the salted hash alone, and meets the number or address
when it is imported or asks us something next year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.engine import receive, stopping
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import email_address, phone, wake
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Account


class NoPoint(ValueError):
    """Neither a telephone number nor an email address."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """What stands now. `lead` None: nobody we know. `repeated`: this very event came before, and nothing changed."""

    lead: Lead | None = None
    withdrawals: list[Withdrawal] = field(default_factory=list)
    repeated: bool = False


def revoke(
    *,
    account: Account,
    sender: str,
    scope: Sequence[str],
    reason: str,
    said: str,
    via: str,
    at: datetime,
    reference: str = "",
    message_id: str = "",
) -> Revoked:
    """Stop at once whoever is reached at `sender`, a number or address. `scope`: of text, call, email; empty is all.

    `reference` is the sender's own id of the event: the same one again changes nothing. `message_id`: what a complaint
    is about, if it says so. Raises NoPoint.
    """
    kind, key = _read(sender, account)
    with transaction.atomic():
        seen = Withdrawal.objects.filter(account=account, reference=reference[:120]) if reference else None
        lead = receive.lead_at(account, "email" if kind == "email" else "call", sender)
        if seen is not None and seen.exists():
            return Revoked(lead, list(seen), repeated=True)
        point = ContactPoint.objects.filter(account=account, kind=kind, key=key).first()
        what = {"scope": scope, "reason": reason, "said": said, "via": via, "at": at, "reference": reference}
        if lead is not None:
            rows = stopping.withdraw(lead=lead, contact_point=point, by=None, message_id=message_id, **what)  # type: ignore[arg-type]
        else:
            value_hash = "" if point else point_hash(kind, key)
            rows = ledger.withdraw(account=account, contact_point=point, value_hash=value_hash, **what)  # type: ignore[arg-type]
        transaction.on_commit(wake.wake)
    return Revoked(lead, rows)


def _read(sender: str, account: Account) -> tuple[str, str]:
    """Its kind and key. Raises NoPoint."""
    if "@" in sender:
        address = email_address.read(sender)
        if address is not None:
            return "email", address.key
    else:
        number = phone.read(sender, country=account.country)
        if number is not None:
            return "phone", number.e164
    raise NoPoint("neither a telephone number, like +15205550142, nor an email address")
