"""How a call went that a provider placed, or that somebody rang us: what it tells, as the record has it."""

from datetime import datetime

from nextcall.channels.contract import CallReport
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Call
from nextcall.engine import outcome, receive, voicemail
from nextcall.team.models import Account

CONVERSATION_SECONDS = 150  # a connected call this long is one in which the two spoke (engine.md)


def report(account: Account, heard: CallReport, *, provider: str, at: datetime) -> bool:
    """Log a finished call once; a ringing one says nothing yet. Always done with: a stranger's call is no error."""
    if heard.outcome == "ringing":
        return True
    key, when = f"{provider}:{heard.provider_reference}"[:120], min(heard.at or at, at)
    if heard.transcript or (heard.outcome == "voicemail" and not heard.outbound):
        voicemail.left(account=account, sender=heard.other, transcript=heard.transcript, at=when, dedupe_key=key)
        return True
    lead = receive.lead_at(account, "call", heard.other)
    if lead is None or Call.objects.filter(account=account, dedupe_key=key).exists():
        return True
    if heard.outcome == "answered" and heard.seconds >= CONVERSATION_SECONDS:
        outcome.log(lead=lead, outcome="talked", by=None, at=when, seconds=heard.seconds)
        Call.objects.filter(account=account, lead=lead, at=when, dedupe_key="").update(dedupe_key=key)
        return True
    conversation.called(
        lead=lead,
        outcome="no_answer" if heard.outcome != "answered" else "answered",
        at=when,
        by=None,
        seconds=heard.seconds or None,
        outbound=heard.outbound,
        dedupe_key=key,
    )
    if not heard.outbound and heard.outcome != "answered":
        voicemail.ring_back(lead, when)
    return True
