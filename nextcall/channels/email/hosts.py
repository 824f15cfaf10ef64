"""Which mail servers may be connected to: an account's settings must not reach into the operator's own network."""

import ipaddress
import socket
from collections.abc import Iterable

from django.conf import settings

from nextcall.channels.contract import SendError


def check(host: str, port: int) -> None:
    """Raises SendError when the name is unknown or leads to a place that is not allowed here."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError(f"no server has the name {host}", permanent=False) from error
    check_addresses(host, (str(entry[4][0]) for entry in found))


def check_peer(host: str, connected: socket.socket) -> None:
    """After connecting, before a word is said: the name may lead elsewhere than a moment ago."""
    check_addresses(host, (str(connected.getpeername()[0]),))


def check_addresses(host: str, addresses: Iterable[str]) -> None:
    for address in addresses:
        if not allowed(address, settings.SMTP_REACH):
            raise SendError(
                f"{host} is inside a private network, which only NEXTCALL_ALLOW_PRIVATE_SMTP=1 permits", permanent=False
            )


def allowed(address: str, reach: str) -> bool:
    """`reach`: "public"; "own" adds this machine itself; "private" adds private networks too.

    Link-local addresses (a cloud's metadata service lives there) are never allowed.
    """
    place = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped:
        place = place.ipv4_mapped
    if place.is_loopback:
        return reach in ("own", "private")
    if place.is_link_local or place.is_multicast or place.is_unspecified:
        return False
    return place.is_global or (place.is_private and reach == "private")
