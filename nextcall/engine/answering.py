"""Answering what somebody wrote, so that two members never answer the same message unknowingly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import asking
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.team.models import Member

LONGEST_WORDS = 160
LEAVING = ("planned", "claimed", "sending", "uncertain")


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a member has read when they answer: the latest message, the latest one leaving, and since when it waits.

    Written in a form as "12.7.1" (message, touch, whether the lead was waiting).
    """

    message: int
    touch: int
    waits: bool

    def __str__(self) -> str:
        return f"{self.message}.{self.touch}.{int(self.waits)}"


class Crossed(Exception):
    """Somebody answered meanwhile: who, when and what. `seen` is how far one has read who is told this."""

    def __init__(self, who: str, at: datetime | None, words: str, seen: Seen) -> None:
        super().__init__(f"{who}: {words}")
        self.who, self.at, self.words, self.seen = who, at, words, seen


def seen_of(lead: Lead) -> Seen:
    """How far somebody has read who sees the lead's messages now, in two queries."""
    message = Message.objects.filter(account_id=lead.account_id, lead=lead).order_by("-pk")
    touch = leaving(lead).order_by("-pk")
    return Seen(
        message.values_list("pk", flat=True).first() or 0,
        touch.values_list("pk", flat=True).first() or 0,
        lead.waiting_since is not None,
    )


def read_seen(written: str) -> Seen | None:
    """What a form says; None if it says nothing that can be read."""
    parts = written.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 19 for part in parts):
        return None
    return Seen(int(parts[0]), int(parts[1]), parts[2] == "1")


def answer(
    *,
    lead: Lead,
    channel: str,
    body: str,
    by: Member,
    at: datetime,
    seen: Seen | None,
    subject: str = "",
    ask: bool = False,
    page: str = "",
    pictures: Sequence[tuple[str, bytes]] = (),
) -> Touch:
    """As `write.write`, unless somebody answered since `seen`: then Crossed is raised and nothing leaves.

    One transaction under the person's lock: of two who send at once, the second is told of the first. What the gate
    refuses is written down beside it, for the transaction leaves nothing.
    """
    try:
        with transaction.atomic():
            ledger.lock_persons([lead.person_id])
            rows = Lead.objects.select_related("account", "person", "owner", "offer", "source")
            fresh = rows.get(account_id=lead.account_id, pk=lead.pk)
            if seen is not None:
                _stop_if_crossed(fresh, seen, by)
            return writing.write(
                lead=fresh, channel=channel, subject=subject, body=body, by=by, at=at, ask=ask, page=page,
                pictures=pictures,
            )  # fmt: skip
    except writing.Refused as refusal:
        asking.refused(lead=lead, asked=refusal.asked, by=by, at=at, page=page)
        raise


def _stop_if_crossed(lead: Lead, seen: Seen, by: Member) -> None:
    now = seen_of(lead)
    soon = leaving(lead).filter(pk__gt=seen.touch).select_related("owner").order_by("-pk").first()
    if soon is not None:
        raise Crossed(_name(soon.owner, by), soon.created_at, _short(soon.body), now)
    left = (
        Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=True, pk__gt=seen.message)
        .exclude(touch__by_machine=False, touch_id__lte=seen.touch)  # it was leaving when they looked
        .select_related("by")
        .order_by("-pk")
        .first()
    )
    if left is not None:
        raise Crossed(_name(left.by, by) if left.by else "The plan", left.at, _short(left.body), now)
    if seen.waits and not now.waits:
        item = InboxItem.objects.filter(account_id=lead.account_id, lead=lead).select_related("done_by").first()
        who = _name(item.done_by, by) if item and item.done_by else "Somebody"
        raise Crossed(who, item.done_at if item else None, "", now)


def leaving(lead: Lead) -> QuerySet[Touch]:
    """Messages written by hand that have not left yet."""
    return Touch.objects.filter(
        account_id=lead.account_id, lead=lead, by_machine=False, channel__in=("text", "email"), state__in=LEAVING
    ).exclude(body="")


def _name(member: Member | None, by: Member) -> str:
    if member is None:
        return "Somebody"
    return "You" if member.pk == by.pk else member.name.split()[0]


def _short(body: str) -> str:
    words = " ".join(body.split())
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS].rsplit(' ', 1)[0]} \u2026"
