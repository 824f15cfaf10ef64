"""What is noted while a call goes on: that one said who calls, and what they said to being recorded."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences.models import Touch
from nextcall.engine import on_the_call
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import back, lead_of, number
from nextcall.web.now.taking import lead_at_hand
from nextcall.web.once import once, when_it_happened

LONGEST_CALL = 4 * 3600
SAID = {
    "identified": "Noted: you said who you are.",
    "recording_noticed": "Noted: you told them. Wait for their yes.",
    "recording_consented": "They agreed. You may record.",
    "recording_refused": "They refused. Go on without recording.",
}
STATES = {
    "off": "Recording: off",
    "noticed": "Recording: off, waiting for their yes",
    "consented": "Recording: they agreed",
    "refused": "Recording: off, they refused",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """How the call stands, as the card shows it."""

    identified: bool
    recording: str
    says: str
    seconds: int | None = None  # since the call began, by our clock: the device's may be another


NOTHING_SAID = Noted(False, "off", STATES["off"])


def shown(lead: Lead, member: Member, *, at: datetime, since: datetime | None = None) -> Noted:
    """Of the call going on with this lead."""
    now = on_the_call.spoken(lead, member, at=at)
    return Noted(
        now.identified, now.recording, STATES[now.recording], int((at - since).total_seconds()) if since else None
    )


@require_POST
@signed_in
@once
def said(request: SignedIn, lead_id: int) -> HttpResponse:
    """One thing said on the call, at the moment it was said: `said` names it, `seconds` since the call began."""
    at, kind = when_it_happened(request, timezone.now()), request.POST.get("said", "")[:30]
    lead = lead_at_hand(request, lead_id, at=timezone.now())
    touch_id, seconds = number(request.POST.get("touch", "")), number(request.POST.get("seconds", ""))
    touch = Touch.objects.filter(account=lead.account, lead=lead, pk=touch_id).first() if touch_id else None
    try:
        on_the_call.note(
            lead=lead,
            kind=kind,
            by=request.member,
            at=at,
            touch=touch,
            seconds=min(seconds, LONGEST_CALL) if seconds is not None else None,
            words=request.POST.get("words", ""),
        )
    except on_the_call.NotSaid as why:
        return back(request, lead, problem=str(why))
    return back(request, lead, said=SAID[kind])


@require_POST
@signed_in
@once
def attach(request: SignedIn, lead_id: int) -> HttpResponse:
    """The link to a recording, kept beside the latest call on which they agreed to it."""
    lead = lead_of(request, lead_id)
    try:
        on_the_call.attach(lead=lead, url=request.POST.get("url", ""), by=request.member, at=timezone.now())
    except on_the_call.NotSaid as why:
        return back(request, lead, problem=str(why))
    return back(request, lead, said="The link stands beside the call.")
