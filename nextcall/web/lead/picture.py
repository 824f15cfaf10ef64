"""A text with pictures: words and files in one form, which leaves as any text does."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.engine import answering, connecting, pictures
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.team.models import Connection
from nextcall.web import wording
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import lead_of
from nextcall.web.lead import crossing


@require_http_methods(["GET", "POST"])
@signed_in
def picture(request: SignedIn, lead_id: int) -> HttpResponse:
    """POST queues the text; nothing that was typed is lost where it may not leave."""
    lead = lead_of(request, lead_id)
    if request.method == "GET":
        return _page(request, lead)
    files = [(file.name or "", file.read(pictures.LARGEST + 1)) for file in request.FILES.getlist("pictures")]
    if not files or not _carrier(lead):
        return _page(request, lead, problem="Choose a picture first." if _carrier(lead) else "")
    try:
        answering.answer(
            lead=lead, channel="text", body=request.POST.get("body", ""), by=request.member, at=timezone.now(),
            seen=crossing.seen(request, lead), ask=wording.is_asked(request, lead), page="lead", pictures=files,
        )  # fmt: skip
    except answering.Crossed as crossed:
        return _page(request, lead, problem=f"Not sent yet. {crossing.tell(request, lead, crossed, at=timezone.now())}")
    except writing.Refused as why:
        return _page(request, lead, problem=wording.refused(why))
    except writing.Doubtful as doubt:
        return _page(request, lead, problem=wording.asks(request, lead, doubt))
    except (writing.Unfinished, pictures.Unfit) as wrong:
        return _page(request, lead, problem=str(wrong))
    return HttpResponseRedirect(reverse("lead", args=[lead.pk]))


def _carrier(lead: Lead) -> bool:
    mine = Connection.objects.filter(account_id=lead.account_id, channel="text", enabled=True)
    return mine.filter(provider__in=connecting.CARRIERS).exists()


def _page(request: SignedIn, lead: Lead, *, problem: str = "") -> HttpResponse:
    context = {
        "lead": lead,
        "carrier": _carrier(lead),
        "body": request.POST.get("body", "")[: writing.LONGEST_TEXT],
        "seen": str(answering.seen_of(lead)),
        "problem": problem,
        "accept": ",".join(pictures.KINDS),
        "most": pictures.MOST,
        "kilobytes": pictures.LARGEST // 1000,
    }
    return render(request, "lead/picture.html", context, status=422 if problem else 200)
