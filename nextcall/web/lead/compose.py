"""The composer on a lead's page: text, email, note, or a call made. What it sends leaves through the engine."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences.models import Touch
from nextcall.conversations import log
from nextcall.conversations.models import Message
from nextcall.engine import outcome as outcomes
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import back, lead_of, number
from nextcall.web.now.outcomes import log_outcome, read_time
from nextcall.web.once import once, when_it_happened
from nextcall.worklist import say
from nextcall.worklist.card import question_to_ask
from nextcall.worklist.gating import Reachable

LONGEST_NOTE = 20_000


@dataclass(frozen=True, slots=True)
class Mode:
    """One tab of the composer."""

    name: str
    word: str
    key: str
    url: str
    here: bool
    gate: str  # what the gate says, or what this is for
    no: bool = False  # it cannot be sent at all
    writes: bool = True  # has a text area of its own
    label: str = ""
    placeholder: str = ""
    send: str = ""
    subject: str = ""
    hint: str = ""
    hint_word: str = ""


def modes(lead: Lead, reach: dict[str, Reachable], *, chosen: str, zone: str, at: datetime) -> list[Mode]:
    """The four tabs. The channel they wrote on last opens first, else the first that may be used."""
    inbound = Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=False).order_by("-at").first()
    open_now = [one for one in ("text", "email") if reach[one].decision.verdict != "deny"]
    if chosen not in ("text", "email", "note", "call"):
        chosen = inbound.channel if inbound and inbound.channel in open_now else (open_now[0] if open_now else "note")
    text = _message(lead, reach["text"], "Text", here=chosen == "text", zone=zone, at=at)
    email = _message(lead, reach["email"], "Email", here=chosen == "email", zone=zone, at=at)
    return [
        text,
        replace(email, subject=_answering(inbound)),
        _note(lead, chosen == "note"),
        _call(lead, chosen == "call"),
    ]


def _message(lead: Lead, there: Reachable, word: str, *, here: bool, zone: str, at: datetime) -> Mode:
    first = lead.person.given_name or str(lead.person)
    later = there.decision.earliest if there.decision.verdict == "wait" else None
    hint = question_to_ask(lead)
    return Mode(
        name=there.channel,
        word=word,
        key=word[0].lower(),
        url=reverse("lead_send", args=[lead.pk]),
        here=here,
        gate=gate_line(there, first, zone=zone, at=at),
        no=there.decision.verdict == "deny",
        label=f"{word} to {first}",
        placeholder=f"Write to {first} in your own words",
        send=f"Send {say.when(later, zone, at=at)}" if later else f"Send {there.channel}",
        hint=hint,
        hint_word="Ask one easy question" if hint else "",
    )


def _note(lead: Lead, here: bool) -> Mode:
    return Mode(
        name="note",
        word="Note",
        key="n",
        url=reverse("lead_note", args=[lead.pk]),
        here=here,
        gate="For your team only; never an attempt.",
        label="Note",
        placeholder="What is worth remembering",
        send="Keep the note",
    )


def _call(lead: Lead, here: bool) -> Mode:
    gate = "A call that you made; the plan goes on from it."
    url = reverse("lead_call", args=[lead.pk])
    return Mode(name="call", word="Log a call", key="", url=url, here=here, gate=gate, writes=False)


def _answering(inbound: Message | None) -> str:
    """The subject of an answer to their email."""
    answers = inbound is not None and inbound.channel == "email" and inbound.subject
    return f"Re: {inbound.subject.removeprefix('Re: ')}" if inbound and answers else ""


def gate_line(there: Reachable, first: str, *, zone: str, at: datetime) -> str:
    """ "10:46 am for Rowan, texts fine until 8 pm", or why not, with the rule and where it is written."""
    decision, noun = there.decision, f"{there.channel}s"
    clock = f"{say.clock(at, zone)} for {first}"
    if decision.verdict == "allow":
        until = f" until {say.clock(decision.until, zone)}" if decision.until else ""
        return f"{clock}, {noun} fine{until}"
    rule = decision.deciding
    cited = f" Rule {rule.id}: {rule.says} ({rule.source})." if rule else ""
    if decision.earliest:
        return f"{clock}. {noun.capitalize()} leave from {say.when(decision.earliest, zone, at=at)} their time.{cited}"
    return f"No {noun} to {first}.{cited}"


@require_POST
@signed_in
@once
def send(request: SignedIn, lead_id: int) -> HttpResponse:
    """A text or email: it waits a moment, can be undone until it leaves, and asks the gate once more as it does."""
    lead, channel = lead_of(request, lead_id), request.POST.get("channel", "")
    if channel not in ("text", "email"):
        return back(request, lead, problem="Choose text or email.")
    try:
        writing.write(
            lead=lead,
            channel=channel,
            subject=request.POST.get("subject", "")[:300],
            body=request.POST.get("body", ""),
            by=request.member,
            at=timezone.now(),
        )
    except writing.Refused as refused:
        rule = refused.decision.deciding
        cited = f" Rule {rule.id}, {rule.source}." if rule else ""
        return back(request, lead, problem=f"Not sent: {refused}.{cited}".replace("..", "."))
    except writing.Unfinished as unfinished:
        return back(request, lead, problem=str(unfinished))
    return back(request, lead)


@require_POST
@signed_in
@once
def note(request: SignedIn, lead_id: int) -> HttpResponse:
    """A line to remember."""
    lead, body = lead_of(request, lead_id), request.POST.get("body", "").strip()[:LONGEST_NOTE]
    if not body:
        return back(request, lead, problem="Write a line first.")
    log.noted(lead=lead, body=body, by=request.member, at=when_it_happened(request, timezone.now()))
    return back(request, lead, said=f"Noted for {lead.person}.")


@require_POST
@signed_in
@once
def call(request: SignedIn, lead_id: int) -> HttpResponse:
    """A call that was made, planned or not."""
    at, lead = when_it_happened(request, timezone.now()), lead_of(request, lead_id)
    until, key = read_time(request.POST.get("until", ""), request.member), request.POST.get("outcome", "")
    if key == "call_back" and (until is None or until <= at):
        return back(request, lead, problem="Pick a time that is still to come, then it is a promise.")
    minutes, touch_id = number(request.POST.get("minutes", "")), number(request.POST.get("touch", ""))
    touch = Touch.objects.filter(account=lead.account, lead=lead, pk=touch_id).first() if touch_id else None
    try:
        log_outcome(
            lead=lead,
            touch=touch,
            outcome=key,
            by=request.member,
            at=at,
            until=until if key == "call_back" else None,
            note=request.POST.get("note", "")[:5000],
            seconds=min(minutes, 600) * 60 if minutes else None,
        )
    except (outcomes.NoSuchOutcome, outcomes.AlreadyClosed) as why:
        return back(request, lead, problem=str(why))
    return back(request, lead)
