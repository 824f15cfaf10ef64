"""What the templates of Now show: the day around the cards, and one card with its sheets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from nextcall.cadences.models import Touch
from nextcall.channels import handset
from nextcall.conversations import recording
from nextcall.team.models import Member
from nextcall.web.access import leads_seen_by
from nextcall.web.now.on_the_call import NOTHING_SAID
from nextcall.web.now.outcomes import Button, buttons, times, windows
from nextcall.worklist import say
from nextcall.worklist.card import Card
from nextcall.worklist.coming import Coming
from nextcall.worklist.gathering import Promised
from nextcall.worklist.items import Deck
from nextcall.worklist.ranking import GROUPS, Group
from nextcall.worklist.reasons import Reason

FIRST = ("sent", "skipped", "no_answer", "left_voicemail", "talked", "call_back")
MESSAGES = ("text", "email")
ENDS = ("wrong_number", "asked_to_stop")  # one tap from the calling card
SHORT_CALL, LONG_CALL = timedelta(seconds=30), timedelta(minutes=2)
THIRD = 2  # snoozed so often since the latest outcome: another plan may fit better


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
class Over:
    """An appointment that began: whether the lead came is not said yet."""

    id: int
    lead_id: int
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may follow: a link, or with `span` a call-back window to open."""

    word: str
    url: str
    span: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One reason as the card shows it."""

    reason: Reason
    first_line: str
    another: str  # the address of the card with the next one; "" if it is the only one
    here: bool


def deck_context(deck: Deck, member: Member, *, at: datetime) -> dict[str, object]:
    """The day: progress, the last action with what may follow, the rail, and what stands there when nobody is left."""
    return {
        "deck": deck,
        "total": deck.done + deck.to_go or 1,
        "bars": _bars(deck),
        "latest": deck.latest,
        "after_this": max(deck.to_go - 1, 0),
        "offers": _offers(deck, member, at=at),
        "nobody_ever": deck.card is None and not deck.to_go and not deck.done and not leads_seen_by(member).exists(),
        "windows": [_window(one, member) for one in deck.windows],
        "over": [_over(one, member, at=at) for one in deck.over],
        "groups": GROUPS,
    }


def card_context(
    card: Card,
    member: Member,
    *,
    at: datetime,
    nth: str = "",
    away: timedelta | None = None,
    after: Coming | None = None,
) -> dict[str, object]:
    """One card with its sheets. `nth` reason is open; `away`: for how long a call has been going on."""
    point = card.reach["call"].point
    lead_with = _lead_with(card)
    held = card.held if card.primary == "call" else None
    shown = buttons(card.outcomes)
    letter = _own_phone(card) if lead_with == card.touch.channel else ""
    reasons = _reasons(card, nth)
    one = card.ranked.candidate
    arrived = one.arrived_at if card.ranked.group is Group.NEW else None
    return {
        "card": card,
        "call": card.call,
        "calls": bool(point) and one.channel in ("call", "voicemail"),
        "ends": [each for each in shown if each.outcome in ENDS],
        "lead": card.lead,
        "touch_in_hand": card.touch.pk,
        "notice": recording.NOTICE,
        "spoken": NOTHING_SAID,
        "arrived": arrived,
        "ago": say.ago(arrived, at=at) if arrived else "",
        "offer": one.offered_by,
        "dealt_at": at,
        "key": uuid4().hex,
        "after": after,
        "letter_url": letter,
        "draft": card.touch if letter and card.touch.body else None,
        "reasons": reasons,
        "reason": next((one.reason for one in reasons if one.here), None),
        "call_url": _tel(card, point.value, point.extension) if point and not (held and not held.opens) else "",
        "held_until": held.opens if held else "",
        "lead_with": lead_with,
        "write_word": "Reply to" if card.primary == "reply" else ("Text" if lead_with == "text" else "Email"),
        "text_not": _not_now(card, "text"),
        "email_not": _not_now(card, "email"),
        "first_outcomes": _first(shown, card, away),
        "likely": _likely(away),
        "outcomes": shown,
        "times": times(member.zone, card.zone, at=at),
        "third": card.snoozes >= THIRD,
        "groups": GROUPS,
    }


def _bars(deck: Deck) -> list[Bar]:
    fits = deck.fits
    whole = max(fits.calls * 3 + fits.messages + fits.room * 3, 1)
    bars, x = [], 0.0
    for kind, minutes in (("calls", fits.calls * 3), ("messages", fits.messages), ("room", fits.room * 3)):
        if minutes:
            bars.append(Bar(kind, round(x, 2), round(max(minutes * 100 / whole - 1, 0.5), 2)))
            x += minutes * 100 / whole
    return bars


def _window(one: Promised, member: Member) -> Window:
    until = f" to {say.clock(one.until_at, member.zone)}" if one.until_at else ""
    kind = "Appointment" if one.kind == "appointment" else "Call-back window"
    return Window(one.lead_id, one.name, f"{kind}, {say.clock(one.due_at, member.zone)}{until}.", kind == "Appointment")


def _over(one: Promised, member: Member, *, at: datetime) -> Over:
    what = "" if one.what in ("", "Appointment") else f": {one.what}"
    return Over(one.id, one.lead_id, one.name, f"Appointment, {say.when(one.due_at, member.zone, at=at)}{what}.")


OFFERED: dict[str, tuple[tuple[str, str], ...]] = {
    "no_answer": (("Text now", "?mode=text#write"),),
    "talked": (("Appointment", "#theirs"), ("What next", "#plan")),
    "not_now": (("Their better time", "#plan"),),
    "wrong_number": (("Ask by email", "?mode=email#write"),),
    "not_interested": (("Long view", "#plan"),),
}


def _offers(deck: Deck, member: Member, *, at: datetime) -> list[Offer]:
    """What may follow the last outcome; it can be ignored."""
    done = deck.latest
    if done is None or done.lead_id is None or done.kind != "outcome" or at - done.at > timedelta(minutes=30):
        return []
    told = Touch.objects.filter(account_id=member.account_id, lead_id=done.lead_id, outcome_by=member)
    outcome = told.order_by("-finished_at").values_list("outcome", flat=True).first() or ""
    if outcome == "left_voicemail":
        return [Offer(word, reverse("window", args=[done.lead_id]), span) for word, span in windows(member.zone, at=at)]
    page = reverse("lead", args=[done.lead_id])
    return [Offer(word, page + where) for word, where in OFFERED.get(outcome, ())]


def _reasons(card: Card, nth: str) -> list[Shown]:
    many = len(card.reasons)
    chosen = int(nth) % many if nth.isdecimal() and len(nth) < 4 and many else 0
    return [
        Shown(reason, line, _another(card, (n + 1) % many) if many > 1 else "", n == chosen)
        for n, (reason, line) in enumerate(zip(card.reasons, card.first_lines, strict=True))
    ]


def _another(card: Card, nth: int) -> str:
    return f"{reverse('now')}?{urlencode({'lead': card.lead.pk, 'reason': nth})}"


def _likely(away: timedelta | None) -> str:
    """Which outcome a call had, by how long one was away: half a minute rings out, two minutes are a talk."""
    if away is None:
        return ""
    return "no_answer" if away < SHORT_CALL else "talked" if away > LONG_CALL else "left_voicemail"


def _first(shown: list[Button], card: Card, away: timedelta | None) -> list[Button]:
    """Those beside the deed, the likely one first; the others are one tap away."""
    first = [one for one in FIRST if one != "skipped" or card.touch.channel in MESSAGES]
    likely = _likely(away)
    return sorted(
        (one for one in shown if one.outcome in first),
        key=lambda one: (one.outcome != likely, first.index(one.outcome)),
    )


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
