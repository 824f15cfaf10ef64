"""Who sends for an account on a channel: its connections, unsealed once, their providers kept open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nextcall.channels import registry
from nextcall.channels.email import plus
from nextcall.channels.memory import Memory
from nextcall.channels.provider import Provider
from nextcall.engine import mailbox_places, numbers
from nextcall.engine.models import Pace
from nextcall.lib import sealing
from nextcall.team import addresses
from nextcall.team.models import Connection


@dataclass(frozen=True, slots=True)
class Sender:
    """What serves one channel of one account. `provider` None: the member's own phone (`problem` empty) or nobody."""

    provider: Provider | None
    name: str = registry.HANDSET
    connection_id: int | None = None
    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    reply_marked: bool = False  # their mailbox takes plus-addresses: each message has a reply address of its own
    per_minute: int = 0  # 0: as fast as it goes
    problem: str = ""

    def reply_to_of(self, reference: str) -> str:
        """Where an answer to the message with that reference goes."""
        return plus.address(self.reply_to, reference) if self.reply_marked else self.reply_to


OWN_HANDSET = Sender(None)
# Invented people are "sent" to by what only remembers, whatever the account is connected to.
SAMPLE = Sender(Memory(keep=0), "sample", from_address="sample@example.com", from_name="Sample")
Key = tuple[int, str]  # account, channel


class Everything:
    """The same sender whatever is asked."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self, _key: Key, _default: Sender) -> Sender:
        return self._sender


class Senders:
    """Finds senders for a batch in two queries; a changed connection is noticed at the next batch.

    `everything`: one provider that serves every account and channel instead, for rehearsals.
    """

    def __init__(self, everything: Provider | None = None) -> None:
        self._everything = Sender(everything, everything.name) if everything else None
        self._kept: dict[int, tuple[object, Sender]] = {}

    def find(self, account_ids: Iterable[int]) -> Mapping[Key, Sender] | Everything:
        if self._everything:
            return Everything(self._everything)
        rows = Connection.objects.filter(account__in=set(account_ids), enabled=True)
        rows = rows.select_related("account", "mailbox").prefetch_related("account__mailboxes")
        return {(row.account_id, row.channel): self._sender(row) for row in rows}

    def close(self) -> None:
        for _, sender in self._kept.values():
            if sender.provider:
                sender.provider.close()
        self._kept.clear()

    def _sender(self, row: Connection) -> Sender:
        version = (
            bytes(row.sealed),
            mailbox_places.version_of(row),
            row.provider,
            row.channel,
            row.from_address,
            row.per_minute,
            row.problem,
            row.account.seller_name,
        )
        kept = self._kept.get(row.pk)
        if kept and kept[0] == version:
            return kept[1]
        if kept and kept[1].provider:
            kept[1].provider.close()
        sender = make(row)
        self._kept[row.pk] = (version, sender)
        return sender


def make(row: Connection, *, provider: Callable[..., Provider | None] = registry.provider) -> Sender:
    """The sender of one connection, with a provider of its own. What is wrong stands in `problem`."""
    try:
        config: dict[str, Any] = sealing.unseal(row.sealed) if row.provider != registry.HANDSET else {}
        if row.hook_key:
            config |= {"status_url": addresses.public(f"/hooks/{row.provider}/{row.hook_key}")}
        made = provider(row.provider, row.channel, config | {"copies": mailbox_places.copies_for(row)})
    except (sealing.CannotUnseal, registry.BadConnection) as error:
        return Sender(None, row.provider, row.pk, problem=str(error))
    from_address = row.from_address or config.get("from_address", "")
    answers_to, marked = mailbox_places.answers_to(mailbox_places.read_for(row), from_address)
    return Sender(
        made,
        row.provider,
        row.pk,
        from_address,
        config.get("from_name", "") or row.account.seller_name,
        config.get("reply_to", "") or answers_to,
        marked and not config.get("reply_to"),
        row.per_minute,
        row.problem,  # the carrier refused us as a whole: what is planned waits until somebody has looked
    )


def permitted(sender: Sender, wanted: int, *, at: datetime) -> tuple[int, datetime]:
    """How many of `wanted` messages may leave now, and from when on another may; reserves nothing."""
    if not sender.per_minute or sender.connection_id is None:
        return wanted, at
    pace = Pace.objects.filter(pk=sender.connection_id).first()
    return numbers.fits(max(pace.next_at, at) if pace else at, wanted, at, sender.per_minute)


def take(sender: Sender, wanted: int, *, at: datetime) -> int:
    """Reserve up to `wanted` messages of the rate; how many were had. At the end of the caller's transaction."""
    if not sender.per_minute or sender.connection_id is None or not wanted:
        return wanted
    with transaction.atomic():
        Pace.objects.bulk_create([Pace(connection_id=sender.connection_id, next_at=at)], ignore_conflicts=True)
        pace = Pace.objects.select_for_update().get(pk=sender.connection_id)
        start = max(pace.next_at, at)
        had, _ = numbers.fits(start, wanted, at, sender.per_minute)
        pace.next_at = start + had * _interval(sender)
        pace.save(update_fields=["next_at"])
    return had


def _interval(sender: Sender) -> timedelta:
    return timedelta(seconds=60 / sender.per_minute)
