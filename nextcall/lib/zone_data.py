"""The zone data we ship, and never the operating system's copy, which may be a year old.

In 2026 four Canadian provinces stopped changing clocks; data before release 2026e is an hour off
for them (https://github.com/python/tzdata/releases/tag/2026.5).
"""

import zoneinfo

import tzdata
import whenever

OLDEST = "2026e"


def use_shipped() -> None:
    """Make every zone of this process come from the tzdata package, in zoneinfo as in whenever."""
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    whenever.reset_tzpath([])
    whenever.clear_tzcache()


def version() -> str:
    """The release in use, such as "2026f"."""
    return tzdata.IANA_VERSION


def is_current() -> bool:
    """Whether the data is new enough to decide on; the gate denies phone and text when it is not."""
    return version() >= OLDEST and not zoneinfo.TZPATH and not whenever.get_tzpath()
