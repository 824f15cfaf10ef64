"""Makes the icons of the installed app from nextcall/web/static/mark.svg, with Chromium. Run it when the mark changes.

.venv/bin/python script/make_icons.py
"""

import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import chromium

STATIC = Path(__file__).resolve().parents[1] / "nextcall" / "web" / "static"
CANVAS, WHITE = "#f3f6f4", "#ffffff"
# name, pixels, share of the square that the mark fills, corner, background, mark
ICONS = (
    ("app-192", 192, 0.62, "22%", "#0a6a4a", WHITE),
    ("app-512", 512, 0.62, "22%", "#0a6a4a", WHITE),
    ("maskable-512", 512, 0.46, "0", "#0a6a4a", WHITE),  # whatever shape cuts it, the middle 80% stays
    ("touch-180", 180, 0.58, "0", "#0a6a4a", WHITE),  # iOS rounds it itself
    ("badge-96", 96, 0.86, "0", "transparent", WHITE),  # a notice's small sign: only its shape counts
)


def page_of(size: int, share: float, corner: str, ground: str, ink: str) -> str:
    svg = (STATIC / "mark.svg").read_text().replace("#0a6a4a", ink)
    mark = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    wide = round(size * share)
    box = f"width:{size}px;height:{size}px;display:grid;place-items:center;background:{ground};border-radius:{corner}"
    return f'<body style="margin:0"><div style="{box}"><img src="{mark}" width="{wide}" height="{wide}"></div>'


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.place(), args=chromium.QUIET)
        for name, size, share, corner, ground, ink in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(page_of(size, share, corner, ground, ink))
            page.locator("img").evaluate("(it) => it.decode()")
            page.screenshot(path=STATIC / "icons" / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
