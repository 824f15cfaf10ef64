"""Whose is it? A message from a number that several share, and the tap that says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.conversations.models import Message
from nextcall.conversations.thread import Said
from nextcall.conversations.whose import could_be
from nextcall.engine import mistaken
from nextcall.leads.models import Lead
from nextcall.team.models import Account
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.going_back import Deed, Told, number, tell
from nextcall.web.messages import seen
from nextcall.web.once import once

MOST = 10  # questions of one page


@dataclass(frozen=True, slots=True)
class Question:
    """ "This number is shared by Hazel and Rowan. Whose is it?" """

    says: str
    url: str
    choices: tuple[tuple[int, str], ...]  # lead, name


def questions(said: Iterable[Said], account: Account) -> dict[int, Question]:
    """By message; no query unless one is unsure, and then four for each number it came from."""
    ids = [one.message_id for one in said if one.unsure and one.message_id is not None][:MOST]
    if not ids:
        return {}
    rows = Message.objects.filter(account=account, pk__in=ids).select_related("contact_point")
    known: dict[int | None, list[Lead]] = {}
    found = {}
    for row in rows:
        if row.contact_point_id not in known:
            known[row.contact_point_id] = could_be(account=account, point=row.contact_point)
        found[row.pk] = _question(row, known[row.contact_point_id])
    return found


def _question(message: Message, leads: Sequence[Lead]) -> Question:
    names = [one.person.given_name or str(one.person) for one in leads]
    if len(set(names)) < len(names):
        names = [str(one.person) for one in leads]
    what = "address" if message.channel == "email" else "number"
    shared = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    choices = tuple(zip((one.pk for one in leads), names, strict=True))
    return Question(
        f"This {what} is shared by {shared}. Whose is it?", reverse("message_whose", args=[message.pk]), choices
    )


@require_POST
@signed_in
@once
def whose(request: SignedIn, pk: int) -> HttpResponse:
    """It stays, or moves with all it set in motion; undone like every deed."""
    member = request.member
    rows = Message.objects.filter(seen.of(member), outbound=False, lead__isnull=False).select_related("contact_point")
    message = found_or_404(rows, member.account, pk=pk)
    wanted = number(request.POST.get("lead", ""))
    lead = next(
        (one for one in could_be(account=member.account, point=message.contact_point) if one.pk == wanted), None
    )
    if lead is None:
        return _to(request, message.lead_id, Told(problem="Choose whose it is."))
    try:
        action = mistaken.is_theirs(message=message, lead=lead, by=member, at=timezone.now())
    except mistaken.Settled as settled:
        return _to(request, message.lead_id, Told(problem=str(settled)))
    told = Told(action.says, action=Deed(id=action.pk, says=action.says))
    visible = leads_seen_by(member).filter(pk=lead.pk).exists()
    return _to(request, lead.pk if visible else None, told)


def _to(request: SignedIn, lead_id: int | None, told: Told) -> HttpResponse:
    """To the lead's place on the kind of page that one came from."""
    page = "lead" if request.POST.get("next", "").startswith("/leads/") else "inbox_lead"
    url = reverse(page, args=[lead_id]) if lead_id else reverse("inbox")
    return tell(request, Told(told.said, told.problem, told.action, url))
