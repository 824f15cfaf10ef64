"""The distribution's Chromium, and the two sizes in which every page is tried.

Its headless shell comes first: the same engine without a browser's windows, for a third of the work. It shows no
notices, so what shows one asks for the whole browser.
"""

import os
from pathlib import Path
from typing import Any

SHELL = "/usr/bin/chromium-headless-shell"
WHOLE = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}
SIZES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}


def place() -> str | None:
    """Where it is; None if it is not installed (script/setup --browser does that)."""
    return os.environ.get("NEXTCALL_CHROMIUM") or first_of(SHELL, *WHOLE)


def whole() -> str | None:
    """Where the browser with everything is, if it is here."""
    return first_of(*WHOLE) or os.environ.get("NEXTCALL_CHROMIUM")


def first_of(*places: str) -> str | None:
    return next((path for path in places if Path(path).exists()), None)
