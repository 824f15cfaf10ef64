"""Connecting an account to a text carrier: tried before it is kept, and its numbers read from there."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from nextcall.cadences.models import Touch
from nextcall.channels.contract import OwnNumber, SendError, Uncertain
from nextcall.channels.provider import Provider
from nextcall.engine import backlog, number_pace, senders
from nextcall.engine.numbers import NAMED
from nextcall.leads.models import ContactPoint
from nextcall.lib import sealing
from nextcall.team import text
from nextcall.team.models import Account, Connection, Member, SenderNumber
from nextcall.timeline.record import record

CARRIERS = ("twilio", "telnyx")
GONE = "the carrier lists it no more"


class CannotConnect(Exception):
    """Says what is wrong and what would be right."""


def connect(
    *,
    account: Account,
    provider: str,
    config: Mapping[str, Any],
    by: Member,
    at: datetime,
    segment_price: Decimal | None = None,
) -> Connection:
    """Signs in there first and reads the numbers; nothing is kept when that fails. Raises CannotConnect."""
    row = Connection.objects.filter(account=account, channel="text").first()
    same = row is not None and row.provider == provider
    draft = Connection(
        account=account,
        channel="text",
        provider=provider,
        sealed=sealing.seal(dict(config)),
        per_minute=0,  # each number has its own
        segment_price=segment_price,
        hook_key=row.hook_key if row and same and row.hook_key else secrets.token_urlsafe(24),
        created_at=row.created_at if row else at,
    )
    listed = _listed(draft)
    with transaction.atomic():
        if row is not None:
            draft.pk = row.pk
            if not same:  # numbers of one carrier are not the other's
                SenderNumber.objects.filter(account=account, connection=row).delete()
        draft.save()
        _keep(draft, listed, at)
        record(account_id=account.pk, kind="connection.changed", at=at, by=by, data=_data(provider, len(listed)))
    backlog.ask_again(draft.account_id, at=at)
    return draft


def read_numbers(connection: Connection, *, by: Member, at: datetime) -> int:
    """Reads them anew, with what their registration says; how many there are. Raises CannotConnect."""
    listed = _listed(connection)
    with transaction.atomic():
        Connection.objects.filter(account_id=connection.account_id, pk=connection.pk).update(problem="")
        _keep(connection, listed, at)
        data = _data(connection.provider, len(listed))
        record(account_id=connection.account_id, kind="sender.read", at=at, by=by, data=data)
    backlog.ask_again(connection.account_id, at=at)
    return len(listed)


def is_gone(number: SenderNumber) -> bool:
    """Whether the carrier lists it no more: it can be forgotten, and comes back only if the carrier lists it again."""
    return not number.enabled and number.registration_says == GONE


def known_by(numbers: Iterable[SenderNumber], *, account: Account) -> dict[int, int]:
    """By number, how many phones of leads were texted from it last; one query, none without a number."""
    theirs = ContactPoint.objects.filter(account=account, our_number__in=[one.pk for one in numbers])
    counted = theirs.order_by().values_list("our_number").annotate(Count("pk"))
    return {key: count for key, count in counted if key is not None}


def forget_number(number: SenderNumber, *, by: Member, at: datetime) -> int:
    """A number that is gone leaves the list for good; how many leads knew it. Raises CannotConnect.

    Their next text leaves as if it were the first: from another number, of their area where there is one. What was
    sent from it keeps it in writing.
    """
    if not is_gone(number):
        raise CannotConnect(f"The carrier still lists {number.number}. Give it back there, then read the numbers anew.")
    mine = Touch.objects.filter(account_id=number.account_id, our_number=number)
    if mine.filter(Q(state__in=("claimed", "sending")) | Q(state="uncertain", lease_until__isnull=False)).exists():
        raise CannotConnect(f"A text from {number.number} is still on its way. Try again when that is settled.")
    with transaction.atomic():
        knew = known_by([number], account=number.account).get(number.pk, 0)
        data = {"number": number.number, "leads": knew}
        record(account_id=number.account_id, kind="sender.removed", at=at, by=by, data=data)
        number.delete()
    return knew


def disconnect(*, account: Account, by: Member, at: datetime) -> None:
    """Forgets the carrier, its keys and numbers. Texts open on the members' own phones from then on."""
    Connection.objects.filter(account=account, channel="text").delete()
    record(account_id=account.pk, kind="connection.removed", at=at, by=by, data={"channel": "text"})


def send_test(connection: Connection, *, member: Member, at: datetime) -> str:
    """A text to the member's own phone; the number it left from. Raises CannotConnect."""
    pool = number_pace.pools([connection.account_id], {connection.account_id: connection.account.zone}, at=at)
    ours = ""
    if connection.pk in pool:
        chosen = pool[connection.pk].choose(member.phone)
        if chosen.number is None:
            raise CannotConnect(chosen.says)
        ours = chosen.number.number
    provider = _provider(connection)
    try:
        text.send_test(provider, connection, member=member, from_address=ours, at=at)
    except SendError as error:
        raise CannotConnect(f"It did not leave: {error}.") from error
    except Uncertain as doubt:
        raise CannotConnect("The carrier took it and did not answer. Look at your phone.") from doubt
    finally:
        provider.close()
    return ours


def _listed(connection: Connection) -> tuple[OwnNumber, ...]:
    provider = _provider(connection)
    try:
        provider.check()
        return provider.numbers()
    except SendError as error:
        raise CannotConnect(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    finally:
        provider.close()


def _provider(connection: Connection) -> Provider:
    made = senders.make(connection)
    if made.provider is None:
        raise CannotConnect(made.problem or "Texts leave by hand here.")
    return made.provider


def _keep(connection: Connection, listed: tuple[OwnNumber, ...], at: datetime) -> None:
    """The carrier's word about each; rates, limits and what somebody switched off stay as they are."""
    mine = SenderNumber.objects.filter(account_id=connection.account_id, connection=connection)
    stored = {one.number: one for one in mine}
    for one in listed:
        known = stored.pop(one.number, None)
        row = known or SenderNumber(
            account_id=connection.account_id, connection=connection, number=one.number[:40], created_at=at
        )
        row.kind, row.registration, row.service = one.kind, one.registration, one.service[:60]
        if one.kind != NAMED:  # of a name the account itself knows the reference
            row.registration_says = one.says[:200]
        row.save()
    mine.filter(pk__in=[one.pk for one in stored.values()]).update(enabled=False, registration_says=GONE)


def _data(provider: str, numbers: int) -> dict[str, object]:
    return {"channel": "text", "provider": provider, "numbers": numbers}
