"""What the tests of the engine share."""

from collections.abc import Iterator

import pytest

from nextcall.lib.wake import Waker


@pytest.fixture
def waker() -> Iterator[Waker]:
    """Wakes when something was committed."""
    ear = Waker()
    yield ear
    ear.close()
