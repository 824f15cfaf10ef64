"""Words in the composers: what is wrong with them stands below while they are written, on a phone and a desktop."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences.models import Touch
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Member], None]


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock, engine: Engine) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=ann, phone="+13035550142", email="hazel@example.com")


@pytest.mark.parametrize("path", ["leads/{}/?mode=email", "inbox/{}/?mode=email"])
def test_what_is_wrong_stands_below_the_words_and_a_doubt_is_sent_anyway(
    page: Page, enter: Enter, ann: Member, hazel: Lead, path: str
) -> None:
    enter(ann)
    page.goto(f"/{path.format(hazel.pk)}")
    email = page.locator("[data-panel=email]")
    body, said = email.locator("textarea"), email.locator("[data-words]")
    body.fill("A quiet house, no kids.")
    expect(said).to_contain_text("Cannot be sent")
    expect(said).to_contain_text("\u201cno kids\u201d")
    expect(said).to_contain_text("FH-01.family_status")
    expect(said.get_by_role("button", name="Send anyway")).to_have_count(0)
    assert grave(page) == []
    body.fill("The master bedroom faces east.")
    expect(said).to_contain_text("May be wrong")
    if folder := os.environ.get("NEXTCALL_LOOKS"):
        page.screenshot(path=Path(folder, f"words-{path.split('/')[0]}-{page.viewport_size['width']}.png"))
    said.get_by_role("button", name="Send anyway").click()
    expect(body).to_have_value("")
    assert Touch.objects.get(lead=hazel).body == "The master bedroom faces east."


def test_settings_say_who_we_are_to_leads(page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead) -> None:
    Member.objects.filter(pk=ann.pk).update(role="owner")
    ann.refresh_from_db()
    enter(ann)
    page.goto("/settings/identity/")
    page.get_by_label("Trade").select_option("mortgage")
    page.get_by_label("NMLS id of the company").fill("123456")
    page.get_by_label("Licences of the company").fill("CO 100")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_label("Licences of the company")).to_have_value("CO 100")
    assert grave(page) == []
    if folder := os.environ.get("NEXTCALL_LOOKS"):
        page.screenshot(path=Path(folder, f"identity-{page.viewport_size['width']}.png"), full_page=True)
    account.refresh_from_db()
    assert (account.trade, account.licences) == ("mortgage", {"CO": "100"})
