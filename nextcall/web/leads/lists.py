"""Smart lists: a filter kept by its name, with how many are in it now."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.leads.models import SmartList
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.frame import same_site
from nextcall.web.going_back import Told, tell
from nextcall.web.leads import asked
from nextcall.worklist import counting
from nextcall.worklist.sifting import Filter

READY_MADE = (
    ("untried", "Nobody tried yet", Filter(tries="0")),
    ("quiet", "Tried once or twice, quiet for 14 days", Filter(tries="1-2", untouched_days=14)),
    ("waiting", "Wrote to us, no answer yet", Filter(waiting="yes")),
    ("free", "Can be called, no plan", Filter(cadence="none", can="call")),
)
SHOWN = 60
ENOUGH = 4  # kept lists after which the ready-made ones make room
BUDGET = 2.0  # seconds of counting in one answer; the page asks again for the rest


@dataclass(frozen=True, slots=True)
class Tab:
    """One list as it stands above the sentence."""

    key: str
    name: str
    url: str
    here: bool
    count: str
    row: SmartList | None  # None for a ready-made one
    mine: bool
    whose: str


def shown(member: Member, wanted: Filter, *, at: datetime, counted: bool) -> list[Tab]:
    """The member's own and shared lists, and the ready-made ones while there are few. One query, uncounted."""
    rows = list(seen_by(member).select_related("by").order_by("name", "pk")[:SHOWN])
    rows.sort(key=lambda row: row.by_id != member.pk)  # their own first
    here = asked.written(wanted)
    tabs = [
        Tab(str(row.pk), row.name, f"?{row.query}", row.query == here, "", row, *_whose(row, member)) for row in rows
    ]
    if len(tabs) < ENOUGH:
        kept = {row.query for row in rows}
        for key, name, ready in READY_MADE:
            query = asked.written(ready)
            if query not in kept:
                tabs.append(Tab(key, name, f"?{query}", query == here, "", None, False, ""))
    return _counted(tabs, member, at=at) if counted else tabs


def _whose(row: SmartList, member: Member) -> tuple[bool, str]:
    mine = row.by_id == member.pk
    return mine or member.manages, "" if mine else row.by.name if row.by else "your team"


def _counted(tabs: list[Tab], member: Member, *, at: datetime) -> list[Tab]:
    """For pages without scripts."""
    said, _ = count({tab.key: tab.url for tab in tabs}, member, at=at)
    return [
        Tab(tab.key, tab.name, tab.url, tab.here, said.get(tab.key, ""), tab.row, tab.mine, tab.whose) for tab in tabs
    ]


def seen_by(member: Member) -> QuerySet[SmartList]:
    return SmartList.objects.filter(Q(by=member) | Q(shared=True), account=member.account)


def changed_by(member: Member) -> QuerySet[SmartList]:
    """Whose name and sharing they may change: their own; managers, what is shared."""
    return seen_by(member) if member.manages else seen_by(member).filter(by=member)


def count(queries: dict[str, str], member: Member, *, at: datetime) -> tuple[dict[str, str], list[str]]:
    """How many are in each list, "" where that takes too long; and the lists for which no time was left."""
    seen, began = leads_seen_by(member), time.monotonic()
    said: dict[str, str] = {}
    for key, query in queries.items():
        if time.monotonic() - began > BUDGET:
            break
        found = counting.count_list(seen, member, asked.parse(query), at=at)
        said[key] = str(found) if found is not None else ""
    return said, [key for key in queries if key not in said]


@require_GET
@signed_in
def counts(request: SignedIn) -> HttpResponse:
    """Every list's count as JSON, or of those named in `only`. With `fits`, how many fit that filter in all."""
    at, member = timezone.now(), request.member
    if "fits" in request.GET:
        found = counting.count_list(
            leads_seen_by(member), member, asked.parse(request.GET["fits"]), at=at, most=20_000, seconds=2.0
        )
        return JsonResponse({"fits": found.n if found else None, "more": bool(found and found.more)})
    only = {key for key in request.GET.get("only", "").split(",") if key}
    tabs = shown(member, Filter(), at=at, counted=False)
    said, left = count({tab.key: tab.url for tab in tabs if not only or tab.key in only}, member, at=at)
    return JsonResponse({"counts": said, "left": left})


@require_POST
@signed_in
def save(request: SignedIn) -> HttpResponse:
    """Keep the filter under a name. One of theirs has it already: it keeps this filter now, and undo the one before."""
    member, name = request.member, request.POST.get("name", "").replace("\x00", "").strip()[:80]
    query = asked.written(asked.parse(request.POST.get("query", "")))
    if not name:
        return _back(request, query, problem="Give the list a name, such as “Hot this week”.")
    if len(query) > asked.LONGEST:
        return _back(request, query, problem="That search is too long to keep. Shorten it, then save the list.")
    before = SmartList.objects.filter(account=member.account, by=member, name=name).first()
    if before and before.query != query:
        _remember(request, before)
    SmartList.objects.update_or_create(
        account=member.account,
        by=member,
        name=name,
        defaults={"query": query, "shared": bool(request.POST.get("shared"))},
        create_defaults={"query": query, "shared": bool(request.POST.get("shared")), "created_at": timezone.now()},
    )
    return _back(request, query, said=f"“{name}” keeps this filter now." if before else f"“{name}” is saved.")


@require_POST
@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Another name, or shared with everybody in the account."""
    row = found_or_404(changed_by(request.member), request.member.account, pk=pk)
    name = request.POST.get("name", "").replace("\x00", "").strip()[:80]
    if not name:
        return _back(request, row.query, problem="Give the list a name, such as “Hot this week”.")
    if SmartList.objects.filter(account=row.account_id, by=row.by_id, name=name).exclude(pk=row.pk).exists():
        return _back(request, row.query, problem=f"There is a list called “{name}” already. Choose another name.")
    row.name, row.shared = name, bool(request.POST.get("shared"))
    row.save(update_fields=["name", "shared"])
    return _back(request, row.query, said=f"“{name}” is {'shared with everybody' if row.shared else 'yours alone'}.")


@require_POST
@signed_in
def delete(request: SignedIn, pk: int) -> HttpResponse:
    """The list goes, its leads stay; undo brings it back."""
    row = found_or_404(changed_by(request.member), request.member.account, pk=pk)
    _remember(request, row)
    row.delete()
    return _back(request, row.query, said=f"“{row.name}” is deleted. Its leads stay.")


@require_POST
@signed_in
def restore(request: SignedIn) -> HttpResponse:
    """The list deleted or overwritten last, as it was."""
    member, was = request.member, request.session.pop("deleted_list", None)
    if not was or was.get("account") != member.account_id:
        return _back(request, "", problem="There is no list to bring back.")
    fields = {"query": was["query"], "shared": was["shared"]}
    SmartList.objects.update_or_create(
        account=member.account,
        by_id=was["by"],
        name=was["name"],
        defaults=fields,
        create_defaults={**fields, "created_at": timezone.now()},
    )
    return _back(request, was["query"], said=f"“{was['name']}” is back.")


def _remember(request: SignedIn, row: SmartList) -> None:
    request.session["deleted_list"] = {
        "account": row.account_id,
        "by": row.by_id,
        "name": row.name,
        "query": row.query,
        "shared": row.shared,
    }


def _back(request: SignedIn, query: str, *, said: str = "", problem: str = "") -> HttpResponse:
    """To the list itself, or the page that the form names."""
    otherwise = reverse("leads") + (f"?{query}" if query else "")
    return tell(request, Told(said, problem, None, same_site(request.POST.get("next", ""), otherwise)))
