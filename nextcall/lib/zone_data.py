"""The zone data we ship, and never the operating system's copy, which may be a year old.

In 2026 four Canadian provinces stopped changing clocks; data before release 2026e is an hour off
for them (https://github.com/python/tzdata/releases/tag/2026.5).
"""

import zoneinfo
from importlib import metadata, resources

OLDEST = "2026e"


def use_shipped() -> None:
    """Make every ZoneInfo in this process come from the tzdata package."""
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()


def version() -> str:
    """The release in use, such as "2026f"."""
    return resources.files("tzdata").joinpath("zones").parent.joinpath("__init__.py").read_text().split('IANA_VERSION = "')[1].split('"')[0]


def package_version() -> str:
    return metadata.version("tzdata")


def is_current() -> bool:
    """Whether the data is new enough to decide on; the gate denies phone and text when it is not."""
    return version() >= OLDEST and not zoneinfo.TZPATH
