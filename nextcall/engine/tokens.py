"""Mailboxes that one signs in to at Google or Microsoft: connected, their tokens renewed, and what if they end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from nextcall.channels.email import oauth
from nextcall.channels.email.imap import Place
from nextcall.channels.email.oauth import IDENTITIES, Away, Client, Identity, Refused, Tokens
from nextcall.engine import mailbox_trial
from nextcall.lib import sealing, wake
from nextcall.team.models import Account, Connection, Mailbox, Member
from nextcall.timeline.record import record

__all__ = ["IDENTITIES", "Away", "Refused", "begin", "connect", "distrust", "offered", "renew_due"]
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
    account: Account, name: str, *, code: str, verifier: str, redirect_uri: str, by: Member, at: datetime
) -> Mailbox:
    """Sends and reads by that mailbox from now on. Raises Refused, Away, or mailbox_trial.Unreachable."""
    identity, client = _known(name)
    tokens = oauth.exchange(identity, client, code=code, verifier=verifier, redirect_uri=redirect_uri, at=at)
    if not tokens.address:
        raise Refused(f"{identity.says} did not say whose mailbox it is. Sign in again, and allow the address")
    host, port, security = identity.imap
    reading = {"oauth": name, "host": host, "port": port, "security": security, "user": tokens.address}
    found = mailbox_trial.look(Place(host, tokens.address, port, security, token=tokens.access))  # type: ignore[arg-type]
    with transaction.atomic():
        sending = _sending(identity, tokens, at)
        same = {"provider": "smtp", "sealed": sending, "from_address": tokens.address, "enabled": True, "problem": ""}
        connection, _ = Connection.objects.update_or_create(
            account=account,
            channel="email",
            defaults=same,
            create_defaults={**same, "per_minute": 60, "created_at": at},
        )
        Mailbox.objects.filter(account=account).exclude(address=tokens.address).delete()
        row = {"connection": connection, "sealed": sealing.seal(reading), "enabled": True, "sent_folder": ""}
        row |= {"looked_at": at, "problem": "", "problem_at": None}
        fresh = {"uid_validity": found.standing.uid_validity, "uid_next": found.standing.uid_next, "created_at": at}
        mailbox, _ = Mailbox.objects.update_or_create(
            account=account, address=tokens.address, defaults=row, create_defaults={**row, **fresh}
        )
        record(account_id=account.pk, kind="mailbox.connected", at=at, by=by, data={"at": name})
        transaction.on_commit(wake.wake)
    return mailbox


def renew_due(*, at: datetime) -> None:
    """Renews what ends soon. A provider that is away is asked again; one that refuses ends the connection."""
    rows = Connection.objects.filter(channel="email", provider="smtp", enabled=True).order_by("pk")
    for row in rows:
        kept = _kept(row)
        if kept.get("oauth") in IDENTITIES and datetime.fromisoformat(kept["expires_at"]) - at < AHEAD:
            _renew(row, kept, at)


def distrust(mailbox_id: int, *, at: datetime) -> None:
    """Its token was refused before its time (our clock may be behind): renewed at the next look, unless it is new."""
    box = Mailbox.objects.select_related("connection").filter(pk=mailbox_id).first()
    kept = _kept(box.connection) if box is not None and box.connection is not None else {}
    if box is None or box.connection is None or not kept.get("oauth"):
        return
    if abs(at - datetime.fromisoformat(kept["got_at"])) > OLD_ENOUGH:
        _replace(box.connection, sealing.seal({**kept, "expires_at": at.isoformat()}))


def _renew(row: Connection, kept: dict[str, Any], at: datetime) -> None:
    before = Tokens(kept["token"], kept["refresh"], datetime.fromisoformat(kept["expires_at"]), kept["user"])
    try:
        identity, client = _known(kept["oauth"])
        _replace(row, _sending(identity, oauth.refresh(identity, client, before, at=at), at))
    except Away as error:
        log.warning("token.not_renewed", connection=row.pk, why=str(error))
        Connection.objects.filter(account_id=row.account_id, pk=row.pk, sealed=row.sealed).update(
            problem=str(error)[:300]
        )
    except Refused as error:
        log.warning("token.refused", connection=row.pk, why=str(error))
        says = f"{error}. Sign in there again under Settings, Email."[:300]
        mine = Connection.objects.filter(account_id=row.account_id, pk=row.pk, sealed=row.sealed)
        if mine.update(enabled=False, problem=says):  # what is planned waits
            Mailbox.objects.filter(account_id=row.account_id, connection=row).update(
                enabled=False, problem=says, problem_at=at
            )
            record(account_id=row.account_id, kind="mailbox.refused", at=at, data={"at": kept["oauth"]})


def _replace(row: Connection, sealed: bytes) -> None:
    """Unless another engine was quicker: its tokens are good too, and the provider may have ended ours for them."""
    Connection.objects.filter(account_id=row.account_id, pk=row.pk, sealed=row.sealed).update(sealed=sealed, problem="")


def _sending(identity: Identity, tokens: Tokens, at: datetime) -> bytes:
    host, port, security = identity.smtp
    return sealing.seal(
        {
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


def _kept(row: Connection) -> dict[str, Any]:
    try:
        return sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        return {}
