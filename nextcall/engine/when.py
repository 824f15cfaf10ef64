"""Times as a member reads them, by the lead's clock. Pure."""

from datetime import datetime, timedelta

from nextcall.lib import hours


def spoken(at: datetime, *, now: datetime, zone: str) -> str:
    """ "5:10 pm" today, "Tue 5:10 pm" within a week, "Tue Dec 1, 5:10 pm" after that."""
    there, today = hours.local(at, zone), hours.local(now, zone).date()
    clock = f"{there.hour % 12 or 12}:{there.minute:02d} {'am' if there.hour < 12 else 'pm'}"
    if there.date() == today:
        return clock
    if today < there.date() <= today + timedelta(days=6):
        return f"{there:%a} {clock}"
    return f"{there:%a %b} {there.day}, {clock}"
