"""What a phone asks about itself."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from nextcall.web.access import SignedIn, signed_in


@require_GET
@signed_in
@ensure_csrf_cookie
def device(request: SignedIn) -> HttpResponse:
    """Who is signed in here; and, for a page that was kept for long, a token that is good again."""
    return JsonResponse({"member": request.member.pk})
