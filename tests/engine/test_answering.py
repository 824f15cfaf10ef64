"""Two members, one message: whoever sends second is told, however close they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.conversations.models import InboxItem
from nextcall.engine import answering, receive
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from tests.builders import MONDAY, make_account, make_lead, make_member

AT = MONDAY + timedelta(hours=1)


def waiting_lead() -> tuple[Lead, list[Member]]:
    account = make_account()
    members = [make_member(account, name=name) for name in ("Ann Weaver", "Ben Cole", "Cleo Dale", "Dan Elm")]
    lead = make_lead(account)
    sender = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(account=account, channel="text", sender=sender, text="How much?", at=AT, via="text")
    lead.refresh_from_db()
    return lead, members


@pytest.mark.django_db(transaction=True)
def test_of_four_who_send_at_once_one_answers_and_three_are_told() -> None:
    lead, members = waiting_lead()
    seen, together = answering.seen_of(lead), Barrier(len(members))

    def send(by: Member) -> str:
        together.wait()
        try:
            answering.answer(lead=lead, channel="text", body=f"From {by.name}", by=by, at=AT, seen=seen)
        except answering.Crossed as crossed:
            return f"{crossed.who}: {crossed.words}"
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(len(members)) as threads:
        became = list(threads.map(send, members))
    touch = Touch.objects.get()
    assert sorted(became)[-1] == "sent"
    assert became.count("sent") == 1
    first = touch.owner.name if touch.owner else ""
    assert set(became) == {"sent", f"{first.split()[0]}: From {first}"}
    assert InboxItem.objects.get().assignee == touch.owner


@pytest.mark.django_db
def test_an_answer_that_was_taken_back_holds_nobody_back() -> None:
    lead, (ann, ben, *_) = waiting_lead()
    seen = answering.seen_of(lead)
    touch = answering.answer(lead=lead, channel="text", body="Wait", by=ben, at=AT, seen=seen)
    Touch.objects.filter(pk=touch.pk).update(state="cancelled")
    Lead.objects.filter(pk=lead.pk).update(waiting_since=AT)
    assert answering.answer(lead=lead, channel="text", body="Here", by=ann, at=AT, seen=seen)


@pytest.mark.django_db
def test_what_was_leaving_when_one_looked_is_no_news_once_it_left() -> None:
    lead, (ann, ben, *_) = waiting_lead()
    answering.answer(lead=lead, channel="text", body="First", by=ben, at=AT, seen=None)
    seen = answering.seen_of(Lead.objects.get())

    Worker(everything=Memory(), threads=0).run_until(AT + timedelta(minutes=2), start=AT)
    assert answering.answer(
        lead=lead, channel="text", body="And this", by=ann, at=AT + timedelta(minutes=3), seen=seen
    )  # fmt: skip


@pytest.mark.parametrize("written", ["", "1.2", "a.b.c", "1.2.3.4", "-1.2.0", "1" * 30 + ".1.1"])
def test_a_form_that_says_nothing_readable_says_nothing(written: str) -> None:
    assert answering.read_seen(written) is None


def test_what_was_seen_is_read_as_it_is_written() -> None:
    seen = answering.Seen(12, 7, True)
    assert answering.read_seen(str(seen)) == seen
