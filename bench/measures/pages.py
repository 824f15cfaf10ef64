"""The moments of a working day: server time in this process through every middleware, and queries for each.

The aims are those of the pages' own table: an outcome within 100 ms, a page within 150 ms at the 95th percentile.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.figures import Figure, percentile
from bench.measures.web import open_calls, sign_in
from nextcall.cadences.models import Touch
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Member

WARM = 5  # the first ones compile templates


@dataclass(frozen=True)
class Moment:
    """What a person does, again and again; `do` gets the number of the time."""

    what: str
    aim_ms: int
    do: Callable[[int], HttpResponse]


def measure(size: int, *, stored: int) -> list[Figure]:
    open_calls(2000)
    rep = Member.objects.filter(role="rep").order_by("pk")[0]
    owner = Member.objects.get(role="owner")
    figures = []
    for moment in (*worked(sign_in(rep), rep), *looked_at(sign_in(owner), owner)):
        took, queries = times(moment, size)
        name = f"{moment.what}, p95 ({queries} queries)"
        figures.append(Figure(name, percentile(took, 0.95), "ms", aim=f"{moment.aim_ms} ms"))
    return figures


def worked(client: Client, rep: Member) -> Sequence[Moment]:
    """Card after card: the hand, an outcome, its undo."""
    calls = Touch.objects.filter(state="open", owner=rep).order_by("pk").values_list("pk", "lead_id")
    touches = list(calls[: 2000 // 7])

    def told(n: int) -> HttpResponse:
        touch, lead = touches[n % len(touches)]
        path = reverse("outcome", args=[lead])
        return client.post(path, {"touch": touch, "outcome": "no_answer"}, headers={"Accept": "application/json"})

    def undone(n: int) -> HttpResponse:
        told(-n - 1)
        return client.post(reverse("undo", args=[_latest(rep)]), headers={"Accept": "application/json"})

    return (
        Moment("Now, first load", 100, lambda n: client.get(reverse("now"))),
        Moment("the next two cards", 100, lambda n: client.get(reverse("now_hand"), {"n": 2})),
        Moment("an outcome saved", 100, told),
        Moment("an outcome saved and undone", 200, undone),
    )


def _latest(rep: Member) -> int:
    return int(Action.objects.filter(member=rep, undone_at=None).order_by("-pk").values_list("pk", flat=True)[0])


def looked_at(client: Client, owner: Member) -> Sequence[Moment]:
    """Pages that show many, with an owner's eyes: everybody's leads."""
    leads = list(Lead.objects.filter(account=owner.account_id, attempts__gt=0).values_list("pk", flat=True)[:200])
    words = ("thorne", "okafor", "ingrid", "haddad", "lead4711")

    def get(what: str, aim: int, name: str, query: str = "") -> Moment:
        return Moment(what, aim, lambda n: client.get(reverse(name) + query))

    return (
        Moment("a lead", 150, lambda n: client.get(reverse("lead", args=[leads[n % len(leads)]]))),
        get("the Inbox, 50 rows", 150, "inbox"),
        get("Leads, 50 rows", 150, "leads"),
        get(
            "Leads, tried under 3 times, quiet 14 days, can be called",
            150,
            "leads",
            "?tries=under3&untouched=14&can=call",
        ),
        Moment("search as you type", 80, lambda n: client.get(reverse("search"), {"q": words[n % len(words)]})),
        get("Cadences", 150, "cadences"),
    )


def times(moment: Moment, size: int) -> tuple[list[float], int]:
    """Milliseconds of each time, and the queries of the last one."""
    took = []
    for n in range(size + WARM):
        began = time.perf_counter()
        answer = moment.do(n)
        spent = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"bench: {moment.what} answers {answer.status_code}")
        if n >= WARM:
            took.append(spent)
    with CaptureQueriesContext(connection) as queries:
        moment.do(size + WARM)
    return took, len(queries)
