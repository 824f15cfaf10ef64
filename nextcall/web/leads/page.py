"""Leads: find and group. The filter reads as a sentence; pages are cut by key, nothing is counted unasked."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.lib import phone
from nextcall.lib.patience import TookTooLong, within
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.web.leads import asked, bar, lists, preview
from nextcall.web.leads.sentence import sentence, words
from nextcall.worklist import counting, finding, say
from nextcall.worklist.sifting import SORTS, Filter

ORDERS = {
    "newest": "newest first",
    "oldest": "oldest first",
    "touched": "tried latest first",
    "untouched": "tried longest ago first",
    "name": "by name",
    "name_back": "by name, from Z",
}
PATIENCE = 4.0  # seconds a filter may take
HEADINGS = (("name", "name", "name_back"), ("latest try", "touched", "untouched"), ("arrived", "newest", "oldest"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row, in words."""

    id: int
    name: str
    point: str
    offer: str
    source: str
    stage: str
    owner: str
    cadence: str
    next: str
    next_at: str
    latest: str
    tries: str
    arrived: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A column one can sort by: its state, and the address that turns it."""

    word: str
    sorted: str  # ascending, descending, "" if by another column
    url: str


@require_GET
@signed_in
def leads(request: SignedIn) -> HttpResponse:
    """The list, filtered by the address alone, so that it can be sent to a colleague. `part=rows`: the rows alone."""
    at, member = timezone.now(), request.member
    wanted, after = asked.read(request.GET), request.GET.get("after", "")
    part = request.GET.get("part") == "rows"
    context = _rows(member, wanted, after=after if after.isdecimal() and len(after) < 19 else "", at=at)
    if part:
        return render(request, "leads/_rows.html", context)
    tabs = lists.shown(member, wanted, at=at, counted="counts" in request.GET)
    context |= {
        "sentence": sentence(member, wanted),
        "lists": tabs,
        "kept": any(tab.here and tab.row for tab in tabs),
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
        "deleted": request.session.get("deleted_list"),
        "latest": bar.latest(member, at=at),
        "orders": ORDERS.items(),
        "kinds": preview.TITLES.items(),
        "call_url": address("call_list", context["query"]),
        "sample_url": address("sample"),
    }
    return render(request, "leads/page.html", context)


def _rows(member: Member, wanted: Filter, *, after: str, at: datetime) -> dict[str, object]:
    """The rows and what is around them; or why there are none."""
    seen, query = leads_seen_by(member), asked.written(wanted)
    context: dict[str, object] = {
        "wanted": wanted,
        "query": query,
        "came_from": quote(query, safe=""),
        "first": not after,
        "filters": len(asked.turned_on(wanted)),
        "any_leads": True,
    }
    try:
        with within(PATIENCE):
            found = finding.find(seen, member, wanted, at=at, after=int(after) if after else None)
    except TookTooLong:
        return {**context, "lines": [], "slow": True}
    if not found.rows:
        context |= {"any_leads": seen.exists(), "drops": drops(member, wanted, at=at)}
    return {
        **context,
        "lines": [line(row, member, at=at) for row in found.rows],
        "next_url": asked.url(wanted, after=str(found.after)) if found.after else "",
        "headings": headings(wanted),
    }


def address(name: str, query: str | object = "") -> str:
    """Of a page that may not be there yet."""
    try:
        return reverse(name) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


def line(row: finding.Row, member: Member, *, at: datetime) -> Line:
    """A row in the member's own time."""
    state = "" if row.cadence_state in ("", "active") else f", {row.cadence_state}"
    return Line(
        id=row.id,
        name=row.name,
        point=phone.show(row.phone) if row.phone else row.email,
        offer=row.offer,
        source=row.source,
        stage=row.stage.capitalize(),
        owner=row.owner or "Nobody yet",
        cadence=f"{row.cadence}{state}",
        next=row.next_channel.capitalize(),
        next_at=_next(row.next_at, member, at=at),
        latest=say.ago(row.latest_attempt_at, at=at) if row.latest_attempt_at else "Not tried yet",
        tries=f"{row.attempts} in all" if row.attempts else "",
        arrived=_arrived(row.arrived_at, member, at=at),
        waiting=f"Wrote {say.ago(row.waiting_since, at=at)}" if row.waiting_since else "",
    )


def _arrived(arrived_at: datetime, member: Member, *, at: datetime) -> str:
    """With the hour while that still matters."""
    said = say.when if at - arrived_at < timedelta(days=6) else say.day
    return said(arrived_at, member.zone, at=at)


def _next(due_at: datetime | None, member: Member, *, at: datetime) -> str:
    if due_at is None:
        return ""
    return say.when(due_at, member.zone, at=at) if due_at > at else "due now"


def headings(wanted: Filter) -> dict[str, Heading]:
    """The columns one can sort by, by their first word."""
    found = {}
    for word, first, second in HEADINGS:
        column, descending = SORTS[wanted.sort]
        here = SORTS[first][0] == column
        turned = second if wanted.sort == first else first
        state = ("descending" if descending else "ascending") if here else ""
        found[word.split()[0]] = Heading(word.capitalize(), state, asked.url(replace(wanted, sort=turned)))
    return found


def drops(member: Member, wanted: Filter, *, at: datetime) -> list[tuple[str, str, counting.Count | None]]:
    """Each filter that is on: its words, the address without it, and how many leads it keeps away; the most first."""
    said = words(member, wanted)
    ways = [(name, asked.less(wanted, name)) for name in said]
    found = counting.without(leads_seen_by(member), member, ways, at=at)
    return [(said[name], asked.url(asked.less(wanted, name)), count) for name, count in found]
