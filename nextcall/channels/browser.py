"""A browser that takes notices: how it introduces itself, and what is refused before anything is stored."""

import ipaddress
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that takes notices, as it introduced itself."""

    endpoint: str
    p256dh: str
    auth: str


class NoDevice(ValueError):
    """What introduced itself is no browser that could be reached; says why."""


def check(device: Device) -> None:
    """Raises NoDevice, before anything is stored. Where the name leads is looked at when something is sent."""
    try:
        place = urlsplit(device.endpoint)
    except ValueError as error:
        raise NoDevice("the address of the push service cannot be read") from error
    if place.scheme != "https" or not place.hostname or place.username or place.password:
        raise NoDevice("the address of the push service is no https address")
    try:
        ipaddress.ip_address(place.hostname)
    except ValueError:
        pass
    else:
        raise NoDevice("a push service has a name, not a number")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(device.p256dh))
        secret = _bytes(device.auth)
    except ValueError as error:
        raise NoDevice("the browser's key cannot be read") from error
    if len(secret) != 16:
        raise NoDevice("the browser's secret has not 16 bytes")


def _bytes(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))
