"""Moving current leads to the newest version: counted, said, done by the engine, undone as one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.cadences import drafts, moving, versions
from nextcall.cadences.models import Cadence, CadenceVersion
from nextcall.engine import bulk_changes
from nextcall.engine.models import BulkChange
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.cadences.finding import cadence_or_404, to
from nextcall.web.going_back import number
from nextcall.web.leads import bar


@require_http_methods(["GET", "POST"])
@manager
def move(request: SignedIn, slug: str) -> HttpResponse:
    """ "41 leads are on version 3. Move them to version 4?" """
    cadence = cadence_or_404(request, slug)
    newest = drafts.newest(cadence)
    if request.method == "POST":
        return _moved(request, cadence, newest)
    context = {
        "cadence": cadence,
        "name": versions.definition_of(newest).name,
        "newest": newest,
        "older": moving.older(cadence, newest),
        "latest": (latest := _latest(cadence)),
        "latest_says": bar.says(latest) if latest else "",
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
    }
    return render(request, "cadences/move.html", context)


def _latest(cadence: Cadence) -> BulkChange | None:
    """The latest such move that may still be undone."""
    since = timezone.now() - bulk_changes.UNDOABLE
    rows = BulkChange.objects.filter(account=cadence.account, kind="version", choices__cadence=cadence.slug)
    recent = rows.filter(created_at__gt=since).exclude(choices__confirmed=False)
    return recent.defer("lead_ids").order_by("-pk").first()


def _moved(request: SignedIn, cadence: Cadence, newest: CadenceVersion) -> HttpResponse:
    here = reverse("cadence_move", args=[cadence.slug])
    wanted = number(request.POST.get("version", ""))
    version = cadence.versions.filter(number=wanted or 0).first()
    if version is None or version.pk == newest.pk:
        return to(request, here, problem="Choose the version whose leads move.")
    going = _latest(cadence)
    if going is not None and going.state in (*bulk_changes.TO_DO, BulkChange.State.UNDOING):
        return to(request, here, problem=f"{bar.says(going)} Wait for it, or undo it.")
    if number(request.POST.get("to", "")) != newest.number:
        return to(request, here, problem=f"Version {newest.number} was saved meanwhile; look again at what it changes.")
    leads = list(
        moving.enrollments(cadence, version).order_by("pk").values_list("lead_id", flat=True)[: moving.COUNTED]
    )
    name, at = versions.definition_of(newest).name, timezone.now()
    choices = {"cadence": cadence.slug, "version": newest.pk, "number": newest.number, "name": name}
    try:
        found = bulk_changes.propose(
            account=cadence.account, by=request.member, kind="version", lead_ids=leads, choices=choices, at=at
        )
        says = f"moved to version {newest.number} of {name}"
        bulk_changes.confirm(found, says=says, by=request.member, at=at)
    except bulk_changes.CannotChange as why:
        return to(request, here, problem=str(why))
    for _ in range(bulk_changes.AT_ONCE // bulk_changes.BITE + 1):  # a few are moved while the member waits
        if len(leads) > bulk_changes.AT_ONCE or not bulk_changes.run(found, at=at):
            break
    found.refresh_from_db()
    return to(request, here, said=bar.says(found))


@require_POST
@manager
def undo(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """All of them back to the version they were on, but those that went on since."""
    cadence = cadence_or_404(request, slug)
    change = found_or_404(BulkChange, cadence.account, pk=pk, kind="version", choices__cadence=slug)
    here, at = reverse("cadence_move", args=[slug]), timezone.now()
    try:
        bulk_changes.take_back(change, by=request.member, at=at)
    except bulk_changes.CannotChange as why:
        return to(request, here, problem=str(why))
    for _ in range(bulk_changes.AT_ONCE // bulk_changes.BITE + 1):
        if len(change.lead_ids) > bulk_changes.AT_ONCE or not bulk_changes.run(change, at=at):
            break
    change.refresh_from_db()
    return to(request, here, said=bar.says(change))
