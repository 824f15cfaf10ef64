"""Noting what was said on a call as it is said, tied to the call: who called, and what they said to being recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.conversations import recording
from nextcall.conversations.models import Call
from nextcall.conversations.recording import State
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

LASTS = timedelta(hours=2)  # nobody is on one call for longer
ATTACHED_WITHIN = timedelta(days=30)
LONGEST_LINK = 500


class NotSaid(ValueError):
    """Why it cannot be noted so, in words for the member."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How the call with a lead stands: what was said on it so far."""

    identified: bool
    recording: State


def spoken(lead: Lead, member: Member, *, at: datetime, since: datetime | None = None) -> Spoken:
    """Of the call going on: what this member noted since the call before was told, or `since` it began."""
    return _spoken([kind for kind, _ in _noted(lead, member, at=at, since=since)])


def _spoken(kinds: list[str]) -> Spoken:
    return Spoken("identified" in kinds, recording.state_of(kinds))


def note(
    *,
    lead: Lead,
    kind: str,
    by: Member,
    at: datetime,
    touch: Touch | None = None,
    seconds: int | None = None,
    words: str = "",
) -> Spoken:
    """Note one thing said; the same again changes nothing. `seconds` since the call began. Raises NotSaid.

    Consent counts only behind a notice on the same call.
    """
    if kind == "recording_attached":
        raise NotSaid("A recording is attached by its link.")
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        before = [one for one, _ in _noted(lead, by, at=at)]
        now = _spoken(before)
        why = recording.why_not(kind, now.recording)
        if why:
            raise NotSaid(why)
        if recording.is_news(kind, now.recording) and not (kind == "identified" and now.identified):
            _record(lead, kind, by, at, touch, {"seconds": seconds, "words": words[:300]})
            before.append(kind)
    return _spoken(before)


def attach(*, lead: Lead, url: str, by: Member, at: datetime) -> Call:
    """Keep the link to a recording beside the latest call of this lead on which they agreed to it. Raises NotSaid."""
    link = url.strip()
    parts = urlsplit(link)
    if parts.scheme != "https" or not parts.hostname or len(link) > LONGEST_LINK or any(one.isspace() for one in link):
        raise NotSaid(f"A link to a recording begins with https:// and has at most {LONGEST_LINK} characters.")
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        call = Call.objects.filter(
            account_id=lead.account_id, lead=lead, by=by, undone_at=None, at__gt=at - ATTACHED_WITHIN
        )
        latest = call.order_by("-at", "-pk").first()
        if latest is None:
            raise NotSaid("Log the call first; its recording stands beside it.")
        kinds = [kind for kind, _ in _noted(lead, by, at=latest.at + LASTS / 4, until=latest)]
        why = recording.why_not("recording_attached", recording.state_of(kinds))
        if why:
            raise NotSaid(why)
        _record(lead, "recording_attached", by, at, latest.touch, {"url": link, "call": latest.pk})
    return latest


def _noted(
    lead: Lead, member: Member, *, at: datetime, since: datetime | None = None, until: Call | None = None
) -> list[tuple[str, datetime]]:
    """What was noted on one call, in order: after the call before it was told, within two hours."""
    calls = Call.objects.filter(account_id=lead.account_id, lead=lead, by=member, at__lte=at)
    calls = calls.filter(pk__lt=until.pk) if until else calls
    before = calls.order_by("-at", "-pk").values_list("at", flat=True).first()
    begins = max(moment for moment in (at - LASTS, before, since) if moment is not None)
    rows = Event.objects.filter(
        account_id=lead.account_id,
        lead=lead,
        by=member,
        kind__in=[f"call.{kind}" for kind in recording.KINDS],
        at__gt=begins,
        at__lte=at,
    )
    return [(kind.removeprefix("call."), when) for kind, when in rows.order_by("at", "pk").values_list("kind", "at")]


def _record(lead: Lead, kind: str, by: Member, at: datetime, touch: Touch | None, data: dict[str, Any]) -> None:
    record(
        account_id=lead.account_id,
        kind=f"call.{kind}",
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        touch_id=touch.pk if touch else None,
        data={name: value for name, value in data.items() if value not in (None, "")},
    )
