"""What a provider is asked with after a crash."""

from datetime import timedelta

import pytest

from nextcall.channels.contract import Handed, Receipt
from nextcall.channels.memory import Memory
from nextcall.engine.due import Claims
from nextcall.engine.handing import LEASE, handed
from nextcall.engine.rescue import rescue
from nextcall.engine.senders import Senders
from nextcall.leads.models import Lead
from tests.builders import MONDAY, make_touch

CLAIMED = MONDAY + timedelta(minutes=1)


def test_when_it_was_claimed_is_told_however_often_it_was_taken_over(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that dies while it asks leaves a lease of its own; the text left before that one began."""
    touch = make_touch(lead, "text", body="Hi", due_at=MONDAY)
    memory = Memory()
    asked: list[Handed] = []

    def dies(one: Handed) -> Receipt:
        asked.append(one)
        raise KeyboardInterrupt

    monkeypatch.setattr(memory, "look_up", dies)
    everyone = Senders(memory)
    Claims("first", everyone).claim(at=CLAIMED)
    for nth in range(1, 4):
        with pytest.raises(KeyboardInterrupt):
            rescue(everyone, engine=f"engine {nth}", at=CLAIMED + nth * (LEASE + timedelta(seconds=1)))
    assert [one.at for one in asked] == [CLAIMED] * 3
    touch.refresh_from_db()
    assert handed(touch).at == CLAIMED
