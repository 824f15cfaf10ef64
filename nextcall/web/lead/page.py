"""Lead: know the person, write, and see the whole plan: planned above, done below, you write at Now."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.cadences import versions
from nextcall.cadences.models import Enrollment
from nextcall.channels import handset
from nextcall.conversations.thread import thread
from nextcall.engine import outcome as outcomes
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.lead import facts as lead_facts
from nextcall.web.lead import line as lead_line
from nextcall.web.lead.compose import modes
from nextcall.web.now.outcomes import buttons, times
from nextcall.worklist import items, say
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.reading import in_hand, touches_of

FEW, ALL = 3, 100


@require_GET
@signed_in
def lead(request: SignedIn, lead_id: int) -> HttpResponse:
    """The whole lead. `?mode=` names the composer's channel, `?all=1` shows everything ahead."""
    at, member = timezone.now(), request.member
    rows = leads_seen_by(member).select_related("account", "person", "source", "offer", "owner", "held_by")
    shown = found_or_404(rows, member.account, pk=lead_id)
    reach = reach_of(shown, member=member, at=at)
    zone = reach["call"].facts.place.home_zone
    context = _head(shown, reach, member, zone=zone, at=at)
    context |= _time_line(shown, member, zone=zone, at=at, everything=bool(request.GET.get("all")))
    context |= lead_facts.facts(shown, reach, member, zone=zone, at=at)
    context |= {
        "modes": modes(shown, reach, chosen=request.GET.get("mode", ""), zone=zone, at=at),
        "focus": "mode" in request.GET,
        "times": times(member.zone, zone, at=at),
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
        "latest": next(iter(items.deeds_since(member, since=at - items.UNDOABLE, lead=shown, most=1)), None),
    }
    return render(request, "lead/page.html", context)


def _head(shown: Lead, reach: dict[str, Reachable], member: Member, *, zone: str, at: datetime) -> dict[str, object]:
    person = shown.person
    name = str(person)
    call = reach["call"]
    opens = call.decision.earliest if call.decision.verdict == "wait" else None
    held = shown.held_by if shown.held_until and shown.held_until > at and shown.held_by_id != member.pk else None
    return {
        "lead": shown,
        "name": name,
        "first_name": person.given_name or name,
        "there": say.clock(at, zone),
        "initials": "".join(word[0] for word in name.split()[:2]).upper(),
        "call_url": handset.link(channel="call", to=call.point.value, sample=person.sample)
        if call.point and call.decision.verdict != "deny"
        else "",
        "call_word": f"Call {say.when(opens, member.zone, at=at)}" if opens else "Call",
        "hands": held.name if held else "",
        "back": reverse("now"),
    }


def _time_line(shown: Lead, member: Member, *, zone: str, at: datetime, everything: bool) -> dict[str, object]:
    enrollment = (
        Enrollment.objects.filter(account_id=shown.account_id, lead=shown, ended_at__isnull=True)
        .select_related("version__cadence")
        .order_by("beside", "-pk")
        .first()
    )
    held = enrollment.pauses.filter(ended_at__isnull=True).first() if enrollment else None
    touch = in_hand(shown, touches_of(shown))
    ahead, more = lead_line.ahead_of(shown, limit=ALL if everything else FEW, member=member, at=at)
    days = (at - enrollment.anchor_at).days + 1 if enrollment else 0
    name = versions.definition_of(enrollment.version).name if enrollment else ""
    parts = [name, f"day {max(days, 1)}" if enrollment else "", shown.offer.name if shown.offer else ""]
    return {
        "enrollment": enrollment,
        "paused": held is not None,
        "plan_says": lead_line.plan_says(name, held, member, at=at),
        "touch": touch if touch.pk else None,
        "outcomes": buttons(outcomes.effects(touch, at=at)),
        "ahead": ahead,
        "ahead_more": more and not everything,
        "all": everything,
        "ahead_none": lead_line.nothing_ahead(name, held),
        "day_says": f"day {max(days, 1)}" if enrollment else "",
        "head_says": " · ".join(part for part in (*parts, f"{say.clock(at, zone)} there") if part),
        "past": [lead_line.entry(one, shown, member, at=at) for one in thread(shown)],
        "cadences": _cadences(shown, at=at),
    }


def _cadences(shown: Lead, *, at: datetime) -> list[tuple[str, str]]:
    """Slug and name of every cadence that may be started."""
    newest = versions.latest(shown.account, versions.names(shown.account), at=at).values()
    return sorted((one.cadence.slug, versions.definition_of(one).name) for one in newest)
