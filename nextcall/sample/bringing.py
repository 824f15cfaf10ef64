"""Bringing the sample: a team of four with half a year behind it, or forty leads for one member to try things on."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from nextcall.cadences import away
from nextcall.cadences.models import Cadence
from nextcall.leads.models import Lead, Offer, Source
from nextcall.lib import wake
from nextcall.sample import endings, habits
from nextcall.sample.people import Inventor, words
from nextcall.sample.stage import WEEK, Worker
from nextcall.sample.story import Story
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

HISTORY = timedelta(days=182)  # half a year
TWO_WEEKS = timedelta(days=14)
FORTY = 40
LAST_MINUTE = 3  # leads that ask in the last minutes
NAMED = ("name", "seller_name", "postal_address", "zone", "trade", "licences")  # of the account: invented, put back
BROUGHT = "sample.brought"  # the event that remembers what there was before
Follow = Callable[[float], None]


class InUse(Exception):
    """There are leads already: nothing invented is mixed into somebody's work unasked."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who looks at it, and who else is in it."""

    owner: Member
    workers: list[Worker]


def half_a_year(
    *,
    owner: Member,
    at: datetime,
    seed: int,
    leads: int,
    length: timedelta = HISTORY,
    follow: Follow = lambda part: None,
) -> list[Member]:
    """An invented team around `owner` with `leads` leads and all that happened to them. Raises InUse."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=owner.account_id)
        if Lead.objects.filter(account=account).exists():
            raise InUse(f"{account.name} has leads already")
        began = at - length
        _note(account, owner, at)
        owner.account = account
        _name(account, owner)
        rng = _chance(seed)
        workers = _team(account, owner, began, at)
        story = Story(account, {one.member.pk: one for one in workers}, rng, began, at, follow=follow)
        inventor = Inventor(rng)
        _arrivals(story, workers, inventor, max(leads - LAST_MINUTE, 1))
        for worker in workers:
            story.sittings(worker)
        endings.prepare(story, workers, inventor, few=False)
        _goes_away(story, workers[-1])
        story.tell()
        transaction.on_commit(wake.wake)
    return [one.member for one in workers]


def forty(*, member: Member, at: datetime, seed: int) -> int:
    """Forty invented leads for `member`, who had two weeks with them; how many. None if they are there already."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=member.account_id)
        if account.sample_at is not None:
            return 0
        _note(account, member, at)
        member.account = account
        rng = _chance(seed)
        worker = Worker(member, habits.habit("diligent"), busy=_busy(account, at))
        story = Story(account, {member.pk: worker}, rng, at - TWO_WEEKS, at)
        inventor = Inventor(rng)
        _arrivals(story, [worker], inventor, FORTY - LAST_MINUTE)
        story.sittings(worker)
        endings.prepare(story, [worker], inventor, few=True)
        story.tell()
        transaction.on_commit(wake.wake)
    return FORTY


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same story for the same seed


def _note(account: Account, member: Member, at: datetime) -> None:
    """What removing puts back, and what was there before and so stays."""
    Account.objects.filter(pk=account.pk).update(sample_at=at)
    account.sample_at = at
    record(
        account_id=account.pk,
        kind=BROUGHT,
        at=at,
        by=member,
        data={
            "account": {name: getattr(account, name) for name in NAMED},
            "member": {"id": member.pk, "name": member.name, "zone": member.zone, "hours": member.working_hours},
            "sources": list(Source.objects.filter(account=account).values_list("pk", flat=True)),
            "offers": list(Offer.objects.filter(account=account).values_list("pk", flat=True)),
            "cadences": list(Cadence.objects.filter(account=account).values_list("pk", flat=True)),
        },
    )


def _name(account: Account, owner: Member) -> None:
    """A company nobody has named yet gets an invented name."""
    said = words()
    if not account.seller_name:
        account.name = account.seller_name = said["company"]
        account.postal_address = account.postal_address or said["postal_address"]
        account.zone = "America/Denver"
        account.trade, account.licences = "real_estate", {"CA": "00000000"}  # eight digits that nobody has
    account.save(update_fields=NAMED)
    if not owner.working_hours:
        owner.name, owner.zone, owner.working_hours = said["member"][0]["name"], account.zone, WEEK
        owner.save(update_fields=["name", "zone", "working_hours"])


def _team(account: Account, owner: Member, began: datetime, at: datetime) -> list[Worker]:
    found = []
    for one in words()["member"]:
        member = owner if one["role"] == "owner" else _member(account, one, began)
        found.append(Worker(member, habits.habit(one["habit"])))
    found[0].busy = _busy(account, at)
    return found


def _member(account: Account, one: dict[str, str], began: datetime) -> Member:
    member = Member(
        account=account,
        name=one["name"],
        email=f"{one['name'].lower().replace(' ', '.')}.{account.pk}@example.com",
        role=one["role"],
        zone=account.zone,
        working_hours=WEEK,
        sample=True,
        created_at=began,
    )
    member.set_unusable_password()
    member.save()
    return member


def _busy(account: Account, at: datetime) -> tuple[datetime, datetime]:
    """From yesterday noon until this morning: somebody who looks finds something carried over."""
    local = at.astimezone(ZoneInfo(account.zone))
    yesterday = (local - timedelta(days=1)).replace(hour=12, minute=30)
    return yesterday, local.replace(hour=8, minute=0) if local.hour > 8 else local


def _arrivals(story: Story, workers: list[Worker], inventor: Inventor, count: int) -> None:
    shares = {one["name"]: one["share"] for one in words()["member"]}
    weights = [share for share, _ in zip(shares.values(), workers, strict=False)]
    latest = story.ends - timedelta(hours=2)
    for nth, when in enumerate(habits.arrivals(count, begins=story.begins, ends=latest, rng=story.rng)):
        inquiry = inventor.inquiry()
        owner = story.rng.choices(workers, weights)[0].member
        story.at(when, partial(_arrive, story, inquiry, owner))
        if nth % 60 == 30:  # another adult of the same house asks some days later
            other = inventor.inquiry(inquiry.origin, at_home_with=inquiry.new)
            story.at(when + timedelta(days=3), partial(_arrive, story, other, owner))


def _arrive(story: Story, inquiry: object, owner: Member, at: datetime) -> None:
    story.arrive(inquiry, owner, at)  # type: ignore[arg-type]


def _goes_away(story: Story, worker: Worker) -> None:
    """The last of the team left on Monday and is back the Monday after; their plans are held."""
    local = story.ends.astimezone(story.zone)
    monday = (local - timedelta(days=local.weekday())).replace(hour=7, minute=30, second=0, microsecond=0)
    if monday > story.ends:
        monday -= timedelta(days=7)
    back = (monday + timedelta(days=7)).replace(hour=0, minute=0)
    worker.works_until = monday

    def leave(at: datetime) -> None:
        Member.objects.filter(pk=worker.member.pk).update(away_until=back)
        away.hold(owner=worker.member, until=back, by=worker.member, at=at)

    story.at(monday, leave)
