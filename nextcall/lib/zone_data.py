"""The zone data we ship, and never the operating system's copy, which may be a year old.

In 2026 four Canadian provinces stopped changing clocks; data before release 2026e is an hour off
for them (https://github.com/python/tzdata/releases/tag/2026.5).
"""

import zoneinfo
from functools import cache
from importlib import metadata, resources

OLDEST = "2026e"


def use_shipped() -> None:
    """Make every zone in this process come from the tzdata package."""
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()


@cache
def version() -> str:
    """The release that is shipped, such as "2026f"."""
    source = resources.files("tzdata").joinpath("__init__.py").read_text()
    return source.split('IANA_VERSION = "')[1].split('"')[0]


def package_version() -> str:
    """The tzdata package's own version, such as "2026.6"."""
    return metadata.version("tzdata")


def in_use() -> str:
    """The release this process decides by; "" when it would read the operating system's copy, of unknown age."""
    return "" if zoneinfo.TZPATH else version()


def is_current() -> bool:
    """Whether the data is new enough to decide on; the gate denies phone and text when it is not."""
    return in_use() >= OLDEST
