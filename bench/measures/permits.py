"""What a permit costs: issued and redeemed for one message, in microseconds. Pure; no database is asked."""

import hmac
import time

from bench.figures import Figure
from bench.floors import BODY
from nextcall.channels import permit
from nextcall.channels.contract import Outgoing
from nextcall.lib import ticking


def measure(size: int) -> list[Figure]:
    """`size` messages as long as a worded text, one after the other."""
    messages = [Outgoing(reference=f"{n:032x}", channel="text", to="+13035550142", body=BODY) for n in range(size)]
    since = ticking.now()  # once a claim
    began = time.perf_counter()
    for message in messages:
        permit.redeem(permit.issue(message, reason="gate", seconds=600.0, since=since), message)
    took = time.perf_counter() - began
    key = b"k" * 32
    began = time.perf_counter()
    for message in messages:
        for _ in range(2):
            hmac.digest(key, message.body.encode(), "sha256")
    floor = time.perf_counter() - began
    name = "one permit issued and redeemed"
    return [Figure(name, took / size * 1e6, "us", floor / size * 1e6, "HMAC-SHA256 of the body, twice", "under 50")]
