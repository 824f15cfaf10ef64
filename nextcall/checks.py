"""What is misconfigured and how to mend it, as Django system checks: `nextcall doctor` and `serve` print them."""

import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks

from nextcall.consent import second_reader
from nextcall.lib import zone_data

LOCAL = ("localhost", "127.0.0.1", "::1")


def everything(**_: Any) -> list[checks.CheckMessage]:
    return [*address(), *keys(), *key_files(), *home(), *database(), *zones(), *stop_model(), *debug()]


def address() -> list[checks.CheckMessage]:
    parts = urlsplit(settings.URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        return [
            checks.Error(
                f"NEXTCALL_URL is {settings.URL!r}, which is no address of a site",
                hint="write scheme and host, such as https://calls.example.com",
                id="nextcall.E001",
            )
        ]
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        return [
            checks.Warning(
                "NEXTCALL_URL is plain http: sessions can be read on the way",
                hint="put a proxy with https in front and set NEXTCALL_URL to its address",
                id="nextcall.W001",
            )
        ]
    return []


def keys() -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if len(settings.SECRET_KEY) < 40:
        found.append(
            checks.Error(
                "NEXTCALL_SECRET_KEY is shorter than 40 characters",
                hint="unset it, and one is made in NEXTCALL_HOME/secret.key",
                id="nextcall.E002",
            )
        )
    try:
        Fernet(settings.SEALING_KEY)
    except ValueError:
        found.append(
            checks.Error(
                "NEXTCALL_SEALING_KEY is no Fernet key (32 bytes in url-safe base64)",
                hint="put back the key from your backup; without it, stored credentials cannot be opened",
                id="nextcall.E003",
            )
        )
    return found


def key_files() -> list[checks.CheckMessage]:
    loose = [
        path
        for path in (settings.HOME / "secret.key", settings.HOME / "sealing.key")
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    return [
        checks.Error(f"{path} can be read by others", hint=f"chmod 600 {path}", id="nextcall.E004") for path in loose
    ]


def home() -> list[checks.CheckMessage]:
    path: Path = settings.HOME
    if path.is_dir() and os.access(path, os.W_OK):
        return []
    return [
        checks.Error(
            f"NEXTCALL_HOME is {path}, where this process cannot write",
            hint="make it, and give it to the user that runs Nextcall",
            id="nextcall.E005",
        )
    ]


def database() -> list[checks.CheckMessage]:
    url = os.environ.get("DATABASE_URL", "")
    if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
        return [
            checks.Error(
                f"DATABASE_URL begins with {urlsplit(url).scheme or 'nothing'}://",
                hint="write postgresql://user:password@host/name, or unset it for SQLite",
                id="nextcall.E006",
            )
        ]
    return []


def zones() -> list[checks.CheckMessage]:
    if zone_data.is_current():
        return []
    return [
        checks.Error(
            f"the zone data is {zone_data.version()}, and {zone_data.OLDEST} is the oldest to decide on",
            hint="install the locked requirements again: calls and texts wait until then",
            id="nextcall.E007",
        )
    ]


def stop_model() -> list[checks.CheckMessage]:
    if not (problem := second_reader.problem()):
        return []
    return [
        checks.Warning(
            f"NEXTCALL_STOP_MODEL {problem}",
            hint="write package.module:function of a package installed beside Nextcall, or unset it: nothing is added",
            id="nextcall.W002",
        )
    ]


def debug() -> list[checks.CheckMessage]:
    if settings.DEBUG and urlsplit(settings.URL).hostname not in LOCAL:
        return [
            checks.Error(
                "NEXTCALL_DEBUG is on, and shows the insides to whoever finds an error",
                hint="unset NEXTCALL_DEBUG",
                id="nextcall.E008",
            )
        ]
    return []
