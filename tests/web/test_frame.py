"""The frame of every page: policy, themes, navigation, and what is said when something goes wrong."""

import re

import pytest
from django.test import Client, RequestFactory

from nextcall.team.models import Account, Member
from nextcall.web import errors
from tests.builders import make_lead, make_member
from tests.web.signed import signed
from tests.web.walk import OPEN, Address, addresses

PLAIN = [a for a in addresses() if a.name and (not a.parts or a.parts in (("pk",), ("lead_id",)))]


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.mark.parametrize("address", PLAIN, ids=lambda address: address.name)
def test_no_page_has_script_or_style_of_its_own_inside(address: Address, owner: Member, account: Account) -> None:
    lead = make_lead(account, owner=owner)
    client = Client() if address.name in OPEN else signed(owner)
    answer = client.get(address.path(dict.fromkeys(address.parts, lead.pk)))
    if answer.streaming or "text/html" not in answer.get("Content-Type", ""):
        return
    page = answer.content.decode()
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:", page)


@pytest.mark.parametrize("address", PLAIN, ids=lambda address: address.name)
def test_every_page_can_be_entered_by_keyboard_and_ear(address: Address, owner: Member) -> None:
    client = Client() if address.name in OPEN else signed(owner)
    answer = client.get(address.path(dict.fromkeys(address.parts, 1)))
    if answer.status_code != 200 or answer.streaming or b"<main" not in answer.content:
        return
    page = answer.content.decode()
    assert '<html lang="en"' in page
    assert len(re.findall(r"<h1", page)) == 1
    assert '<a class="skip" href="#main">' in page and 'id="main"' in page
    assert re.search(r"<title>[^<·]+ · Nextcall</title>", page)


def test_static_files_may_be_kept_for_good_because_their_address_has_their_hash(client: Client, db: None) -> None:
    page = client.get("/sign-in/").content.decode()
    address = re.search(r"/static/css/tokens\.css\?v=[0-9a-f]{10}", page)
    assert address
    assert "max-age=31536000" in client.get(address[0])["Cache-Control"]


def test_the_theme_is_kept_without_script(client: Client, db: None) -> None:
    assert 'data-theme="auto"' in client.get("/sign-in/").content.decode()
    client.post("/theme/", {"theme": "dark", "next": "/sign-in/"})
    assert 'data-theme="dark"' in client.get("/sign-in/").content.decode()


def test_a_members_theme_follows_them_to_another_device(owner: Member) -> None:
    signed(owner).post("/theme/", {"theme": "light"})
    assert 'data-theme="light"' in signed(owner).get("/more/").content.decode()


def test_an_unknown_theme_and_a_foreign_return_address_are_ignored(client: Client, db: None) -> None:
    answer = client.post("/theme/", {"theme": '"><script>', "next": "//evil.example"})
    assert answer["Location"] == "/" and answer.cookies["theme"].value == "auto"


def test_pages_with_leads_are_not_kept_by_the_browser(owner: Member) -> None:
    assert "no-store" in signed(owner).get("/more/")["Cache-Control"]


def test_single_keys_can_be_turned_off(owner: Member) -> None:
    client = signed(owner)
    assert 'data-keys="on"' in client.get("/more/").content.decode()
    owner.settings = {"single_keys": False}
    owner.save()
    assert 'data-keys="off"' in client.get("/more/").content.decode()


def test_a_page_that_is_not_there_says_so_kindly(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404 and "Nothing here" in answer.content.decode()


def test_a_rep_reads_whose_page_it_is(member: Member) -> None:
    answer = signed(member).get("/settings/members/")
    assert answer.status_code == 403 and "for owners and managers" in answer.content.decode()


def test_a_broken_page_needs_nothing_that_may_be_broken() -> None:
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500 and "Something broke on our side" in answer.content.decode()


def test_what_is_too_large_is_refused_with_what_would_fit(owner: Member) -> None:
    answer = signed(owner).post("/add-lead/", {"message": "x" * (2 * 1024 * 1024 + 70_000)})
    assert answer.status_code == 413
    assert "At most 2 MB fit here. Nothing was stored." in answer.content.decode()


def test_pasting_more_than_fits_is_refused_with_what_would_fit(owner: Member) -> None:
    answer = signed(owner).post("/imports/", {"pasted": "x" * (2 * 1024 * 1024 + 1)})
    assert answer.status_code == 413 and "At most 2 MB fit here" in answer.content.decode()


def test_the_log_holds_no_address_and_no_query(owner: Member, caplog: pytest.LogCaptureFixture) -> None:
    client = signed(owner)
    caplog.clear()
    client.get("/more/?email=hazel@example.com")
    said = str([record.msg for record in caplog.records])
    assert "'page': 'more'" in said and "'status': 200" in said
    assert "hazel" not in said and "?" not in said
