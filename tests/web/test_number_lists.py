"""Settings, Do-not-call lists: ages, what is missing, taking a list and answers in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nextcall.consent import number_lists
from nextcall.consent.models import NumberCheck, NumberList, Withdrawal
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead, make_member
from tests.web.signed import signed

PAGE = "/settings/lists/"
BODY = b"".join(b"303,555%04d\n" % n for n in range(100, 150))


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def add(client: Client, body: bytes = BODY, *, ago: int = 2, place: str = "US", **more: str) -> Any:
    file = SimpleUploadedFile("dnc.txt", body)
    return client.post(PAGE, {"file": file, "place": place, "obtained_on": day(ago), **more})


def run_out() -> None:
    while number_lists.run_waiting(at=timezone.now()):
        pass


def read(client: Client, path: str = PAGE) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_a_list_is_taken_in_with_progress_that_survives_a_reload(client: Client, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    assert "No list is in force yet." in read(client)
    assert "1 number of your leads is not checked" in read(client)
    assert add(client, subscription="SAN 1234").status_code == 302
    assert "dnc.txt is being stored" in read(client) and "<progress" in read(client, f"{PAGE}?part=progress")
    run_out()
    assert client.get(f"{PAGE}?part=progress").status_code == 204
    page = read(client)
    assert 'United States: National Do Not Call Registry</b> <span class="chip pine">ok</span>' in page
    assert "50 numbers" in page and "2 days old, good for 28 more days. 1 of your leads’ numbers is on it." in page
    assert "Subscription SAN 1234." in page and "Colorado&#x27;s do-not-call list" in page


def test_an_old_list_says_so_and_is_missing_all_the_same(client: Client, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    add(client, ago=40)
    run_out()
    page = read(client)
    assert "too old" in page and "sales calls without permission are denied" in page
    assert '<h2 id="missing">' in page


def test_a_list_of_some_area_codes_leaves_the_others_missing(client: Client, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    make_lead(account, phone="+12125550142", name="New York Person", postal_code="10001", region="NY")
    add(client, area_codes="303, 720")
    run_out()
    assert "1 number of your leads is not checked. Area codes 212." in read(client)


def test_a_list_that_cannot_be_used_says_why(client: Client) -> None:
    add(client, b"3035550142\n" + b"0412345678\n" * 9)
    run_out()
    assert "9 of 10 lines are no telephone numbers of US, such as &#x27;0412345678&#x27;" in read(client)


@pytest.mark.parametrize(
    ("body", "more", "says"),
    [
        (b"name,town\n", {}, "There is no column of telephone numbers"),
        (BODY, {"area_codes": "2l2"}, "three digits are expected"),
        (BODY, {"obtained_on": "2999-01-01"}, "still ahead"),
        (BODY, {"obtained_on": "soon"}, "Enter a valid date"),
        (BODY, {"place": "Mars"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_stored(client: Client, body: bytes, more: dict[str, str], says: str) -> None:
    file = SimpleUploadedFile("dnc.txt", body)
    answer = client.post(PAGE, {"file": file, "place": "US", "obtained_on": day(2), **more})
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not NumberList.objects.exists()


def test_without_a_file_it_asks_for_one(client: Client) -> None:
    answer = client.post(PAGE, {"place": "US", "obtained_on": day(2)})
    assert answer.status_code == 422 and "Choose the list\u2019s file." in answer.content.decode()


def test_a_list_is_removed_and_another_accounts_is_not_there(client: Client, account: Account) -> None:
    add(client)
    run_out()
    row = NumberList.objects.get()
    client.post(f"{PAGE}{row.pk}/removal/")
    row.refresh_from_db()
    assert row.dropped_at and "is out of force" in read(client)
    stranger = signed(make_member(make_account("Other"), "owner", name="Stranger"))
    add(client)
    assert stranger.post(f"{PAGE}{NumberList.objects.latest('pk').pk}/removal/").status_code == 404
    assert "being stored" not in read(stranger)


def test_a_rep_has_no_such_section(account: Account) -> None:
    rep = signed(make_member(account))
    assert rep.get(PAGE).status_code == 403 and "Do-not-call lists" not in read(rep, "/settings/rules/")
    assert rep.post(f"{PAGE}answers/").status_code == 403 and rep.get(f"{PAGE}numbers/").status_code == 403


def test_numbers_go_out_and_answers_come_back(client: Client, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    asked = client.get(f"{PAGE}numbers/")
    assert asked.content == b"3035550142,2026-11-23\r\n"
    file = SimpleUploadedFile("answers.csv", b"number,answer,date\n3035550142,yes,2026-11-23\nnonsense\n")
    answer = client.post(f"{PAGE}answers/", {"answers": file, "checked_on": day(1), "reference": "Q7"}, follow=True)
    page = " ".join(answer.content.decode().split())
    assert "1 somebody else’s now, 0 without data, 1 not readable" in page and "Olga Owner" in page
    assert (NumberCheck.objects.get().reference, Withdrawal.objects.get().reason) == ("Q7", "reassigned")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"answers": b"3035550142\n", "checked_on": day(1)}, "yes or no or no data"),
        ({"answers": b"3035550142,no,2026-11-23\n", "checked_on": "2999-01-01"}, "That day is still ahead."),
        ({"checked_on": day(1)}, "Choose the file that the database gave back."),
    ],
)
def test_answers_that_cannot_be_taken_say_why(client: Client, fields: dict[str, Any], says: str) -> None:
    posted = {
        name: SimpleUploadedFile("a.csv", value) if isinstance(value, bytes) else value
        for name, value in fields.items()
    }
    answer = client.post(f"{PAGE}answers/", posted)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not NumberCheck.objects.exists()


def test_a_new_name_says_what_it_costs_in_permissions(client: Client, account: Account) -> None:
    make_lead(account)
    said = {
        "name": "Acme",
        "seller_name": "Zenith Homes",
        "postal_address": "1 Main St, Denver",
        "undo_seconds": 20,
        "zone": "America/Denver",
        "default_cadence": "gentle",
    }
    told = client.post("/settings/company/", said, follow=True).content.decode()
    assert "Permissions that name Acme Homes: 4. Under the new names they permit you nothing." in told
    told = client.post("/settings/company/", {**said, "name": "Acme Homes"}, follow=True).content.decode()
    assert "permit you nothing" not in told
