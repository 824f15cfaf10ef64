"""Two members logged the same touch, one of them on a phone without network: both records stay."""

from datetime import datetime

from nextcall.cadences import outcomes
from nextcall.cadences.models import Touch


def theirs_decides(theirs: Touch | None, *, at: datetime) -> bool:
    """Whether a colleague closed the touch with an outcome after ours happened: the plan is theirs then."""
    return bool(theirs and theirs.outcome and theirs.finished_at and theirs.finished_at > at)


def says(theirs: Touch, *, at: datetime) -> str:
    """ "Ben Cole logged Talked too; both stay, and theirs, the later one, decides the plan"."""
    line = outcomes.table(theirs.account.outcomes).get(theirs.outcome)
    label = line.label if line else theirs.outcome.capitalize()
    who = theirs.outcome_by.name if theirs.outcome_by else "Someone"
    whose = "theirs" if theirs_decides(theirs, at=at) else "yours"
    return f"{who} logged {label} too; both stay, and {whose}, the later one, decides the plan."
