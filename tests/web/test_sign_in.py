"""Signing in, by link and by password, and out again."""

import re
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.lib import sealing
from nextcall.team import mail, sign_in
from nextcall.team.models import Account, Connection, Member, SignInAttempt, SignInLink
from tests.builders import make_account, make_member
from tests.channels.conformance import mail_server

PASSWORD = "nine-blue-herons"


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "rep", name="Ann Weaver", email="ann@example.com", password=PASSWORD)


def fresh_link(member: Member) -> str:
    return sign_in.make_link(member, at=timezone.now())


def try_password(client: Client, email: str, password: str, **extra: Any) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password, **extra})


def test_a_link_signs_in_once(client: Client, ann: Member) -> None:
    link = fresh_link(ann)
    assert client.post(link).status_code == 302
    assert client.get("/more/").status_code == 200
    assert Client().post(link).status_code == 410


def test_looking_at_a_link_does_not_use_it_up(client: Client, ann: Member) -> None:
    link = fresh_link(ann)
    for _ in range(3):
        assert "One tap and you are in" in client.get(link).content.decode()
    assert "/sign-in/" in client.get("/more/")["Location"]
    assert client.post(link).status_code == 302


def test_a_link_lives_fifteen_minutes(client: Client, ann: Member) -> None:
    old = sign_in.make_link(ann, at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert "no longer works" in client.get(old).content.decode()
    assert client.post(old).status_code == 410


def test_only_the_hash_of_a_link_is_kept(ann: Member) -> None:
    token = fresh_link(ann).split("/")[-2]
    assert token not in str(SignInLink.objects.values_list("token_hash", flat=True))


def test_a_password_signs_in_whatever_the_case_of_the_address(client: Client, ann: Member) -> None:
    assert try_password(client, "Ann@Example.com", PASSWORD).status_code == 302
    assert client.get("/more/").status_code == 200


def test_a_wrong_password_and_a_strangers_address_get_the_same_answer(client: Client, ann: Member) -> None:
    wrong = try_password(client, "ann@example.com", "no").content.decode()
    stranger = try_password(client, "eve@example.com", "no").content.decode()
    assert "do not belong together" in wrong
    assert without_token(wrong).replace("ann@", "eve@") == without_token(stranger)


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_tries_at_one_address_are_limited_whether_or_not_it_exists(client: Client, ann: Member, email: str) -> None:
    answers = [try_password(client, email, "wrong").status_code for _ in range(9)]
    assert answers == [422] * 8 + [429]
    assert try_password(client, email, PASSWORD).status_code == 429


def test_tries_from_one_place_are_limited_over_all_addresses(client: Client, ann: Member) -> None:
    answers = [try_password(client, f"a{n}@example.com", "wrong").status_code for n in range(41)]
    assert answers == [422] * 40 + [429]


def test_limits_pass_with_time(client: Client, ann: Member) -> None:
    for _ in range(9):
        try_password(client, "ann@example.com", "wrong")
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert try_password(client, "ann@example.com", PASSWORD).status_code == 302


def test_a_link_works_while_passwords_are_locked(client: Client, ann: Member) -> None:
    for _ in range(9):
        try_password(client, "ann@example.com", "wrong")
    assert client.post(fresh_link(ann)).status_code == 302


def test_no_password_and_no_address_is_kept_of_a_try(client: Client, ann: Member) -> None:
    try_password(client, "ann@example.com", "wrong-secret")
    kept = str(list(SignInAttempt.objects.values()))
    assert "ann@" not in kept and "wrong-secret" not in kept


def test_asking_for_a_link_says_the_same_to_a_stranger(client: Client, ann: Member) -> None:
    known = client.post("/sign-in/link/", {"email": "ann@example.com"}).content.decode()
    stranger = client.post("/sign-in/link/", {"email": "eve@example.com"}).content.decode()
    assert without_token(known) == without_token(stranger)
    assert "Email is not connected here yet" in known


def test_asking_for_links_is_limited_too(client: Client, ann: Member) -> None:
    answers = [client.post("/sign-in/link/", {"email": "ann@example.com"}).status_code for _ in range(9)]
    assert answers == [200] * 8 + [429]


def test_the_session_gets_a_new_key_at_sign_in(client: Client, ann: Member) -> None:
    client.post("/sign-out/")  # leaves a message, so there is a session
    before = client.cookies["sessionid"].value
    client.post(fresh_link(ann))
    assert client.cookies["sessionid"].value != before
    assert client.cookies["sessionid"]["httponly"] and client.cookies["sessionid"]["samesite"] == "Lax"


def test_a_deactivated_member_is_out_with_the_next_click(client: Client, ann: Member) -> None:
    client.post(fresh_link(ann))
    Member.objects.filter(pk=ann.pk).update(is_active=False)
    assert client.get("/more/").status_code == 302
    assert client.post(fresh_link(ann)).status_code == 410


def test_a_new_password_ends_the_other_sessions(ann: Member) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        client.post(fresh_link(ann))
    here.post("/settings/password/", {"current": PASSWORD, "fresh": "another-long-password"})
    assert here.get("/more/").status_code == 200
    assert there.get("/more/").status_code == 302


def test_signing_out_ends_the_session(client: Client, ann: Member) -> None:
    client.post(fresh_link(ann))
    client.post("/sign-out/")
    assert client.get("/more/").status_code == 302


def test_signing_in_returns_to_the_page_that_was_asked_for(client: Client, ann: Member) -> None:
    assert client.get("/more/?a=1")["Location"] == "/sign-in/?next=%2Fmore%2F%3Fa%3D1"
    assert try_password(client, "ann@example.com", PASSWORD, next="/more/?a=1")["Location"] == "/more/?a=1"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "///evil.example"],
)
def test_nobody_is_sent_to_another_site(client: Client, ann: Member, elsewhere: str) -> None:
    assert try_password(client, "ann@example.com", PASSWORD, next=elsewhere)["Location"] == "/"


def test_the_first_sign_in_asks_for_name_hours_and_zone(client: Client, account: Account) -> None:
    new = make_member(account, "owner", name="Owner", working_hours=[])
    assert client.post(fresh_link(new))["Location"] == "/welcome/"
    said = {
        "name": "Ann Weaver",
        "zone": "America/Phoenix",
        "opens": "08:30",
        "closes": "17:00",
        "works_0": "1",
        "works_5": "1",
    }
    client.post("/welcome/", said)
    new.refresh_from_db()
    assert (new.name, new.zone) == ("Ann Weaver", "America/Phoenix")
    assert new.working_hours == [["08:30", "17:00"], None, None, None, None, ["08:30", "17:00"], None]


def test_hours_that_end_before_they_begin_are_explained(client: Client, account: Account) -> None:
    new = make_member(account, "owner", working_hours=[])
    client.post(fresh_link(new))
    said = {"name": "Ann", "zone": "America/Phoenix", "opens": "18:00", "closes": "09:00", "works_0": "1"}
    answer = client.post("/welcome/", said)
    assert answer.status_code == 422
    assert "Monday: the end must come after the start" in answer.content.decode()


def test_forms_without_a_token_are_refused(ann: Member) -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ("/sign-in/", "/sign-in/link/", "/sign-out/", "/theme/", fresh_link(ann)):
        answer = strict.post(address, {"email": "ann@example.com", "password": PASSWORD})
        assert answer.status_code == 403, address
        assert "Please send that once more" in answer.content.decode()


def test_a_link_is_mailed_once_email_is_connected(client: Client, ann: Member) -> None:
    with mail_server() as (kept, port):
        sealed = sealing.seal({"host": "127.0.0.1", "port": port, "security": "plain"})
        Connection.objects.create(
            account=ann.account,
            channel="email",
            provider="smtp",
            sealed=sealed,
            from_address="sales@acme.example",
            created_at=timezone.now(),
        )
        client.post("/sign-in/link/", {"email": "ann@example.com"})
        for thread in threading.enumerate():
            if thread.name == mail.SENDER:
                thread.join(10)
        written = message_from_bytes(kept.received[0], policy=default).get_content()
    found = re.search(r"http://localhost:8000(/sign-in/link/\S+)", written)
    assert found and client.post(found[1]).status_code == 302


def test_another_accounts_mail_says_nothing_about_an_address(client: Client, ann: Member) -> None:
    other = make_account("Other")
    Connection.objects.create(account=other, channel="email", provider="memory", sealed=b"", created_at=timezone.now())
    known = client.post("/sign-in/link/", {"email": "ann@example.com"}).content.decode()
    stranger = client.post("/sign-in/link/", {"email": "eve@example.com"}).content.decode()
    assert "a link is on its way" in known
    assert without_token(known) == without_token(stranger)
