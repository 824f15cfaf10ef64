"""Every provider behaves alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nextcall.channels.contract import SendError, Uncertain
from tests.channels.conformance import BENCHES, Bench, outgoing, send


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with BENCHES[request.param]() as made:
        yield made


def test_a_message_arrives_once_and_is_receipted(bench: Bench) -> None:
    receipt = send(bench.provider, outgoing(bench, "ref-1"))
    assert receipt.provider_reference
    assert bench.arrived() == ["ref-1"]


def test_an_address_that_does_not_exist_is_a_permanent_refusal_that_marks_it(bench: Bench) -> None:
    with pytest.raises(SendError) as refused:
        send(bench.provider, outgoing(bench, "ref-1", to=bench.gone))
    assert refused.value.permanent
    assert refused.value.problem == bench.problem
    assert bench.arrived() == []


def test_a_far_end_that_is_busy_is_a_temporary_refusal(bench: Bench) -> None:
    with pytest.raises(SendError) as refused:
        send(bench.provider, outgoing(bench, "ref-1", to=bench.busy))
    assert not refused.value.permanent
    assert refused.value.problem == ""


def test_a_far_end_that_cannot_be_reached_is_a_temporary_refusal(bench: Bench) -> None:
    assert bench.unreachable is not None
    with pytest.raises(SendError) as refused:
        send(bench.unreachable, outgoing(bench, "ref-1"))
    assert not refused.value.permanent


def test_a_line_cut_after_hand_over_leaves_it_uncertain(bench: Bench) -> None:
    with pytest.raises(Uncertain):
        send(bench.provider, outgoing(bench, "ref-1", to=bench.cut))


def test_it_works_on_after_every_kind_of_failure(bench: Bench) -> None:
    for n, to in enumerate((bench.gone, bench.busy, bench.cut)):
        with pytest.raises((SendError, Uncertain)):
            send(bench.provider, outgoing(bench, f"bad-{n}", to=to))
    send(bench.provider, outgoing(bench, "good"))
    assert bench.arrived()[-1] == "good"


def test_several_threads_send_at_once(bench: Bench) -> None:
    references = [f"ref-{n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda reference: send(bench.provider, outgoing(bench, reference)), references))
    assert sorted(bench.arrived()) == sorted(references)


def test_a_look_up_tells_the_truth_or_says_that_it_cannot_tell(bench: Bench) -> None:
    send(bench.provider, outgoing(bench, "ref-1"))
    assert bench.provider.look_up(bench.handed("ref-1")) in ("sent", "unknown")
    assert bench.provider.look_up(bench.handed("ref-2")) in ("never_arrived", "unknown")


def test_closing_twice_is_harmless(bench: Bench) -> None:
    send(bench.provider, outgoing(bench, "ref-1"))
    bench.provider.close()
    bench.provider.close()
