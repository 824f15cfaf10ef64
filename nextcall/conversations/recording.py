"""What is said on a call beside the talk: who calls, and whether it may be recorded. Pure.

A call is recorded only after a notice that was spoken and a yes that was heard, wherever the two are: some places want
it of all parties, and which place's law holds is not known (US-20). A no ends it; the call goes on unrecorded.
"""

from collections.abc import Iterable
from typing import Literal

Kind = Literal["identified", "recording_noticed", "recording_consented", "recording_refused", "recording_attached"]
KINDS: tuple[Kind, ...] = (
    "identified",
    "recording_noticed",
    "recording_consented",
    "recording_refused",
    "recording_attached",
)
State = Literal["off", "noticed", "consented", "refused"]
NOTICE = "This call is recorded. Is that all right?"
_AFTER: dict[str, State] = {
    "recording_noticed": "noticed",
    "recording_consented": "consented",
    "recording_refused": "refused",
}


def state_of(kinds: Iterable[str]) -> State:
    """Where recording stands after these, in order."""
    state: State = "off"
    for kind in kinds:
        if why_not(kind, state) == "":
            state = _AFTER.get(kind, state)
    return state


def why_not(kind: str, state: State) -> str:
    """What stands in the way of noting it now, in words for the member; "" if nothing does."""
    if kind == "recording_consented" and state not in ("noticed", "consented"):
        return f"Say it first, and hear a yes: \u201c{NOTICE}\u201d"
    if kind == "recording_attached" and state != "consented":
        return "A recording is kept only where they agreed to it on that call."
    return "" if kind in KINDS else f"{kind[:30]!r} is not something said on a call."


def is_news(kind: str, state: State) -> bool:
    """Whether noting it changes anything: the same said twice is one event."""
    return kind in ("identified", "recording_attached") or _AFTER.get(kind) != state
