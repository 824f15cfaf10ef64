"""Leads: find and group. The filter reads as a sentence; pages are cut by key, nothing is counted."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.leads.models import Lead, Source
from nextcall.lib import phone
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.worklist import finding, say
from nextcall.worklist.finding import Filter

UNTOUCHED = (3, 7, 14, 30, 60, 90)
CADENCE_WORDS = {"active": "on a running cadence", "paused": "on a paused cadence", "none": "on no cadence"}
CAN_WORDS = {"call": "can be called", "text": "can be texted", "email": "can be emailed"}
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


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    word: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """One choice in the sentence."""

    name: str
    label: str
    before: str
    choices: tuple[Choice, ...]


@require_GET
@signed_in
def leads(request: SignedIn) -> HttpResponse:
    """The list, filtered by the address alone, so that it can be sent to a colleague or kept."""
    at, member = timezone.now(), request.member
    wanted = read(request.GET)
    after = request.GET.get("after", "")
    found = finding.find(
        leads_seen_by(member),
        member,
        wanted,
        at=at,
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    return render(
        request,
        "leads/page.html",
        {
            "wanted": wanted,
            "lines": [line(row, member, at=at) for row in found.rows],
            "next_url": _url(wanted, after=str(found.after)) if found.after else "",
            "first": not after,
            "picks": picks(member, wanted),
            "headings": headings(wanted),
            "drops": drops(wanted),
            "any_leads": bool(found.rows) or leads_seen_by(member).exists(),
        },
    )


def read(query: QueryDict) -> Filter:
    """The filter an address names; what it does not know it leaves out."""

    def number(name: str) -> int | None:
        value = query.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 19 else None

    def one_of(name: str, known: object) -> str:
        value = query.get(name, "")
        return value if value in known else ""  # type: ignore[operator]

    days = number("untouched")
    return Filter(
        search=query.get("q", "").replace("\x00", "").strip()[:100],
        source_id=number("source"),
        owner_id=number("owner"),
        stage=one_of("stage", Lead.Stage.values),
        cadence=one_of("cadence", CADENCE_WORDS),
        untouched_days=days if days is not None and days <= 3650 else None,
        can=one_of("can", CAN_WORDS),
        sort=one_of("sort", finding.SORTS) or "newest",
    )


NAMES = {"search": "q", "source_id": "source", "owner_id": "owner", "untouched_days": "untouched"}


def _url(wanted: Filter, after: str = "") -> str:
    plain = Filter()
    query = {
        NAMES.get(one.name, one.name): getattr(wanted, one.name)
        for one in fields(wanted)
        if getattr(wanted, one.name) != getattr(plain, one.name)
    }
    return "?" + urlencode(query | ({"after": after} if after else {}))


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
        arrived=say.when(row.arrived_at, member.zone, at=at),
        waiting=f"Wrote {say.ago(row.waiting_since, at=at)}" if row.waiting_since else "",
    )


def _next(due_at: datetime | None, member: Member, *, at: datetime) -> str:
    if due_at is None:
        return ""
    return say.when(due_at, member.zone, at=at) if due_at > at else "due now"


def headings(wanted: Filter) -> dict[str, Heading]:
    """The columns one can sort by, by their first word."""
    found = {}
    for word, first, second in HEADINGS:
        column, descending = finding.SORTS[wanted.sort]
        here = finding.SORTS[first][0] == column
        turned = second if wanted.sort == first else first
        state = ("descending" if descending else "ascending") if here else ""
        found[word.split()[0]] = Heading(word.capitalize(), state, _url(replace(wanted, sort=turned)))
    return found


def picks(member: Member, wanted: Filter) -> list[Pick]:
    """The sentence: "From any source, owned by anyone, at any stage, …"."""
    sources = Source.objects.filter(account=member.account).order_by("name").values_list("id", "name")[:200]
    owners = (
        Member.objects.filter(account=member.account, is_active=True).order_by("name").values_list("id", "name")[:200]
    )

    def pick(name: str, label: str, before: str, any_word: str, values: object, chosen: object) -> Pick:
        choices = [Choice("", any_word, chosen in (None, ""))]
        choices += [Choice(str(value), word, value == chosen) for value, word in values]  # type: ignore[attr-defined]
        return Pick(name, label, before, tuple(choices))

    days = [(days, f"for {days} days") for days in UNTOUCHED]
    return [
        pick("source", "Source", "From", "any source", sources, wanted.source_id),
        pick("owner", "Owner", "owned by", "anyone", [(0, "nobody yet"), *owners], wanted.owner_id),
        pick(
            "stage", "Stage", "at", "any stage", [(one.value, f"stage {one.value}") for one in Lead.Stage], wanted.stage
        ),
        pick("cadence", "Cadence", "", "with or without a cadence", CADENCE_WORDS.items(), wanted.cadence),
        pick("untouched", "Untouched", "untouched", "for any time", days, wanted.untouched_days),
        pick("can", "Reach", "", "reachable or not", CAN_WORDS.items(), wanted.can),
    ]


def drops(wanted: Filter) -> list[tuple[str, str]]:
    """Each filter that is on, with the address without it."""
    plain = Filter()
    words = {
        "search": f"“{wanted.search}”",
        "source_id": "that source",
        "owner_id": "that owner",
        "stage": f"stage {wanted.stage}",
        "cadence": CADENCE_WORDS.get(wanted.cadence, ""),
        "can": CAN_WORDS.get(wanted.can, ""),
        "untouched_days": f"untouched {wanted.untouched_days} days",
    }
    return [
        (word, _url(replace(wanted, **{name: getattr(plain, name)})))
        for name, word in words.items()
        if getattr(wanted, name) != getattr(plain, name)
    ]
