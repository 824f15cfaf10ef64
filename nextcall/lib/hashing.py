"""The salted hash under which a number or an address stays on the stop list after it was erased."""

import hashlib
import hmac
from functools import cache


@cache
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"nextcall contact point", hashlib.sha256).digest()


def point_hash(kind: str, key: str) -> str:
    """HMAC-SHA256 of a contact point ("phone" or "email", and its key), in hex.

    Keyed from the installation's secret, so that a stolen table cannot be tried against every number there is.
    """
    from django.conf import settings  # only here: the rest of lib needs no settings

    return hmac.new(_key(settings.SECRET_KEY), f"{kind}:{key}".encode(), hashlib.sha256).hexdigest()
