"""Lead: know the person, write, and see the whole plan: planned above, done below, you write at Now."""

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.cadences import halting, versions
from nextcall.channels import handset
from nextcall.conversations import recording
from nextcall.conversations.thread import Said, messages_of
from nextcall.engine import answering
from nextcall.engine import outcome as outcomes
from nextcall.web import watch
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.web.frame import style_of
from nextcall.web.lead import done, facts, planned
from nextcall.web.lead.elsewhere import elsewhere
from nextcall.web.lead.modes import DRAFT, modes
from nextcall.web.lead.points import points
from nextcall.web.lead.rows import Wrong, rows
from nextcall.web.lead.shown import Shown, asked_by, shown
from nextcall.web.lead.wishes import wishes
from nextcall.web.leads import asked
from nextcall.web.now import on_the_call
from nextcall.web.now.outcomes import buttons, times
from nextcall.web.now.page import calling
from nextcall.worklist import finding, items, say
from nextcall.worklist.beads import thread_of
from nextcall.worklist.call_card import call_card, latest_contacts

FEW = 3
QUIETLY = "X-Nextcall-Live"  # a page that fetches itself again takes no words that the next one is to say
WRONG = "wrong"  # of the session: the field that was not saved, what was typed, and why
TOLD = ("said", "problem", WRONG, DRAFT)  # what the deed before left in the session


@require_GET
@signed_in
def lead(request: SignedIn, lead_id: int) -> HttpResponse:
    """The whole lead. `?mode=` and `?reason=` open the composer, `?all=1` everything ahead, `?done=` more behind."""
    at, member = timezone.now(), request.member
    seen = leads_seen_by(member).select_related("account", "person", "source", "offer", "owner", "held_by")
    row = seen.filter(account=member.account, pk=lead_id).first()
    if row is None:
        return elsewhere(request, lead_id)
    return render(request, "lead/page.html", _all(request, shown(row, member, at=at)))


def _all(request: SignedIn, one: Shown) -> dict[str, object]:
    """Everything on the page. What the deed before had to say is said once."""
    quietly = QUIETLY in request.headers
    said, problem, stored, draft = (None if quietly else request.session.pop(name, None) for name in TOLD)
    wrong = Wrong(**stored["field"]) if stored and stored["lead"] == one.lead.pk else None
    kept = draft if draft and draft["lead"] == one.lead.pk else {}
    deeds = items.deeds_since(one.member, since=one.at - items.UNDOABLE, lead=one.lead, most=1)
    latest = next(iter(deeds), None)
    context = _head(one) | _plan(one) | facts.facts(one) | rows(one, wrong) | points(one, wrong) | wishes(one)
    most = _most(request)
    messages = list(messages_of(one.lead, limit=most + 1))
    context |= _line(one, request, messages, most, latest.id if latest else 0) | _way(request, one)
    context |= _on_the_call(request, one)
    chosen, reason = request.GET.get("mode", ""), request.GET.get("reason", "")
    return context | {
        "modes": modes(one, messages, chosen=chosen, reason=reason, call_url=str(context["call_url"]), kept=kept),
        "key": secrets.token_hex(8),  # the same form posted twice is taken once
        "seen": answering.seen_of(one.lead),  # how far they have read as they write
        "focus": "mode" in request.GET,
        "times": times(one.member.zone, one.zone, at=one.at),
        "said": said or "",
        "problem": problem or "",
        "latest": latest,
        "facts_open": wrong is not None or "facts" in request.GET,
    }


def _head(one: Shown) -> dict[str, object]:
    lead, call, name = one.lead, one.reach["call"], str(one.lead.person)
    opens = call.decision.earliest if call.decision.verdict == "wait" else None
    held = lead.held_by if lead.held_until and lead.held_until > one.at and lead.held_by_id != one.member.pk else None
    sample = lead.person.sample
    return {
        "lead": lead,
        "name": name,
        "first_name": one.first,
        "there": say.clock(one.at, one.zone),
        "initials": "".join(word[0] for word in name.split()[:2]).upper(),
        "call_url": handset.link(channel="call", to=call.point.value, sample=sample)
        if call.point and call.decision.verdict != "deny"
        else "",
        "call_word": f"Call {say.when(opens, one.member.zone, at=one.at)}" if opens else "Call",
        "hands": held.name if held else "",
        "campaign_halts": _halts(one),
        "asks": asked_by(one),
        "detailed": style_of(one.member) == "detailed",
        "note_templates": "\n\n".join(one.member.settings.get("note_templates") or []),
        "arrived": say.when(lead.arrived_at, one.member.zone, at=one.at),
        "tried": f"{lead.attempts} times" if lead.attempts > 1 else "Once" if lead.attempts else "Not yet",
    }


def _on_the_call(request: SignedIn, one: Shown) -> dict[str, object]:
    """The calling card: folded away until the call begins."""
    calling_id, since = calling(request, at=one.at)
    mine = since if calling_id == one.lead.pk else None
    latest = latest_contacts([one.lead.person_id], account_id=one.lead.account_id).get(one.lead.person_id)
    spoke = [event.kind for event in one.events if event.kind.startswith("call.") and event.by_id == one.member.pk]
    return {
        "call": call_card(one.lead, one.reach["call"], member=one.member, at=one.at, latest=latest),
        "on_the_call": mine is not None,
        "calling": say.clock(mine, one.member.zone) if mine else "",
        "spoken": on_the_call.shown(one.lead, one.member, at=one.at, since=mine) if mine else on_the_call.NOTHING_SAID,
        "notice": recording.NOTICE,
        "touch_in_hand": one.touch.pk,
        "may_attach": spoke[:1] == ["call.recording_consented"],
    }


def _halts(one: Shown) -> list[str]:
    """Campaigns of this lead that stand still: one small query, of an index that is all but empty."""
    cadences = {each.enrollment.version.cadence_id for each in one.running}
    found = halting.in_force(one.lead.account_id) if cadences else []
    return [f"{watch.standing(halt)}: {halt.because}" for halt in found if halt.cadence_id in cadences]


def _plan(one: Shown) -> dict[str, object]:
    lead, enrollment = one.lead, one.enrollment
    thread = thread_of(lead, one.touches, touch=one.touch, running=one.running, at=one.at, zone=one.zone)
    days = max((step.when.day or 0 for step in one.running[0].cadence.steps), default=0) if one.running else 0
    day = f"day {thread.day}{f' of {days}' if days >= thread.day else ''}" if enrollment else ""
    touch = f"touch {thread.number} of {thread.total}" if enrollment and thread.total else ""
    where = ", ".join(part for part in (one.cadence, day) if part)
    asked_for = lead.offer.name if lead.offer else lead.source.name if lead.source else ""
    newest = versions.latest(lead.account, versions.names(lead.account), at=one.at).values()
    return {
        "enrollment": enrollment,
        "paused": one.held is not None,
        "plan_says": planned.plan_says(one),
        "touch": one.touch if one.touch.pk else None,
        "outcomes": buttons(outcomes.effects(one.touch, at=one.at, known=one.running, standing=one.touches)),
        "day_says": day,
        "head_says": " · ".join(part for part in (where, touch, asked_for) if part),
        "cadences": sorted((each.cadence.slug, versions.definition_of(each).name) for each in newest),
    }


def _most(request: SignedIn) -> int:
    """How many entries of what was done are shown."""
    asked_for = request.GET.get("done", "")
    most = int(asked_for) if asked_for.isdecimal() and len(asked_for) < 6 else done.FEW
    return max(min(most, done.MOST), 1)


def _line(one: Shown, request: SignedIn, messages: Sequence[Said], most: int, latest_id: int) -> dict[str, object]:
    """What is ahead, the farthest first, and what was done, the newest first."""
    ahead, everything = planned.ahead_of(one), bool(request.GET.get("all"))
    few = ahead if everything else ahead[:FEW]
    past, earlier = done.done_of(one, messages, most=most, waiting=len(ahead))
    return {
        "ahead": few[::-1],
        "ahead_count": len(ahead),
        "ahead_more": len(ahead) > len(few),
        "all": everything,
        "ahead_none": planned.nothing_ahead(one),
        "past": past,
        "no_contact": not earlier and not one.lead.attempts and not any(each.tint for each in past),
        "earlier": most * 4 if earlier else 0,
        "leaves_in": next((each.leaves_in for each in ahead if each.undo_id and each.undo_id == latest_id), None),
    }


def _way(request: SignedIn, one: Shown) -> dict[str, object]:
    """The list one came from: back to it, and to the leads before and after this one in it."""
    query = request.GET.get("from")
    if query is None:
        return {"here": request.path, "back": reverse("leads"), "came_from": ""}
    wanted = asked.parse(query)
    seen, tail = leads_seen_by(one.member), urlencode({"from": asked.written(wanted)})
    before, following = finding.neighbours(seen, one.member, wanted, one.lead.pk, at=one.at)
    return {
        "here": f"{request.path}?{tail}",
        "back": f"{reverse('leads')}?{asked.written(wanted)}",
        "came_from": tail,
        "before_url": f"{reverse('lead', args=[before])}?{tail}" if before else "",
        "following_url": f"{reverse('lead', args=[following])}?{tail}" if following else "",
    }
