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
