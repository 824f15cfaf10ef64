"""What the composers of the Inbox and of a lead offer."""

from collections.abc import Sequence
from dataclasses import dataclass

from nextcall.conversations import saved
from nextcall.team.models import Member


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved answer, as a composer offers it."""

    id: int
    name: str
    body: str


def offered(member: Member) -> list[Saved]:
    """Those that the member uses most, in one query."""
    return [Saved(one.pk, one.name, one.body) for one in saved.yours(member)[: saved.OFFERED]]


def opening(answers: Sequence[Saved], put: str) -> dict[str, str]:
    """The words that a composer opens with when its address names one of them."""
    return next(({"body": one.body} for one in answers if str(one.id) == put), {})
