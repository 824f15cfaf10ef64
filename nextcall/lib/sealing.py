"""Provider credentials encrypted at rest, with a key that is kept outside the database."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class CannotUnseal(Exception):
    """The bytes were sealed with another key, or are damaged."""


def seal(values: Mapping[str, Any]) -> bytes:
    """`values` as JSON, encrypted and signed."""
    return Fernet(settings.SEALING_KEY).encrypt(json.dumps(values).encode())


def unseal(sealed: bytes | memoryview) -> dict[str, Any]:
    """What `seal` was given. Raises CannotUnseal."""
    try:
        found: dict[str, Any] = json.loads(Fernet(settings.SEALING_KEY).decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise CannotUnseal(
            "The credentials were sealed with another key. Restore sealing.key, or enter them again."
        ) from error
    return found
