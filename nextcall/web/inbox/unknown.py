"""Who is this? A sender whom nobody knows becomes a lead, or joins one."""

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem
from nextcall.engine import strangers
from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import Name, NewLead
from nextcall.lib import email_address, phone
from nextcall.sample import fictitious
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.going_back import Told, number, tell
from nextcall.web.once import once


@require_POST
@signed_in
@once
def make_lead(request: SignedIn, item_id: int) -> HttpResponse:
    """A new lead with this number or address. Their message permits an answer and nothing more."""
    at, member, item = timezone.now(), request.member, _item(request, item_id)
    new = _new_lead(request, item)
    if new is None:
        return _again(
            request, item, "That is no number or address one could answer. Join it to a lead, or mark it done."
        )
    if not new.name.full:
        return _again(request, item, "Write their name, or what to call them until you know it.")
    try:
        with transaction.atomic():
            invented = fictitious.made_up(new, member.account)
            lead = accept(account=member.account, new_lead=new, by=member, at=at, sample=invented)
            strangers.join(item=item, lead=lead, by=member, at=at)
    except strangers.Known as known:
        return _to(request, reverse("inbox"), problem=str(known))
    return _to(request, reverse("inbox_lead", args=[lead.pk]), said=f"{lead.person} is a lead now.")


def _new_lead(request: SignedIn, item: InboxItem) -> NewLead | None:
    sender, country = item.unknown_sender, request.member.account.country
    address = email_address.read(sender) if "@" in sender else None
    number_ = phone.read(sender, country=country) if address is None else None
    if address is None and number_ is None:
        return None
    latest = inbox.from_stranger(item).order_by("-at", "-pk").first()
    return NewLead(
        raw_format="hand",
        name=Name(full=request.POST.get("name", "").replace("\x00", "").strip()[:200]),
        source=request.POST.get("source", "").replace("\x00", "").strip()[:80] or None,
        phones=(number_,) if number_ else (),
        emails=(address,) if address else (),
        message=latest.body[:5000] if latest else None,
    )


@require_POST
@signed_in
@once
def join(request: SignedIn, item_id: int) -> HttpResponse:
    """It is somebody we know: their messages move there, and act as they would have."""
    item = _item(request, item_id)
    wanted = number(request.POST.get("lead", "")) or 0
    rows = list(leads_seen_by(request.member).filter(pk=wanted).select_related("person", "account"))
    if not rows:
        return _again(request, item, "Choose whose it is.")
    try:
        strangers.join(item=item, lead=rows[0], by=request.member, at=timezone.now())
    except strangers.Known as known:
        return _to(request, reverse("inbox"), problem=str(known))
    return _to(request, reverse("inbox_lead", args=[rows[0].pk]))


def _item(request: SignedIn, item_id: int) -> InboxItem:
    rows = inbox.seen_by(request.member).filter(lead=None).select_related("contact_point")
    return found_or_404(rows, request.member.account, pk=item_id)


def _again(request: SignedIn, item: InboxItem, problem: str) -> HttpResponse:
    return _to(request, reverse("inbox_stranger", args=[item.pk]), problem=problem)


def _to(request: SignedIn, url: str, *, said: str = "", problem: str = "") -> HttpResponse:
    return tell(request, Told(said=said, problem=problem, url=url))
