"""Mailboxes that one signs in to at Google or Microsoft: connected, their tokens renewed, and what if they end."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from nextcall.channels.email import oauth
from nextcall.channels.email.imap import Place
from nextcall.channels.email.oauth import IDENTITIES, Away, Client, Identity, Refused, Tokens
from nextcall.engine import mailbox_places, mailbox_trial
from nextcall.lib import sealing, wake
from nextcall.team.models import Account, Connection, Mailbox, Member
from nextcall.timeline.record import record

__all__ = ["IDENTITIES", "Away", "Refused", "begin", "connect", "distrust", "keep_apart", "offered", "renew_due"]
log = structlog.get_logger(__name__)
AHEAD = timedelta(minutes=5)  # a token is renewed this long before it ends
OLD_ENOUGH = timedelta(minutes=5)  # a younger one that is refused is no matter of clocks


def offered() -> Sequence[Identity]:
    """Where members may sign in: what the operator registered."""
    return [one for name, one in IDENTITIES.items() if client_of(name)]


def client_of(name: str) -> Client | None:
    client_id, secret = settings.MAIL_CLIENTS.get(name, ("", ""))
    return Client(client_id, secret) if client_id and secret else None


def begin(name: str, *, redirect_uri: str) -> tuple[str, str, str]:
    """(address to go to, state, verifier). Raises Refused where the operator registered nothing."""
    return oauth.begin(*_known(name), redirect_uri=redirect_uri)


def connect(
    account: Account,
    name: str,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    by: Member,
    at: datetime,
    reads_only: bool = False,
) -> Mailbox:
    """Reads that mailbox from now on, beside the others; and sends by it, unless it `reads_only`.

    Raises Refused, Away, or mailbox_trial.Unreachable.
    """
    identity, client = _known(name)
    tokens = oauth.exchange(identity, client, code=code, verifier=verifier, redirect_uri=redirect_uri, at=at)
    if not tokens.address:
        raise Refused(f"{identity.says} did not say whose mailbox it is. Sign in again, and allow the address")
    host, port, security = identity.imap
    found = mailbox_trial.look(Place(host, tokens.address, port, security, token=tokens.access))  # type: ignore[arg-type]
    with transaction.atomic():
        before = Mailbox.objects.select_related("connection").filter(account=account, address=tokens.address).first()
        row = {"enabled": True, "sent_folder": "", "looked_at": at, "problem": "", "problem_at": None}
        row |= {"offers": list(found.offers), "sealed": _sealed(identity, identity.imap, tokens, at)}
        if not reads_only or (before is not None and _shares_tokens(before)):
            row["connection"] = _send_by(account, identity, tokens, at)
            row["sealed"] = sealing.seal(_reading(identity, tokens))  # the tokens are kept once, with the connection
        fresh = {"uid_validity": found.standing.uid_validity, "uid_next": found.standing.uid_next, "created_at": at}
        mailbox, _ = Mailbox.objects.update_or_create(
            account=account, address=tokens.address, defaults=row, create_defaults={**row, **fresh}
        )
        mailbox_places.settle(account)
        record(account_id=account.pk, kind="mailbox.connected", at=at, by=by, data={"at": name, "mailbox": mailbox.pk})
        transaction.on_commit(wake.wake)
    return mailbox


def _send_by(account: Account, identity: Identity, tokens: Tokens, at: datetime) -> Connection:
    """What sent until now sends no more; its mailbox is read on."""
    row = Connection.objects.filter(account=account, channel="email").first()
    sealed = _sealed(identity, identity.smtp, tokens, at)
    if row is not None:
        keep_apart(row)
        Mailbox.objects.filter(account=account, connection=row).update(connection=None)
    same = {"provider": "smtp", "sealed": sealed, "from_address": tokens.address, "enabled": True, "problem": ""}
    connection, _ = Connection.objects.update_or_create(
        account=account, channel="email", defaults=same, create_defaults={**same, "per_minute": 60, "created_at": at}
    )
    return connection


def keep_apart(connection: Connection) -> None:
    """Something else is to send: the mailbox that was signed in to together with it keeps the tokens, and is read on.

    Before what the connection holds is written over.
    """
    box = Mailbox.objects.select_related("connection").filter(connection=connection).first()
    if box is not None and _shares_tokens(box):
        sealed = sealing.seal({**_kept(connection), **_kept(box)})  # its own server, their tokens
        Mailbox.objects.filter(account_id=box.account_id, pk=box.pk).update(sealed=sealed)


def renew_due(*, at: datetime) -> None:
    """Renews what ends soon. A provider that is away is asked again; one that refuses ends the connection."""
    sending = Connection.objects.filter(channel="email", provider="smtp", enabled=True).order_by("pk")
    reading = Mailbox.objects.filter(enabled=True).order_by("pk")
    rows: list[Connection | Mailbox] = [*sending, *reading]
    for row in rows:
        kept = _kept(row)
        ours = kept.get("oauth") in IDENTITIES and "refresh" in kept
        if ours and datetime.fromisoformat(kept["expires_at"]) - at < AHEAD:
            _renew(row, kept, at)


def distrust(mailbox_id: int, *, at: datetime) -> None:
    """Its token was refused before its time (our clock may be behind): renewed at the next look, unless it is new."""
    box = Mailbox.objects.select_related("connection").filter(pk=mailbox_id).first()
    row = box.connection if box is not None and _shares_tokens(box) else box
    kept = _kept(row) if row is not None else {}
    if row is not None and "got_at" in kept and abs(at - datetime.fromisoformat(kept["got_at"])) > OLD_ENOUGH:
        _replace(row, sealing.seal({**kept, "expires_at": at.isoformat()}))


def _renew(row: Connection | Mailbox, kept: dict[str, Any], at: datetime) -> None:
    before = Tokens(kept["token"], kept["refresh"], datetime.fromisoformat(kept["expires_at"]), kept["user"])
    try:
        identity, client = _known(kept["oauth"])
        place = (kept["host"], kept["port"], kept["security"])
        fresh = oauth.refresh(identity, client, before, at=at)
        _replace(row, _sealed(identity, place, fresh, at, beside=kept))
    except Away as error:
        log.warning("token.not_renewed", row=str(row), why=str(error))
        if isinstance(row, Connection):  # a mailbox says by itself when it cannot be read
            _same(row).update(problem=str(error)[:300])
    except Refused as error:
        log.warning("token.refused", row=str(row), why=str(error))
        says = f"{error}. Sign in there again under Settings, Email."[:300]
        _over(row, says, kept["oauth"], at)


def _over(row: Connection | Mailbox, says: str, name: str, at: datetime) -> None:
    """What is planned by it waits, and nothing is read until somebody has signed in again."""
    if isinstance(row, Connection):
        if not _same(row).update(enabled=False, problem=says):
            return
        boxes = Mailbox.objects.filter(account_id=row.account_id, connection=row).select_related("connection")
        shared = [box.pk for box in boxes if _shares_tokens(box)]
        Mailbox.objects.filter(pk__in=shared).update(enabled=False, problem=says, problem_at=at)
    else:
        shared = [row.pk] if _same(row).update(enabled=False, problem=says, problem_at=at) else []
    for pk in shared:
        record(account_id=row.account_id, kind="mailbox.refused", at=at, data={"at": name, "mailbox": pk})


def _same(row: Connection | Mailbox) -> QuerySet[Any]:
    """Unless another engine was quicker: its tokens are good too, and the provider may have ended ours for them."""
    return type(row)._default_manager.filter(account_id=row.account_id, pk=row.pk, sealed=row.sealed)


def _replace(row: Connection | Mailbox, sealed: bytes) -> None:
    well = {"problem": ""} if isinstance(row, Connection) else {}
    _same(row).update(sealed=sealed, **well)


def _shares_tokens(box: Mailbox) -> bool:
    """Whether its tokens are kept with the connection: it was signed in to for both directions."""
    kept = _kept(box)
    return box.connection is not None and bool(kept.get("oauth")) and "refresh" not in kept


def _reading(identity: Identity, tokens: Tokens) -> dict[str, Any]:
    host, port, security = identity.imap
    return {"oauth": identity.name, "host": host, "port": port, "security": security, "user": tokens.address}


def _sealed(
    identity: Identity,
    place: tuple[str, int, str],
    tokens: Tokens,
    at: datetime,
    *,
    beside: Mapping[str, Any] | None = None,
) -> bytes:
    """`beside`: what else was kept there, which stays."""
    host, port, security = place
    return sealing.seal(
        {
            **(beside or {}),
            "oauth": identity.name,
            "host": host,
            "port": port,
            "security": security,
            "user": tokens.address,
            "token": tokens.access,
            "refresh": tokens.refresh,
            "expires_at": tokens.expires_at.isoformat(),
            "got_at": at.isoformat(),
        }
    )


def _known(name: str) -> tuple[Identity, Client]:
    client = client_of(name)
    if name not in IDENTITIES or client is None:
        raise Refused("Whoever runs Nextcall has not registered it there")
    return IDENTITIES[name], client


def _kept(row: Connection | Mailbox) -> dict[str, Any]:
    try:
        return sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        return {}
