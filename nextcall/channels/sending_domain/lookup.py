"""Asks DNS for the text records of names, with short time-outs. "Could not ask" is an answer of its own."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.name
import dns.resolver

SECONDS = 3.0  # for one name, tries included
AT_ONCE = 8
MOST_RECORDS = 20

Texts = tuple[str, ...] | None  # () when the name has none; None when DNS could not be asked


def ask(names: Iterable[str], *, nameserver: str = "", port: int = 53) -> Mapping[str, Texts]:
    """The TXT records of each name, those behind a CNAME too. `nameserver`: an address instead of the system's own."""
    wanted = list(dict.fromkeys(names))
    try:
        resolver = dns.resolver.Resolver(configure=not nameserver)
    except (dns.exception.DNSException, OSError):
        return dict.fromkeys(wanted)
    if nameserver:
        resolver.nameservers, resolver.port = [nameserver], port
    resolver.lifetime, resolver.timeout = SECONDS, SECONDS / 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(lambda name: _texts(resolver, name), wanted), strict=True))


def _texts(resolver: dns.resolver.Resolver, name: str) -> Texts:
    try:
        answer = resolver.resolve(dns.name.from_text(name), "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return tuple(b"".join(record.strings).decode("utf-8", "replace")[:4000] for record in list(answer)[:MOST_RECORDS])
