"""Changing one field of a lead, or one number or address. Each is a POST that sends back to where it stands."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.engine import editing, repointing
from nextcall.leads.models import Lead, Reach
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import back, lead_of
from nextcall.web.lead.modes import LONGEST_TEMPLATE, MOST_TEMPLATES
from nextcall.web.lead.page import WRONG
from nextcall.web.once import once

LONGEST = 1000


@require_POST
@signed_in
@once
def field(request: SignedIn, lead_id: int, name: str) -> HttpResponse:
    """One field. What somebody else changed since the page was opened is not written over unseen."""
    lead, value = lead_of(request, lead_id), request.POST.get("value", "")[:LONGEST]
    try:
        there = editing.value_of(lead, editing.field_of(lead, name).name)
        if request.POST.get("was", there) not in (there, value):
            raise editing.Wrong(f"Somebody changed this to {there or 'nothing'} meanwhile. Save again to replace it.")
        editing.change(lead=lead, name=name, written=value, by=request.member, at=timezone.now())
    except editing.NoSuchField as unknown:
        raise Http404 from unknown
    except editing.Wrong as wrong:
        return _wrong(request, lead, name, value, str(wrong))
    return back(request, lead)


@require_POST
@signed_in
@once
def add_point(request: SignedIn, lead_id: int) -> HttpResponse:
    """A new number or address: which of the two it is shows in how it is written."""
    lead, written = lead_of(request, lead_id), request.POST.get("value", "")[:LONGEST]
    kind = "email" if "@" in written else "phone"
    try:
        repointing.add(
            lead=lead,
            kind=kind,
            written=written,
            label=request.POST.get("label", ""),
            by=request.member,
            at=timezone.now(),
        )
    except editing.Wrong as wrong:
        return _wrong(request, lead, "point-new", written, str(wrong))
    return back(request, lead)


@require_POST
@signed_in
@once
def point(request: SignedIn, lead_id: int, point_id: int) -> HttpResponse:
    """One number or address: `do` says what is to happen with it."""
    lead = lead_of(request, lead_id)
    rows = Reach.objects.filter(person=lead.person).select_related("contact_point", "person")
    reach = found_or_404(rows, lead.account, contact_point=point_id)
    deed, value = request.POST.get("do", ""), request.POST.get("value", "")[:LONGEST]
    try:
        _deed(request, lead, reach, deed)()
    except editing.Wrong as wrong:
        return _wrong(request, lead, f"point-{point_id}", value or repointing.shown(reach.contact_point), str(wrong))
    return back(request, lead)


def _deed(request: SignedIn, lead: Lead, reach: Reach, deed: str) -> Callable[[], object]:
    by, at, value = request.member, timezone.now(), request.POST.get("value", "")[:LONGEST]
    label = request.POST.get("label", "")

    def correct() -> None:
        repointing.label(lead=lead, reach=reach, written=label, by=by, at=at)
        repointing.correct(lead=lead, reach=reach, written=value, by=by, at=at)

    if deed == "correct":
        return correct
    if deed == "first":
        return lambda: repointing.put_first(lead=lead, reach=reach, by=by, at=at)
    if deed == "remove":
        return lambda: repointing.remove(lead=lead, reach=reach, by=by, at=at)
    problem = "" if deed == "works" else deed
    return lambda: repointing.judge(lead=lead, reach=reach, problem=problem, by=by, at=at)


def _wrong(request: SignedIn, lead: Lead, name: str, value: str, says: str) -> HttpResponse:
    """Back to the field, with what was typed and what would be right."""
    request.session[WRONG] = {"lead": lead.pk, "field": {"name": name, "value": value, "says": says}}
    return back(request, lead, problem=says)


@require_POST
@signed_in
@once
def note_templates(request: SignedIn, lead_id: int) -> HttpResponse:
    """The member's own lines for notes: one each, an empty line between them."""
    lead, member = lead_of(request, lead_id), request.member
    written = request.POST.get("templates", "").replace("\r\n", "\n")[: MOST_TEMPLATES * LONGEST_TEMPLATE * 2]
    lines = [part.strip()[:LONGEST_TEMPLATE] for part in written.split("\n\n") if part.strip()]
    member.settings = {**member.settings, "note_templates": lines[:MOST_TEMPLATES]}
    member.save(update_fields=["settings"])
    return back(request, lead, said=f"{len(lines[:MOST_TEMPLATES])} note templates kept.")
