"""A file that came or went with a message. What strangers send is never run here: see the headers."""

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from nextcall.conversations.models import Attachment
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.messages import seen
from nextcall.web.messages.shown import INLINE

# Even a picture that is no picture gets no script, no form, no frame, no origin of ours.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_GET
@signed_in
def attachment(request: SignedIn, pk: int) -> HttpResponse:
    """Its bytes, typed by themselves and never by their sender's word; drawn in the page only if a plain picture."""
    theirs = seen.of(request.member, "message__") | (Q(message=None) & seen.of(request.member, "touch__"))
    found = found_or_404(Attachment.objects.filter(theirs), request.member.account, pk=pk)
    if found.refused or not found.content:
        raise Http404
    inline = found.content_type in INLINE
    # whatever is no plain picture has no type that a browser would open
    answer = HttpResponse(
        bytes(found.content), content_type=found.content_type if inline else "application/octet-stream"
    )
    answer["Content-Disposition"] = str(content_disposition_header(not inline, found.name or f"file-{found.pk}"))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
