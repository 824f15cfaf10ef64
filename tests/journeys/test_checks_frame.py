"""What holds on every page: width, one filled button, words, themes, tab order. Pages find themselves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from nextcall.team.models import Account, Member
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine
from tests.journeys.everywhere import lay, look, paths
from tests.journeys.sizes import IN_BOTH_THEMES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def every(account: Account, ann: Member, clock: Clock, engine: Engine, enter: Enter) -> list[str]:
    leads = lay(account, ann, clock)
    enter(ann)
    return paths(ann, leads[0])


@IN_BOTH_THEMES
def test_check_02_and_03_and_36_to_38_pages_fit_320_pixels_fill_one_button_never_scold_serve_all_and_show_where_tab_is(
    page: Page, every: list[str], theme: str
) -> None:
    """Check 37: nothing serious for assistive tech. Check 38: Tab follows the reading and its ring is never covered,
    at 200 percent either. One load for all."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    usual = page.viewport_size
    assert usual
    doubled = {"width": max(320, usual["width"] // 2), "height": usual["height"] // 2}
    asked = ((usual, ("filled", "words", "tab")), (doubled, ("tab",)), ({"width": 320, "height": 700}, ("wide",)))
    found: dict[str, object] = {}
    for path in every:
        page.goto(path)
        if wrong := grave(page):
            found[f"{path} for assistive tech"] = wrong
        page.keyboard.press("Tab")  # from here on rings are shown
        for size, names in asked:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            at = f"{path} at {size['width']}"
            found |= {f"{at} {name}": wrong for name in names if (wrong := page.evaluate(look(name)))}
        page.set_viewport_size(usual)
    assert not found
