"""The page itself."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from nextcall.web.access import SignedIn, signed_in


@require_GET
@signed_in
def cadences(request: SignedIn) -> HttpResponse:
    return HttpResponseRedirect(reverse("now"))
