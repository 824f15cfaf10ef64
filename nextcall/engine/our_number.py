"""A claim's texts and the numbers that they leave from."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from nextcall.engine import number_pace
from nextcall.engine.knowledge import Knowledge
from nextcall.engine.numbers import Number, Pool
from nextcall.engine.senders import Sender
from nextcall.engine.settle import Settled

LOOK_AGAIN = timedelta(seconds=60)  # somebody may have raised a limit meanwhile


def pool_of(sender: Sender | None, channel: str, known: Knowledge) -> Pool | None:
    """None: no number of the account's is named, and the connection's own or its messaging service is used."""
    if channel != "text" or sender is None or sender.connection_id is None:
        return None
    return known.pools.get(sender.connection_id)


def room(sender: Sender, channel: str, known: Knowledge, wanted: int, at: datetime) -> tuple[int, datetime]:
    """How many of `wanted` texts the pool could let go now, and when it is to be asked again."""
    pool = pool_of(sender, channel, known)
    free = pool.room() if pool is not None else None
    if pool is None or free is None or free >= wanted:
        return wanted, at
    return free, min(pool.again_at(), at + LOOK_AGAIN)


def choose(settled: Sequence[Settled], known: Knowledge) -> None:
    """Gives each text that may leave its number; one that has none now waits, and says until when and why."""
    for one in settled:
        pool = pool_of(one.sender, one.due.channel, known) if one.state == "sending" and not one.due.sample else None
        if pool is None or one.point is None:
            continue
        chosen = pool.choose(one.point.value, knows=one.due.our_number_id or one.point.our_number_id)
        one.number = chosen.number
        if chosen.number is None:
            one.state, one.rule, one.because, one.due_at = "planned", chosen.rule, chosen.says[:200], chosen.again_at
            one.decision, one.gate = None, None  # the gate allowed it; it is asked again then


def take(members: Sequence[Settled], known: Knowledge, at: datetime) -> list[Settled]:
    """Those whose number still had room, reserved; what another engine took meanwhile stays planned."""
    wanted = Counter[Number](one.number for one in members if one.number)
    zones = {one.number.id: known.accounts[one.due.account_id].zone for one in members if one.number}
    left = number_pace.take(wanted, zones, at=at)
    kept = []
    for one in members:
        if one.number is not None:
            left[one.number.id] = left.get(one.number.id, 0) - 1
            if left[one.number.id] < 0:
                continue
        kept.append(one)
    return kept
