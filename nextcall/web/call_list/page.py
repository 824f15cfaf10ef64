"""Calling a list: full screen, one card, the next deals itself after an outcome."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.team.models import Member
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.web.going_back import back, lead_of, number
from nextcall.web.leads import asked
from nextcall.web.leads.sentence import words
from nextcall.web.now import on_the_call
from nextcall.web.now.showing import card_context
from nextcall.web.once import once
from nextcall.worklist import calling, items

STATE, TOLD = "call_list", "call_list_told"  # of the session
LASTS = timedelta(hours=12)
MOST_SKIPPED = 500


@dataclass
class State:
    """Kept in the session, so that a restart goes on with the same card."""

    query: str
    began_at: datetime
    skipped: list[int] = field(default_factory=list)
    lead: int | None = None


def state_of(request: SignedIn, *, at: datetime) -> State:
    """What was begun and not left; anew for another list, or after half a day."""
    query = asked.written(asked.read(request.GET))
    kept = request.session.get(STATE)
    if kept and at - datetime.fromisoformat(kept["began_at"]) < LASTS and (query == kept["query"] or not query):
        return State(kept["query"], datetime.fromisoformat(kept["began_at"]), kept["skipped"], kept["lead"])
    return State(query, at)


def keep(request: SignedIn, state: State) -> None:
    stored = {"query": state.query, "began_at": state.began_at.isoformat(), "lead": state.lead}
    request.session[STATE] = {**stored, "skipped": state.skipped[-MOST_SKIPPED:]}


@require_GET
@signed_in
def call_list(request: SignedIn) -> HttpResponse:
    """The card in hand, or the next one; when there is none, what came of it and when more of them open."""
    at, member = timezone.now(), request.member
    state = state_of(request, at=at)
    wanted, before = asked.parse(state.query), state.lead
    in_hand = number(request.GET.get("lead", "")) or before
    seen = leads_seen_by(member)
    dealt = calling.deal(seen, member, wanted, at=at, skipped=state.skipped, in_hand=in_hand)
    state.lead = dealt.card.lead.pk if dealt.card else None
    if before and before != state.lead:
        calling.give_back(member, before)
    keep(request, state)
    shown = card_context(dealt.card, member, at=at) if dealt.card else {}
    if dealt.card:
        shown["spoken"] = on_the_call.shown(dealt.card.lead, member, at=at)
    shown |= _around(request, state, member, at=at)
    return render(request, "call_list/page.html", shown | {"held": dealt.held})


def _around(request: SignedIn, state: State, member: Member, *, at: datetime) -> dict[str, object]:
    latest = next(iter(items.deeds_since(member, since=max(state.began_at, at - items.UNDOABLE), most=1)), None)
    return {
        "list_words": ", ".join(words(member, asked.parse(state.query)).values()),
        "list_url": f"{reverse('leads')}{'?' if state.query else ''}{state.query}",
        "next_url": reverse("call_list"),
        "tally": calling.tally(member, since=state.began_at),
        "skipped": len(state.skipped),
        "latest": latest,
        "undo_next": f"{reverse('call_list')}?lead={latest.lead_id}" if latest else "",
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
    }


@require_POST
@signed_in
@once
def skip(request: SignedIn, lead_id: int) -> HttpResponse:
    """Not now: the next card, and this one is free for others."""
    lead, state = lead_of(request, lead_id), state_of(request, at=timezone.now())
    calling.give_back(request.member, lead.pk)
    state.skipped, state.lead = [*state.skipped, lead.pk], None
    keep(request, state)
    return back(request, lead, said=f"Skipped {lead.person}.")


@require_POST
@signed_in
def leave(request: SignedIn) -> HttpResponse:
    """Gives the card back at once, and says what came of it."""
    state = state_of(request, at=timezone.now())
    if state.lead:
        calling.give_back(request.member, state.lead)
    request.session.pop(STATE, None)
    request.session[TOLD] = {"says": calling.tally(request.member, since=state.began_at).says, "query": state.query}
    return HttpResponseRedirect(reverse("call_list_ended"))


@require_GET
@signed_in
def ended(request: SignedIn) -> HttpResponse:
    """What came of the list that was left last."""
    told = request.session.get(TOLD)
    if not told:
        return HttpResponseRedirect(reverse("now"))
    return render(request, "call_list/ended.html", told)
