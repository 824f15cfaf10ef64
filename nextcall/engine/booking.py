"""What a booking page tells: a lead picked a time, another one, took it back, or did not come."""

from datetime import datetime

from nextcall.channels.contract import BookingReport
from nextcall.conversations.models import Promise
from nextcall.engine import appointments, receive
from nextcall.engine.calendars import BOOKED_ELSEWHERE
from nextcall.engine.inviting import clock
from nextcall.lib import hours
from nextcall.team.models import Account


def report(account: Account, said: BookingReport, *, provider: str, at: datetime) -> bool:
    """Act on it; the page has written to both sides itself, so nobody is invited again. Harmless when repeated."""
    promise = _promise(account, said.provider_reference)
    if said.state == "booked":
        _booked(account, said, promise, provider=provider, at=at)
    elif promise is None or promise.closed_at is not None:
        return True  # its successor has its place, or nobody we know booked it
    elif said.state == "missed":
        appointments.missed(promise=promise, by=None, at=at)
    elif not said.replaced_by:  # moved: the post about its successor moves it, whichever comes first
        appointments.cancel(promise=promise, by=None, at=at, because=said.because or "on the booking page", tells=False)
    return True


def _booked(account: Account, said: BookingReport, promise: Promise | None, *, provider: str, at: datetime) -> None:
    if promise is not None or said.starts_at is None:
        return
    minutes = round((said.ends_at - said.starts_at).total_seconds() / 60) if said.ends_at else 0
    length, uid = minutes if 5 <= minutes <= 480 else None, _uid(said.provider_reference)
    before = _promise(account, said.replaces) if said.replaces else None
    if before is not None and before.closed_at is None:
        appointments.move(
            promise=before, starts_at=said.starts_at, minutes=length, uid=uid, by=None, at=at, invites=False
        )
        return
    lead = None
    for channel, where in (("email", said.email), ("call", said.phone)):
        lead = lead or (receive.lead_at(account, channel, where) if where else None)
    if lead is None:
        _by_a_stranger(account, said, said.starts_at, provider=provider, at=at)
        return
    appointments.book(
        lead=lead, starts_at=said.starts_at, what=said.what, place=said.place, minutes=length, uid=uid, by=None, at=at,
        invites=False,
    )  # fmt: skip


def _by_a_stranger(account: Account, said: BookingReport, starts_at: datetime, *, provider: str, at: datetime) -> None:
    """Nobody we know: it stands in the Inbox as what somebody unknown wrote, and a person makes a lead of it."""
    zone = said.zone if hours.is_zone(said.zone) else account.zone
    receive.receive(
        account=account,
        channel="email" if said.email else "text",
        sender=said.email or said.phone,
        text=f"Booked {clock(starts_at, zone)} ({zone}): {said.what or 'an appointment'}. {said.name}",
        at=at,
        via="hook",
        dedupe_key=f"{provider}:{said.provider_reference}"[:120],
    )


def _promise(account: Account, reference: str) -> Promise | None:
    rows = Promise.objects.filter(account=account, kind=Promise.Kind.APPOINTMENT, uid=_uid(reference))
    return rows.select_related("lead__person", "lead__account", "owner").first()


def _uid(reference: str) -> str:
    return f"{BOOKED_ELSEWHERE}{reference}"[:120]
