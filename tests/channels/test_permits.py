"""No provider can be called without a permit that is good for this very message, now, here, and once."""

import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.channels import permit
from nextcall.channels.contract import Found, Handed, NotPermitted, Outgoing, Receipt
from nextcall.channels.permit import Office, Permit
from nextcall.channels.provider import Provider
from nextcall.lib import ticking
from tests.channels.conformance import BENCHES, Bench, outgoing, permitted

NOON = datetime(2026, 11, 23, 19, tzinfo=UTC)
MESSAGE = Outgoing(reference="ref-1", channel="text", to="+13035550142", body="Hi", valid_until=NOON)


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with BENCHES[request.param]() as made:
        yield made


def elsewhere(message: Outgoing) -> Permit:
    return Office().issue(message, reason="gate", seconds=60)


def with_another_seal(message: Outgoing) -> Permit:
    return replace(permitted(message), seal=b"x" * 32)


def longer_than_it_was(message: Outgoing) -> Permit:
    return replace(permitted(message), until=ticking.now() + 3600)


def run_out(message: Outgoing) -> Permit:
    return permitted(message, since=ticking.now() - 61)


def used(bench: Bench, message: Outgoing) -> Permit:
    once = permitted(message)
    bench.provider.send(message, once)
    return once


FORGERIES: dict[str, Callable[[Outgoing], Permit | None]] = {
    "missing": lambda message: None,
    "another body's": lambda message: permitted(replace(message, body=message.body + " ")),
    "another subject's": lambda message: permitted(replace(message, subject="")),
    "another HTML's": lambda message: permitted(replace(message, html="")),
    "another recipient's": lambda message: permitted(replace(message, to="else@example.com")),
    "another channel's": lambda message: permitted(replace(message, channel="call")),
    "another touch's": lambda message: permitted(replace(message, reference="ref-2")),
    "another way out's": lambda message: permitted(replace(message, headers={"List-Unsubscribe": "<x>"})),
    "run out": run_out,
    "longer than it was": longer_than_it_was,
    "another process's": elsewhere,
    "sealed by hand": with_another_seal,
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_nothing_leaves_without_its_own_permit(bench: Bench, forgery: Callable[[Outgoing], Permit | None]) -> None:
    message = outgoing(bench, "ref-1")
    with pytest.raises(NotPermitted):
        bench.provider.send(message, forgery(message))
    assert bench.arrived() == []


def test_a_permit_is_good_once(bench: Bench) -> None:
    message = outgoing(bench, "ref-1")
    once = used(bench, message)
    with pytest.raises(NotPermitted) as refused:
        bench.provider.send(message, once)
    assert (refused.value.why, refused.value.permanent) == ("used", True)
    assert bench.arrived() == ["ref-1"]


def test_of_many_threads_with_one_permit_exactly_one_gets_through(bench: Bench) -> None:
    message = outgoing(bench, "ref-1")
    once = permitted(message)

    def leaves(_: int) -> bool:
        try:
            bench.provider.send(message, once)
        except NotPermitted:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(leaves, range(40))) == 1
    assert bench.arrived() == ["ref-1"]


def test_a_window_that_closed_while_the_message_waited_holds_it_back(bench: Bench) -> None:
    message = outgoing(bench, "ref-1", valid_until=NOON)
    allowed = permitted(message, at=NOON - timedelta(seconds=30), since=ticking.now() - 31)
    with pytest.raises(NotPermitted) as refused:
        bench.provider.send(message, allowed)
    assert (refused.value.why, refused.value.late, refused.value.permanent) == ("closed", True, False)
    assert bench.arrived() == []


def test_a_window_that_is_still_open_lets_it_leave(bench: Bench) -> None:
    message = outgoing(bench, "ref-1", valid_until=NOON)
    bench.provider.send(message, permitted(message, at=NOON - timedelta(seconds=30), since=ticking.now() - 20))
    assert bench.arrived() == ["ref-1"]


def test_a_provider_that_writes_its_own_send_cannot_even_be_defined() -> None:
    with pytest.raises(TypeError, match="_deliver"):

        class Careless(Provider):
            name = "careless"

            def send(self, message: Outgoing, permit: Permit | None) -> Receipt:  # type: ignore[misc]
                return Receipt("left")

            def _deliver(self, message: Outgoing) -> Receipt:
                return Receipt("left")

            def look_up(self, handed: Handed) -> Found:
                return "unknown"

            def close(self) -> None: ...


def test_a_child_process_can_use_none_of_its_parent_s_permits_and_its_own_are_worth_nothing_here() -> None:
    parent_s = permit.issue(MESSAGE, reason="gate", seconds=60, at=NOON - timedelta(hours=1))
    reads, writes = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover
        said = "used here"
        try:
            permit.redeem(parent_s, MESSAGE)
        except NotPermitted as refused:
            said = refused.why
        own = permit.issue(MESSAGE, reason="gate", seconds=60, at=NOON - timedelta(hours=1))
        os.write(writes, pickle.dumps((said, own)))
        os._exit(0)
    os.waitpid(child, 0)
    said, child_s = pickle.loads(os.read(reads, 4096))
    assert said == "foreign"
    with pytest.raises(NotPermitted) as refused:
        permit.redeem(child_s, MESSAGE)
    assert refused.value.why == "foreign"
    permit.redeem(parent_s, MESSAGE)  # the child's attempt did not use it up


changes = st.sampled_from([one.name for one in fields(Outgoing)]).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
        if name == "headers"
        else st.datetimes(timezones=st.just(UTC))
        if name == "valid_until"
        else st.text(max_size=12),
    )
)


@given(changes)
def test_whatever_is_changed_in_a_message_its_permit_is_good_for_it_no_more(change: tuple[str, Any]) -> None:
    changed = replace(MESSAGE, **{change[0]: change[1]})
    allowed = permit.issue(MESSAGE, reason="gate", seconds=60, at=NOON - timedelta(hours=1))
    if changed == MESSAGE:
        permit.redeem(allowed, changed)
        return
    with pytest.raises(NotPermitted) as refused:
        permit.redeem(allowed, changed)
    assert refused.value.why == "changed"
    permit.redeem(allowed, MESSAGE)


def test_permits_that_nobody_used_are_forgotten_and_never_good_again() -> None:
    clock = [0.0]
    office = Office(tick=lambda: clock[0])
    unused = [office.issue(MESSAGE, reason="gate", seconds=60, at=NOON - timedelta(days=1)) for _ in range(100)]
    clock[0] = 10_000.0
    for _ in range(100):
        office.redeem(office.issue(MESSAGE, reason="gate", seconds=60, at=NOON - timedelta(days=1)), MESSAGE)
    assert len(office._standing) < 2
    for one in unused:
        with pytest.raises(NotPermitted):
            office.redeem(one, MESSAGE)


def test_one_that_is_late_is_told_from_one_that_was_used() -> None:
    clock = [0.0]
    office = Office(tick=lambda: clock[0])
    late = office.issue(replace(MESSAGE, valid_until=None), reason="gate", seconds=60)
    clock[0] = 60.0
    with pytest.raises(NotPermitted) as refused:
        office.redeem(late, replace(MESSAGE, valid_until=None))
    assert refused.value.why == "expired"
