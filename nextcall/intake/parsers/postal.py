"""Where someone lives, as written: state names to letters, leading zeros back on ZIP codes, one line taken apart."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nextcall.intake.parsers.labels import normal
from nextcall.intake.parsers.new_lead import Address

_WHOLE = re.compile(
    r"^(?P<street>.{3,150}?),\s*(?P<city>[^,\d]{2,60}),\s*(?P<region>[A-Za-z. ]{2,30}?),?\s+"
    r"(?P<zip>\d{5}(?:-\d{4})?)(?:,?\s*(?P<country>[A-Za-z. ]{2,30}))?$"
)
# States whose ZIP codes begin with 0, which a spreadsheet takes for a number.
_ZERO_STATES = frozenset({"CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VT", "VI"})


@cache
def _tables() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    tables = tomllib.loads((Path(__file__).parent / "places.toml").read_text(encoding="utf-8"))
    return tables["regions"], tables["countries"]


def country(said: str | None) -> str | None:
    """Two letters for a country's name or code; None when it is not known."""
    if not said:
        return None
    if re.fullmatch(r"[A-Za-z]{2}", said.strip()) and said.strip().lower() != "uk":
        return said.strip().upper()
    return _tables()[1].get(normal(said))


def region(said: str | None, *, country: str) -> str | None:
    """Two letters for a state or province of the United States or Canada; elsewhere as written."""
    if not said:
        return None
    table = _tables()[0]
    words = re.sub(r"^us ", "", normal(said))
    if found := table.get(country, {}).get(words):
        return found
    if country in table and words.upper() in set(table[country].values()):
        return words.upper()
    if country == "US" and (found := table["CA"].get(words)):
        return found
    return said


def address(parts: Mapping[str, str], *, default_country: str) -> Address:
    """An address from the fields street, street_2, city, region, postal_code and country, each as written."""
    street = parts.get("street")
    given = dict(parts)
    if street and not parts.get("postal_code") and (whole := _WHOLE.match(street)):
        street = whole["street"].strip()
        for key, name in (("city", "city"), ("region", "region"), ("postal_code", "zip"), ("country", "country")):
            if whole[name]:
                given.setdefault(key, whole[name].strip())
    land = country(given.get("country"))
    state = region(given.get("region"), country=land or default_country)
    code = _postal_code(given.get("postal_code"), state, land or default_country)
    if street and parts.get("street_2"):
        street = f"{street}, {parts['street_2']}"
    return Address(street=street, city=given.get("city"), region=state, postal_code=code, country=land)


def _postal_code(said: str | None, state: str | None, country: str) -> str | None:
    if not said or country != "US":
        return said and said[:20]
    said = re.sub(r"^(\d{3,5})\.0$", r"\1", said.lstrip("'"))
    if re.fullmatch(r"\d{9}", said):
        said = f"{said[:5]}-{said[5:]}"
    if re.fullmatch(r"\d{3,4}", said) and state in _ZERO_STATES:
        return said.zfill(5)
    return said[:20]
