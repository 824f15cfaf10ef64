"""What is said about words while they are written, and when they may not leave: every rule, its source, the words."""

import hashlib
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nextcall.channels.sms.segments import segments
from nextcall.consent.content.message import Finding
from nextcall.conversations import log
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.team.models import Connection
from nextcall.web.access import SignedIn

WARNED = "warned"  # of the session: the words that this member was asked about, by lead
ANYWAY = "anyway_words"  # of a form: the same, where it was asked beside the words themselves


@dataclass(frozen=True, slots=True)
class Note:
    """One finding as it is shown."""

    blocks: bool
    rule: str
    words: str  # "“no kids”"
    says: str
    source: str


def shown(request: SignedIn, lead: Lead) -> HttpResponse:
    """What is to be said about the words of a form, below them; nothing is sent."""
    channel, body = request.POST.get("channel", ""), log.clean(request.POST.get("body", "")).strip()
    subject = request.POST.get("subject", "")[:300] if channel == "email" else ""
    if channel not in ("text", "email") or not body or len(body) > writing.LONGEST_EMAIL:
        return HttpResponse("")
    at = timezone.now()
    decision = writing.may(lead=lead, channel=channel, at=at)
    found = writing.look(
        lead=lead, channel=channel, body=body, by=request.member, at=at, subject=subject, decision=decision
    )
    context = {
        "notes": [_note(one) for one in found.findings],
        "blocks": bool(found.blocks),
        "anyway": digest(channel, subject, body),
        "name": ANYWAY,
        "parts": _parts(lead, found.message.body) if channel == "text" else "",
        "added": found.message.body[len(body) :].lstrip(". ") if channel == "text" else "",
    }
    return render(request, "lead/_words.html", context)


def _parts(lead: Lead, body: str) -> str:
    """How many parts a text leaves in and what they cost; "" where its letters and its price tell nothing new."""
    line = Connection.objects.filter(account_id=lead.account_id, channel="text", enabled=True).first()
    found = segments(body)
    if line is not None and line.segment_price is not None:
        return f"{found.says}; {found.costs(line.segment_price)} by your carrier's price."
    return f"{found.says}." if found.letters or found.count > 1 else ""


def is_asked(request: SignedIn, lead: Lead) -> bool:
    """Whether these words are still to be asked about: neither here nor beside them was "send anyway" said."""
    this = digest(*(request.POST.get(name, "") for name in ("channel", "subject", "body")))
    told = request.session.get(WARNED, {})
    return this not in (request.POST.get(ANYWAY, ""), told.get(str(lead.pk), "") if isinstance(told, dict) else "")


def asks(request: SignedIn, lead: Lead, doubt: writing.Doubtful) -> str:
    """What may be wrong; it is remembered that it was said, so that the same words may be sent again."""
    this = digest(*(request.POST.get(name, "") for name in ("channel", "subject", "body")))
    request.session[WARNED] = {str(lead.pk): this}
    return f"Not sent yet. {doubt} Send again to send it anyway."


def refused(why: writing.Refused) -> str:
    """Every reason: one with its source, several each with the id of its rule."""
    if len(why.reasons) == 1:
        (rule,) = why.reasons
        return f"Not sent: {rule.says.rstrip('.')}. Rule {rule.id}, {rule.source}."
    if not why.reasons:
        return f"Not sent: {str(why).rstrip('.')}."
    numbered = (f"{place}. {rule.says.rstrip('.')} (rule {rule.id})." for place, rule in enumerate(why.reasons, 1))
    return f"Not sent, for {len(why.reasons)} reasons. {' '.join(numbered)}"


def digest(channel: str, subject: str, body: str) -> str:
    """Short, and another one for other words."""
    words = "\0".join((channel, " ".join(subject.split()) if channel == "email" else "", " ".join(body.split())))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def _note(one: Finding) -> Note:
    words = one.shown.removesuffix(one.says).rstrip(": ")
    return Note(one.tier == "block", one.rule, words, one.says, one.source)
