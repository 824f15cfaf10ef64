"""Erasure: nothing of the person is left in any table, the counts stay, and the stop meets them again."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.consent.models import Attempt, Withdrawal
from nextcall.conversations import log
from nextcall.conversations.models import Call, Message
from nextcall.engine import appointments, editing, outcome, receive, repointing, strangers, undo, write
from nextcall.engine.models import Action, Taken
from nextcall.engine.worker import Worker
from nextcall.intake import captures, importing
from nextcall.intake.choices import Choices
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.lib.hashing import point_hash
from nextcall.privacy import choosing, erasing
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event, Seal
from tests.builders import MONDAY, make_lead, make_lead_in_key, make_person

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=2)
PHONE, OLD_PHONE, EMAIL = "+15205550177", "+15205550178", "rowan.quartermaine@example.com"
TRACES = ("quartermaine", "5205550177", "5205550178", "520) 555-0177", "peacock", "elm street", "85701")


def everywhere() -> str:
    """Every text of every table, as the database itself gives it."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            for row in cursor.fetchall():
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        told.append(bytes(value).decode("utf-8", "replace"))
                    elif value is not None:
                        told.append(str(value))
    return "\n".join(told).lower()


def stands_in(trace: str, told: str) -> bool:
    """On its own: five digits stand by chance in a hash or a key."""
    return bool(re.search(rf"(?<![\w+/=-]){re.escape(trace)}(?![\w+/=-])", told)) if trace == "85701" else trace in told


@pytest.fixture
def rowan(account: Account, member: Member) -> Lead:
    """Somebody about whom much was written in every way there is; each holds the word peacock."""
    key = make_lead_in_key(account, cadence_slug="fast-start", permission={})
    Client().post(
        f"/in/{key.key}/form",
        {
            "name": "Rowan Quartermaine", "phone": "(520) 555-0177", "email": EMAIL, "street": "1 Elm Street",
            "city": "Tucson", "postal_code": "85701", "message": "A peacock lives here", "favourite": "peacock",
        },
    )  # fmt: skip
    for capture in Capture.objects.filter(state="new"):
        captures.accept_capture(capture, at=AT)
    lead = Lead.objects.get()
    Lead.objects.filter(pk=lead.pk).update(owner=member)
    lead = Lead.objects.select_related("person", "account", "owner").get()
    much(lead, member)
    files(account)
    return lead


def much(lead: Lead, member: Member) -> None:
    at = AT
    log.noted(lead=lead, body="Peacock in the yard", by=member, at=at)
    receive.receive(account=lead.account, channel="text", sender=PHONE, text="my peacock is loud", at=at, via="text")
    receive.receive(account=lead.account, channel="email", sender=EMAIL, text="peacock?", subject="Peacock", at=at,
                    via="email", message_id="<peacock@example.com>", dedupe_key="peacock-1")  # fmt: skip
    outcome.log(lead=lead, outcome="call_back", by=member, at=at, note="wants to sell the peacock")
    action = outcome.log(lead=lead, outcome="no_answer", by=member, at=at + timedelta(minutes=1), note="peacock")
    undo.undo(action=action, by=member, at=at + timedelta(minutes=2))
    editing.change(lead=lead, name="street", written="2 Elm Street", by=member, at=at)
    repointing.add(lead=lead, kind="phone", written=OLD_PHONE, label="", by=member, at=at)
    old = lead.person.reaches.get(contact_point__key=OLD_PHONE)
    receive.receive(account=lead.account, channel="text", sender=OLD_PHONE, text="peacock here", at=at, via="text")
    repointing.remove(lead=lead, reach=old, by=member, at=at)
    choosing.set_later(lead=lead, day=(at + timedelta(days=60)).date(), by=member, at=at, said="peacock season")
    write.write(lead=lead, channel="email", body="About your peacock", subject="Peacock", by=member, at=at)
    appointments.book(lead=lead, starts_at=at + timedelta(days=3), what="See the peacock", place="2 Elm Street",
                      by=member, at=at)  # fmt: skip
    ledger.grant(account=lead.account, person=lead.person, channel="email", tier="express", source="hand",
                 given_at=at, at=at, wording="Write to me about the peacock", proof={"said": "peacock"})  # fmt: skip
    ledger.withdraw(account=lead.account, person=lead.person, scope=("text",), reason="opt_out",
                    said="no peacock texts", via="call", at=at, by=member)  # fmt: skip
    # fmt: off
    Taken.objects.create(account=lead.account, member=member, key="k", at=at,
                         answer={"said": "Noted for Rowan Quartermaine.", "problem": "", "action": None, "url": "/"})
    # fmt: on
    event = Event.objects.filter(lead=lead).latest("pk")
    Seal.objects.create(account=lead.account, number=1, event=event, content="c" * 64, hash="h" * 64, sealed_at=at)


def files(account: Account) -> None:
    """A file that meets them again, with a row of theirs that is set aside and one of somebody else."""
    rows = (
        "name,phone,email,notes\n"
        f"Rowan Quartermaine,520-555-0177,{EMAIL},peacock\n"
        "Rowan Quartermaine,,,peacock set aside\n"
        "Ivy Marsh,3035550144,ivy@example.com,fine\n"
        "Basil Nobody,,,no way\n"
    )
    import_ = importing.start(account=account, by=None, file_name="leads.csv", body=rows.encode(), at=AT)
    importing.confirm(import_, choices=Choices(), by=None, at=AT)
    while importing.run_waiting(at=AT):
        pass
    assert Import.objects.get().state == "done"


def test_nothing_of_them_is_left_in_any_table(rowan: Lead) -> None:
    before = everywhere()
    assert all(stands_in(trace, before) for trace in TRACES)
    erasing.erase(rowan.person, by=None, at=AT + timedelta(hours=1), via="link")
    after = everywhere()
    assert [trace for trace in TRACES if stands_in(trace, after)] == []
    assert "rowan" not in after
    assert "ivy@example.com" in after and "basil nobody" in after  # others of the same file stay


def test_counts_stay_and_so_do_the_events_in_their_chain(rowan: Lead) -> None:
    attempts, calls, events = Attempt.objects.count(), Call.objects.count(), Event.objects.count()
    messages = Message.objects.count()
    erasing.erase(rowan.person, by=None, at=AT + timedelta(hours=1), via="link")
    rowan.refresh_from_db()
    assert (Attempt.objects.count(), Call.objects.count(), Message.objects.count()) == (attempts, calls, messages)
    assert Event.objects.count() == events + Lead.objects.filter(person=rowan.person).count()
    assert rowan.attempts == Lead.objects.get(pk=rowan.pk).attempts > 0
    seal = Seal.objects.get(number=1)
    assert (seal.erased_at, seal.content) == (AT + timedelta(hours=1), "c" * 64)
    sealed = Seal.objects.filter(event__lead=rowan, event__data={}).exclude(erased_at=None)
    assert sealed.count() == Event.objects.filter(lead=rowan, data={}).count()  # what was not sealed yet is, first
    assert not Touch.objects.filter(person=rowan.person, state__in=("planned", "open")).exists()


def test_the_stop_stays_as_a_hash_and_erasure_is_one_for_every_channel(rowan: Lead) -> None:
    erasing.erase(rowan.person, by=None, at=AT, via="link")
    theirs = Withdrawal.objects.filter(value_hash=point_hash("phone", PHONE), lifted_at=None)
    assert sorted(theirs.values_list("reason", flat=True)) == ["erased", "opt_out"]
    assert set(theirs.values_list("person", "contact_point", "said")) == {(None, None, "")}


def again(account: Account, **fields: object) -> Person:
    return make_lead(account, name="Rowan Quartermaine", phone=PHONE, email=EMAIL, **fields).person  # type: ignore[arg-type]


def closed(person: Person, at: datetime) -> set[str]:
    found = set()
    for channel in ("call", "text", "email"):
        kind = "email" if channel == "email" else "phone"
        place = person.reaches.get(contact_point__kind=kind).contact_point
        wanted = ledger.Wanted(person.pk, place.pk, channel)  # type: ignore[arg-type]
        if ledger.facts_for([wanted], account_id=person.account_id, at=at)[0].withdrawn:
            found.add(channel)
    return found


def test_scenario_17_an_import_after_the_erasure_is_blocked_whatever_it_says_of_consent(rowan: Lead) -> None:
    account = rowan.account
    erasing.erase(rowan.person, by=None, at=AT, via="link")
    for said, day in (("yes", "2020-01-01"), ("yes", "2026-12-24")):
        row = f"name,phone,email,consent,consent date\nRowan Quartermaine,{PHONE},{EMAIL},{said},{day}\n"
        import_ = importing.start(account=account, by=None, file_name="again.csv", body=row.encode(), at=AT)
        importing.confirm(import_, choices=Choices(cadence="fast-start"), by=None, at=AT)
        while importing.run_waiting(at=AT):
            pass
    person = Person.objects.get(name="Rowan Quartermaine")
    assert person.pk != rowan.person_id
    assert closed(person, AT) == {"call", "text", "email"}
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(AT + timedelta(days=5), start=AT)
    assert [one for one in memory.sent if one.to in (PHONE, EMAIL)] == []


def test_who_asks_anew_may_be_answered_but_an_older_stop_stands(rowan: Lead) -> None:
    account = rowan.account
    erasing.erase(rowan.person, by=None, at=AT, via="link")
    key = make_lead_in_key(account)
    Client().post(
        f"/in/{key.key}/form", {"name": "Rowan Quartermaine", "phone": PHONE, "email": EMAIL, "message": "Hi"}
    )
    for capture in Capture.objects.filter(state="new"):
        captures.accept_capture(capture, at=AT + timedelta(days=7))
    person = Person.objects.get(name="Rowan Quartermaine")
    assert closed(person, AT + timedelta(days=8)) == {"text"}


def test_what_is_shared_stays_for_the_others(rowan: Lead) -> None:
    other = make_person(rowan.account, name="Ivy Marsh", email=None, phone=None)
    shared = ContactPoint.objects.get(key=EMAIL)
    Reach.objects.create(account=rowan.account, person=other, contact_point=shared)
    done = erasing.erase(rowan.person, by=None, at=AT, via="hand")
    assert (done.shared, ContactPoint.objects.filter(pk=shared.pk).exists()) == (1, True)
    assert not Reach.objects.filter(person=rowan.person).exists()
    assert not Withdrawal.objects.filter(value_hash=point_hash("email", EMAIL), reason="erased").exists()


def test_nothing_can_be_undone_into_being_again(rowan: Lead, member: Member) -> None:
    deeds = list(Action.objects.filter(lead=rowan, undone_at=None))
    assert deeds
    erasing.erase(rowan.person, by=None, at=AT, via="hand")
    for deed in Action.objects.filter(pk__in=[one.pk for one in deeds]):
        undo.undo(action=deed, by=member, at=AT + timedelta(minutes=5))
    assert "quartermaine" not in everywhere()


def test_twice_is_harmless_and_a_message_just_leaving_is_waited_for(rowan: Lead) -> None:
    touch = Touch.objects.filter(person=rowan.person).first()
    assert touch is not None
    Touch.objects.filter(pk=touch.pk).update(state="sending")
    with pytest.raises(erasing.JustLeaving):
        erasing.erase(rowan.person, by=None, at=AT, via="hand")
    Touch.objects.filter(pk=touch.pk).update(state="sent")
    erasing.erase(rowan.person, by=None, at=AT, via="hand")
    rows = Withdrawal.objects.count()
    erasing.erase(rowan.person, by=None, at=AT, via="hand")
    assert Withdrawal.objects.count() == rows


def test_a_stranger_who_writes_again_from_an_erased_number_may_be_answered(rowan: Lead) -> None:
    erasing.erase(rowan.person, by=None, at=AT, via="hand")
    receive.receive(account=rowan.account, channel="call", sender=PHONE, text="Hi, do you still sell homes?",
                    at=AT + timedelta(days=1), via="call")  # fmt: skip
    standing = Withdrawal.objects.filter(value_hash=point_hash("phone", PHONE), reason="erased", lifted_at=None)
    assert not standing.exists()
    assert strangers.meet(rowan.account, "call", PHONE) is not None


def test_the_command_asks_and_says_what_was_done(
    rowan: Lead, nextcall: Callable[..., object], tmp_path: object
) -> None:
    refused = nextcall("erase", EMAIL)
    assert refused.code == 2 and "--yes" in refused.err  # type: ignore[attr-defined]
    out = f"{tmp_path}/rowan.zip"
    taken = nextcall("export", str(rowan.person_id), "--out", out, "--json")
    assert taken.code == 0 and json.loads(taken.out)["file"] == out  # type: ignore[attr-defined]
    done = nextcall("erase", EMAIL, "--yes", "--json")
    assert done.code == 0 and json.loads(done.out)["points"] == 3  # type: ignore[attr-defined]
    assert nextcall("erase", EMAIL, "--yes").code == 2  # type: ignore[attr-defined]
    assert "quartermaine" not in everywhere()


def test_a_lead_page_of_an_erased_person_says_so_and_no_more(rowan: Lead, member: Member) -> None:
    from tests.web.signed import signed

    erasing.erase(rowan.person, by=member, at=AT, via="hand")
    page = signed(member).get(f"/leads/{rowan.pk}/")
    assert page.status_code == 404 and b"Erased" in page.content
