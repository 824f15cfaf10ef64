"""What comes back against a campaign, and what lets it go on: complaints, bounces, halts (CX-07)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from nextcall.cadences import halting
from nextcall.cadences.models import Halt, Touch
from nextcall.conversations.models import Message
from nextcall.engine import one_by_one
from nextcall.engine.models import Action
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import wake
from nextcall.team.models import Member
from nextcall.timeline.record import record

COUNTED = ("bounced",)  # problems in a provider's refusal that speak against the campaign
LOOK_BACK = timedelta(days=30)
EVERY = timedelta(hours=1)  # how often everything is counted again, whatever came
APART = timedelta(minutes=1)  # what waited leaves one a minute


class Refused(ValueError):
    """Why a halt cannot be ended so, in words for the member."""


class CountAgain:
    """A job of the worker: once an hour the campaigns that anything spoke against are counted again."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> bool:
        """Never more to do at once."""
        if self._next_at is None or at >= self._next_at or self._next_at - at > EVERY:
            self._next_at = at + EVERY
            count_again(at=at)
        return False


def count_again(*, at: datetime) -> list[Halt]:
    """Judge every campaign that anything spoke against in the last 30 days; the halts that began."""
    found = halting.in_question(since=at - LOOK_BACK)
    return [halt for cadence, channel in found if (halt := halting.judge(cadence, channel, at=at))]


def came_back(touch_ids: Iterable[int], *, account_id: int, at: datetime) -> list[Halt]:
    """Something came back for these touches, and is recorded: judge their campaigns."""
    found = halting.campaigns(touch_ids, account_id=account_id)
    return [halt for cadence, channel in found if (halt := halting.judge(cadence, channel, at=at))]


def complained(
    *, lead: Lead, contact_point: ContactPoint | None, channel: str, via: str, at: datetime, message_id: str = ""
) -> list[Halt]:
    """They called it spam. It counts against the campaign of the message it was about, the latest if none is named.

    The wish itself is `stopping.withdraw`, which calls this.
    """
    touch = touch_of(lead.account_id, channel=channel, contact_point=contact_point, lead=lead, message_id=message_id)
    with transaction.atomic():
        record(
            account_id=lead.account_id,
            kind="complaint.received",
            at=at,
            lead_id=lead.pk,
            person_id=lead.person_id,
            touch_id=touch.pk if touch else None,
            data={"channel": channel, "via": via},
        )
        return came_back([touch.pk], account_id=lead.account_id, at=at) if touch else []


def touch_of(
    account_id: int, *, channel: str, contact_point: ContactPoint | None, lead: Lead | None, message_id: str = ""
) -> Touch | None:
    """The touch that a report is about: the message named, else the latest we sent there."""
    sent = Message.objects.filter(account_id=account_id, outbound=True, touch__isnull=False).select_related("touch")
    if message_id:
        named = sent.filter(message_id=message_id).first()
        if named is not None:
            return named.touch
    if contact_point is not None:
        sent = sent.filter(contact_point=contact_point)
    elif lead is not None:
        sent = sent.filter(lead=lead)
    else:
        return None
    latest = sent.filter(channel=channel).order_by("-at", "-pk").first()
    return latest.touch if latest else None


def resume(halt: Halt, *, by: Member, at: datetime, because: str = "") -> Action:
    """Let it go on: what waited leaves one a minute. Can be undone. A stop needs the reason. Raises Refused."""
    if not by.manages or by.account_id != halt.account_id:
        raise Refused("An owner or a manager lets it go on.")
    with transaction.atomic():
        fresh = Halt.objects.select_for_update().select_related("cadence").get(account_id=by.account_id, pk=halt.pk)
        if fresh.ended_at is not None:
            raise Refused("It goes on already.")
        if fresh.level == Halt.Level.STOPPED and not because.strip():
            raise Refused("It was stopped: write why it may go on. The reason is kept in the record.")
        halting.end(fresh, by=by, at=at, because=because.strip() or "somebody looked at it")
        count = _spread(fresh, at)
        wait = f"; {count} that waited leave one by one" if count else ""
        transaction.on_commit(wake.wake)
        return Action.objects.create(
            account_id=by.account_id,
            member=by,
            kind="halt",
            says=f"{fresh.cadence.name} goes on by {fresh.channel}{wait}."[:200],
            at=at,
            before=[{"model": "Halt", "pk": fresh.pk, "was": _open(), "now": _ended(fresh)}],
        )


def _open() -> dict[str, object]:
    return {"ended_at": None, "ended_by_id": None, "ended_because": ""}


def _ended(halt: Halt) -> dict[str, object]:
    ended_at = halt.ended_at.isoformat() if halt.ended_at else None
    return {"ended_at": ended_at, "ended_by_id": halt.ended_by_id, "ended_because": halt.ended_because}


def _spread(halt: Halt, at: datetime) -> int:
    """Late is spread, not burst: the most urgent first, one a minute; how many waited."""
    waiting = Touch.objects.filter(
        account_id=halt.account_id, channel=halt.channel, rule=halt.rule, enrollment__version__cadence=halt.cadence_id
    )
    return one_by_one.leave(waiting, at=at, apart=APART)
