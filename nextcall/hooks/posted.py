"""One JSON object of a post, field by field; each error says what is wrong and what would be right."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse, UnreadablePostError

from nextcall.team.models import Account, LeadInKey

LONGEST = 64 * 1024


class Unreadable(ValueError):
    """What is wrong with the body, and what would be right."""


def account_of(key: str) -> Account | None:
    """Whose key this is: the key in the address is what proves the sender."""
    known = LeadInKey.objects.filter(key=key, revoked_at__isnull=True).select_related("account").first()
    return known.account if known else None


def no_such_key() -> JsonResponse:
    return JsonResponse({"error": "there is no such key, or it was revoked"}, status=HTTPStatus.NOT_FOUND)


def body_of(request: HttpRequest) -> dict[str, Any]:
    try:
        if len(request.body) > LONGEST:
            raise Unreadable(f"more than {LONGEST // 1024} KB")
        found = json.loads(request.body)
    except (RequestDataTooBig, UnreadablePostError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("the body is one JSON object") from error
    if not isinstance(found, dict):
        raise Unreadable("the body is one JSON object")
    return found


def text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Unreadable(f"{name} is text")
    return value[:longest]


def instant(body: dict[str, Any], name: str) -> datetime | None:
    value = text(body, name, 40)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable(f"{name} is ISO 8601 with an offset, like 2026-11-23T17:00:00Z") from error
    if found.tzinfo is None or not 2000 < found.year < 2200:
        raise Unreadable(f"{name} needs an offset, like 2026-11-23T17:00:00Z")
    return found
