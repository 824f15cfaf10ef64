"""Appointments on a lead's page and in the composers: times to offer, booking, and what became of them."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.consent import policy
from nextcall.conversations import free_times
from nextcall.conversations.models import Promise
from nextcall.engine import appointments, offering, promising
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import back, lead_of, number
from nextcall.web.now.outcomes import read_time
from nextcall.web.once import once
from nextcall.worklist import say
from nextcall.worklist.gating import Reachable

ANSWERED = {
    "accepted": "Accepted the invitation",
    "declined": "Declined the invitation",
    "tentative": "Answered the invitation with maybe",
    "counter": "Asked for another time",
    "cancelled": "Called the appointment off",
}
RESPONSES = {
    "accepted": ("Accepted", "pine"),
    "declined": ("Declined", "gold"),
    "tentative": ("Maybe", "gold"),
    "counter": ("Asks for another time", "gold"),
}
OFFER = "Offer times"


def offer(lead: Lead, member: Member, reach: Mapping[str, Reachable], *, zone: str, at: datetime) -> str:
    """ "Tue 10 am, Wed 2:30 pm or Thu 5:15 pm your time?"; "" when nothing is free, or nobody may write."""
    if all(reach[channel].decision.verdict == "deny" for channel in ("text", "email")):
        return ""
    rulebook = policy.for_account(member.account.policy, at=at)
    times = offering.times(lead, member, zone=zone, facts=reach["call"].facts, policy=rulebook, at=at)
    return free_times.in_words(times, zone=zone, at=at)


def shown(lead: Lead, member: Member, *, at: datetime) -> list[dict[str, object]]:
    """The lead's open appointments, with what they said to each."""
    found = []
    for one in appointments.open_ones(lead):
        word, tone = response_of(one)
        when = say.when(one.due_at, member.zone, at=at)
        over = one.due_at <= at
        found.append({"row": one, "when": when, "about": about(one), "word": word, "tone": tone, "over": over})
    return found


def response_of(promise: Promise) -> tuple[str, str]:
    """What the lead said to it, in a word, and in which colour."""
    return RESPONSES.get(promise.response, ("No answer yet", ""))


def about(promise: Promise) -> str:
    """What it is about and where: "Tour, 12 Elm St"; "" where nobody said."""
    what = "" if promise.what == "Appointment" else promise.what
    return ", ".join(part for part in (what, promise.place) if part)


@require_POST
@signed_in
@once
def appointment(request: SignedIn, lead_id: int) -> HttpResponse:
    """Book one; the lead is invited by email, or told by text."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    when = read_time(request.POST.get("until", ""), request.member)
    if when is None or when <= at:
        return back(request, lead, problem="Pick a time that is still to come.")
    promising.appointment(
        lead=lead,
        when=when,
        what=request.POST.get("what", "").strip()[:200],
        place=request.POST.get("place", "").strip()[:300],
        minutes=_minutes(request),
        by=request.member,
        at=at,
    )
    return back(request, lead)


@require_POST
@signed_in
@once
def deed(request: SignedIn, lead_id: int, pk: int, what: str) -> HttpResponse:
    """It is moved, called off, was kept or missed."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    rows = Promise.objects.filter(lead=lead, kind=Promise.Kind.APPOINTMENT).select_related(
        "lead__person", "lead__account"
    )
    promise = found_or_404(rows, request.member.account, pk=pk)
    until = read_time(request.POST.get("until", ""), request.member)
    if what == "move" and (until is None or until <= at):
        return back(request, lead, problem="Pick a time that is still to come.")
    if what in ("kept", "missed") and promise.due_at > at:
        return back(request, lead, problem="It is still to come: move it or call it off.")
    try:
        promising.about_appointment(promise=promise, deed=what, until=until, by=request.member, at=at)
    except appointments.Closed as why:
        return back(request, lead, problem=str(why))
    return back(request, lead)


def _minutes(request: SignedIn) -> int | None:
    found = number(request.POST.get("minutes", ""))
    return found if found and 5 <= found <= 480 else None
