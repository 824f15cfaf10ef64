"""Two engines and three members at once: no cap is exceeded, nothing leaves after a stop, nothing leaves twice."""

import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine.attack import Attack, judge, schedule

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EXAMPLES = int(os.environ.get("NEXTCALL_ATTACKS", "8"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # threads make another order each time: there is nothing to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_whatever_engines_and_members_do_at_once_no_promise_is_broken(seed: int) -> None:
    attack = Attack()
    attack.run(schedule(random.Random(seed)))
    broken = judge(attack)
    attack.ground.clear()
    assert broken == []
    assert attack.seen.left, "an attack in which nothing leaves proves nothing"
