"""A file that came with a message or left with a text, for members who may see its lead."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from nextcall.conversations.models import Attachment
from nextcall.lib.file_type import UNKNOWN
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in

SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")  # all others are saved, never opened in our pages


@require_safe
@signed_in
def attachment(request: SignedIn, pk: int) -> HttpResponse:
    """Its bytes, which run nothing: typed by themselves, sandboxed, never sniffed."""
    row = found_or_404(Attachment.objects.select_related("message", "touch"), request.member.account, pk=pk)
    lead_id = row.message.lead_id if row.message else row.touch.lead_id if row.touch else None
    if lead_id is not None and not leads_seen_by(request.member).filter(pk=lead_id).exists():
        raise Http404
    if row.refused or not row.content:
        raise Http404
    inline = row.content_type in SHOWN
    answer = HttpResponse(bytes(row.content), content_type=row.content_type if inline else UNKNOWN)
    name = row.name or f"attachment-{row.pk}"
    answer["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
