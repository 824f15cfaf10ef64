"""The lines of `nextcall doctor` about email: the domains that it comes from, the mailboxes that answers come to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from nextcall.channels.sending_domain import advice, lookup
from nextcall.channels.sending_domain.advice import Advice
from nextcall.channels.sending_domain.lookup import Texts
from nextcall.channels.sending_domain.wanted import wants

MOST_DOMAINS = 20
NOT_SENDING = ("handset", "memory", "sample")
NOT_LOOKED_AT = timedelta(minutes=15)  # a connection that waits is renewed every four minutes
Said = tuple[str, Literal["ok", "mend", "note"], str, str]  # what, state, words, how to mend it
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


def mailboxes() -> Iterator[Said]:
    """A line for each mailbox that is to be read, and for each of its other folders that cannot be."""
    from django.db.models import Q
    from django.utils import timezone

    from nextcall.team.models import Mailbox
    from nextcall.timeline.models import Event

    now = timezone.now()
    lately = Event.objects.filter(kind="mailbox.skipped", at__gt=now - timedelta(days=7))
    rows = Mailbox.objects.filter(Q(enabled=True) | ~Q(problem="")).prefetch_related("folders")
    for box in rows.order_by("account_id", "pk"):
        what = f"mailbox {box.pk}, account {box.account_id}"
        skipped = lately.filter(account_id=box.account_id, data__mailbox=box.pk).count()
        if box.problem:
            yield what, "mend", box.problem, "open Settings, Email, Mailboxes and sign in again"
        elif box.looked_at is None or now - box.looked_at > NOT_LOOKED_AT:
            said = f"looked at {box.looked_at:%Y-%m-%d %H:%M} UTC" if box.looked_at else "never looked at"
            yield what, "mend", said, "nextcall serve, or nextcall engine, reads it"
        elif skipped:
            yield what, "note", f"mails that could not be read in a week: {skipped}", "look at them there"
        else:
            yield what, "ok", f"looked at {box.looked_at:%H:%M} UTC", ""
        for folder in box.folders.all():
            if folder.problem:
                mend = "open Settings, Email, Mailboxes and choose its folders anew"
                yield f"{what}, {folder.name}"[:60], "mend", folder.problem, mend
