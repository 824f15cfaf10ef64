"""The page of saved answers: write one, change it, share it, let it go."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.conversations import saved
from nextcall.conversations.models import SavedAnswer
from nextcall.web.access import SignedIn, found_or_404, signed_in

FIELDS = ("name", "body")


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, and what its reader may do with it."""

    answer: SavedAnswer
    whose: str
    used: str
    mine: bool


@require_http_methods(["GET", "POST"])
@signed_in
def answers(request: SignedIn) -> HttpResponse:
    """All that the member may use; posting keeps a new one. What was typed and is not right stays in the form."""
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    problem, shared = "", request.POST.get("shared") == "yes"
    if request.method == "POST":
        try:
            made = saved.make(member=request.member, shared=shared, at=timezone.now(), **typed)
        except saved.Wrong as wrong:
            problem = str(wrong)
        else:
            messages.success(request, f"\u201c{made.name}\u201d is saved. You find it below every message you write.")
            return HttpResponseRedirect(reverse("saved_answers"))
    rows = [_row(one, request) for one in saved.yours(request.member)[: saved.MOST]]
    context = {"rows": rows, "typed": typed, "shared": shared, "problem": problem, "longest": saved.LONGEST}
    return render(request, "saved/page.html", context)


def _row(one: SavedAnswer, request: SignedIn) -> Row:
    whose = "Yours" if one.by_id == request.member.pk else one.by.name if one.by else "The team\u2019s"
    used = {0: "not used yet", 1: "used once"}.get(one.used, f"used {one.used} times")
    return Row(one, f"{whose}, shared" if one.shared else whose, used, saved.may_change(one, request.member))


@require_POST
@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Other words, another name, shared or not."""
    found = _mine(request, pk)
    words = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        saved.change(found, shared=request.POST.get("shared") == "yes", **words)
    except saved.Wrong as wrong:
        messages.error(request, f"Not changed. {wrong}")
    else:
        messages.success(request, "Changed.")
    return HttpResponseRedirect(f"{reverse('saved_answers')}#answer-{pk}")


@require_POST
@signed_in
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """It is offered no more; what was sent stays as it was."""
    found = _mine(request, pk)
    found.delete()
    messages.success(request, f"\u201c{found.name}\u201d is gone. What was sent stays as it was.")
    return HttpResponseRedirect(reverse("saved_answers"))


def _mine(request: SignedIn, pk: int) -> SavedAnswer:
    """One that the member may change; any other does not exist for this."""
    found = found_or_404(saved.yours(request.member), request.member.account, pk=pk)
    allowed = pk if saved.may_change(found, request.member) else 0
    return found_or_404(saved.yours(request.member), request.member.account, pk=allowed)
