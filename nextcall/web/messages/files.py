"""A file that came with a message. What strangers send is never run here: see the headers."""

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from nextcall.conversations.models import Attachment
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.messages.shown import INLINE

# Even a picture that is no picture gets no script, no form, no frame, no origin of ours.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_GET
@signed_in
def attachment(request: SignedIn, pk: int) -> HttpResponse:
    """Its bytes, typed by themselves and never by their sender's word; drawn in the page only if a plain picture."""
    found = found_or_404(_seen_by(request.member), request.member.account, pk=pk)
    if found.refused:
        raise Http404
    inline = found.content_type in INLINE
    # whatever is no plain picture has no type that a browser would open
    answer = HttpResponse(
        bytes(found.content), content_type=found.content_type if inline else "application/octet-stream"
    )
    answer["Content-Disposition"] = content_disposition_header(not inline, found.name or f"file-{found.pk}")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _seen_by(member: Member) -> QuerySet[Attachment]:
    """Of messages whose lead the member may see or is to answer, and of senders whom nobody knows."""
    rows = Attachment.objects.filter(
        Q(message__lead=None) | Q(message__lead__removed_at=None), account_id=member.account_id
    )
    if member.manages:
        return rows
    mine = Q(message__lead=None) | Q(message__lead__owner=None) | Q(message__lead__owner=member)
    return rows.filter(mine | Q(message__lead__inbox_item__assignee=member))
