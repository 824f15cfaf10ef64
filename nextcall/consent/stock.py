"""Taking stock: everything that ages, as the rows, the files and this machine have it now (see ageing.py)."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from nextcall.consent import ageing, law, policy
from nextcall.consent.ageing import Age, Listed, Loosened
from nextcall.consent.models import NumberList, Permission
from nextcall.leads.models import Person
from nextcall.lib import copies, zone_data
from nextcall.team.models import Account

MOST = 1_000  # permissions are counted so far
MONTH = timedelta(days=30)


def of_house(*, at: datetime) -> list[Age]:
    """What is the same for every account; no query."""
    today = at.date()
    packs = policy.shipped().packs.values()
    dated = sorted(pack.name for pack in packs if any(rule.needs_calendar for rule in pack.hours))
    reviews = [
        ageing.review(one.name, one.review_by, one.deny_after, today=today) for one in law.reviews() if one.review_by
    ]
    return [
        ageing.zone_data(zone_data.in_use(), zone_data.OLDEST),
        ageing.holidays(law.calendar().valid_until, dated, today=today),
        *_soonest(reviews),
        _backup(today),
    ]


def of_account(account: Account, *, at: datetime) -> list[Age]:
    """What is an account's own and quickly asked: its lists, and what it loosened."""
    return [*_lists(account, at.date()), *_loosened(account, at.date())]


def in_full(account: Account, *, at: datetime) -> list[Age]:
    """Also what takes a look over many rows: days proclaimed, permissions that run out."""
    return [*of_account(account, at=at), *_feeds(account, at.date()), _permissions(account, at)]


def proclaiming(account: Account) -> list[str]:
    """The places whose proclamations concern the account: it has people there."""
    people = Person.objects.filter(account=account, sample=False)
    return [place for place in ageing.limits()["feed"]["places"] if people.filter(region=place[3:]).exists()]


def _soonest(reviews: list[Age]) -> list[Age]:
    """Each that is near or past its day; of the others the next one speaks for all."""
    due = [one for one in reviews if one.state != "ok"]
    rest = sorted((one for one in reviews if one.state == "ok"), key=lambda one: one.ends_on or date.max)
    return due + rest[:1]


def _lists(account: Account, today: date) -> Iterator[Age]:
    """A place's age is that of the oldest list of it that is in use."""
    oldest: dict[str, date] = {}
    rows = NumberList.objects.filter(
        account=account, ready_at__isnull=False, replaced_at=None, dropped_at=None
    ).values_list("place", "obtained_at")
    for place, obtained_at in rows:
        oldest[place] = min(oldest.get(place, date.max), obtained_at.date())
    for place, obtained_on in sorted(oldest.items()):
        pack = law.pack(place)
        if pack is not None and pack.do_not_call is not None:
            yield ageing.do_not_call(Listed(place, obtained_on, pack.do_not_call.max_age_days), today=today)


def _loosened(account: Account, today: date) -> Iterator[Age]:
    for rule_id, row in sorted(account.policy.get("rules", {}).items()):
        if row.get("ends_at"):
            ends_on = datetime.fromisoformat(row["ends_at"]).date()
            yield ageing.loosening(Loosened(rule_id, ends_on, row.get("approved_by", "")), today=today)


def _feeds(account: Account, today: date) -> Iterator[Age]:
    looked = account.policy.get("looked_at", {})
    for place in proclaiming(account):
        said = looked.get(place)
        yield ageing.feed(place, datetime.fromisoformat(said).date() if said else None, today=today)


def _permissions(account: Account, at: datetime) -> Age:
    ending = Permission.objects.filter(account=account, ended_at=None, expires_at__gt=at, expires_at__lte=at + MONTH)
    ending = ending.exclude(person__sample=True)
    count = ending[: MOST + 1].count()
    first = ending.order_by("expires_at").values_list("expires_at", flat=True).first() if count else None
    return ageing.permissions(min(count, MOST), first.date() if first else None, more=count > MOST)


def _backup(today: date) -> Age:
    try:
        latest = json.loads((settings.HOME / copies.LATEST).read_text())
        made_on, there = datetime.fromisoformat(latest["at"]).date(), Path(latest["path"]).exists()
    except (OSError, ValueError, KeyError):
        made_on, there = None, False
    return ageing.backup(made_on, there=there, today=today)
