"""The lead's own page: opened by its signed link alone, and every choice holds at once."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.consent.models import Preference, Withdrawal
from nextcall.conversations.models import InboxItem, Message, Note
from nextcall.engine import receive, their_page
from nextcall.engine.worker import Worker
from nextcall.hooks.you import pacing
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_person, make_touch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    pacing._asked.clear()
    yield
    pacing._asked.clear()


def point(lead: Lead, kind: str = "email") -> ContactPoint:
    return lead.person.reaches.filter(contact_point__kind=kind).order_by("rank")[0].contact_point


def path(lead: Lead, kind: str = "email") -> str:
    whose = {"account_id": lead.account_id, "person_id": lead.person_id, "contact_point_id": point(lead, kind).pk}
    return urlsplit(their_page.url(**whose)).path


def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def choose(lead: Lead, *channels: str, at: int | None = None) -> None:
    seconds = int(timezone.now().timestamp()) if at is None else at
    form = {"do": "channels", "shown": ["call", "text", "email"], "channel": list(channels), "at": seconds}
    assert stranger().post(path(lead), form).status_code == 303


def closed(lead: Lead) -> set[str]:
    found = set()
    for channel in ("call", "text", "email"):
        place = point(lead, "email" if channel == "email" else "phone")
        wanted = ledger.Wanted(lead.person_id, place.pk, channel)  # type: ignore[arg-type]
        if ledger.facts_for([wanted], account_id=lead.account_id, at=timezone.now())[0].withdrawn:
            found.add(channel)
    return found


def words(lead: Lead) -> str:
    html = stranger().get(path(lead)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_link_stands_in_every_email_and_says_nothing_to_who_reads_it(lead: Lead) -> None:
    make_touch(lead, "email", body="Hello", subject="Hi", by_machine=True)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    [email] = memory.sent
    link = f"http://localhost:8000{path(lead)}"
    assert f"Choose how we reach you: {link}" in email.body and f'href="{link}"' in email.html
    assert stranger().get(path(lead)).status_code == 200
    assert not re.search(rf"(?<!\w){lead.person_id}(?!\w)", path(lead).removeprefix("/you/"))


def test_a_get_changes_nothing_and_keeps_to_itself(lead: Lead) -> None:
    before = Event.objects.count()
    for method in ("get", "head"):
        page = getattr(stranger(), method)(path(lead))
        assert page.status_code == 200
        assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
        assert not page.cookies
    assert Event.objects.count() == before and not Withdrawal.objects.exists() and not Preference.objects.exists()


@pytest.mark.parametrize("broken", ["x", "A" * 54, "../../etc", "%00" * 18, "é" * 54])
def test_a_forged_link_opens_nothing(lead: Lead, broken: str) -> None:
    for method in ("get", "post"):
        assert getattr(stranger(), method)(f"/you/{broken}").status_code == 404


def test_a_link_opens_one_page_whatever_is_changed_in_it(lead: Lead) -> None:
    token = path(lead).removeprefix("/you/")
    for n in range(0, len(token) - 1, 7):
        other = token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :]
        assert stranger().get(f"/you/{other}").status_code == 404


def test_a_link_ends_when_the_number_it_went_to_is_somebody_elses(lead: Lead) -> None:
    theirs = path(lead, "phone")
    assert stranger().get(theirs).status_code == 200
    number = point(lead, "phone").value
    receive.receive(
        account=lead.account, channel="text", sender=number, text="wrong number", at=timezone.now(), via="text"
    )
    assert stranger().get(theirs).status_code == 404
    assert stranger().get(path(lead)).status_code == 200


def test_who_shares_an_address_stays_hidden(lead: Lead) -> None:
    other = make_person(lead.account, name="Zebulon Quartermaine", email=None)
    Reach.objects.create(account=lead.account, person=other, contact_point=point(lead))
    Note.objects.create(account=lead.account, lead=lead, body="Likes gardens", at=MONDAY)
    receive.receive(account=lead.account, channel="text", sender=other.reaches.first().contact_point.value,  # type: ignore[union-attr]
                    text="hello", at=MONDAY, via="text")  # fmt: skip
    said = words(lead)
    assert "Zebulon" not in said and "Likes gardens" in said


def test_texts_only_stops_calls_and_email_at_once_and_shows_in_the_inbox(lead: Lead) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=timezone.now())
    choose(lead, "text")
    assert closed(lead) == {"call", "email"}
    live = Touch.objects.filter(state__in=("planned", "open")).exclude(rule="US-09.withdrawn")
    assert set(live.values_list("channel", flat=True)) == {"text"}
    assert set(Withdrawal.objects.values_list("reason", "via")) == {("link", "link")}
    assert InboxItem.objects.get(lead=lead).first_line == "Hazel chose: no more calls, no more email."
    assert Event.objects.filter(kind="preference.chosen", lead=lead, by=None).exists()
    assert "You asked for: texts only" in words(lead)


def test_the_same_choice_twice_is_one(lead: Lead) -> None:
    for _ in range(2):
        choose(lead, "text")
    assert Message.objects.filter(channel="page").count() == 1


def test_on_again_by_their_own_hand_lifts_their_own_stop(lead: Lead) -> None:
    choose(lead, "text", "email")
    assert closed(lead) == {"call"}
    choose(lead, "call", "text", "email", at=int(timezone.now().timestamp()) + 5)
    assert closed(lead) == set()
    assert Withdrawal.objects.filter(lifted_because="turned on again on their own page").exists()


def test_a_form_that_lay_open_never_takes_back_what_they_said_since(lead: Lead) -> None:
    shown_at = int(timezone.now().timestamp()) - 600
    number = point(lead, "phone").value
    receive.receive(account=lead.account, channel="text", sender=number, text="STOP", at=timezone.now(), via="text")
    choose(lead, "call", "text", at=shown_at)
    assert closed(lead) == {"text", "email"}


def test_a_stop_that_another_person_gave_for_the_same_number_is_not_theirs_to_lift(lead: Lead) -> None:
    other = make_lead(lead.account, name="Rowan Ashby")
    Reach.objects.create(account=lead.account, person=other.person, contact_point=point(lead, "phone"), rank=5)
    ledger.withdraw(
        account=lead.account, person=other.person, scope=("text",), reason="opt_out", said="", via="text", at=MONDAY
    )
    assert "Text START from your phone" in words(lead)
    choose(lead, "call", "text", "email")
    assert closed(lead) == {"text"}


def test_a_complaint_stands_whatever_is_ticked(lead: Lead) -> None:
    ledger.withdraw(
        account=lead.account, person=lead.person, scope=(), reason="complaint", said="", via="hook", at=MONDAY
    )
    choose(lead, "call", "text", "email")
    assert closed(lead) == {"call", "text", "email"}


def test_evenings_only_are_kept_and_said(lead: Lead) -> None:
    form = {"do": "hours", "mon_fri": "17:00-21:00", "sat": "own", "sat_from": "10:00", "sat_to": "12:00"}
    assert stranger().post(path(lead), form | {"sun": "closed"}).status_code == 303
    row = Preference.objects.get()
    assert row.value == {"mon_fri": "17:00-21:00", "sat": "10:00-12:00", "sun": "closed"}
    assert (row.kind, row.via, row.by) == ("hours", "link", None)
    assert "after 5 pm on weekdays, 10 am to noon on Saturdays, not on Sundays your time" in words(lead)
    stranger().post(path(lead), {"do": "hours", "mon_fri": "any"})
    assert not Preference.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "form",
    [
        {"do": "hours", "mon_fri": "own", "mon_fri_from": "20:00", "mon_fri_to": "10:00"},
        {"do": "hours", "mon_fri": "own"},
        {"do": "hours", "mon_fri": "closed", "sat": "closed", "sun": "closed"},
        {"do": "hours", "mon_fri": "whenever"},
        {"do": "later", "day": "2001-01-01"},
        {"do": "later", "day": "2999-01-01"},
        {"do": "later", "day": "in March"},
        {"do": "correct", "name": " "},
    ],
)
def test_what_cannot_be_meant_says_so_and_changes_nothing(lead: Lead, form: dict[str, str]) -> None:
    answer = stranger().post(path(lead), form)
    assert answer.status_code == 422 and b'role="alert"' in answer.content
    assert not Preference.objects.exists() and not Message.objects.exists()


def test_ask_me_later_holds_everything_until_that_day(lead: Lead) -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=timezone.now())
    written = make_touch(lead, "email", due_at=timezone.now() + timedelta(hours=1), body="By hand", by_machine=False)
    day = (timezone.now() + timedelta(days=90)).date()
    stranger().post(path(lead), {"do": "later", "day": day.isoformat()})
    row = Preference.objects.get()
    enrollment.refresh_from_db()
    written.refresh_from_db()
    assert row.until_at is not None and row.until_at.date() == day
    assert (enrollment.state, enrollment.pauses.get().until_at) == ("paused", row.until_at)
    assert not Touch.objects.filter(state__in=("planned", "open"), due_at__lt=row.until_at).exists()
    assert written.due_at == row.until_at
    assert f"not before {day:%B} {day.day}" in words(lead)
    stranger().post(path(lead), {"do": "later", "when": "any", "day": day.isoformat()})
    assert Enrollment.objects.get().state == "active"


def test_stop_everything_ends_everything(lead: Lead) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=timezone.now())
    for _ in range(2):
        assert stranger().post(path(lead), {"do": "stop"}).status_code == 303
    assert closed(lead) == {"call", "text", "email"}
    assert not Touch.objects.filter(state__in=("planned", "open")).exists()
    assert InboxItem.objects.get(lead=lead).done_at is not None


def test_a_correction_is_a_request_that_waits_and_changes_nothing(lead: Lead) -> None:
    for _ in range(2):
        stranger().post(path(lead), {"do": "correct", "name": "Hazel Thorn", "phone": "+1 303 555 0199"})
    lead.refresh_from_db()
    assert (lead.person.name, lead.waiting_since is not None) == ("Hazel Thorne", True)
    assert "number: +1 303 555 0199" in Message.objects.get(channel="page").body
    assert InboxItem.objects.get(lead=lead).waiting_since is not None


def test_they_take_along_all_of_it_and_no_cell_runs(lead: Lead, member: Member) -> None:
    Lead.objects.filter(pk=lead.pk).update(message="=HYPERLINK(1)")
    Note.objects.create(account=lead.account, lead=lead, body=f"Ask {member.email}", at=MONDAY, by=member)
    answer = stranger().post(path(lead), {"do": "take"})
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "no-store")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    document = json.loads(archive.read("everything.json"))
    assert document["person"][0]["name"] == "Hazel Thorne"
    assert {row["value"] for row in document["numbers_and_addresses"]} == {
        point(lead).value, point(lead, "phone").value,
    }  # fmt: skip
    assert document["permissions"][0]["wording"] and document["inquiries"][0]["words"] == "=HYPERLINK(1)"
    assert b"'=HYPERLINK(1)" in archive.read("inquiries.csv")
    assert member.email not in json.dumps(document) and "a member of ours" in json.dumps(document)


def test_erasing_is_asked_twice_and_ends_the_link(lead: Lead) -> None:
    here = path(lead)
    asked = stranger().post(here, {"do": "erase"})
    assert "salted hash" in asked.content.decode() and stranger().get(here).status_code == 200
    again = stranger().post(here, {"do": "erase", "asked": "yes"})
    assert "Tick the box" in again.content.decode() and stranger().get(here).status_code == 200
    done = stranger().post(here, {"do": "erase", "asked": "yes", "sure": "yes"})
    assert "It is done" in done.content.decode()
    assert stranger().get(here).status_code == 404


def test_too_much_is_refused(lead: Lead) -> None:
    assert stranger().post(path(lead), {"do": "correct", "other": "x" * 20_000}).status_code == 413
    codes = [stranger().get(path(lead)).status_code for _ in range(70)]
    assert codes[0] == 200 and codes[-1] == 429
    assert stranger().post(path(lead), {"do": "nothing"}).status_code == 429


def test_an_unknown_button_changes_nothing(lead: Lead) -> None:
    assert stranger().post(path(lead), {"do": "nothing"}).status_code == 400
    assert stranger().post(path(lead)).status_code == 400


def test_no_link_reaches_into_another_account(lead: Lead) -> None:
    other = make_lead(make_account("Other Homes"), name="Zebulon Quartermaine")
    mixed = their_page.url(account_id=lead.account_id, person_id=other.person_id, contact_point_id=point(other).pk)
    assert stranger().get(urlsplit(mixed).path).status_code == 404
