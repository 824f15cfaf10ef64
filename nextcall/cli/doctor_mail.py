"""The lines of `nextcall doctor` about the domains that an account's email comes from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nextcall.channels.sending_domain import advice, lookup
from nextcall.channels.sending_domain.advice import Advice
from nextcall.channels.sending_domain.lookup import Texts
from nextcall.channels.sending_domain.wanted import wants

MOST_DOMAINS = 20
NOT_SENDING = ("handset", "memory", "sample")
Ask = Callable[[Iterable[str]], Mapping[str, Texts]]


def sending_domains(ask: Ask = lookup.ask) -> Iterator[tuple[str, Advice]]:
    """(domain, advice) for each domain that an enabled connection sends from."""
    from nextcall.lib import sealing
    from nextcall.team.models import Connection

    seen: set[tuple[str, str]] = set()
    rows = Connection.objects.filter(channel="email", enabled=True).exclude(provider__in=NOT_SENDING).order_by("pk")
    for row in rows:
        domain = row.from_address.rpartition("@")[2].strip().lower().rstrip(".")
        if not domain or (domain, row.provider) in seen or len(seen) >= MOST_DOMAINS:
            continue
        seen.add((domain, row.provider))
        if advice.is_reserved(domain):
            yield domain, Advice("domain", "note", f"{domain} is no domain of the internet: nothing to look up")
            continue
        try:
            config: dict[str, Any] = sealing.unseal(row.sealed)
        except sealing.CannotUnseal:
            config = {}
        wanted = wants(row.provider, str(config.get("host", "")), str(config.get("dkim_selector", "")))
        answers = ask(advice.names(domain, wanted))
        for one in advice.advise(domain, wanted, answers, signed_by=str(config.get("sender_domain") or "")):
            yield domain, one
