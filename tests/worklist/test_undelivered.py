"""What is offered for a message that did not arrive."""

import pytest

from nextcall.worklist.undelivered import Lost, deeds

ALL = ("call", "text", "email")


@pytest.mark.parametrize(
    ("channel", "problem", "ours", "reachable", "offered"),
    [
        ("text", "", False, ALL, ("again", "call", "email")),
        ("text", "", False, ("text",), ("again",)),
        ("text", "landline", False, ("call", "email"), ("call", "better_number")),
        ("text", "disconnected", False, ("email",), ("better_number",)),
        ("text", "disconnected", False, (), ()),
        ("text", "withdrawn", False, ALL, ("call", "email")),
        ("text", "", True, ALL, ("mend", "again", "email", "call")),
        ("email", "bounced", False, ("call", "text"), ("call", "text")),
        ("email", "", False, ("call", "email"), ("again", "call")),
        ("email", "", True, ("email",), ("mend", "again")),
    ],
)
def test_the_next_deed_fits_the_cause(
    channel: str, problem: str, ours: bool, reachable: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    assert deeds(Lost(channel, problem, ours, reachable)) == offered


@pytest.mark.parametrize("channel", ["text", "email"])
@pytest.mark.parametrize("problem", ["landline", "disconnected", "wrong", "reassigned", "bounced", "withdrawn"])
def test_nothing_is_sent_again_to_what_is_dead_or_stopped(channel: str, problem: str) -> None:
    assert "again" not in deeds(Lost(channel, problem, False, ALL))
    assert channel not in deeds(Lost(channel, problem, False, ALL))
