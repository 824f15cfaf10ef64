"""Done, assign, until they reply, open again, new: one item or those that are selected, undone as one."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem
from nextcall.engine import tending
from nextcall.engine.models import Action
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.frame import same_site
from nextcall.web.going_back import Deed, Told, number, tell
from nextcall.web.once import once

DEEDS = ("done", "until_reply", "reopen", "assign", "unread")


@require_POST
@signed_in
@once
def deed(request: SignedIn) -> HttpResponse:
    """`one` is a row's own button, "done.12"; `deed` is for the rows selected, or the one that is open."""
    single, _, only = request.POST.get("one", "").partition(".")
    name, _, to = (single or request.POST.get("deed", "")).partition(" ")
    if name not in DEEDS:
        return _back(request, problem="Choose done, assign, until they reply or new.")
    items = _items(request, only)
    if not items:
        return _back(request, problem="Choose somebody first.")
    action = tending.tend(
        items=items,
        deed=name,
        by=request.member,
        at=timezone.now(),
        to=_member(request, to) if name == "assign" else None,
    )
    said = "New to you already." if name == "unread" else "They are gone from the Inbox."
    return _back(request, action=action, said=said)


def _items(request: SignedIn, only: str) -> list[InboxItem]:
    """Those of the ones named that this member may see."""
    named = [only] if only else request.POST.getlist("item") or [request.POST.get("open", "")]
    ids = [one for one in map(number, named[: tending.MOST]) if one is not None]
    return list(inbox.seen_by(request.member).filter(pk__in=ids).select_related("lead__person"))


def _member(request: SignedIn, written: str) -> Member | None:
    """To whom; "" for nobody."""
    if not written:
        return None
    return found_or_404(Member.objects.filter(is_active=True), request.member.account, pk=number(written))


def _back(request: SignedIn, *, action: Action | None = None, said: str = "", problem: str = "") -> HttpResponse:
    made = Deed(id=action.pk, says=action.says) if action else None
    url = same_site(request.POST.get("next", ""), reverse("inbox"))
    return tell(request, Told(action.says if action else said, problem, made, url))
