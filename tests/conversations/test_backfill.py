"""Accounts that have messages already find them in the Inbox."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from nextcall.conversations.models import InboxItem, Message
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_lead, make_point

pytestmark = pytest.mark.django_db
migration = import_module("nextcall.migrations.0003_inbox_items")


def message(lead: Lead, body: str, *, minutes: int, outbound: bool = False, **fields: Any) -> Message:
    return Message.objects.create(
        account=lead.account,
        lead=lead,
        person=lead.person,
        channel="text",
        body=body,
        outbound=outbound,
        at=MONDAY + timedelta(minutes=minutes),
        **fields,
    )


def standing() -> dict[str, str]:
    """Whom each item is about, and how it stands."""
    found = {}
    for item in InboxItem.objects.select_related("lead__person"):
        who = str(item.lead.person) if item.lead else item.unknown_sender
        state = "waits" if item.waiting_since else "done" if item.done_at else "on them"
        found[who] = f"{state}: {item.first_line}"
    return found


@pytest.mark.parametrize("batch", [500, 2])
def test_every_lead_that_wrote_has_its_item(
    account: Account, member: Member, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "BATCH", batch)
    waits, asked, answered, seen, quiet, again = (
        make_lead(account, name=f"{name} Wynn") for name in ("Alder", "Briar", "Clove", "Dill", "Elm", "Fern")
    )
    message(waits, "\n Hello \nthere", minutes=1, verdict="reply")
    Lead.objects.filter(pk=waits.pk).update(waiting_since=MONDAY)
    message(asked, "Hi", minutes=1, verdict="reply", answered_at=MONDAY)
    message(asked, "Yes, at four", minutes=2, outbound=True, by=member)
    message(answered, "We wrote first", minutes=1, outbound=True, by=member)
    message(answered, "The plan wrote", minutes=2, outbound=True)
    message(seen, "Thanks", minutes=1, verdict="reply", answered_at=MONDAY + timedelta(minutes=3))
    message(quiet, "The plan wrote", minutes=1, outbound=True)
    Lead.objects.filter(pk=again.pk).update(waiting_since=MONDAY, message="Still there?")
    Message.objects.create(
        account=account,
        channel="text",
        body="Who is this",
        outbound=False,
        verdict="reply",
        at=MONDAY,
        contact_point=make_point(account, "phone", "+13035550199"),
    )
    migration.fill(apps, None)
    assert standing() == {
        "Alder Wynn": "waits: Hello",
        "Briar Wynn": "on them: Yes, at four",
        "Clove Wynn": "on them: The plan wrote",
        "Dill Wynn": "done: Thanks",
        "Fern Wynn": "waits: Still there?",
        "+13035550199": "waits: Who is this",
    }
    migration.fill(apps, None)  # one that was stopped half way begins again
    assert InboxItem.objects.count() == 6
