"""Whether a delivery really comes from the builder that knows our secret."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def verify(secret: str, body: bytes, headers: Mapping[str, str]) -> bool | None:
    """True or False for a delivery that carries a signature we know; None when it carries none.

    Typeform: base64 HMAC-SHA256 after "sha256=". Jotform-like and our own: hex after "sha256=" or bare.
    """
    low = {key.lower(): value for key, value in headers.items()}
    said = (
        low.get("typeform-signature")
        or low.get("x-hub-signature-256")
        or low.get("x-signature")
        or low.get("x-nextcall-signature")
    )
    if not said:
        return None
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    given = said.strip().removeprefix("sha256=")
    right = (base64.b64encode(digest).decode(), digest.hex())
    return any(hmac.compare_digest(given.encode("utf-8", "replace"), candidate.encode()) for candidate in right)
