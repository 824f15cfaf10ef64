"""The distribution's Chromium, and the two sizes in which every page is tried."""

import os
from pathlib import Path
from typing import Any

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
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
    return os.environ.get("NEXTCALL_CHROMIUM") or next((path for path in PLACES if Path(path).exists()), None)
