"""Import: choose or paste a file of leads, and the imports before."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.intake import importing
from nextcall.intake.choices import Summary
from nextcall.intake.models import Import
from nextcall.intake.parsers.new_lead import CannotRead
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.imports.unread import kept
from nextcall.worklist import say

MEGABYTE = 1024 * 1024
WORDS = {
    Import.State.READING: ("Being read", ""),
    Import.State.ASKING: ("Waits for you", "gold"),
    Import.State.WAITING: ("Waits for its turn", "sky"),
    Import.State.RUNNING: ("Running", "sky"),
    Import.State.DONE: ("Done", "pine"),
    Import.State.FAILED: ("Could not be read", "gold"),
    Import.State.UNDONE: ("Undone", ""),
}
HEAVY = ("body", "set_aside_file", "undo_data")  # columns that no list needs


class FileForm(forms.Form):
    file = forms.FileField(required=False, max_length=200)
    pasted = forms.CharField(required=False, strip=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One import before."""

    row: Import
    when: str
    state: str
    tone: str
    says: str


@require_http_methods(["GET", "POST"])
@signed_in
def imports(request: SignedIn) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, problem="that file could not be taken; choose it again")
    name, body = _chosen(form)
    if not body:
        return _page(request, problem="choose a file, or paste rows with the names of the columns first")
    try:
        started = importing.start(
            account=request.member.account, by=request.member, file_name=name, body=body, at=timezone.now()
        )
    except CannotRead as why:
        return _page(request, problem=str(why), pasted=form.cleaned_data["pasted"])
    return HttpResponseRedirect(reverse("import", args=[started.pk]))


def imports_seen_by(member: Member) -> QuerySet[Import]:
    """Owners and managers see every import of the account; a rep their own."""
    rows = Import.objects.filter(account=member.account).select_related("account", "by").defer(*HEAVY)
    return rows if member.manages else rows.filter(by=member)


def _chosen(form: FileForm) -> tuple[str, bytes]:
    """The file's name and bytes; pasted rows count as a file of tabs or commas."""
    file = form.cleaned_data["file"]
    if file is not None:
        return file.name, file.read()
    pasted = form.cleaned_data["pasted"]
    first_line = pasted.partition("\n")[0]
    return f"Pasted rows.{'tsv' if chr(9) in first_line else 'csv'}", pasted.strip("\r\n").encode()


def _page(request: SignedIn, *, problem: str = "", pasted: str = "") -> HttpResponse:
    rows = imports_seen_by(request.member).order_by("-created_at")[:20]
    limit = settings.IMPORT_MAX_BYTES
    context = {
        "imports": [_line(row, request.member.zone) for row in rows],
        "problem": problem,
        "pasted": pasted,
        "max_bytes": limit,
        "max_megabytes": limit // MEGABYTE,
        "unread": kept(request.member.account)[:100].count() if request.member.manages else 0,
    }
    return render(request, "imports/page.html", context, status=422 if problem else 200)


def _line(row: Import, zone: str) -> Line:
    state, tone = WORDS[Import.State(row.state)]
    says = row.problem
    if row.state in (Import.State.DONE, Import.State.UNDONE):
        says = Summary.from_json(row.summary).sentence()
    when = say.when(row.created_at, zone, at=timezone.now())
    return Line(row, when, state, tone, f"{says[:1].upper()}{says[1:]}." if says else "")
