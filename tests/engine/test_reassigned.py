"""Answers of the reassigned-numbers database (US-18): scenario 16 through the database, and what is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from nextcall.consent import ledger
from nextcall.consent.facts import Facts
from nextcall.consent.list_files import Unreadable
from nextcall.consent.models import NumberCheck, Permission, Withdrawal
from nextcall.engine import reassigned
from nextcall.engine.reassigned import Summary
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_permission, make_touch

LATER = MONDAY + timedelta(hours=1)


def asked(account: Account, text: str, *, checked_at: datetime = MONDAY) -> Summary:
    return reassigned.take_in(
        text, account=account, checked_at=checked_at, reference="RND 7", by=None, at=max(MONDAY, checked_at)
    )


def facts(lead: Lead, channel: str = "text") -> Facts:
    point = ContactPoint.objects.get(reaches__person=lead.person, kind="phone")
    wanted = ledger.Wanted(lead.person_id, point.pk, channel)  # type: ignore[arg-type]
    return ledger.facts_for([wanted], account_id=lead.account_id, at=LATER)[0]


def test_16_yes_ends_the_consent_and_every_phone_channel_and_no_data_is_unverified(account: Account) -> None:
    gone, unclear = (
        make_lead(account, phone="+13035550142"),
        make_lead(account, phone="+13035550177", name="Omar Weaver"),
    )
    touch = make_touch(gone, "text", due_at=MONDAY + timedelta(days=1))
    summary = asked(account, "303-555-0142,yes,2026-11-23\n3035550177,no data,2026-11-23\n")
    assert (summary.yes, summary.no_data) == (1, 1)
    point = ContactPoint.objects.get(key="+13035550142")
    assert point.problem == "reassigned" and Withdrawal.objects.get().channels == [
        "call",
        "voicemail",
        "text",
        "automated",
    ]
    ended = Permission.objects.filter(contact_point=point)
    assert ended and all(one.ended_because == "reassigned" for one in ended)
    for channel in ("call", "text", "voicemail"):
        assert facts(gone, channel).tier == "none" and facts(gone, channel).withdrawn == ("reassigned",)
    touch.refresh_from_db()
    assert touch.state == "cancelled"
    email = ledger.points_for([gone.person_id], account_id=account.pk)[gone.person_id]["email"]
    [mail] = ledger.facts_for([ledger.Wanted(gone.person_id, email.pk, "email")], account_id=account.pk, at=LATER)
    assert (mail.withdrawn, mail.tier, mail.contact_point_problem) == ((), "written", "")
    assert facts(unclear).contact_point_problem == "unverified" and facts(unclear).tier == "written"


def test_no_gives_the_safe_harbour_from_the_day_that_was_asked_about(account: Account) -> None:
    lead = make_lead(account, phone="+13035550142")
    checked = MONDAY - timedelta(days=2)
    asked(account, "Number,Answer,Date\n3035550142,NO,11/23/2026\n", checked_at=checked)
    assert facts(lead).reassigned_checked_at == checked and facts(lead).contact_point_problem == ""
    NumberCheck.objects.update(since_date="2026-12-01")  # asked about a day after the consent: says nothing of it
    assert facts(lead).reassigned_checked_at is None


def test_of_several_answers_the_newest_counts(account: Account) -> None:
    lead = make_lead(account, phone="+13035550142")
    asked(account, "3035550142,no data,2026-11-23\n", checked_at=MONDAY - timedelta(days=9))
    asked(account, "3035550142,no,2026-11-23\n", checked_at=MONDAY - timedelta(days=2))
    assert facts(lead).contact_point_problem == ""
    asked(account, "3035550142,no data,2026-11-23\n", checked_at=MONDAY - timedelta(days=1))
    assert (facts(lead).contact_point_problem, facts(lead).reassigned_checked_at) == ("unverified", None)


def test_the_same_file_twice_changes_nothing(account: Account) -> None:
    make_lead(account, phone="+13035550142")
    body = "3035550142,yes,2026-11-23\n3035550142,yes,2026-11-23\n2125550100,no,2026-11-23\nsee page 2\n"
    first, again = asked(account, body), asked(account, body)
    assert (first.yes, first.repeated, first.strangers, first.bad_lines) == (1, 1, 1, 1)
    assert (again.yes, again.repeated) == (0, 2) and first.bad_examples == ["see page 2"]
    assert (NumberCheck.objects.count(), Withdrawal.objects.count()) == (1, 1)
    assert first.sentence().endswith("1 not among your leads, 1 known already, 1 not readable")
    assert Event.objects.filter(kind="numbers.checked").count() == 2


def test_a_file_without_answers_is_refused(account: Account) -> None:
    with pytest.raises(Unreadable, match="3035550142,no,2026-03-01"):
        asked(account, "3035550142\n3035550177\n")
    assert not NumberCheck.objects.exists()


def test_another_accounts_number_is_a_stranger(account: Account) -> None:
    other = make_lead(make_account("Other"), phone="+13035550142")
    assert asked(account, "3035550142,yes,2026-11-23\n").strangers == 1
    assert facts(other).tier == "written"


def test_what_is_asked_about_is_a_number_and_the_day_of_the_earliest_consent(account: Account) -> None:
    lead = make_lead(account, phone="+13035550142", arrived_at=MONDAY - timedelta(days=40))
    make_permission(lead.person, "text", at=MONDAY - timedelta(days=80))
    make_lead(account, phone="+14165550142", name="Toronto Person")
    make_lead(account, phone="+13035550150", name="No Words", permission="none")
    make_lead(account, phone="+13035550160", name="Checked Lately")
    asked(account, "3035550160,no,2026-11-23\n")
    lines = list(reassigned.lines_to_ask(account, at=MONDAY))
    since = (MONDAY - timedelta(days=80)).astimezone(UTC).date()
    assert lines == [f"3035550142,{since}\r\n", f"3035550150,{MONDAY.date()}\r\n"]
    assert len(list(reassigned.lines_to_ask(account, at=MONDAY + timedelta(days=32)))) == 3
