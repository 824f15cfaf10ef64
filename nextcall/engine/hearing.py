"""What a provider posts, stored before it is understood: answers, reports and calls find their way from here."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from nextcall.channels import registry
from nextcall.channels.contract import (
    BookingReport,
    CallReport,
    DeliveryReport,
    Heard,
    InboundMessage,
    Listener,
    Posted,
)
from nextcall.engine import booking, calling_in, receive, reporting
from nextcall.engine.models import CarrierPost
from nextcall.lib import sealing, wake
from nextcall.team.models import Account, Connection

log = structlog.get_logger(__name__)
LONGEST = 2_000_000  # bytes of a post
KEPT_HEADERS = (
    "content-type",
    "x-twilio-signature",
    "telnyx-signature-ed25519",
    "telnyx-timestamp",
    "calendly-webhook-signature",
)
AT_ONCE = 100
WAITED_FOR = timedelta(hours=1)  # a report may come before its message is written down


class NotTheirs(Exception):
    """The signature is not the provider's, or the connection cannot read it."""


def listener_of(connection: Connection) -> Listener:
    """Raises NotTheirs with what is wrong with the connection."""
    try:
        return registry.listener(connection.provider, sealing.unseal(connection.sealed))
    except (sealing.CannotUnseal, registry.BadConnection) as error:
        raise NotTheirs(str(error)) from error


def longest(connection: Connection) -> int:
    """Bytes of a post that are taken in; an email service brings a mail with its files."""
    return int(settings.MAIL_MAX_BYTES) if connection.channel == "email" else LONGEST


def keep(*, connection: Connection, posted: Posted, at: datetime) -> tuple[CarrierPost, bool]:
    """Store a post whose signature is right; committed when this returns. (row, is it new?) Raises NotTheirs."""
    listener = listener_of(connection)
    if not listener.verify(posted, at=at):
        raise NotTheirs("the signature is not the provider's for this address")
    key = hashlib.sha256(listener.once(posted)).hexdigest()
    row = CarrierPost(
        account_id=connection.account_id,
        connection=connection,
        provider=connection.provider,
        url=posted.url[:500],
        headers={name: posted.headers[name] for name in KEPT_HEADERS if name in posted.headers},
        body=posted.body,
        key=key,
        at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same post again: providers repeat what they think was lost
        return CarrierPost.objects.get(connection=connection, key=key), False
    return row, True


def understand(row: CarrierPost, *, at: datetime) -> bool:
    """Act on a kept post; whether it is done with. What cannot be read is done with too, and says why.

    A report whose message nobody knows is left for a later try: it may have been quicker than our own record.
    """
    try:
        posted = Posted(row.url, bytes(row.body), row.headers)
        with transaction.atomic():
            waits = [one for one in listener_of(row.connection).hear(posted) if not _act(row, one, at)]
            done = not waits or at - row.at > WAITED_FOR
            problem = "" if not waits else "no message of ours has this id (yet)"
            kept = {} if waits else {"body": b""}  # its words stand in the message, where an erasure finds them
            CarrierPost.objects.filter(pk=row.pk).update(read_at=at if done else None, problem=problem, **kept)
        transaction.on_commit(wake.wake)
        return done
    except DatabaseError:  # busy or broken: it stays, and is tried again
        log.warning("post.postponed", post=row.pk)
        return False
    except (ValueError, NotTheirs) as error:
        _set_aside(row, str(error), at)
    except Exception as error:  # whatever it holds, the next one must not suffer
        log.exception("post.failed", post=row.pk)
        _set_aside(row, f"could not be taken in ({type(error).__name__})", at)
    return True


def run_waiting(*, at: datetime) -> bool:
    """Posts that wait, one bite of them; for the engine's worker. False when none is done with."""
    waiting = CarrierPost.objects.filter(read_at=None, at__lte=at).select_related("connection__account")
    done = [understand(row, at=at) for row in waiting.order_by("at", "pk")[:AT_ONCE]]
    return any(done)


def _set_aside(row: CarrierPost, problem: str, at: datetime) -> None:
    CarrierPost.objects.filter(pk=row.pk).update(read_at=at, problem=problem[:300])


def _act(row: CarrierPost, heard: Heard, at: datetime) -> bool:
    """False: what it is about is not known yet."""
    account, provider = row.connection.account, row.provider
    if isinstance(heard, InboundMessage):
        take_in(account, heard, provider=provider, at=at)
        return True
    if isinstance(heard, DeliveryReport):
        return reporting.report(account, heard, provider=provider, at=at)
    if isinstance(heard, BookingReport):
        return booking.report(account, heard, provider=provider, at=at)
    return calling_in.report(account, heard, provider=provider, at=at) if isinstance(heard, CallReport) else True


def take_in(account: Account, heard: InboundMessage, *, provider: str, at: datetime) -> receive.Received:
    """A message that a provider or a mailbox brought."""
    return receive.receive(
        account=account,
        channel=heard.channel,
        sender=heard.sender,
        text=heard.text,
        at=min(heard.at or at, at),
        via=heard.channel,
        subject=heard.subject,
        message_id=heard.message_id,
        dedupe_key=f"{provider}:{heard.reference}"[:120],
        carried=heard,
    )


def headers_of(meta: Mapping[str, str]) -> dict[str, str]:
    """A request's headers by their names in lower case, those that signatures need."""
    found = {name[5:].lower().replace("_", "-"): value for name, value in meta.items() if name.startswith("HTTP_")}
    return found | {"content-type": meta.get("CONTENT_TYPE", "")}
