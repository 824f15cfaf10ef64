"""States and provinces as people write them."""

_US = """AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;
DC District of Columbia;FL Florida;GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;
LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;
NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;
OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;
TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming;PR Puerto Rico;
VI U.S. Virgin Islands;GU Guam;AS American Samoa;MP Northern Mariana Islands"""
MILITARY = ("AA", "AE", "AP")  # post that is handed over wherever the unit is
_CA = """AB Alberta;BC British Columbia;MB Manitoba;NB New Brunswick;NL Newfoundland and Labrador;NS Nova Scotia;
NT Northwest Territories;NU Nunavut;ON Ontario;PE Prince Edward Island;QC Quebec;SK Saskatchewan;YT Yukon"""

_AU = """ACT Australian Capital Territory;NSW New South Wales;NT Northern Territory;QLD Queensland;SA South Australia;
TAS Tasmania;VIC Victoria;WA Western Australia"""


def _read(country: str, text: str) -> dict[str, str]:
    pairs = (entry.strip().split(" ", 1) for entry in text.split(";"))
    return {f"{country}-{code}": name for code, name in pairs}


NAMES = _read("US", _US) | _read("CA", _CA)
_AUSTRALIAN = _read("AU", _AU)
_PLACES = {
    "US": "United States",
    "US-unknown": "state unknown",
    "CA": "Canada",
    "CA-unknown": "province unknown",
    "GB": "United Kingdom",
    "AU": "Australia",
    "FR": "France",
    "FR-OM": "France overseas",
}
_ALSO = {
    "washington dc": "US-DC",
    "washington d c": "US-DC",
    "d c": "US-DC",
    "calif": "US-CA",
    "penn": "US-PA",
    "penna": "US-PA",
    "mass": "US-MA",
    "conn": "US-CT",
    "fla": "US-FL",
    "tex": "US-TX",
    "colo": "US-CO",
    "ariz": "US-AZ",
    "mich": "US-MI",
    "minn": "US-MN",
    "tenn": "US-TN",
    "wash": "US-WA",
    "wis": "US-WI",
    "okla": "US-OK",
    "ore": "US-OR",
    "ill": "US-IL",
    "québec": "CA-QC",
    "newfoundland": "CA-NL",
    "pei": "CA-PE",
    "yukon territory": "CA-YT",
    "virgin islands": "US-VI",
}
_BY_NAME = {name.casefold(): place for place, name in NAMES.items()} | _ALSO


def read_region(raw: str, *, country: str = "") -> str | None:
    """ "FL", "fla.", "Florida" or "US-FL" as "US-FL"; "BC" as "CA-BC". None when it is no state or province.

    "CA" is California unless the country is Canada. Australia's states are read only where the country is Australia.
    """
    text = " ".join(raw.replace(".", " ").replace(",", " ").split())
    upper = text.upper()
    if country == "AU":
        names = {name.upper(): place for place, name in _AUSTRALIAN.items()}
        return names.get(upper) or next((p for p in (upper, f"AU-{upper}") if p in _AUSTRALIAN), None)
    for place in (upper, f"{country}-{upper}", f"US-{upper}", f"CA-{upper}"):
        if place in NAMES and (not country or len(upper) > 2 or place.startswith(f"{country}-")):
            return place
    found = _BY_NAME.get(text.casefold())
    return found if found and (not country or found.startswith(country)) else None


def say(place: str) -> str:
    """A jurisdiction in words: "Florida", "an unknown state", "FR"."""
    return NAMES.get(place) or _AUSTRALIAN.get(place) or _PLACES.get(place, place)
