"""kill -9 at random instants, in its short form; `make kill-rounds` runs the long one."""

from pathlib import Path

import pytest

from tests.conftest import start_postgresql
from tests.engine.kill_rounds import rounds

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("knows", [True, False], ids=["provider-knows", "provider-cannot-tell"])
def test_one_engine_on_sqlite(tmp_path: Path, knows: bool) -> None:
    verdict = rounds(number=4, touches=150, engines=1, knows=knows, home=tmp_path)
    assert verdict.twice == []
    assert verdict.lost == []
    assert verdict.sent >= 150 - verdict.uncertain
    assert verdict.kills
    if knows:
        assert verdict.uncertain == 0


def test_two_engines_on_postgresql(tmp_path: Path) -> None:
    verdict = rounds(number=5, touches=200, engines=2, knows=False, home=tmp_path, database_url=start_postgresql())
    assert verdict.twice == []
    assert verdict.lost == []
    assert verdict.sent >= 200 - verdict.uncertain


def test_a_carrier_that_had_it_when_we_died_is_asked_and_has_it_once(tmp_path: Path) -> None:
    """Twilio has no idempotency key: what it took before the crash is found by its number and words."""
    verdict = rounds(number=5, touches=120, engines=1, knows=True, home=tmp_path, carrier=True)
    assert (verdict.twice, verdict.lost, verdict.uncertain) == ([], [], 0)
    assert verdict.kills and verdict.sent >= 120


def test_two_engines_and_a_carrier_on_postgresql(tmp_path: Path) -> None:
    url = start_postgresql()
    verdict = rounds(number=5, touches=120, engines=2, knows=True, home=tmp_path, database_url=url, carrier=True)
    assert (verdict.twice, verdict.lost, verdict.uncertain) == ([], [], 0)
    assert verdict.kills and verdict.sent >= 120
