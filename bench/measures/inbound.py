"""Answers that a carrier posts while texts are being sent: a thousand a minute, signed, to their place in the Inbox.

Posts come evenly, as a carrier's do; each is looked for in the Inbox's rows from the moment it was posted. The engines
send meanwhile whatever is due. Every answer is one Message and one waiting InboxItem in the end, or it counts as lost.
"""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from bench import clock
from bench.figures import Figure, percentile
from bench.measures.throughput import make_due
from bench.processes import engines, page_server, until
from nextcall.cadences.models import Touch
from nextcall.channels.sms.twilio_posts import signature
from nextcall.conversations.models import InboxItem, Message
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team import addresses
from nextcall.team.models import Account, Connection

A_MINUTE, POSTERS, SENDING_FOR_EACH = 1000, 4, 3
ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "bench-token", "+13035550100"
SAID = "Yes, call me"
Posted = tuple[int, float]  # lead, the moment it was posted


def measure(size: int) -> list[Figure]:
    """`size` answers at 1,000 a minute; three texts fall due for each."""
    account = Account.objects.order_by("pk")[0]
    key = "bench-hook"
    Connection.objects.create(  # hears alone: texts leave through what the bench's account has already
        account=account, channel="call", provider="twilio", hook_key=key, enabled=False, created_at=clock.now(),
        sealed=sealing.seal({"account_sid": ACCOUNT, "auth_token": TOKEN}),
    )  # fmt: skip
    leads = list(Lead.objects.filter(account=account, waiting_since=None).order_by("pk").values_list("pk", flat=True))
    phones = _phones(leads[:size])
    posted, seen, took = list[Posted](), dict[int, float](), list[float]()
    with engines(1), page_server() as port:
        began = make_due(size * SENDING_FOR_EACH)
        until(lambda: Touch.objects.filter(due_at=began, state="sent").exists(), "the first send", every=0.01)
        over = threading.Event()
        looking = threading.Thread(target=_look, args=(account.pk, seen, over))
        looking.start()
        start = time.monotonic()
        posters = [
            threading.Thread(target=_post, args=(port, key, phones[n::POSTERS], n, start, posted, took))
            for n in range(POSTERS)
        ]
        for one in posters:
            one.start()
        for one in posters:
            one.join()
        spent = time.monotonic() - start
        until(lambda: len(seen) >= len(phones), "the last answer in the Inbox", every=0.1, patience=60)
        over.set()
        looking.join()
    visible = [(seen[lead] - at) * 1000 for lead, at in posted]
    stored = Message.objects.filter(account=account, dedupe_key__startswith="twilio:SMbench").count()
    return [
        Figure(
            f"answers posted a minute while sending ({len(phones):,})", len(phones) / spent * 60, "/min", aim="1,000"
        ),
        Figure("answer to visible in the Inbox, p99", percentile(visible, 0.99), "ms", aim="2 s"),
        Figure("post to 204, p99", percentile(took, 0.99), "ms"),
        Figure("answers lost", float(len(phones) - stored), "", aim="none"),
    ]


def _phones(leads: Sequence[int]) -> list[tuple[int, str]]:
    rows = Lead.objects.filter(pk__in=leads, person__reaches__contact_point__kind="phone").order_by("pk")
    pairs = rows.values_list("pk", "person__reaches__contact_point__value")
    return list({pk: (pk, phone) for pk, phone in pairs}.values())


def _post(
    port: int,
    key: str,
    phones: Sequence[tuple[int, str]],
    nth: int,
    start: float,
    posted: list[Posted],
    took: list[float],
) -> None:
    """Every POSTERS-th answer at its moment of the minute, over a connection kept open."""
    path = f"/hooks/twilio/{key}"
    here = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for count, (lead, phone) in enumerate(phones):
        time.sleep(max(0.0, start + (count * POSTERS + nth) * 60 / A_MINUTE - time.monotonic()))
        form = {
            "MessageSid": f"SMbench{lead}",
            "SmsStatus": "received",
            "From": phone,
            "To": OURS,
            "Body": "Yes, call me",
        }
        shown = signature(TOKEN, addresses.public(path), list(form.items()))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": shown}
        began = time.monotonic()
        here.request("POST", path, urlencode(form), headers)
        answer = here.getresponse()
        answer.read()
        took.append((time.monotonic() - began) * 1000)
        if answer.status != 204:
            raise SystemExit(f"bench: the hook answers {answer.status}: {json.dumps(form)}")
        posted.append((lead, began))
    here.close()


def _look(account_id: int, seen: dict[int, float], over: threading.Event) -> None:
    """When each became visible, by the rows that the Inbox shows; looked at ten times a second."""
    from django.db import connection

    fresh = InboxItem.objects.filter(account=account_id, waiting_since__isnull=False, first_line=SAID)
    while not over.wait(0.1):
        found = fresh.values_list("lead_id", flat=True)
        moment = time.monotonic()
        for lead in found:
            seen.setdefault(lead, moment)
    connection.close()
