"""A cadence whose words may not be said is neither saved, nor brought in, nor what new leads start on."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nextcall.cadences import drafts, parse, versions
from nextcall.cadences.models import Cadence, CadenceVersion
from nextcall.team.models import Account, Member
from tests.builders import make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
WORDS = "Your request just reached me."


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def source(words: str, slug: str = "fast-start-light") -> str:
    shipped = parse.library()["fast-start-light"].source
    return shipped.replace(WORDS, words).replace('slug = "fast-start-light"', f'slug = "{slug}"')


def see(client: Client, path: str, **fields: object) -> str:
    return html.unescape(client.post(path, fields, follow=True).content.decode())


def keep(account: Account, owner: Member, words: str) -> Cadence:
    versions.install(account, at=timezone.now())
    cadence = Cadence.objects.get(account=account, slug="fast-start-light")
    drafts.keep(cadence=cadence, source=source(words), by=owner, at=timezone.now())
    return cadence


def test_a_draft_with_words_that_may_not_be_said_is_not_saved(client: Client, account: Account, owner: Member) -> None:
    cadence = keep(account, owner, "Adults only.")
    page = see(client, "/cadences/fast-start-light/save/")
    assert "Not saved." in page
    assert "\u201cAdults only\u201d" in page
    assert "FH-01.family_status" in page
    assert cadence.versions.count() == 1


def test_the_trade_decides_about_words_of_credit(client: Client, account: Account, owner: Member) -> None:
    cadence = keep(account, owner, "Zero down.")
    Account.objects.filter(pk=account.pk).update(trade="mortgage")
    page = see(client, "/cadences/fast-start-light/save/")
    assert "\u201cZero down\u201d" in page
    assert cadence.versions.count() == 1
    Account.objects.filter(pk=account.pk).update(trade="")
    assert "Saved as version 2" in see(client, "/cadences/fast-start-light/save/")


def test_a_file_with_such_words_is_not_brought_in(client: Client, account: Account) -> None:
    file = SimpleUploadedFile("ours.toml", source("No kids.", "ours").encode())
    assert "\u201cNo kids\u201d" in see(client, "/cadence-file/", file=file)
    assert not CadenceVersion.objects.filter(account=account, cadence__slug="ours").exists()


def test_new_leads_do_not_start_on_it(client: Client, account: Account, owner: Member) -> None:
    versions.add(account, source("No kids.", "ours"), by=owner, at=timezone.now())
    assert "Not switched on." in see(client, "/cadences/ours/default/")
    account.refresh_from_db()
    assert account.default_cadence == "fast-start-light"
    company = {"name": "Acme", "seller_name": "Acme", "zone": "America/Denver", "undo_seconds": "10"}
    assert "Not switched on." in see(client, "/settings/company/", **company, default_cadence="ours")
    account.refresh_from_db()
    assert account.default_cadence == "fast-start-light"
