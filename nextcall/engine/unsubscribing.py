"""The link in every email with which a lead ends our emails, in one click and without signing in (RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction

from nextcall.consent.models import Withdrawal
from nextcall.engine import stopping
from nextcall.leads.models import ContactPoint, Lead

signer = signing.Signer(salt="nextcall.unsubscribe", sep=".")


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a link belongs to."""

    account_id: int
    person_id: int
    contact_point_id: int


class Forged(Exception):
    """We did not make this link."""


def url(*, account_id: int, person_id: int, contact_point_id: int) -> str:
    """It never runs out: an old email must still end the emails."""
    return f"{settings.URL}/u/{signer.sign(f'{account_id}-{person_id}-{contact_point_id}')}"


def read(token: str) -> Link:
    """Raises Forged."""
    try:
        return Link(*(int(part) for part in signer.unsign(token).split("-")))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Forged("This link is incomplete. Open it from the email again.") from error


def seller(link: Link) -> str | None:
    """Who sent the emails; None when the address was erased."""
    point = (
        ContactPoint.objects.filter(account_id=link.account_id, pk=link.contact_point_id)
        .select_related("account")
        .first()
    )
    return (point.account.seller_name or point.account.name) if point else None


def end_emails(link: Link, *, at: datetime) -> list[Withdrawal]:
    """Ends our emails to the person at once. Harmless when repeated."""
    point = ContactPoint.objects.filter(account_id=link.account_id, pk=link.contact_point_id).first()
    leads = Lead.objects.filter(account_id=link.account_id, person_id=link.person_id).select_related(
        "person", "account"
    )
    lead = leads.order_by("-arrived_at").first()
    if point is None or lead is None:
        return []
    standing = Withdrawal.objects.filter(account_id=link.account_id, contact_point=point, reason="link", lifted_at=None)
    if standing.exists():
        return list(standing)
    with transaction.atomic():
        return stopping.withdraw(
            lead=lead, contact_point=point, scope=("email",), reason="link", said="", via="link", by=None, at=at
        )
