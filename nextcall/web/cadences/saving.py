"""Saving a draft for new leads, taking changes back, and older versions: who, when, and what changed."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.cadences import comparing, drafts, versions
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.models import Cadence, CadenceVersion, Enrollment
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.cadences import board
from nextcall.web.cadences.editor import words
from nextcall.web.cadences.finding import cadence_or_404, to, to_editor
from nextcall.worklist import say

MOST = 50  # versions listed


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list."""

    number: int
    by: str
    when: str
    summary: str
    changes: tuple[comparing.Change, ...]
    newest: bool


@require_POST
@manager
def save(request: SignedIn, slug: str) -> HttpResponse:
    """For new leads. Those on an older version are asked about on a page of their own."""
    cadence, over = cadence_or_404(request, slug), request.POST.get("over", "")
    try:
        saved = drafts.publish(
            cadence=cadence,
            by=request.member,
            at=timezone.now(),
            over=int(over) if over.isdecimal() and len(over) < 9 else None,
        )
    except drafts.Newer as newer:
        return to_editor(request, cadence, problem=f"{newer} Look at what it changed, then choose.")
    except BadCadence as wrong:
        return to_editor(request, cadence, problem=f"Not saved. {words(wrong)}")
    said = f"Saved as version {saved.number}. New leads start on it."
    older = Enrollment.objects.filter(version__cadence=cadence, ended_at__isnull=True).exclude(version=saved)
    if older.exists():
        return to(request, reverse("cadence_move", args=[slug]), said=said)
    return to_editor(request, cadence, said=said)


@require_POST
@manager
def undo(request: SignedIn, slug: str) -> HttpResponse:
    cadence = cadence_or_404(request, slug)
    draft = drafts.undo(cadence=cadence, by=request.member, at=timezone.now())
    said = "Undone." if draft else ""
    at = request.POST.get("at", "")[:80]
    return to_editor(request, cadence, said=said, problem="" if draft else "There is nothing to undo.", at=at)


@require_POST
@manager
def drop(request: SignedIn, slug: str) -> HttpResponse:
    """Forget what was begun; the saved version stands."""
    cadence = cadence_or_404(request, slug)
    drafts.drop(cadence=cadence, by=request.member)
    return to_editor(request, cadence, said="Your changes are dropped; this is the saved version.")


@require_GET
@signed_in
def listed(request: SignedIn, slug: str) -> HttpResponse:
    """Every version, the newest first; `?a=&b=` puts two side by side."""
    cadence = cadence_or_404(request, slug)
    rows = list(cadence.versions.select_related("by", "cadence").order_by("-number")[: MOST + 1])
    context = {
        "cadence": cadence,
        "name": versions.definition_of(rows[0]).name,
        "lines": _lines(request, rows),
        "edits": request.member.manages,
        **_side_by_side(cadence, request.GET.get("a", ""), request.GET.get("b", "")),
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
    }
    return render(request, "cadences/versions.html", context)


def _lines(request: SignedIn, rows: list[CadenceVersion]) -> list[Line]:
    at, zone, found = timezone.now(), request.member.zone, []
    for place, row in enumerate(rows[:MOST]):
        before = rows[place + 1] if place + 1 < len(rows) else None
        changes = comparing.changes(versions.definition_of(before), versions.definition_of(row)) if before else ()
        by = row.by.name if row.by else "as shipped" if row.number == 1 else "from a file"
        summary = comparing.summary(changes) if before else "The first version"
        found.append(Line(row.number, by, say.when(row.created_at, zone, at=at), summary, changes, place == 0))
    return found


def _side_by_side(cadence: Cadence, a: str, b: str) -> dict[str, Any]:
    if not (a.isdecimal() and b.isdecimal() and len(a) < 9 and len(b) < 9):
        return {}
    found = {one.number: one for one in cadence.versions.select_related("cadence").filter(number__in=[int(a), int(b)])}
    if int(a) not in found or int(b) not in found:
        raise Http404
    one, other = versions.definition_of(found[int(a)]), versions.definition_of(found[int(b)])
    changes = comparing.changes(one, other)
    return {
        "a": int(a),
        "b": int(b),
        "a_columns": board.board(one, saved=other),
        "b_columns": board.board(other, saved=one),
        "changes": changes,
        "summary": comparing.summary(changes),
    }


@require_POST
@manager
def restore(request: SignedIn, slug: str, number: int) -> HttpResponse:
    """An older version as a draft: nothing changes for anybody until it is saved."""
    cadence = cadence_or_404(request, slug)
    version = cadence.versions.filter(number=number).select_related("cadence").first()
    if version is None:
        raise Http404
    drafts.keep(cadence=cadence, source=drafts.text_of(version), by=request.member, at=timezone.now())
    return to_editor(request, cadence, said=f"Version {number} is here as a draft. Save it when it is right.")
