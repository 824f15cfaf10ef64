"""The link in every email with which a lead ends our emails, in one click and without signing in (RFC 8058)."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing

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
