"""What the person asked for short of a stop: their hours, not before a day, quiet after a no. It binds people too."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from nextcall.consent.facts import Ask, Facts, Rule
from nextcall.consent.law import Hours, Quiet
from nextcall.consent.windows import Windows
from nextcall.lib.hours import ALL_DAY, Spans, local, minute_of, show_spans

_HELD_FOR = timedelta(hours=1)  # how soon a held message is asked about again
_SOURCE = "what they asked for"


def windows_of(lawful: Windows, facts: Facts) -> Windows:
    """The lawful windows and, where they named hours, theirs: by the one clock they most likely live by."""
    if not facts.preferred_hours:
        return lawful
    return _with_theirs(lawful, facts.preferred_hours, facts.place.home_zone)


@lru_cache(maxsize=200)  # hours of one's own are few, and each keeps its days
def _with_theirs(lawful: Windows, preferred: tuple[Spans, ...], zone: str) -> Windows:
    weekday, saturday, sunday = preferred
    shown = ", ".join(
        f"{day} {show_spans(row)}" for day, row in zip(("weekdays", "Saturday", "Sunday"), preferred, strict=True)
    )
    theirs = Hours(
        id="person.hours",
        says=f"they asked for these hours: {shown}",
        source=_SOURCE,
        kinds=(),
        rows=(weekday, saturday, sunday, ALL_DAY),
        only_in_zone=zone,
        is_law=False,
    )
    return Windows((*lawful.hours, theirs), lawful.policy)


def waits(ask: Ask, facts: Facts, quiets: Sequence[Quiet], at: datetime, rules: list[Rule]) -> float:
    """Adds what their wishes say; returns the POSIX second from which none of them holds us back."""
    free_at = at.timestamp()
    if facts.held and ask.automated:
        says = f"waits until somebody has read their message: {facts.held}"
        rules.append(Rule("person.held", "wait", says, "house rule"))
        free_at += _HELD_FOR.total_seconds()
    if facts.not_before and facts.not_before > at:
        day = local(facts.not_before, facts.place.home_zone)
        says = f"they asked not to be contacted before {day:%Y-%m-%d %H:%M}"
        rules.append(Rule("person.not_before", "wait", says, _SOURCE))
        free_at = max(free_at, facts.not_before.timestamp())
    for quiet in quiets if facts.refused_at else ():
        ends = _ends(quiet, facts)
        if ends > at.timestamp():
            said = local(facts.refused_at, facts.place.home_zone)  # type: ignore[arg-type]
            rules.append(Rule(quiet.id, "wait", f"{quiet.says}; they said no on {said:%Y-%m-%d}", quiet.source))
            free_at = max(free_at, ends)
    return free_at


def _ends(quiet: Quiet, facts: Facts) -> int:
    """The POSIX second at which the last of the full days is over, by every clock they may live by."""
    if facts.refused_at is None:
        return 0
    return max(
        minute_of(local(facts.refused_at, zone).date() + timedelta(days=quiet.days + 1), 0, zone)
        for zone in facts.place.zones
    )
