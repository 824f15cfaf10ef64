"""Invented people: everything works for them as for others, and nothing ever leaves."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels import handset
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Message
from nextcall.engine import rescue, stopping, write
from nextcall.engine.models import Pace
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.intake.accept import accept_many
from nextcall.intake.parsers import json_post
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.placing import Accepted, Placing
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Member
from tests.builders import MONDAY, make_lead, make_touch
from tests.channels.conformance import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def invented(account: Account, member: Member) -> Lead:
    lead = make_lead(account, name="Nobody Atall", email="nobody@example.org", phone="+13035550199", owner=member)
    Person.objects.filter(pk=lead.person_id).update(sample=True)
    lead.person.sample = True
    return lead


def connect(account: Account, channel: str = "email", provider: str = "memory", **config: object) -> Connection:
    return Connection.objects.create(
        account=account,
        channel=channel,
        provider=provider,
        sealed=sealing.seal(config),
        from_address="ann@acme.example",
        per_minute=60,
        created_at=MONDAY,
    )


def arrive(account: Account, at: object, *, sample: bool, **fields: str) -> Accepted:
    said = {"name": "Hazel Thorne", "email": "hazel@example.com", "phone": "(303) 555-0142", **fields}
    [new] = json_post.of(said, Reading()).leads
    return accept_many([new], Placing(sample=sample), account=account, by=None, at=MONDAY)[0]


def test_of_a_batch_only_what_is_for_real_people_reaches_the_mail_server(
    account: Account, lead: Lead, invented: Lead
) -> None:
    with mail_server() as (kept, port):
        connect(account, provider="smtp", host="127.0.0.1", port=port, security="plain")
        for one in (lead, invented):
            make_touch(one, "email", subject="Your request", body="Hello", by_machine=True)
            write.write(lead=one, channel="email", subject="By hand", body="And this by hand", by=one.owner, at=MONDAY)
        Worker(threads=0).run_until(MONDAY + timedelta(hours=20), start=MONDAY)
        arrived = [message_from_bytes(one, policy=default)["To"] for one in kept.received]
    real = lead.person.reaches.get(contact_point__kind="email").contact_point.value
    assert arrived == [real] * len(arrived) and arrived
    assert Message.objects.filter(lead=invented, outbound=True).count() == len(arrived) == 2
    assert set(Touch.objects.filter(lead=invented).values_list("state", "provider")) == {("sent", "sample")}


def test_a_text_to_an_invented_person_counts_as_sent_though_nobody_sends_texts_here(
    account: Account, lead: Lead, invented: Lead
) -> None:
    for one in (lead, invented):
        make_touch(one, "text", body="Hi", by_machine=True)
    Worker(threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    states = dict(Touch.objects.values_list("lead_id", "state"))
    assert states == {lead.pk: "open", invented.pk: "sent"}


def test_a_rehearsal_s_provider_gets_nothing_for_them_either(account: Account, invented: Lead) -> None:
    memory = Memory()
    make_touch(invented, "text", body="Hi", by_machine=True)
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    assert (memory.sent, Touch.objects.get().state) == ([], "sent")


def test_they_take_nothing_of_a_connection_s_rate(account: Account, invented: Lead) -> None:
    connect(account, "text")
    make_touch(invented, "text", body="Hi", by_machine=True)
    Worker(threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    assert not Pace.objects.exists()


def test_after_a_crash_theirs_is_known_to_have_gone_nowhere(account: Account, invented: Lead) -> None:
    connect(account, "text")
    touch = make_touch(
        invented, "text", body="Hi", state="sending", provider="sample", lease_until=MONDAY, claimed_by="dead"
    )
    rescue.rescue(Senders(), engine="other", at=MONDAY + timedelta(minutes=1))
    touch.refresh_from_db()
    assert touch.state == "planned"


def test_a_real_lead_never_becomes_an_invented_person_nor_the_other_way_round(account: Account) -> None:
    first = arrive(account, MONDAY, sample=True)
    real = arrive(account, MONDAY, sample=False)
    again = arrive(account, MONDAY, sample=True)
    assert real.how == "new" and real.person.pk != first.person.pk
    assert again.person.pk == first.person.pk
    assert list(Person.objects.order_by("pk").values_list("sample", flat=True)) == [True, False]


def test_they_share_no_number_with_a_real_person(account: Account) -> None:
    first, real = arrive(account, MONDAY, sample=True), arrive(account, MONDAY, sample=False)
    number = ContactPoint.objects.get(kind="phone")
    assert stopping.sharing(number, real.person) == [real.person]
    assert stopping.sharing(number, first.person) == [first.person]


@pytest.mark.parametrize("channel", ["call", "text", "email"])
def test_their_links_dial_nobody(channel: str) -> None:
    assert handset.link(channel=channel, to="+13035550142", body="Hi", sample=True) == "#sample"
