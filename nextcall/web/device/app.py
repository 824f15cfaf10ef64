"""The installed app: its manifest, its service worker, and the page shown without a connection."""

import hashlib
import json
import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nextcall.web.frame import SHEETS
from nextcall.web.tags import STATIC, asset

ROOMS = ("base", "now", "lead", "inbox", "leads", "device")  # whose pages open without a connection
NAMED = re.compile(r"""\{%\s*asset\s+"([^"]+)"\s*%\}""")
GROUND = "#f3f6f4"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone asks before it puts Nextcall on the home screen."""
    told: dict[str, Any] = {
        "id": "/",
        "name": "Nextcall",
        "short_name": "Nextcall",
        "description": "Lead follow-up that answers in seconds, keeps at it within the law, and stops when it should",
        "start_url": reverse("now"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": [_icon("app-192", 192), _icon("app-512", 512), {**_icon("maskable-512", 512), "purpose": "maskable"}],
        "shortcuts": [{"name": word, "url": reverse(name)} for name, word in (("now", "Now"), ("leads", "Leads"))],
    }
    answer = HttpResponse(json.dumps(told), content_type="application/manifest+json")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served at the root, so that every page is in its reach; asked for anew each time, so that it is never old."""
    answer = HttpResponse(_worker() if not settings.DEBUG else _worker.__wrapped__(), content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = "/"
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Kept on the device, and shown for a page that is not."""
    return render(request, "device/offline.html")


@lru_cache(maxsize=1)
def _worker() -> str:
    """The worker with the list of what it keeps; another list, or another script, is another version."""
    script, kept = (STATIC / "sw.js").read_text("utf-8"), assets()
    version = hashlib.sha256("\n".join([script, *kept]).encode()).hexdigest()[:12]
    told = {"version": version, "assets": kept, "offline": reverse("offline")}
    return f"self.NEXTCALL = {json.dumps(told)};\n{script}"


def assets() -> list[str]:
    """The static files of the pages that open without a connection, as their templates name them."""
    templates = STATIC.parent / "templates"
    named = set(SHEETS) | {"icons.svg", "icons/app-192.png", "icons/badge-96.png"}
    for room in ROOMS:
        for page in sorted((templates / room).glob("*.html")):
            named |= set(NAMED.findall(page.read_text("utf-8")))
    return [asset(path) for path in sorted(named) if (STATIC / path).exists()]


def _icon(name: str, size: int) -> dict[str, str]:
    return {"src": asset(f"icons/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
