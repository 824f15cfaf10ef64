"""What numbers and postcodes say of a place in the United Kingdom, Australia and France.

Decided strictly where a country is more than one: Crown dependencies (JE, GG, IM) have laws of their own and no file,
so an address there is denied calls and texts; a +44 number does not tell them apart, and is British. Christmas and
Cocos Islands are Australia. Overseas departments and collectivities under French consumer law are FR-OM, with France's
rules and their own clocks; New Caledonia, Polynesia, Wallis and Futuna have laws of their own and no file.
"""

import bisect
import re
from functools import cache

from nextcall.consent import geography
from nextcall.consent.geography import HERE, Answer

_FR_OVERSEAS = {
    "971": ("America/Guadeloupe",),
    "972": ("America/Martinique",),
    "973": ("America/Cayenne",),
    "974": ("Indian/Reunion",),
    "975": ("America/Miquelon",),
    "976": ("Indian/Mayotte",),
    "977": ("America/St_Barthelemy",),
    "978": ("America/Marigot",),
}
_FR_ELSEWHERE = {"980": "MC", "986": "WF", "987": "PF", "988": "NC", "984": "TF"}
_FR_CODES = {
    "+262": ("Indian/Reunion", "Indian/Mayotte"),
    "+590": ("America/Guadeloupe", "America/Marigot", "America/St_Barthelemy"),
    "+594": ("America/Cayenne",),
    "+596": ("America/Martinique",),
    "+508": ("America/Miquelon",),
}
# Australian area codes are wider than states: 07 takes in Tweed Heads, 08 Broken Hill and the Indian Ocean islands.
_AU_AREAS = {
    "2": ("Australia/Sydney", "Australia/Lord_Howe"),
    "3": ("Australia/Melbourne", "Australia/Hobart"),
    "7": ("Australia/Brisbane", "Australia/Lindeman", "Australia/Sydney"),
    "8": (
        "Australia/Perth",
        "Australia/Adelaide",
        "Australia/Darwin",
        "Australia/Broken_Hill",
        "Australia/Eucla",
        "Indian/Christmas",
        "Indian/Cocos",
    ),
}
_ISLANDS = {"JE": "JE", "GY": "GG", "IM": "IM"}
_GB_POSTCODE = r"([A-Z]{1,2})\d[A-Z\d]? ?\d[A-Z]{2}"


def of_number(prefix: str) -> tuple[str, Answer] | None:
    """What the first digits of an E.164 number say, "+6129": its words, and the answer; None for other countries."""
    if prefix.startswith("+44"):
        return "country code +44", (("GB",), geography.zones_of("GB"))
    if prefix.startswith("+33"):
        return "country code +33", (("FR",), geography.zones_of("FR"))
    if prefix[:4] in _FR_CODES:
        return f"country code {prefix[:4]}", (("FR-OM",), _FR_CODES[prefix[:4]])
    if prefix.startswith("+61"):
        zones = _AU_AREAS.get(prefix[3:4])
        says = f"area code 0{prefix[3:4]}" if zones else "a number of all Australia"
        return says, (("AU",), zones or geography.zones_of("AU"))
    return None


def of_postcode(code: str, country: str, *, explicit: bool) -> tuple[str, Answer] | None:
    """What a postcode says. `explicit`: the address names the country; otherwise it is the account's own."""
    if country == "AU" and (match := re.fullmatch(r"(\d{4})", code)):
        return _named(f"postcode {code}", _australian(int(code)))
    if country == "FR" and (match := re.fullmatch(r"(\d{3})\d{2}", code)):
        return f"postcode {code}", _french(match[1])
    if (country == "GB" or not explicit) and (match := re.fullmatch(_GB_POSTCODE, code)):
        home = _ISLANDS.get(match[1], "GB")
        return f"postcode {code}", ((home,), geography.zones_of(home))
    return None


def _named(says: str, answer: Answer | None) -> tuple[str, Answer] | None:
    return (says, answer) if answer else None


def _french(department: str) -> Answer:
    if department in _FR_OVERSEAS:
        return ("FR-OM",), _FR_OVERSEAS[department]
    home = _FR_ELSEWHERE.get(department, "FR")
    return (home,), geography.zones_of(home)


@cache
def _postcodes() -> tuple[list[int], list[tuple[int, Answer]]]:
    rows = [line.split() for line in (HERE / "au_postcodes.txt").read_text().splitlines()]
    return [int(row[0]) for row in rows], [(int(row[1]), geography.answer(row[2], row[3])) for row in rows]


def _australian(code: int) -> Answer | None:
    firsts, runs = _postcodes()
    index = bisect.bisect_right(firsts, code) - 1
    return runs[index][1] if index >= 0 and code <= runs[index][0] else None
