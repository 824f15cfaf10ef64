"""Whatever is written of a lead is told on its page in words of its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nextcall.conversations import recording
from nextcall.conversations.thread import TOLD_OTHERWISE, Said
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.web.lead.done import EVENTS, event_words
from tests.timeline.kinds import Source, Unread
from tests.web.signed import signed

# kinds that are put together where they are written: whoever adds one says here what it can be
UNFOLDED = {
    "f'appointment.{what}'": tuple(f"appointment.{one}" for one in ("booked", "moved", "cancelled", "kept", "missed")),
    "f'call.{kind}'": tuple(f"call.{one}" for one in recording.KINDS),
    "f'touch.{one.state}'": ("touch.blocked", "touch.skipped", "touch.cancelled"),
    "f'touch.{touch.state}'": ("touch.done", "touch.skipped"),
    "f'touch.{became}'": ("touch.retried", "touch.blocked", "touch.failed"),
    "f'touch.{state.value}'": ("touch.sent", "touch.delivered", "touch.bounced", "touch.failed"),
}


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return Source(UNFOLDED).of_leads()


def test_every_kind_that_is_written_of_a_lead_has_words(written: dict[str, str]) -> None:
    wordless = {kind: where for kind, where in written.items() if not kind.startswith(TOLD_OTHERWISE)}
    assert {kind: where for kind, where in wordless.items() if kind not in EVENTS} == {}


def test_the_source_is_really_read(written: dict[str, str]) -> None:
    """By a constant, a condition, a table, a variable, a wrapper's argument, an imported constant, an f-string."""
    assert {
        "touch.delayed", "call.missed", "touch.uncertain", "permission.withdrawn", "cadence.moved",
        "suggestion.dismissed", "reason.not_now", "touch.bounced", "appointment.kept",
    } <= set(written)  # fmt: skip
    assert len(written) > 55


def test_a_kind_that_nobody_unfolded_is_named_with_its_place() -> None:
    with pytest.raises(Unread, match=r"\w+\.py:\d+ writes an event of kind f'"):
        Source({}).of_leads()


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("touch.delayed", {"channel": "email", "because": "mailbox busy (450)"},
         "On its way, their side has not taken it yet: email: mailbox busy (450)"),
        ("touch.delivered_late", {"channel": "text"}, "Delivered after the hours had closed there: text"),
        ("cadence.moved", {"cadence": "steady", "from": 2, "to": 3}, "Cadence changed from version 2 to 3"),
        ("inbox.assigned", {"to": 3, "to_name": "Ben Cole"}, "Given to answer: Ben Cole"),
        ("window.closed", {"because": "reply"}, "Call-back window closed: they replied"),
        ("complaint.received", {"channel": "email", "via": "post"}, "Called a message of ours unwanted: email"),
        ("call.missed", {"promise": 4}, "Their call was missed"),
        ("lead.handed_over", {"to_name": "Ben Cole"}, "Handed to Ben Cole"),
    ],
)  # fmt: skip
def test_an_event_says_what_happened_with_its_cause(kind: str, data: dict[str, Any], says: str) -> None:
    assert event_words(Said("event", timezone.now(), event=kind, data=data))[1] == says


@pytest.mark.django_db
def test_the_leads_page_says_it(account: Account, member: Member, lead: Lead) -> None:
    for n, (kind, data) in enumerate(
        (("touch.delayed", {"channel": "email", "because": "mailbox busy"}), ("call.missed", {}))
    ):
        at = timezone.now() - timedelta(minutes=n + 1)
        Event.objects.create(account=account, lead=lead, person=lead.person, kind=kind, at=at, data=data)
    page = signed(member).get(f"/leads/{lead.pk}/").content.decode()
    assert "On its way, their side has not taken it yet: email: mailbox busy" in page
    assert "Their call was missed" in page
