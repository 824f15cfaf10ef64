"""Every contact and every refusal stands on the timeline with the whole decision behind it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.channels.memory import Memory
from nextcall.consent import policy
from nextcall.consent.models import Permission, PolicyText
from nextcall.engine import answering, outcome, write
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import canonical, zone_data
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_lead, make_touch

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


def work(minutes: int = 30) -> None:
    Worker(everything=Memory(), threads=0).run_until(MONDAY + timedelta(minutes=minutes), start=MONDAY)


def the_event(kind: str) -> Event:
    return Event.objects.get(kind=kind)


def test_what_left_is_on_record_with_rules_hours_permission_and_a_masked_address(lead: Lead) -> None:
    make_touch(lead, "text")
    work()
    event = the_event("touch.sent")
    gate, point = event.data["gate"], lead.person.reaches.get(contact_point__kind="phone").contact_point
    assert (gate["verdict"], gate["channel"], gate["purpose"], gate["automated"]) == (
        "allow",
        "text",
        "marketing",
        True,
    )
    assert gate["local_times"] == {"America/Denver": "2026-11-23T10:10:00-07:00"}
    assert gate["jurisdictions"] == ["US", "US-CO"]
    assert gate["permission"] == Permission.objects.get(channel="text").pk
    assert gate["contact_point"] == point.pk
    assert gate["to"] == f"…{point.value[-4:]}"
    assert point.value not in str(event.data)
    assert event.data["provider"] == "memory"
    assert event.data["provider_reference"]


def test_the_words_of_the_rules_are_kept_once_with_what_they_were_read_from(account: Account) -> None:
    for _ in range(3):
        make_touch(make_lead(account), "text")
    work()
    kept = PolicyText.objects.get()
    assert {event.data["gate"]["policy_text"] for event in Event.objects.filter(kind="touch.sent")} == {kept.digest}
    assert kept.digest == canonical.digest(kept.text)
    assert kept.text["zone_data"] == zone_data.version()
    assert kept.text["holidays"]["valid_until"] > "2026"


def test_what_the_gate_denied_is_on_record_as_refused(account: Account) -> None:
    make_touch(make_lead(account, permission="none"), "text")
    work()
    event = the_event("touch.blocked")
    assert (event.data["gate"]["verdict"], event.by) == ("deny", None)
    assert "US-03.text" in [rule[0] for rule in event.data["gate"]["rules"] if rule[1] == "deny"]


def test_what_had_to_wait_is_on_record_with_when_it_may(lead: Lead) -> None:
    night = T("2026-11-23 23:30")
    make_touch(lead, "text", due_at=night)
    Worker(everything=Memory(), threads=0).run_until(night + timedelta(hours=1), start=night)
    event = the_event("touch.waited")
    assert event.data["gate"]["verdict"] == "wait"
    assert event.data["gate"]["earliest"] > night.isoformat()
    assert "It is Mon 23:30 in America/Denver" in str(event.data["gate"]["rules"])


def test_a_message_that_a_member_was_not_let_send_is_on_record_with_who_and_where(
    account: Account, member: Member
) -> None:
    lead = make_lead(account, permission="none", owner=member)
    with pytest.raises(write.Refused):
        answering.answer(lead=lead, channel="text", body="Hello", by=member, at=AT, seen=None, page="inbox")
    event = the_event("touch.refused")
    assert (event.by, event.data["page"], event.data["gate"]["verdict"]) == (member, "inbox", "deny")
    assert event.data["gate"]["automated"] is False


def test_a_message_by_hand_that_waits_for_morning_is_on_record_as_waiting(lead: Lead, member: Member) -> None:
    write.write(lead=lead, channel="text", body="Hello", by=member, at=T("2026-11-23 23:30"), page="lead")
    event = the_event("touch.waited")
    assert (event.by, event.data["page"], event.data["gate"]["verdict"]) == (member, "lead", "wait")


def test_a_call_that_a_person_made_is_on_record_with_what_permitted_it(lead: Lead, member: Member) -> None:
    outcome.log(lead=lead, outcome="no_answer", by=member, at=AT)
    gate = the_event("touch.done").data["gate"]
    assert (gate["verdict"], gate["channel"], gate["automated"]) == ("allow", "call", False)
    assert "; 0 so far" in str(gate["rules"]), "counted before the call itself counts"


def test_a_call_made_against_the_gate_says_so(lead: Lead, member: Member) -> None:
    outcome.log(lead=lead, outcome="no_answer", by=member, at=T("2026-11-23 22:30"))
    assert the_event("touch.done").data["gate"]["verdict"] == "wait"


def test_a_changed_policy_is_kept_beside_the_shipped_one(lead: Lead) -> None:
    write.may(lead=lead, channel="text", at=AT)
    lead.account.policy = {"rules": {"account.cap.text": {"value": {"max": 1, "hours": 48}}}}
    write.may(lead=lead, channel="text", at=AT)
    write.may(lead=lead, channel="text", at=AT)
    versions = list(PolicyText.objects.order_by("pk").values_list("version", flat=True))
    assert versions[0] == policy.VERSION
    assert versions[1].startswith(f"{policy.VERSION}+")
    assert len(versions) == 2


def test_keeping_decisions_costs_the_engine_no_query_a_touch(account: Account) -> None:
    def queries(count: int) -> int:
        for _ in range(count):
            make_touch(make_lead(account, arrived_at=MONDAY), "text")
        with CaptureQueriesContext(connection) as asked:
            work()
        assert Event.objects.filter(kind="touch.sent").count() >= count
        return len(asked)

    queries(1)  # the policy's words are stored once
    assert queries(60) <= queries(5) + 2
