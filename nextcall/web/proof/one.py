"""One pack: how far it is, and its file. And the pack of one lead, which its owner may ask for too."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.proof import signing, waiting
from nextcall.proof.asked import Asked
from nextcall.proof.models import ProofPack
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import back, lead_of
from nextcall.web.proof.page import packs_seen_by

UNDER_WAY = (ProofPack.State.WAITING, ProofPack.State.RUNNING)


@require_GET
@signed_in
def one(request: SignedIn, pk: int) -> HttpResponse:
    """The page of a pack; while it is made it looks again by itself, and a reload shows the same."""
    row = found_or_404(packs_seen_by(request.member), request.member.account, pk=pk)
    context = {"pack": row, "fingerprint": signing.own_fingerprint(settings.PROOF_KEY)}
    if row.state in UNDER_WAY:
        return render(request, f"proof/{'_progress' if request.GET.get('part') else 'progress'}.html", context)
    if request.GET.get("part"):
        return HttpResponse(status=204)  # nothing to wait for any more
    return render(request, "proof/done.html", context)


@require_GET
@signed_in
def file(request: SignedIn, pk: int) -> HttpResponse:
    """The pack itself, never to be opened in the browser."""
    row = found_or_404(packs_seen_by(request.member).defer(None), request.member.account, pk=pk)
    if row.state != ProofPack.State.DONE or row.file is None:
        raise Http404
    answer = HttpResponse(bytes(row.file), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="proof-{row.pk}-{row.created_at:%Y-%m-%d}.zip"'
    return answer


@require_POST
@signed_in
def of_lead(request: SignedIn, lead_id: int) -> HttpResponse:
    """Everything of one lead. A rep has it of their own leads alone, not of nobody's."""
    lead = lead_of(request, lead_id)
    if not request.member.manages and lead.owner_id != request.member.pk:
        raise Http404
    wanted = Asked(request.member.account_id, lead=lead.pk)
    try:
        row = waiting.ask(wanted=wanted, by=request.member, at=timezone.now())
    except waiting.Busy as busy:
        return back(request, lead, problem=str(busy))
    return HttpResponseRedirect(reverse("proof_pack", args=[row.pk]))
