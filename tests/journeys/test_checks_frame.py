"""What holds on every page: width, one filled button, words, themes, tab order. Pages find themselves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from nextcall.team.models import Account, Member
from tests.journeys.conftest import Clock, Engine
from tests.journeys.everywhere import lay, look, paths

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def every(account: Account, ann: Member, clock: Clock, engine: Engine, enter: Enter) -> list[str]:
    leads = lay(account, ann, clock)
    enter(ann)
    return paths(ann, leads[0])


def test_check_02_and_03_and_36_pages_fit_320_pixels_fill_one_button_and_never_scold(
    page: Page, every: list[str]
) -> None:
    usual = page.viewport_size
    assert usual
    found: dict[str, object] = {}
    for path in every:
        page.goto(path)
        found |= {f"{path} {name}": wrong for name in ("filled", "words") if (wrong := page.evaluate(look(name)))}
        page.set_viewport_size({"width": 320, "height": 700})
        found |= {f"{path} wide": wrong for wrong in [page.evaluate(look("wide"))] if wrong}
        page.set_viewport_size(usual)
    assert not found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_check_37_nothing_serious_for_assistive_tech_on_any_page(page: Page, every: list[str], theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found = {}
    for path in every:
        page.goto(path)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        grave = [one for one in violations if one["impact"] in ("serious", "critical")]
        if grave:
            found[path] = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in grave]
    assert not found


@pytest.mark.parametrize("zoom", [1, 2], ids=["as it is", "at 200 percent"])
def test_check_38_tab_follows_reading_and_its_ring_is_never_covered(page: Page, every: list[str], zoom: int) -> None:
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": max(320, size["width"] // zoom), "height": size["height"] // zoom})
    page.keyboard.press("Tab")  # from here on rings are shown
    found = {}
    for path in every:
        page.goto(path)
        page.keyboard.press("Tab")
        wrong = page.evaluate(look("tab"))
        if wrong:
            found[path] = wrong
    assert not found
