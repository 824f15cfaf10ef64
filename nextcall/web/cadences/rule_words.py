"""What stops and pauses a cadence, and how often anybody may be contacted, in words."""

from dataclasses import dataclass

from nextcall.cadences.definition import Cadence
from nextcall.consent.policy import Policy
from nextcall.leads.models import Lead

PAUSES = {
    "reply": "they reply",
    "conversation": "you talk",
    "appointment": "an appointment is booked",
    "promise": "you promise something",
}
DAY, WEEK, MONTH = 24, 24 * 7, 24 * 30


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing that pauses or ends it, on or off."""

    value: str
    word: str
    on: bool


def pauses(cadence: Cadence) -> list[Switch]:
    return [Switch(name, f"{word[0].upper()}{word[1:]}", name in cadence.pause_on) for name, word in PAUSES.items()]


def stages(cadence: Cadence) -> list[Switch]:
    """The stages that end it; one that the file names and we do not know stays, switched on."""
    known = [(stage.value, stage.label) for stage in Lead.Stage if stage.value != "new"]
    own = [(name, name) for name in cadence.stop_stages if name not in dict(known)]
    return [Switch(value, str(word).capitalize(), value in cadence.stop_stages) for value, word in (*known, *own)]


def says(cadence: Cadence) -> list[str]:
    """Its rules as sentences."""
    paused = [PAUSES[name] for name in cadence.pause_on if name in PAUSES]
    ended = [stage.capitalize() for stage in cadence.stop_stages]
    found = [f"Pauses when {_listed(paused)}." if paused else "Nothing pauses it."]
    if ended:
        found.append(f"Ends when the stage is {_listed(ended)}.")
    found.append("Ends for good when they ask us to stop.")
    if cadence.max_attempts:
        found.append(f"Ends after {cadence.max_attempts} attempts.")
    if cadence.beside:
        found.append("Runs beside another cadence.")
    if cadence.starts_on_stage:
        found.append(f"Starts by itself at the stage {cadence.starts_on_stage.capitalize()}.")
    return found


def courtesy(policy: Policy) -> list[str]:
    """The account's limits on contact by day, week and month."""
    return [f"{_span(cap.seconds // 3600)}: {cap.says}." for cap in policy.account.caps]


def _span(hours: int) -> str:
    return "A day" if hours <= DAY else "A week" if hours <= WEEK else "A month" if hours <= MONTH else "Longer"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
