"""Whether a call may be recorded: only behind a notice and a yes, wherever the two are (US-20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.conversations import recording

N, YES, NO = "recording_noticed", "recording_consented", "recording_refused"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], "off"),
        (["identified"], "off"),
        ([N], "noticed"),
        ([N, YES], "consented"),
        ([N, NO], "refused"),
        ([NO], "refused"),
        ([YES], "off"),  # a yes without a notice is none
        ([NO, YES], "refused"),  # after a no it is asked anew
        ([N, NO, YES], "refused"),
        ([N, NO, N, YES], "consented"),
        ([N, YES, NO], "refused"),  # they may change their mind
        ([N, YES, N], "noticed"),
    ],
)
def test_where_recording_stands(said: list[str], state: str) -> None:
    assert recording.state_of(said) == state


@given(st.lists(st.sampled_from([*recording.KINDS, "nonsense"]), max_size=12))
def test_a_yes_always_has_a_notice_before_it_and_no_refusal_between(said: list[str]) -> None:
    if recording.state_of(said) != "consented":
        return
    consents = [place for place, kind in enumerate(said) if kind == YES]
    assert consents and N in said[: consents[-1]]
    after_no = max((place for place, kind in enumerate(said) if kind == NO), default=-1)
    assert any(place > after_no for place, kind in enumerate(said) if kind == N)


def test_only_a_consented_call_takes_a_link() -> None:
    assert recording.why_not("recording_attached", "consented") == ""
    for state in ("off", "noticed", "refused"):
        assert recording.why_not("recording_attached", state)
