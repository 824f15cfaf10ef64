"""What was done with the ground's leads before: calls, emails, and answers of one in twelve."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.consent.models import Attempt
from nextcall.conversations.models import InboxItem, Message
from nextcall.leads.models import Lead
from nextcall.lib import bulk
from nextcall.team.models import Account
from nextcall.timeline.models import Event

TRIES = ("call", "email", "call", "call")
ANSWERS, WAITS = 12, 100  # one lead in so many wrote; one in so many waits for an answer
SAID = "What would it sell for this spring? We are not in a rush, but would like to know."


def write(account: Account, leads: Sequence[Lead], *, at: datetime) -> None:
    """Four attempts for each lead that arrived more than a week ago, and what they led to."""
    old = [lead for lead in leads if lead.arrived_at < at - timedelta(days=7)]
    touches = bulk.insert([_touch(lead, n, channel) for lead in old for n, channel in enumerate(TRIES)])
    bulk.insert(
        [
            Attempt(
                account=account,
                person_id=touch.person_id,
                lead_id=touch.lead_id,
                channel=touch.channel,
                at=touch.due_at,
                state="made",
                touch_id=touch.pk,
            )
            for touch in touches
        ]
    )
    bulk.insert([_event(account, touch) for touch in touches])
    bulk.insert([message for lead in old[::ANSWERS] for message in _messages(account, lead)])
    bulk.insert([_item(account, lead, waits=n % (WAITS // ANSWERS) == 0) for n, lead in enumerate(old[::ANSWERS])])
    for lead in old:
        lead.attempts, lead.latest_attempt_at = len(TRIES), _when(lead, len(TRIES) - 1)
        lead.first_person_touch_at = _when(lead, 0)
    for n, lead in enumerate(old[::ANSWERS]):
        lead.waiting_since = _when(lead, 5) if n % (WAITS // ANSWERS) == 0 else None
    bulk.update(old, ["attempts", "latest_attempt_at", "first_person_touch_at", "waiting_since"])


def _when(lead: Lead, n: int) -> datetime:
    return lead.arrived_at + timedelta(hours=20 * n)


def _touch(lead: Lead, n: int, channel: str) -> Touch:
    made_at = _when(lead, n)
    return Touch(
        account_id=lead.account_id,
        lead_id=lead.pk,
        person_id=lead.person_id,
        owner_id=lead.owner_id,
        channel=channel,
        by_machine=channel == "email",
        state="sent" if channel == "email" else "done",
        outcome="sent" if channel == "email" else ("no_answer", "left_voicemail")[n % 2],
        outcome_by_id=None if channel == "email" else lead.owner_id,
        due_at=made_at,
        intended_at=made_at,
        made_at=made_at,
        finished_at=made_at,
        created_at=made_at,
    )


def _event(account: Account, touch: Touch) -> Event:
    return Event(
        account=account,
        person_id=touch.person_id,
        lead_id=touch.lead_id,
        kind="touch.sent" if touch.by_machine else "call.made",
        at=touch.due_at,
        touch_id=touch.pk,
        data={"channel": touch.channel, "outcome": touch.outcome},
    )


def _messages(account: Account, lead: Lead) -> list[Message]:
    asked = Message(account=account, person_id=lead.person_id, lead=lead, channel="email", outbound=True, body="Hello")
    wrote = Message(account=account, person_id=lead.person_id, lead=lead, channel="text", outbound=False, body=SAID)
    asked.at, wrote.at, wrote.verdict = _when(lead, 1), _when(lead, 5), "reply"
    return [asked, wrote]


def _item(account: Account, lead: Lead, *, waits: bool) -> InboxItem:
    return InboxItem(
        account=account,
        lead=lead,
        latest_at=_when(lead, 5),
        latest_outbound=False,
        channel="text",
        first_line=SAID[:200],
        waiting_since=_when(lead, 5) if waits else None,
        done_at=None if waits else _when(lead, 6),
    )
