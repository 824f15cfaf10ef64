"""One import: what the file will do, the decisions about it, its progress, its summary, and undoing it."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from nextcall.intake import importing, opened, previewing, undoing
from nextcall.intake.choices import Choices
from nextcall.intake.models import Import
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.imports import words as import_words
from nextcall.web.imports.choices import ChoicesForm, chosen_columns, decided_so_far, initial
from nextcall.web.imports.fields import field_groups
from nextcall.web.imports.page import imports_seen_by

UNDER_WAY = (Import.State.WAITING, Import.State.RUNNING, Import.State.READING)


@require_GET
@signed_in
def one(request: SignedIn, pk: int) -> HttpResponse:
    row = _row(request, pk)
    if row.state == Import.State.ASKING:
        decided = decided_so_far(row.choices, request.member)
        return _preview(
            request, row, decided, ChoicesForm(member=request.member, initial=initial(decided, request.member))
        )
    if row.state in UNDER_WAY:
        part = "_progress" if request.GET.get("part") else "progress"
        return render(request, f"imports/{part}.html", {"import": row, "says": import_words.progress(row)})
    if request.GET.get("part"):
        return HttpResponse(status=204)  # nothing to wait for any more
    context = {"import": row, **import_words.summary(row, zone=request.member.zone, at=timezone.now())}
    return render(request, "imports/done.html", context)


@require_POST
@signed_in
def choices(request: SignedIn, pk: int) -> HttpResponse:
    """Remember the decisions and count again, so that a reload shows the same."""
    row = _row(request, pk, state=Import.State.ASKING)
    form, decided = _decided(request, row)
    if decided is None and request.POST.get("background"):
        return HttpResponse(status=204)  # half typed: what is shown stays as it is
    if decided is None:
        return _preview(request, row, decided_so_far(row.choices, request.member), form, wrong=import_words.MEND)
    Import.objects.filter(pk=row.pk, state=Import.State.ASKING).update(choices=decided.to_json())
    return HttpResponseRedirect(f"{reverse('import', args=[row.pk])}#dry")


@require_POST
@signed_in
def confirmation(request: SignedIn, pk: int) -> HttpResponse:
    """Hand the file to the engine. Sent twice, it is one import."""
    row = _row(request, pk)
    if row.state != Import.State.ASKING:
        return HttpResponseRedirect(reverse("import", args=[row.pk]))
    form, decided = _decided(request, row)
    if decided is None:
        return _preview(request, row, decided_so_far(row.choices, request.member), form, wrong=import_words.MEND)
    if request.POST.get("send") == "nothing":
        decided = replace(decided, cadence="")
    try:
        importing.confirm(row, choices=decided, by=request.member, at=timezone.now())
    except importing.BadChoices as why:
        return _preview(request, row, decided, form, wrong=str(why))
    return HttpResponseRedirect(reverse("import", args=[row.pk]))


@require_POST
@signed_in
def undo(request: SignedIn, pk: int) -> HttpResponse:
    row = _row(request, pk)
    try:
        undone = undoing.undo(row, by=request.member, at=timezone.now())
    except undoing.CannotUndo as why:
        messages.warning(request, import_words.sentence(str(why)))
    else:
        messages.success(request, f"Undone: {undone.sentence()}.")
    return HttpResponseRedirect(reverse("import", args=[row.pk]))


@require_GET
@signed_in
def set_aside(request: SignedIn, pk: int) -> HttpResponse:
    """The rows that were not taken, with the reason before each; cells that would run as formulas are quoted."""
    row = _row(request, pk)
    answer = HttpResponse(row.set_aside_file, content_type="text/csv; charset=utf-8")
    name = slugify(row.file_name.rpartition(".")[0]) or "import"
    answer["Content-Disposition"] = f'attachment; filename="{name}-set-aside.csv"'
    return answer


def _row(request: SignedIn, pk: int, **lookup: object) -> Import:
    return found_or_404(imports_seen_by(request.member), request.member.account, pk=pk, **lookup)


def _decided(request: SignedIn, row: Import) -> tuple[ChoicesForm, Choices | None]:
    form = ChoicesForm(request.POST, member=request.member)
    if not form.is_valid():
        return form, None
    columns = chosen_columns(
        request.POST.dict(), {column.index: column.field for column in opened.sheet_of(row).columns}
    )
    return form, form.choices(columns)


def _preview(request: SignedIn, row: Import, decided: Choices, form: ChoicesForm, *, wrong: str = "") -> HttpResponse:
    shown = previewing.preview(row, choices=decided)
    context = {
        "import": row,
        "form": form,
        "shown": shown,
        "wrong": import_words.sentence(wrong) if wrong else "",
        "doubts": import_words.columns(shown.doubtful),
        "sure": import_words.columns(shown.sure),
        "field_groups": field_groups(),
        "choices": decided,
        "cadence": dict(cadence_choices(row.account)).get(decided.cadence, "") if shown.forecast.new else "",
        "problems": import_words.problems(shown, decided),
        "says": import_words.dry_run(shown, decided),
        "leaves": import_words.leaves(row.account, decided, shown),
    }
    return render(request, "imports/preview.html", context, status=422 if wrong else 200)
