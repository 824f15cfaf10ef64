"""Now: one card, the right next contact, and how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.cadences.models import Touch
from nextcall.channels import handset
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.web.now.outcomes import Button, buttons, times, windows
from nextcall.worklist import say
from nextcall.worklist.card import Card
from nextcall.worklist.gathering import Promised
from nextcall.worklist.items import Deck, deck

CALLING = "calling"  # of the session: the lead being called and since when
RINGS_FOR = timedelta(hours=2)  # after that nobody is still on that call
FIRST = ("sent", "skipped", "no_answer", "left_voicemail", "talked", "call_back")
MESSAGES = ("text", "email")


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Window:
    """A call-back window or an appointment, pinned."""

    lead_id: int
    name: str
    says: str
    appointment: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may follow: a link, or with `span` a call-back window to open."""

    word: str
    url: str
    span: str = ""


@require_GET
@signed_in
def now(request: SignedIn) -> HttpResponse:
    """The deck, open at `?lead=` or at the lead on the telephone."""
    at, member = timezone.now(), request.member
    lead_id, since = calling(request, at=at)
    turned = request.GET.get("lead", "")
    turned_to = int(turned) if turned.isdecimal() and len(turned) < 19 else lead_id
    dealt = deck(member, at=at, turned_to=turned_to)
    on_the_line = since if dealt.card and since and dealt.card.lead.pk == lead_id else None
    shown = _deck_context(dealt, member, at=at)
    if dealt.card:
        shown |= _card_context(dealt.card, request.GET.get("reason", ""), member, at=at)
    return render(
        request,
        "now/page.html",
        shown
        | {
            "calling": say.clock(on_the_line, member.zone) if on_the_line else "",
            "said": request.session.pop("said", ""),
            "problem": request.session.pop("problem", ""),
        },
    )


def calling(request: HttpRequest, *, at: datetime) -> tuple[int | None, datetime | None]:
    """The lead whose call was started on this device and not told yet."""
    stored = request.session.get(CALLING)
    if not stored:
        return None, None
    since = datetime.fromisoformat(stored["at"])
    return (stored["lead"], since) if at - since < RINGS_FOR else (None, None)


def _deck_context(dealt: Deck, member: Member, *, at: datetime) -> dict[str, object]:
    fits = dealt.fits
    whole = max(fits.calls * 3 + fits.messages + fits.room * 3, 1)
    bars, x = [], 0.0
    for kind, minutes in (("calls", fits.calls * 3), ("messages", fits.messages), ("room", fits.room * 3)):
        if minutes:
            bars.append(Bar(kind, round(x, 2), round(max(minutes * 100 / whole - 1, 0.5), 2)))
            x += minutes * 100 / whole
    return {
        "deck": dealt,
        "card": dealt.card,
        "total": dealt.done + dealt.to_go or 1,
        "bars": bars,
        "latest": dealt.latest,
        "after_this": max(dealt.to_go - 1, 0),
        "offers": _offers(dealt, member, at=at),
        "nobody_ever": dealt.card is None and not dealt.done and not leads_seen_by(member).exists(),
        "windows": [_window(one, member) for one in dealt.windows],
    }


def _window(one: Promised, member: Member) -> Window:
    until = f" to {say.clock(one.until_at, member.zone)}" if one.until_at else ""
    kind = "Appointment" if one.kind == "appointment" else "Call-back window"
    return Window(one.lead_id, one.name, f"{kind}, {say.clock(one.due_at, member.zone)}{until}.", kind == "Appointment")


OFFERED: dict[str, tuple[tuple[str, str], ...]] = {
    "no_answer": (("Text now", "?mode=text#write"),),
    "talked": (("Appointment", "#theirs"), ("What next", "#plan")),
    "wrong_number": (("Ask by email", "?mode=email#write"),),
    "not_interested": (("Long view", "#plan"),),
}


def _offers(dealt: Deck, member: Member, *, at: datetime) -> list[Offer]:
    """What may follow the last outcome; it can be ignored."""
    done = dealt.latest
    if done is None or done.lead_id is None or done.kind != "outcome" or at - done.at > timedelta(minutes=30):
        return []
    told = Touch.objects.filter(account_id=member.account_id, lead_id=done.lead_id, outcome_by=member)
    outcome = told.order_by("-finished_at").values_list("outcome", flat=True).first() or ""
    if outcome == "left_voicemail":
        return [Offer(word, reverse("window", args=[done.lead_id]), span) for word, span in windows(member.zone, at=at)]
    page = reverse("lead", args=[done.lead_id])
    return [Offer(word, page + where) for word, where in OFFERED.get(outcome, ())]


def _card_context(card: Card, nth: str, member: Member, *, at: datetime) -> dict[str, object]:
    chosen = int(nth) % len(card.reasons) if nth.isdecimal() and len(nth) < 4 and card.reasons else 0
    another = {"lead": card.lead.pk, "reason": (chosen + 1) % len(card.reasons)} if len(card.reasons) > 1 else {}
    point = card.reach["call"].point
    lead_with = _lead_with(card)
    held = card.held if card.primary == "call" else None
    shown = buttons(card.outcomes)
    letter = _own_phone(card) if lead_with == card.touch.channel else ""
    return {
        "letter_url": letter,
        "draft": card.touch if letter and card.touch.body else None,
        "reason": card.reasons[chosen] if card.reasons else None,
        "another": f"{reverse('now')}?{urlencode(another)}" if another else "",
        "call_url": _tel(card, point.value, point.extension) if point and not (held and not held.opens) else "",
        "held_until": held.opens if held else "",
        "lead_with": lead_with,
        "write_word": "Reply to" if card.primary == "reply" else ("Text" if lead_with == "text" else "Email"),
        "text_not": _not_now(card, "text"),
        "email_not": _not_now(card, "email"),
        "first_outcomes": _first(shown, card),
        "outcomes": shown,
        "times": times(member.zone, card.zone, at=at),
    }


def _first(shown: list[Button], card: Card) -> list[Button]:
    """Those beside the deed; the others are one tap away."""
    first = [one for one in FIRST if one != "skipped" or card.touch.channel in MESSAGES]
    return sorted((one for one in shown if one.outcome in first), key=lambda one: first.index(one.outcome))


def _own_phone(card: Card) -> str:
    """A text or email that waits for the member's own phone: the link that opens it there, ready to send."""
    touch = card.touch
    if touch.channel not in MESSAGES or touch.state != Touch.State.OPEN or touch.pk is None:
        return ""
    point = card.reach[touch.channel].point
    if point is None:
        return ""
    invented = card.lead.person.sample
    return handset.link(channel=touch.channel, to=point.value, subject=touch.subject, body=touch.body, sample=invented)


def _tel(card: Card, number: str, extension: str) -> str:
    if card.lead.person.sample:  # an invented number: the call is told, not dialled
        return handset.NOWHERE
    return f"tel:{number}" + (f";ext={extension}" if extension else "")


def _lead_with(card: Card) -> str:
    """The one filled button: the card's deed, or what may be done instead while that is held."""
    allowed = [channel for channel, there in card.reach.items() if there.point and there.decision.verdict == "allow"]
    if card.primary == "reply":
        return next((channel for channel in ("text", "email", "call") if channel in allowed), "")
    if card.primary in allowed:
        return card.primary
    return next((channel for channel in ("text", "email") if channel in allowed), "")


def _not_now(card: Card, channel: str) -> str:
    there = card.reach[channel]
    if there.point is None:
        return "no address" if channel == "email" else "no number"
    deciding = there.decision.deciding
    return deciding.says if deciding else ""
