"""Now: one card, the right next contact, and how it went; and the cards after it, ready before they are wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.leads.models import Lead
from nextcall.web import chips, watch
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.chips import Chip
from nextcall.web.frame import note_to_go
from nextcall.web.going_back import back, number
from nextcall.web.now import on_the_call
from nextcall.web.now.showing import card_context, deck_context
from nextcall.web.now.taking import lead_at_hand
from nextcall.worklist import items, say
from nextcall.worklist.items import Deck

CALLING = "calling"  # of the session: the lead being called and since when
AHEAD = "ahead"  # of the session: the day on which tomorrow's calls are dealt as well
RINGS_FOR = timedelta(hours=2)  # after that nobody is still on that call
MOST_CARDS = 25
GONE = "That one is with its owner after all."


@require_GET
@signed_in
def now(request: SignedIn) -> HttpResponse:
    """The deck, open at `?lead=` or at the lead on the telephone."""
    at, member = timezone.now(), request.member
    lead_id, since = calling(request, at=at)
    turned_to = number(request.GET.get("lead", "")) or lead_id
    deck = items.deck(member, at=at, turned_to=turned_to, ahead=gets_ahead(request, at=at))
    shown = deck_context(deck, member, at=at)
    if deck.card:
        on_the_line = since if since and deck.card.lead.pk == lead_id else None
        away = at - on_the_line if on_the_line else None
        after = next(iter(deck.coming), None)
        shown |= card_context(deck.card, member, at=at, nth=request.GET.get("reason", ""), away=away, after=after)
        shown |= _suggested(deck.card.lead.pk, chips.appointments_of([deck.card.lead.pk], member, at=at))
        shown["spoken"] = on_the_call.shown(deck.card.lead, member, at=at, since=on_the_line)
        shown["calling"] = say.clock(on_the_line, member.zone) if on_the_line else ""
    note_to_go(request, deck.to_go, at=at)
    shown["watch"] = watch.notices(member, at=at)
    shown["pinned"] = chips.pinned(member, at=at)
    shown |= {"said": request.session.pop("said", ""), "problem": request.session.pop("problem", "")}
    return render(request, "now/page.html", shown)


@require_GET
@signed_in
def hand(request: SignedIn) -> HttpResponse:
    """The cards after the open one, each whole, with the day around it. `not`: leads finished a moment ago."""
    at, member = timezone.now(), request.member
    done = [pk for written in request.GET.get("not", "").split(",")[:100] if (pk := number(written))]
    deck = items.hand(
        member,
        at=at,
        cards=min(number(request.GET.get("n", "")) or 2, MOST_CARDS),
        lead_id=number(request.GET.get("lead", "")),
        ahead=gets_ahead(request, at=at),
        without=done,
    )
    note_to_go(request, deck.to_go, at=at)
    return JsonResponse(_around(request, deck, at=at) | {"cards": _cards(request, deck, at=at)})


@require_POST
@signed_in
def hold(request: SignedIn, lead_id: int) -> HttpResponse:
    """A card that was ready is shown: it is this member's for 15 minutes, or another's already."""
    at, lead = timezone.now(), lead_at_hand(request, lead_id, at=timezone.now(), takes=False)
    if items.hold(lead, member=request.member, at=at):
        return JsonResponse({"held": True, "problem": ""})
    holder = Lead.objects.filter(account=request.member.account, pk=lead.pk).values_list("held_by__name", flat=True)
    who = (holder.first() or "A colleague").partition(" ")[0]
    return JsonResponse({"held": False, "problem": f"{who} has {lead.person} open. Here is the next card."})


@require_POST
@signed_in
def take(request: SignedIn, lead_id: int) -> HttpResponse:
    """A new lead past its goal, offered by its card: theirs from now on."""
    lead = lead_at_hand(request, lead_id, at=timezone.now())
    mine = lead.owner_id == request.member.pk
    return back(request, said=f"{lead.person} is yours now." if mine else "", problem="" if mine else GONE)


def calling(request: HttpRequest, *, at: datetime) -> tuple[int | None, datetime | None]:
    """The lead whose call was started on this device and not told yet."""
    stored = request.session.get(CALLING)
    if not stored:
        return None, None
    since = datetime.fromisoformat(stored["at"])
    return (stored["lead"], since) if at - since < RINGS_FOR else (None, None)


def gets_ahead(request: SignedIn, *, at: datetime) -> bool:
    """Whether the member asked for tomorrow's calls today."""
    return bool(request.session.get(AHEAD) == items.day_of(request.member, at)[0].date().isoformat())


def _around(request: SignedIn, deck: Deck, *, at: datetime) -> dict[str, object]:
    shown = deck_context(deck, request.member, at=at)
    head, last, rail = (render_to_string(f"now/_{part}.html", shown, request) for part in ("head", "last", "rail"))
    return {"head": head, "last": last, "rail": rail, "nav": {"now": deck.to_go}}


def _cards(request: SignedIn, deck: Deck, *, at: datetime) -> list[dict[str, object]]:
    found = chips.appointments_of([card.lead.pk for card in deck.hand], request.member, at=at)
    return [
        {"lead": card.lead.pk, "dealt_at": at.isoformat(), "html": _html(request, deck, place, found, at=at)}
        for place, card in enumerate(deck.hand)
    ]


def _html(request: SignedIn, deck: Deck, place: int, found: Mapping[int, Sequence[Chip]], *, at: datetime) -> str:
    after, card = next(iter(deck.coming[place + 1 : place + 2]), None), deck.hand[place]
    shown = card_context(card, request.member, at=at, after=after) | _suggested(card.lead.pk, found)
    return render_to_string("now/_hand.html", shown, request)


def _suggested(lead_id: int, found: Mapping[int, Sequence[Chip]]) -> dict[str, object]:
    """Appointments that their words suggest, and where a tap on one leads back to."""
    return {"suggested": found.get(lead_id, ()), "card_url": f"{reverse('now')}?lead={lead_id}"}
