"""The link to a lead's own page, and whom it belongs to: no sign-in, nothing readable in it, revoked by erasure.

It names the person and the number or address it was sent to. Once that is no longer theirs (a wrong number, a corrected
address) the link opens nothing, so that whoever has it now sees nobody else's page.
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.db.models import F

from nextcall.leads.models import ContactPoint, Lead, Reach

PURPOSE = b"nextcall their page"
IDS = struct.Struct(">QQQ")
LENGTH = 54  # base64url of 24 bytes and the seal of 16
SOMEBODY_ELSES = ("wrong", "reassigned")


@dataclass(frozen=True, slots=True)
class Theirs:
    """Whose page it is. `lead` is their latest, `point` where the link was sent."""

    lead: Lead
    point: ContactPoint


class Nobodys(Exception):
    """We did not make this link, or it is nobody's any more."""


@cache
def _cipher(secret: str) -> AESSIV:
    """Deterministic and authenticated: the same link for the same person, and no other that opens."""
    return AESSIV(hmac.new(secret.encode(), PURPOSE, hashlib.sha512).digest())


def url(*, account_id: int, person_id: int, contact_point_id: int) -> str:
    """It never runs out by itself: the law wants 60 days of it (CA-05), and an old email must still be of use."""
    sealed = _cipher(settings.SECRET_KEY).encrypt(IDS.pack(account_id, person_id, contact_point_id), [PURPOSE])
    return f"{settings.URL}/you/{urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def read(token: str) -> Theirs:
    """Raises Nobodys, without a query for a link that we did not make."""
    account_id, person_id, point_id = _opened(token)
    reach = (
        Reach.objects.filter(account_id=account_id, person_id=person_id, contact_point_id=point_id)
        .exclude(contact_point__problem__in=SOMEBODY_ELSES)
        .select_related("contact_point")
        .first()
    )
    leads = Lead.objects.filter(account_id=account_id, person_id=person_id).select_related("person", "account", "owner")
    # an undone import is gone for us, yet whoever was written to may ask what we hold
    newest = leads.order_by(F("removed_at").asc(nulls_first=True), "-arrived_at", "-pk").first() if reach else None
    if reach is None or newest is None:
        raise Nobodys
    return Theirs(newest, reach.contact_point)


def _opened(token: str) -> tuple[int, int, int]:
    if len(token) != LENGTH:
        raise Nobodys
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        ids: tuple[int, int, int] = IDS.unpack(_cipher(settings.SECRET_KEY).decrypt(sealed, [PURPOSE]))
    except (NotBase64, ValueError, InvalidTag, struct.error) as error:
        raise Nobodys from error
    return ids
