"""Time zones to choose from: the American ones by their names, then every other by its place."""

from zoneinfo import available_timezones

AMERICAN = (
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Arizona (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico)"),
)
CONTINENTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def zone_choices() -> list[tuple[str, object]]:
    named = {zone for zone, _ in AMERICAN}
    others = sorted(zone for zone in available_timezones() if zone.startswith(CONTINENTS) and zone not in named)
    return [("United States", list(AMERICAN)), ("Elsewhere", [(zone, zone.replace("_", " ")) for zone in others])]


def zone_words(zone: str) -> str:
    return dict(AMERICAN).get(zone, zone.replace("_", " "))
