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


def check_not_public(host: str, connected: socket.socket) -> None:
    """Without encryption a password may go to this machine or a private network, never over the internet."""
    if not _private(str(connected.getpeername()[0])):
        raise SendError(
            f"{host} would get the password unencrypted over the internet: choose TLS or STARTTLS", permanent=False
        )


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
    place = _place(address)
    if place.is_loopback:
        return reach in ("own", "private")
    if place.is_link_local or place.is_multicast or place.is_unspecified:
        return False
    return place.is_global or (place.is_private and reach == "private")


def _private(address: str) -> bool:
    place = _place(address)
    return place.is_loopback or (place.is_private and not place.is_global)


def _place(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    place = ipaddress.ip_address(address.partition("%")[0])
    return place.ipv4_mapped or place if isinstance(place, ipaddress.IPv6Address) else place
