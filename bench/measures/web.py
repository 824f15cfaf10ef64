"""The next card and the Leads page: server time in this process, through every middleware."""

import time
from datetime import timedelta

from django.test import Client

from bench import clock
from bench.figures import Figure, percentile
from nextcall.cadences.models import Touch
from nextcall.team.models import Member
from nextcall.web.access import FENCE, MEMBER


def measure(size: int, *, stored: int) -> list[Figure]:
    open_calls(2000)
    figures = []
    rep = Member.objects.filter(role="rep").order_by("pk")[0]
    owner = Member.objects.get(role="owner")
    for what, path, member, aim in (
        ("the next card", "/now/", rep, "30 ms"),
        ("the Leads page, a rep's", "/leads/", rep, "60 ms"),
        ("the Leads page, everybody's", "/leads/", owner, "60 ms"),
        ("the Leads page, searched", "/leads/?q=thorne", owner, "60 ms"),
    ):
        took = times(sign_in(member), path, size)
        figures.append(Figure(f"{what} at {stored:,} leads, p95", percentile(took, 0.95), "ms", aim=aim))
    return figures


def open_calls(count: int) -> None:
    """Calls that wait for their reps since an hour."""
    ids = list(Touch.objects.filter(state="planned", channel="call").order_by("?").values_list("pk", flat=True)[:count])
    for start in range(0, len(ids), 500):
        Touch.objects.filter(pk__in=ids[start : start + 500]).update(
            state="open", due_at=clock.now() - timedelta(hours=1)
        )


def sign_in(member: Member) -> Client:
    client = Client(HTTP_HOST="localhost")
    session = client.session
    session[MEMBER], session[FENCE] = member.pk, member.get_session_auth_hash()
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def times(client: Client, path: str, size: int) -> list[float]:
    took = []
    for n in range(size + 5):
        began = time.perf_counter()
        answer = client.get(path)
        spent = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"bench: {path} answers {answer.status_code}")
        if n >= 5:  # the first ones compile templates
            took.append(spent)
    return took
