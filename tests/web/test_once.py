"""A post that comes twice: one deed, one answer."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from nextcall.conversations.models import Call, Note
from nextcall.engine.models import Action, Taken
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.web import once as module
from nextcall.web.access import SignedIn
from nextcall.web.once import once, when_it_happened
from tests.builders import make_lead, make_member
from tests.web.signed import signed

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


def post(client: Client, lead: Lead, key: str = "one", **headers: str) -> Any:
    return client.post(f"/leads/{lead.pk}/note/", {"body": "Likes maples"}, headers={"Idempotency-Key": key, **headers})


def test_the_same_key_changes_nothing_and_gets_the_first_answer(client: Client, lead: Lead) -> None:
    first, second = post(client, lead, **JSON), post(client, lead, **JSON)
    assert first.json() == second.json()
    assert first.json()["said"] == "Noted for Hazel Thorne."
    assert Note.objects.count() == 1
    assert post(client, lead, "two", **JSON).status_code == 200
    assert Note.objects.count() == 2


def test_a_form_sent_twice_is_sent_back_twice_with_the_same_words(client: Client, lead: Lead) -> None:
    for _ in range(2):
        answer = client.post(f"/leads/{lead.pk}/note/", {"body": "Likes maples", "key": "from-the-form"}, follow=True)
        assert answer.redirect_chain == [(f"/leads/{lead.pk}/", 303)]
        assert "Noted for Hazel Thorne." in answer.content.decode()
    assert Note.objects.count() == 1


def test_a_key_belongs_to_its_member(client: Client, lead: Lead, member: Member) -> None:
    other = signed(make_member(member.account, "owner", name="Ben Cole"))
    post(client, lead)
    post(other, lead)
    assert Note.objects.count() == 2


def test_an_outcome_names_its_action_and_the_repetition_names_the_same(client: Client, lead: Lead) -> None:
    def log() -> Any:
        body = {"outcome": "no_answer"}
        return client.post(f"/now/{lead.pk}/outcome/", body, headers={"Idempotency-Key": "k", **JSON}).json()

    told = log()
    assert told["action"]["id"] == Action.objects.get().pk
    assert told["action"]["says"].startswith("No answer, Hazel Thorne.")
    assert log() == told
    assert Call.objects.count() == 1


def test_a_deed_without_an_action_offers_no_older_one(client: Client, lead: Lead) -> None:
    client.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer"})
    assert post(client, lead, **JSON).json()["action"] is None


def test_a_key_that_is_too_long_is_refused_in_words(client: Client, lead: Lead) -> None:
    answer = post(client, lead, "k" * 65, **JSON)
    assert answer.status_code == 400
    assert "64 characters" in answer.json()["problem"]
    assert post(client, lead, "k" * 65).status_code == 400
    assert not Note.objects.exists()
    assert post(client, lead, "k" * 64).status_code == 303


def test_what_another_member_wrote_on_this_device_is_not_taken_as_ones_own(client: Client, lead: Lead) -> None:
    answer = post(client, lead, **JSON, **{"X-Nextcall-Member": "999999"})
    assert answer.status_code == 409
    assert "Another member" in answer.json()["problem"]
    assert not Note.objects.exists() and not Taken.objects.exists()


@pytest.mark.parametrize("breaks", ["raises", "answers 503"])
def test_what_fails_leaves_nothing_and_may_be_tried_again(lead: Lead, member: Member, breaks: str) -> None:
    works = False

    @once
    def view(request: SignedIn) -> HttpResponse:
        Note.objects.create(account=lead.account, lead=lead, body="x", at=timezone.now())
        if not works and breaks == "raises":
            raise ZeroDivisionError
        return HttpResponse(status=200 if works else 503)

    request = RequestFactory().post("/", headers={"Idempotency-Key": "k"})
    request.member = member  # type: ignore[attr-defined]
    try:
        view(request)  # type: ignore[arg-type]
    except ZeroDivisionError:
        pass
    assert not Note.objects.exists() and not Taken.objects.exists()
    works = True
    assert view(request).status_code == 200  # type: ignore[arg-type]
    assert Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_and_the_second_waits_for_the_answer(lead: Lead, member: Member) -> None:
    clients, answers, held = [signed(member) for _ in range(4)], [], threading.Barrier(4)

    def send(client: Client) -> None:
        held.wait()
        answers.append(post(client, lead, **JSON).json())
        connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 4
    assert all(one == answers[0] and one["said"] for one in answers)
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("age", "ago"),
    [("90.5", 90.5), ("0", 0), ("", 0), ("-5", 0), ("nan", 0), ("inf", 0), ("1e999", 0), ("soon", 0), ("604801", 0)],
)
def test_the_age_of_a_deed_is_believed_within_a_week(age: str, ago: float) -> None:
    now = timezone.now()
    request = RequestFactory().post("/", {"age": age})
    assert when_it_happened(request, now) == now - timedelta(seconds=ago)


def test_an_outcome_from_a_basement_is_logged_when_it_happened(client: Client, lead: Lead) -> None:
    client.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer", "age": "3600"})
    passed = timezone.now() - Call.objects.get().at
    assert timedelta(minutes=59) < passed < timedelta(minutes=61)


def test_undo_takes_back_what_was_taken_last_though_the_device_dates_it_earlier(
    client: Client, lead: Lead, account: Account, member: Member
) -> None:
    quick = make_lead(account, name="Briar Cole", owner=member)
    client.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer"})
    client.post(f"/now/{quick.pk}/outcome/", {"outcome": "no_answer", "age": "2"})
    latest = Action.objects.latest("pk")
    assert latest.lead == quick and latest.at < Action.objects.earliest("pk").at
    page = client.get("/now/").content.decode()
    assert f'action="/undo/{latest.pk}/" data-undo data-lead="{quick.pk}"' in page


def test_a_view_without_words_is_repeated_with_its_status(lead: Lead, member: Member) -> None:
    @once
    def view(request: SignedIn) -> HttpResponse:
        return HttpResponse(status=204)

    request = RequestFactory().post("/", headers={"Idempotency-Key": "k"})
    request.member = member  # type: ignore[attr-defined]
    assert [view(request).status_code for _ in range(2)] == [204, 204]  # type: ignore[arg-type]
    assert Taken._meta.get_field("key").max_length == module.LONGEST_KEY
