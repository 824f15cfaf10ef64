"""A member's own plan as a calendar to subscribe to: their calls and appointments, as protected time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing

from nextcall.cadences.models import Touch
from nextcall.channels.calendar import writing
from nextcall.channels.calendar.writing import Entry
from nextcall.conversations.models import Promise
from nextcall.engine import inviting
from nextcall.team.models import Member

signer = signing.Signer(salt="nextcall.calendar", sep=".")
TURN = "feed_turn"  # in Member.settings: counts up with each new address; negative: revoked
AHEAD, BACK = timedelta(days=60), timedelta(days=7)
MOST = 500
A_CALL = timedelta(minutes=10)
WORDS = {"call": "Call", "send": "Answer", "window": "Can be reached by"}


def url(member: Member) -> str:
    """The secret address; "" while there is none."""
    turn = _turn(member)
    return f"{settings.URL.rstrip('/')}/calendar/{signer.sign(f'{member.pk}-{turn}')}.ics" if turn > 0 else ""


def renew(member: Member) -> None:
    """A new address; whoever has the old one sees nothing any more."""
    _set(member, abs(_turn(member)) + 1)


def revoke(member: Member) -> None:
    """No address: the feed is closed."""
    _set(member, -abs(_turn(member)))


def member_of(token: str) -> Member | None:
    """Whose feed that is; None if we did not make the address, or it was revoked."""
    try:
        key, turn = (int(part) for part in signer.unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        return None
    member = Member.objects.filter(pk=key, is_active=True).select_related("account").first()
    return member if member is not None and turn > 0 and _turn(member) == turn else None


def feed(member: Member, *, at: datetime) -> bytes:
    """Everything of theirs from a week ago to 60 days ahead."""
    promises = (
        Promise.objects.filter(account_id=member.account_id, owner=member, closed_at=None)
        .filter(due_at__gt=at - BACK, due_at__lt=at + AHEAD)
        .select_related("owner", "lead__person", "lead__account")
    )
    touches = (
        Touch.objects.filter(account_id=member.account_id, lead__owner=member, channel="call", by_machine=False)
        .filter(state__in=("planned", "open"), due_at__gt=at - BACK, due_at__lt=at + AHEAD)
        .select_related("lead__person")
    )
    entries = [_promised(one, at) for one in promises.order_by("due_at")[:MOST]]
    entries += [_call(one, at) for one in touches.order_by("due_at")[:MOST]]
    return writing.feed(f"Nextcall: {member.name}", entries)


def _promised(promise: Promise, at: datetime) -> Entry:
    if promise.kind == Promise.Kind.APPOINTMENT:
        return inviting.entry(promise, at=at)
    ends = promise.until_at or promise.due_at + A_CALL
    words = f"{WORDS.get(promise.kind, 'Promise to')} {promise.lead.person}"
    return Entry(
        f"promise-{promise.pk}@nextcall",
        promise.due_at,
        ends,
        words,
        at,
        description=promise.what,
        url=_page(promise.lead_id),
    )


def _call(touch: Touch, at: datetime) -> Entry:
    words = f"Call {touch.lead.person}"
    return Entry(f"touch-{touch.pk}@nextcall", touch.due_at, touch.due_at + A_CALL, words, at, url=_page(touch.lead_id))


def _page(lead_id: int) -> str:
    return f"{settings.URL.rstrip('/')}/leads/{lead_id}/"


def _turn(member: Member) -> int:
    turn = member.settings.get(TURN, 0)
    return turn if isinstance(turn, int) else 0


def _set(member: Member, turn: int) -> None:
    member.settings = {**member.settings, TURN: turn}
    member.save(update_fields=["settings"])
