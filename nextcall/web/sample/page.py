"""The sample: brought to try things on, always labelled, removed in one tap."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.leads.models import Lead
from nextcall.sample import bringing, removing
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.frame import same_site


@require_http_methods(["GET", "POST"])
@signed_in
def sample(request: SignedIn) -> HttpResponse:
    """What it is, and the button that brings it: about two seconds, so it is done before the answer."""
    member = request.member
    if request.method == "GET":
        return render(request, "sample/page.html", {"brought": member.account.sample_at})
    count = bringing.forty(member=member, at=timezone.now(), seed=member.account_id)
    request.session["said"] = f"{count} invented people are here. Nothing is sent to them." if count else ""
    there = same_site(request.POST.get("next", ""), reverse("now"))
    answer = HttpResponseRedirect(there)
    answer.status_code = 303  # a reload brings nothing twice
    return answer


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: SignedIn) -> HttpResponse:
    """An owner's tap takes everything invented away."""
    member = request.member
    if member.role != Member.Role.OWNER:
        raise PermissionDenied("Only an owner removes the sample.")
    if request.method == "GET":
        people = Lead.objects.filter(account=member.account, person__sample=True).count()
        others = Member.objects.filter(account=member.account, sample=True).order_by("name")
        return render(request, "sample/remove.html", {"people": people, "others": list(others)})
    count = removing.remove(account=member.account, by=member, at=timezone.now())
    for name in ("calling", "to_go"):
        request.session.pop(name, None)
    request.session["said"] = f"The sample is removed: {count} invented leads are gone." if count else ""
    answer = HttpResponseRedirect(reverse("now"))
    answer.status_code = 303
    return answer
