"""What every story of the Now page does: look at the card, tap, and wait until it is saved."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


def card(page: "Page", name: str) -> None:
    """This card is open."""
    expect(page.locator("#who")).to_have_text(name)


def saved(page: "Page") -> None:
    """What was tapped is saved: the card that follows is shown before that."""
    expect(page.locator("[data-undo]:not([data-pending])")).to_be_attached()


def ready(page: "Page", cards: int = 1) -> None:
    """So many cards are here before they are wanted."""
    until(page, f"(window.nextcall?.deck?.ready() ?? 0) >= {cards}")


def until(page: "Page", truth: str) -> None:
    """Waits in the page until it is so: `wait_for_function` evaluates a string anew, which our policy forbids."""
    page.evaluate(
        """async () => {
        for (let tries = 0; tries < 300; tries += 1) {
            if (TRUTH) return;
            await new Promise((go) => setTimeout(go, 30));
        }
        throw new Error("never came true");
    }""".replace("TRUTH", truth)
    )
