"""Whatever stands in a message, reading it ends in time and without an exception."""

import pytest

from bench.garbled import seeds
from bench.measures.meaning import run


@pytest.mark.slow
def test_no_garbled_answer_ends_in_an_exception() -> None:
    """A few hundred here; `python -m bench --only meaning` tries 10,000."""
    assert len(run(seeds(), 300, seed=23)) == 300
