"""The filter as the address has it: read from a query, written as one, always in the same order."""

from collections.abc import Collection
from dataclasses import fields, replace
from urllib.parse import urlencode

from django.http import QueryDict

from nextcall.leads.models import Lead
from nextcall.worklist.sifting import ARRIVED_DAYS, CADENCE_STATES, ME, REACHABLE, SORTS, Filter, span_of

NAMES = {"search": "q", "source_id": "source", "offer_id": "offer", "untouched_days": "untouched"}
ARRIVED = ("week", *ARRIVED_DAYS)
LONGEST = 500  # of a query that is kept
PLAIN = Filter()


def read(query: QueryDict) -> Filter:
    """The filter an address names; what it does not know it leaves out."""

    def number(name: str) -> int | None:
        value = query.get(name, "")
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None

    def one_of(name: str, known: Collection[str]) -> str:
        value = query.get(name, "")
        return value if value in known else ""

    days, owner, tries = number("untouched"), number("owner"), query.get("tries", "")
    return Filter(
        search=query.get("q", "").replace("\x00", "").strip()[:100],
        source_id=number("source"),
        offer_id=number("offer"),
        owner=ME if query.get("owner") == ME else str(owner) if owner is not None else "",
        stage=one_of("stage", Lead.Stage.values),
        arrived=one_of("arrived", ARRIVED),
        tries=tries if span_of(tries) else "",
        cadence=one_of("cadence", CADENCE_STATES),
        untouched_days=days if days is not None and days <= 3650 else None,
        can=one_of("can", REACHABLE),
        waiting=one_of("waiting", ("yes",)),
        sort=one_of("sort", SORTS) or PLAIN.sort,
    )


def parse(query: str) -> Filter:
    """As `read`, from the text of a query: a kept list's, or what a link brought along in `from`."""
    return read(QueryDict(query.removeprefix("?")[: 4 * LONGEST]))


def written(wanted: Filter) -> str:
    """The query of that filter: what it names in the filter's own order, and nothing that is as ever."""
    on = [one.name for one in fields(wanted) if is_on(wanted, one.name)]
    return urlencode({NAMES.get(name, name): getattr(wanted, name) for name in on})


def url(wanted: Filter, **more: str) -> str:
    """The address of the list, from its own page."""
    return "?" + "&".join(filter(None, (written(wanted), urlencode(more))))


def is_on(wanted: Filter, name: str) -> bool:
    """Whether the filter asks for something there."""
    return bool(getattr(wanted, name) != getattr(PLAIN, name))


def turned_on(wanted: Filter) -> list[str]:
    """The parts that leave leads out."""
    return [one.name for one in fields(wanted) if one.name != "sort" and is_on(wanted, one.name)]


def less(wanted: Filter, name: str) -> Filter:
    """The same without that part."""
    return replace(wanted, **{name: getattr(PLAIN, name)})
