"""What members are told about the sending itself: texts that wait; campaigns that stand still; what is over or late."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from nextcall.cadences import halting
from nextcall.cadences.models import Halt
from nextcall.consent import ageing, stock
from nextcall.engine import backlog, mailbox_watch, trusting
from nextcall.engine.when import spoken
from nextcall.team.models import Mailbox, Member
from nextcall.timeline.models import Event
from nextcall.worklist import say

LATE_IS_NEWS = timedelta(days=7)
CHANNELS = {"email": "Emails", "text": "Texts", "call": "Calls", "voicemail": "Voicemails"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One line, and where it is looked at or mended; no address where that is not theirs to do."""

    says: str
    url: str = ""
    word: str = ""


def notices(member: Member, *, at: datetime) -> list[Notice]:
    """For owners: everything, in a handful of small queries. For others: what waits, and what they may let go on."""
    found = [*mailboxes(member, at=at), *_texts(member, at), *halts(member)]
    if member.role == Member.Role.OWNER:
        found += [*_late(member, at), *_ages(member, at)]
    return found


def halts(member: Member) -> list[Notice]:
    """The campaigns that stand still, for those who may let them go on."""
    if not member.manages:
        return []
    return [
        Notice(f"{standing(one)}: {one.because}.", reverse("cadences"), "Look at it")
        for one in halting.in_force(member.account_id)
    ]


def mailboxes(member: Member, *, at: datetime) -> list[Notice]:
    """Mailboxes that are not read: replies lie there that nobody sees. For those who may mend it."""
    if not member.manages:
        return []
    return [
        Notice(unread(row, at=at), reverse("settings_email_mailbox_one", args=[row.pk]), "Mend it")
        for row in mailbox_watch.unread([member.account_id], at=at)
    ]


def unread(row: Mailbox, *, at: datetime) -> str:
    """ "mara@example.com has not been read for 3 h. Replies to it are not seen"."""
    since = row.looked_at or row.created_at
    return f"{row.address} has not been read for {say.span(at - since)}: replies that came to it are not here."


def standing(halt: Halt) -> str:
    """ "Emails of Steady are paused"."""
    return f"{CHANNELS.get(halt.channel, halt.channel)} of {halt.cadence.name} are {halt.level}"


def _texts(member: Member, at: datetime) -> list[Notice]:
    """Texts that find no room on our numbers for a while: all of them for those who may make room, else one's own."""
    found = backlog.backlog(member.account, at=at, of=None if member.manages else member)
    if found is None or not found.is_news(at):
        return []
    one = found.waiting == 1
    many = f"{found.waiting:,} {'' if member.manages else 'of your '}text{'s' if not (one and member.manages) else ''}"
    waits, ours = "waits" if one else "wait", "your" if member.manages else "our"
    if found.last_at is not None:
        last = spoken(found.last_at, now=at, zone=member.zone)
        says = f"{many} {waits} for room on {ours} numbers; {'it' if one else 'the last'} leaves about {last}."
    elif member.manages:
        says = (
            f"{many} {waits}, and none leaves yet: {found.because or 'it would take more than a year'}".rstrip(".")
            + "."
        )
    else:
        says = f"{many} {waits} until one of our numbers may send. An owner sees why in Settings, Text."
    return [Notice(says, f"{reverse('settings_text')}#numbers", "Make room")] if member.manages else [Notice(says)]


def _late(member: Member, at: datetime) -> list[Notice]:
    """Messages that arrived after their window had closed: carriers queue, the law counts the arrival."""
    late = Event.objects.filter(account_id=member.account_id, kind="touch.delivered_late", at__gt=at - LATE_IS_NEWS)
    rows = list(late.order_by("-at").values_list("lead_id", flat=True)[:100])
    if not rows:
        return []
    many = "A message was" if len(rows) == 1 else f"{len(rows)} messages were"
    url = reverse("lead", args=[rows[0]]) if rows[0] else reverse("settings_ages")
    return [Notice(f"{many} delivered after the hours had closed there.", url, "See the latest")]


def _ages(member: Member, at: datetime) -> list[Notice]:
    ages = [ageing.clock(trusting.look(at)[0]), *stock.of_house(at=at), *stock.of_account(member.account, at=at)]
    return [
        Notice(f"{one.what}: {one.says}", reverse("settings_ages"), "How to mend it")
        for one in ageing.urgent(ages, today=at.date())
    ]
