"""A post that comes twice changes nothing the second time, and gets the first one's answer (Idempotency-Key)."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from nextcall.engine.models import Taken
from nextcall.lib import bulk
from nextcall.web.access import SignedIn
from nextcall.web.going_back import Told, note_latest, tell, wants_json

P = ParamSpec("P")
View = Callable[Concatenate[SignedIn, P], HttpResponse]

LONGEST_KEY = 64
LONGEST_AGO = timedelta(days=7)
TOO_LONG = f"The key of this post is longer than {LONGEST_KEY} characters; send a shorter one, or none."


def once(view: View[P]) -> View[P]:
    """Under `signed_in`: with an Idempotency-Key (or a field `key`) the deed and its answer are kept as one.

    Two at once: the second waits for the first. What fails (an exception, a 5xx) leaves nothing, so that the same
    key may try again.
    """

    @wraps(view)
    def taken_once(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key") or request.POST.get("key", "")
        if len(key) > LONGEST_KEY or "\0" in key:
            return _refused(request, TOO_LONG, status=400)
        note_latest(request)
        if not key:
            return view(request, *args, **kwargs)
        return _take(request, key, lambda: view(request, *args, **kwargs))

    return taken_once


def when_it_happened(request: HttpRequest, now: datetime | None = None) -> datetime:
    """When the member did it: `age` seconds ago, if a phone without network kept it; nothing else is believed."""
    now = now or timezone.now()
    try:
        age = float(request.POST.get("age", "")[:20] or 0)
    except ValueError:
        return now
    believable = math.isfinite(age) and 0 <= age <= LONGEST_AGO.total_seconds()
    return now - timedelta(seconds=age) if believable else now


def _take(request: SignedIn, key: str, deed: Callable[[], HttpResponse]) -> HttpResponse:
    """The deed and the row that says it was done, in one transaction.

    A second one waits for it: at SQLite's write lock, on PostgreSQL at the unique key.
    """
    member = request.member
    mine = bulk.row(Taken, account_id=member.account_id, member_id=member.pk, key=key, at=timezone.now())
    with transaction.atomic():
        if not bulk.insert_new([mine]):
            return _again(request, Taken.objects.get(account=member.account, member=member, key=key))
        answer = deed()
        if answer.status_code >= 500:
            transaction.set_rollback(True)
        else:
            Taken.objects.filter(pk=mine.pk).update(answer=_kept(request, answer))
    return answer


def _kept(request: HttpRequest, answer: HttpResponse) -> dict[str, Any]:
    told: Told = getattr(request, "told", None) or Told(url=answer.get("Location", ""))
    return {**told.stored, "status": answer.status_code}


def _again(request: HttpRequest, taken: Taken) -> HttpResponse:
    kept = dict(taken.answer)
    status = int(kept.pop("status", 200))
    told = Told(**kept)
    if wants_json(request) or told.url:
        return tell(request, told)
    return HttpResponse(status=status)


def _refused(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(Told(problem=words).stored, status=status)
    return render(request, "errors/400.html", {"problem": words}, status=status)
