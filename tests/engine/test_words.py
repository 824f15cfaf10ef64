"""Words before they leave: the engine adds what is missing, and blocks what cannot be said."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Message
from nextcall.engine import write
from nextcall.engine.due import Claims
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead, Offer, Source
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_member, make_touch

pytestmark = pytest.mark.django_db
UNLAWFUL = "Own it for $1,899/mo, 3 % down. Great for Christian families."
HINT = "Reply STOP to end texts."


def run(*, at: Any = MONDAY, hours: int = 1) -> Memory:
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(at + timedelta(hours=hours), start=at)
    return memory


@pytest.fixture
def lender(account: Account) -> Account:
    account.trade, account.nmls_id, account.licences = "mortgage", "123456", {"CO": "100"}
    account.save()
    return account


@pytest.fixture
def originator(account: Account) -> Member:
    return make_member(account, name="Olga Orr", nmls_id="765432", licences={"CO": "200"})


def in_florida(account: Account, owner: Member) -> Lead:
    return make_lead(
        account, phone="+13055550142", postal_code="33101", region="FL", zone="America/New_York", owner=owner
    )  # fmt: skip


def test_19_the_text_is_denied_three_times_and_every_reason_is_kept(lender: Account, originator: Member) -> None:
    touch = make_touch(in_florida(lender, originator), "text", body=UNLAWFUL)
    assert run().sent == []
    touch.refresh_from_db()
    denied = {rule[0]: rule[2] for rule in touch.decision["rules"] if rule[1] == "deny"}
    assert (touch.state, touch.decision["verdict"]) == ("blocked", "deny")
    assert set(denied) == {"MO-01.terms", "MO-03.state", "FH-01.religion"}
    assert "$1,899/mo" in denied["MO-01.terms"]
    assert "3 % down" in denied["MO-01.terms"]
    assert touch.rule in denied
    assert "And 2 more" in touch.because
    assert Event.objects.get(kind="touch.blocked").data["rule"] == touch.rule


def test_19_by_hand_it_is_refused_before_it_is_queued(lender: Account, originator: Member) -> None:
    lead = in_florida(lender, originator)
    with pytest.raises(write.Refused) as refused:
        write.write(lead=lead, channel="text", body=UNLAWFUL, by=originator, at=MONDAY)
    assert {rule.id for rule in refused.value.reasons} == {"MO-01.terms", "MO-03.state", "FH-01.religion"}
    assert not Touch.objects.filter(lead=lead).exists()


def test_19_with_the_terms_of_the_offer_and_a_licence_the_same_offer_leaves(
    lender: Account, originator: Member
) -> None:
    lead = make_lead(lender, owner=originator, offer="Refinance")
    terms = "3 % down, 360 monthly payments of $1,899, 6.3% annual percentage rate."
    Offer.objects.filter(pk=lead.offer_id).update(disclosures=terms)
    make_touch(lead, "text", body="Own it for $1,899/mo, 3 % down.")
    (message,) = run().sent
    assert terms in message.body
    assert "Olga Orr, NMLS 765432" in message.body
    assert message.body.endswith(HINT)


def test_a_first_text_says_who_writes_and_how_to_end_it_and_the_next_only_who(account: Account, lead: Lead) -> None:
    make_touch(lead, "text", body="Is it for now?")
    make_touch(lead, "text", body="Or for later?", due_at=MONDAY + timedelta(days=2))
    make_touch(lead, "text", body="A month on?", due_at=MONDAY + timedelta(days=30, hours=1))
    sent = run(hours=24 * 31).sent
    assert [message.body for message in sent] == [
        f"Is it for now? Acme Homes. {HINT}",
        "Or for later? Acme Homes.",
        f"A month on? Acme Homes. {HINT}",
    ]
    assert [row.body for row in Message.objects.order_by("at")] == [message.body for message in sent]


def test_what_another_account_texted_to_the_same_number_counts_for_nothing(lead: Lead) -> None:
    other = make_account("Birch Lending")
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    theirs = make_lead(other, phone=number)
    Message.objects.create(
        account=other, person=theirs.person, lead=theirs, channel="text", outbound=True, body="STOP", at=MONDAY
    )
    make_touch(lead, "text", body="Hello?")
    assert run().sent[0].body == f"Hello? Acme Homes. {HINT}"


def test_an_answer_by_hand_is_left_as_it_was_written(lead: Lead, member: Member) -> None:
    Lead.objects.filter(pk=lead.pk).update(waiting_since=MONDAY)
    lead.refresh_from_db()
    Message.objects.create(
        account=lead.account, person=lead.person, lead=lead, channel="text", outbound=False, body="How?", at=MONDAY
    )
    write.write(lead=lead, channel="text", body="About 380", by=member, at=MONDAY)
    assert [message.body for message in run().sent] == ["About 380"]


def test_the_foot_of_a_mortgage_email_shows_ids_in_both_parts(lender: Account, originator: Member) -> None:
    make_touch(make_lead(lender, owner=originator), "email", body="Hello", subject="A question")
    (message,) = run().sent
    for part in (message.body, message.html):
        for line in ("Acme Homes", "1 Main Street", "Olga Orr, NMLS 765432", "Acme Homes, NMLS 123456"):
            assert line in part
    assert message.headers["List-Unsubscribe"].startswith("<http")


def test_without_a_postal_address_no_marketing_email_leaves(account: Account, lead: Lead) -> None:
    Account.objects.filter(pk=account.pk).update(postal_address="")
    touch = make_touch(lead, "email", body="Hello", subject="A question")
    assert run().sent == []
    touch.refresh_from_db()
    assert (touch.state, touch.rule) == ("blocked", "US-19.address")
    assert "Settings, Company" in touch.because


def test_a_bought_lead_gets_no_mortgage_text_and_a_credit_trigger_nothing(lender: Account, originator: Member) -> None:
    lead = make_lead(lender, owner=originator, source="Portal")
    Source.objects.filter(pk=lead.source_id).update(kind="credit_trigger")
    text, email = (make_touch(lead, channel, body="Hello", subject="A question") for channel in ("text", "email"))
    assert run().sent == []
    Source.objects.filter(pk=lead.source_id).update(kind="purchased")
    for touch in (text, email):
        touch.refresh_from_db()
        assert (touch.state, touch.rule) == ("blocked", "MO-04.basis")


def test_a_warning_is_kept_with_the_decision_and_the_message_leaves(lead: Lead) -> None:
    touch = make_touch(lead, "email", body="The master bedroom faces east.", subject="A question")
    assert len(run().sent) == 1
    touch.refresh_from_db()
    kept = {rule[0]: (rule[1], " ".join(rule[2:])) for rule in touch.decision["rules"]}
    assert kept["FH-01.sex"][0] == "allow"
    assert "master bedroom" in kept["FH-01.sex"][1]


def test_a_batch_of_texts_asks_one_more_question_of_the_database_whatever_its_size(account: Account) -> None:
    asked = []
    for count in (1, 20):
        for n in range(count):
            make_touch(make_lead(account, name=f"Lead {count} {n}"), "text", body="Hello?")
        with CaptureQueriesContext(connection) as queries:
            claimed = Claims("one", Senders(Memory())).claim(at=MONDAY + timedelta(minutes=11), limit=100)
        assert len(claimed.ready) == count
        asked.append(sum("nextcall_message" in one["sql"] and "MAX(" in one["sql"] for one in queries))
        Touch.objects.filter(state="sending").update(state="sent")
    assert asked == [1, 1]
