"""How old the do-not-call lists are, and which are missing for the places where leads are."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from nextcall.consent import law
from nextcall.consent.geography.names import say
from nextcall.consent.models import NumberList
from nextcall.consent.places import place_of
from nextcall.lib import sql
from nextcall.team.models import Account

# US-07 and the states' own lists, CA-02, UK-01, AU-02: days that a copy may be used.
_DAYS = {"US": 31, "CA": 31, "GB": 28, "AU": 30}
_STATES = ("CO", "FL", "IN", "LA", "MA", "MO", "OK", "PA", "TN", "TX", "WY")
_NAMES = {
    "US": "National Do Not Call Registry",
    "CA": "National Do Not Call List",
    "GB": "Telephone Preference Service",
    "AU": "Do Not Call Register",
}
_PLACES = {"GB": "United Kingdom", "AU": "Australia"}
SOON = timedelta(days=5)  # before it is too old, it is to be renewed

# Numbers of people who are leads, by where their address and their number say that they may be.
_WHERE = (
    "SELECT p.country, p.region, substr(c.key, 1, 5), count(DISTINCT c.id) FROM nextcall_reach r"
    " JOIN nextcall_contactpoint c ON c.id = r.contact_point_id AND c.kind = 'phone'"
    " JOIN nextcall_person p ON p.id = r.person_id"
    " WHERE r.account_id = %s AND NOT p.sample AND EXISTS"
    " (SELECT 1 FROM nextcall_lead l WHERE l.person_id = p.id AND l.removed_at IS NULL)"
    " GROUP BY p.country, p.region, substr(c.key, 1, 5)"
)
_ON_LISTS = (
    "SELECT n.list_id, count(*) FROM nextcall_contactpoint c"
    " JOIN nextcall_listednumber n ON n.account_id = c.account_id AND n.key = c.key"
    " WHERE c.account_id = %s AND c.kind = 'phone' AND n.listed GROUP BY n.list_id"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is in force: how old, and how long it may still be used."""

    row: NumberList
    name: str
    age_days: int
    days_left: int
    ours: int  # numbers of ours that stand on it

    @property
    def state(self) -> str:
        """ok, soon or stale."""
        return "stale" if self.days_left < 0 else "soon" if self.days_left <= SOON.days else "ok"


@dataclass(frozen=True, slots=True)
class Missing:
    """A place whose list must be asked and is not there, or too old: sales calls rest on permission alone there."""

    place: str
    name: str
    numbers: int  # of ours
    area_codes: tuple[str, ...] = ()  # that no list in force covers; (): all of it


@cache
def max_age_days(place: str) -> int | None:
    """How many days a copy of that place's list may be used; None: the place has no list of its own."""
    own = getattr(law.pack(place), "do_not_call", None)
    if own is not None:
        return int(own.max_age_days)
    if place.startswith("US-") and place[3:] in _STATES:
        return _DAYS["US"]
    return _DAYS.get(place)


@cache
def list_name(place: str) -> str:
    """ "United States: National Do Not Call Registry", "Colorado's do-not-call list"."""
    own, where = getattr(law.pack(place), "do_not_call", None), place_name(place)
    name = own.name.removeprefix("the ") if own else _NAMES.get(place, f"{where}'s do-not-call list")
    return name if where in name else f"{where}: {name}"


def place_name(place: str) -> str:
    """ "United Kingdom", "Florida"."""
    pack = law.pack(place)
    return pack.name if pack else _PLACES.get(place, say(place))


def places() -> tuple[str, ...]:
    """Every place that has a list to be asked, countries first."""
    states = [f"US-{code}" for code in _STATES]
    found = {place for place in (*_DAYS, *states, *law.known()) if max_age_days(place)}
    return tuple(sorted(found, key=lambda place: ("-" in place, place != "US", place)))


def listed(account: Account, *, at: datetime) -> list[Listed]:
    """The lists in force, the oldest copy first."""
    rows = NumberList.objects.filter(account=account, ready_at__isnull=False, replaced_at=None, dropped_at=None)
    counts = dict(sql.rows(_ON_LISTS, [account.pk]))
    found = [_listed(row, int(counts.get(row.pk, 0)), at) for row in rows.select_related("by")]
    return sorted(found, key=lambda one: (one.days_left, one.row.pk))


def _listed(row: NumberList, ours: int, at: datetime) -> Listed:
    age = max((at - row.obtained_at).days, 0)
    most = max_age_days(row.place) or _DAYS["US"]
    left = (row.obtained_at + timedelta(days=most) - at) // timedelta(days=1)
    return Listed(row, list_name(row.place), age, left, ours)


def numbers_by_place(account: Account) -> dict[str, Counter[str]]:
    """How many numbers of leads may belong to each place that has a list, by the number's first digits."""
    wanted = set(places())
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for country, region, prefix, count in sql.rows(_WHERE, [account.pk]):
        place = place_of(phones=[prefix], region=region, country=country, default_country=account.country)
        for name in wanted & set(place.jurisdictions):
            found[name][prefix] += int(count)
    return found


def missing(account: Account, in_force: Iterable[Listed], *, at: datetime) -> list[Missing]:
    """The places where leads are and no list is fresh, most numbers first; counts are of numbers."""
    fresh: dict[str, list[NumberList]] = defaultdict(list)
    for one in in_force:
        if one.state != "stale":
            fresh[one.row.place].append(one.row)
    found = []
    for place, prefixes in numbers_by_place(account).items():
        bare = {prefix: count for prefix, count in prefixes.items() if not _covered(prefix, fresh[place])}
        if bare:
            codes = tuple(sorted(prefix[2:] for prefix in bare)) if fresh[place] else ()
            found.append(Missing(place, list_name(place), sum(bare.values()), codes))
    return sorted(found, key=lambda one: (-one.numbers, one.place))


def _covered(prefix: str, lists: Iterable[NumberList]) -> bool:
    return any(not row.area_codes or prefix[2:5] in row.area_codes for row in lists if not row.washed)
