"""A decision stays under a hundred microseconds of our own time, wherever the person is."""

import pytest

from bench.measures import gate


@pytest.mark.parametrize("name", gate.PLACES)
def test_a_decision_costs_under_a_hundred_microseconds(name: str) -> None:
    found = gate._of(name, gate.facts_in(gate.PLACES[name]), 400)
    assert found.floor and 0 < found.floor < found.value < 100, (name, found.value)
