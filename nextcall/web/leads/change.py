"""A change of many leads: shown with its effect before anything happens, then done, and undone as one."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.engine import bulk_changes
from nextcall.engine.bulk_changes import AT_ONCE, CannotChange
from nextcall.engine.models import BulkChange
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.going_back import number
from nextcall.web.leads import asked, bar, preview
from nextcall.worklist import finding

State = BulkChange.State
LISTED = 20


@require_http_methods(["GET", "POST"])
@signed_in
def changes(request: SignedIn) -> HttpResponse:
    """The latest changes; a post freezes the leads that were selected, or all that fit, for a new one."""
    at, member = timezone.now(), request.member
    if request.method == "GET":
        rows = bar.changes_seen_by(member).order_by("-created_at", "-pk")[:LISTED]
        return render(request, "leads/changes.html", {"changes": [bar.line(row, member, at=at) for row in rows]})
    query, kind = asked.written(asked.parse(request.POST.get("query", ""))), request.POST.get("kind", "")
    try:
        change = bulk_changes.propose(
            account=member.account,
            by=member,
            kind=kind if kind in preview.TITLES else "",  # a version is moved on its cadence's page
            lead_ids=_selected(request, query),
            choices={"query": query},
            at=at,
        )
    except CannotChange as why:
        request.session["problem"] = str(why)
        return _see(f"{reverse('leads')}?{query}")
    return _see(reverse("leads_change", args=[change.pk]))


def _selected(request: SignedIn, query: str) -> list[int]:
    """The leads ticked, or all that fit, in the order of the list and as far as the member sees them."""
    member, seen = request.member, leads_seen_by(request.member)
    if request.POST.get("all"):
        return finding.ids(seen, member, asked.parse(query), at=timezone.now(), most=bulk_changes.MOST)
    ticked = [pk for one in request.POST.getlist("lead")[:1000] if (pk := number(one))]
    there = set(seen.filter(pk__in=ticked).values_list("pk", flat=True))
    return [pk for pk in dict.fromkeys(ticked) if pk in there]


@require_http_methods(["GET"])
@signed_in
def one(request: SignedIn, pk: int) -> HttpResponse:
    """Before it is confirmed what it would do, then how far it is, then what it did."""
    change, at = _row(request, pk), timezone.now()
    if not change.choices.get("confirmed"):
        return render(request, "leads/preview.html", preview.preview(change, request.member, at=at))
    running = change.state in (State.WAITING, State.RUNNING, State.UNDOING)
    context = bar.result(change, request.member, at=at)
    if request.GET.get("part"):
        return render(request, "leads/_progress.html", context) if running else HttpResponse(status=204)
    return render(request, f"leads/{'progress' if running else 'done'}.html", context)


@require_POST
@signed_in
def choices(request: SignedIn, pk: int) -> HttpResponse:
    """Remember what is chosen and show the effect again, so that a reload shows the same."""
    change = _row(request, pk)
    bulk_changes.choose(change, preview.chosen(change.kind, request.POST, request.member))
    return _see(reverse("leads_change", args=[change.pk]))


@require_POST
@signed_in
def confirmation(request: SignedIn, pk: int) -> HttpResponse:
    """Do it: a small one at once, a large one by the engine. Sent twice, it is one change."""
    change, at = _row(request, pk), timezone.now()
    bulk_changes.choose(change, preview.chosen(change.kind, request.POST, request.member))
    try:
        plan = preview.plan_of(change, request.member)
        bulk_changes.confirm(change, says=plan.says, a_day=plan.a_day, by=request.member, at=at)
    except CannotChange as why:
        messages.warning(request, str(why))
        return _see(reverse("leads_change", args=[change.pk]))
    if len(change.lead_ids) <= AT_ONCE:
        while bulk_changes.run(change, at=at):
            pass
        if not plan.left:
            return _see(f"{reverse('leads')}?{change.choices.get('query', '')}")
    return _see(reverse("leads_change", args=[change.pk]))


@require_POST
@signed_in
def undo(request: SignedIn, pk: int) -> HttpResponse:
    """Take it back as one; leads that somebody worked on since stay as they are."""
    change, at = _row(request, pk), timezone.now()
    try:
        bulk_changes.take_back(change, by=request.member, at=at)
    except CannotChange as why:
        messages.warning(request, str(why))
        return _see(reverse("leads_change", args=[change.pk]))
    if len(change.lead_ids) <= AT_ONCE:
        while bulk_changes.run(change, at=at):
            pass
    change.refresh_from_db()
    if change.state == State.UNDONE and not change.choices.get("stayed"):
        request.session["said"] = bar.says(change)
        return _see(f"{reverse('leads')}?{change.choices.get('query', '')}")
    return _see(reverse("leads_change", args=[change.pk]))


def _row(request: SignedIn, pk: int) -> BulkChange:
    """Their own, and once it is confirmed also a manager's colleague's."""
    member = request.member
    mine = Q(by=member) | Q(choices__confirmed=True) if member.manages else Q(by=member)
    rows = BulkChange.objects.filter(mine).select_related("account", "by")
    return found_or_404(rows, member.account, pk=pk)


def _see(url: str) -> HttpResponse:
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer
