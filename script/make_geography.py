"""Makes nextcall/consent/geography/*.txt from the zipcodes and phonenumbers packages. Run it when they are updated.

    .venv/bin/python script/make_geography.py

The product reads the two small tables instead of the packages: 40 ms and 2 MB instead of 600 ms and 60 MB.
"""

from collections import Counter, defaultdict
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import phonenumbers
import zipcodes  # type: ignore[import-untyped]

from nextcall.consent.geography import same_clock

HERE = Path(__file__).resolve().parents[1] / "nextcall" / "consent" / "geography"

# ZIPs whose area lies in two states (Census Bureau, ZIP code tabulation areas that cross state lines).
TWO_STATES = {
    "02861": "MA",
    "42223": "TN",
    "59221": "ND",
    "63673": "IL",
    "71749": "LA",
    "73949": "TX",
    "81137": "NM",
    "84536": "AZ",
    "86044": "UT",
    "86515": "NM",
    "88063": "TX",
    "89439": "CA",
    "97635": "CA",
}
# Towns that live by the neighbouring zone's clock, whatever the map says.
LIVES_BY = {
    "36867": "America/New_York",
    "36868": "America/New_York",
    "36869": "America/New_York",
    "36870": "America/New_York",
    "36877": "America/New_York",
    "36854": "America/New_York",
    "36863": "America/New_York",  # around Columbus, Georgia
    "73946": "America/Denver",  # Kenton, Oklahoma
    "89883": "America/Denver",
    "89825": "America/Denver",  # West Wendover and Jackpot, Nevada
}
# Area codes that two clocks share, from the compliance notes: "ship a table and use the union".
SPLIT = {
    "850": "FL",
    "448": "FL",
    "270": "KY",
    "364": "KY",
    "812": "IN",
    "930": "IN",
    "219": "IN",
    "574": "IN",
    "423": "TN",
    "931": "TN",
    "906": "MI",
    "308": "NE",
    "605": "SD",
    "701": "ND",
    "785": "KS",
    "620": "KS",
    "432": "TX",
    "208": "ID",
    "986": "ID",
    "541": "OR",
    "458": "OR",
    "775": "NV",
    "928": "AZ",
    "907": "AK",
}
ALSO = {"NV": ["America/Denver"]}  # West Wendover and Jackpot; the package gives Nevada one zone
# Overlays younger than the package's area codes, with the code they lie over.
OVERLAYS = {
    "235": "573",
    "274": "920",
    "324": "904",
    "327": "870",
    "329": "845",
    "353": "608",
    "369": "707",
    "645": "305",
    "686": "804",
    "728": "561",
    "730": "618",
    "738": "213",
    "748": "970",
    "821": "864",
    "975": "816",
}
PROVINCE = {
    "204": "MB",
    "431": "MB",
    "584": "MB",
    "236": "BC",
    "250": "BC",
    "257": "BC",
    "604": "BC",
    "672": "BC",
    "778": "BC",
    "306": "SK",
    "474": "SK",
    "639": "SK",
    "368": "AB",
    "403": "AB",
    "587": "AB",
    "780": "AB",
    "825": "AB",
    "263": "QC",
    "273": "QC",
    "354": "QC",
    "367": "QC",
    "418": "QC",
    "438": "QC",
    "450": "QC",
    "468": "QC",
    "514": "QC",
    "579": "QC",
    "581": "QC",
    "819": "QC",
    "873": "QC",
    "428": "NB",
    "506": "NB",
    "709": "NL",
    "879": "NL",
    "782": "NS PE",
    "902": "NS PE",
    "867": "NT NU YT",
}
ELSEWHERE = {
    "242": "BS",
    "246": "BB",
    "264": "AI",
    "268": "AG",
    "284": "VG",
    "345": "KY",
    "441": "BM",
    "473": "GD",
    "649": "TC",
    "658": "JM",
    "664": "MS",
    "721": "SX",
    "758": "LC",
    "767": "DM",
    "784": "VC",
    "809": "DO",
    "829": "DO",
    "849": "DO",
    "868": "TT",
    "869": "KN",
    "876": "JM",
}
TERRITORY = {"340": "VI", "670": "MP", "671": "GU", "684": "AS", "787": "PR", "939": "PR"}
# Canadian area codes that keep to their province's main clock.
MAIN_CLOCK = (
    {"604": "America/Vancouver"}
    | dict.fromkeys(
        (
            code
            for code in [
                "226",
                "249",
                "289",
                "343",
                "365",
                "382",
                "416",
                "437",
                "519",
                "548",
                "613",
                "647",
                "683",
                "705",
                "742",
                "753",
                "905",
                "942",
            ]
        ),
        "America/Toronto",
    )
    | dict.fromkeys(
        (code for code in ["263", "273", "354", "438", "450", "468", "514", "579", "819", "873"]), "America/Toronto"
    )
)
PROVINCE_ZONES = {
    "AB": "America/Edmonton",
    "MB": "America/Winnipeg",
    "NB": "America/Moncton",
    "NS": "America/Halifax",
    "BC": "America/Vancouver+America/Edmonton+America/Dawson_Creek+America/Fort_Nelson+America/Creston",
    "NL": "America/St_Johns+America/Goose_Bay",
    "NT": "America/Edmonton+America/Inuvik",
    "NU": "America/Iqaluit+America/Rankin_Inlet+America/Resolute+America/Cambridge_Bay+America/Atikokan",
    "ON": "America/Toronto+America/Winnipeg+America/Atikokan",  # the north-west is unsettled: both
    "PE": "America/Halifax",
    "QC": "America/Toronto+America/Halifax+America/Blanc-Sablon",
    "SK": "America/Regina+America/Edmonton",
    "YT": "America/Whitehorse",
}
NEAR_KM = 15.0
ABROAD = ("MH", "FM", "PW")  # have ZIP codes, are countries of their own

Row = dict[str, str]


def _far(one: Row, other: Row) -> float:
    lat1, lon1, lat2, lon2 = (radians(float(one[k] if i < 2 else other[k])) for i, k in enumerate(("lat", "long") * 2))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 12742 * asin(sqrt(h))


def _zone(row: Row) -> str:
    return {"": "", "Napakiak": "America/Anchorage"}.get(row["timezone"], row["timezone"])


def _near(rows: list[Row]) -> dict[str, set[str]]:
    """For a ZIP within 15 km of one with another clock in the same state: that clock too. A ZIP is a mail route."""
    states: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if float(row["lat"] or 0) and _zone(row):
            states[row["state"]].append(row)
    found: dict[str, set[str]] = defaultdict(set)
    for members in states.values():
        if len({same_clock(_zone(row)) for row in members}) < 2:
            continue
        for one in members:
            for other in members:
                apart = same_clock(_zone(one)) != same_clock(_zone(other))
                if apart and abs(float(one["lat"]) - float(other["lat"])) < 0.2 and _far(one, other) < NEAR_KM:
                    found[one["zip_code"]].add(same_clock(_zone(other)))
    return found


def zips() -> list[str]:
    """Runs of neighbouring ZIPs with the same answer: first, last, places, zones (the most trusted first)."""
    rows = sorted(zipcodes.list_all(), key=lambda row: row["zip_code"])
    near = _near(rows)
    runs: list[list[str]] = []
    for row in rows:
        code, state = row["zip_code"], row["state"]
        if row["zip_code_type"] == "MILITARY" or state in ("AA", "AE", "AP"):
            answer = "US-unknown *"
        else:
            also = {same_clock(zone) for zone in (*near.get(code, ()), *filter(None, [LIVES_BY.get(code)]))}
            places = [
                state if state in ABROAD else f"US-{state}",
                *(f"US-{s}" for s in filter(None, [TWO_STATES.get(code)])),
            ]
            answer = f"{'+'.join(places)} {'+'.join([_zone(row), *sorted(also - {same_clock(_zone(row))})])}"
        if runs and runs[-1][2] == answer:
            runs[-1][1] = code
        else:
            runs.append([code, code, answer])
    return [f"{first} {last} {answer}" for first, last, answer in runs]


def _state_of(code: str, counted: dict[str, Counter[str]]) -> str:
    if code in TERRITORY:
        return TERRITORY[code]
    return counted[code].most_common(1)[0][0] if counted[code] else ""


def _country(code: str) -> str:
    """The country; "anywhere" for toll-free, personal and premium numbers, which say nothing of a place."""
    if code in ELSEWHERE:
        return ELSEWHERE[code]
    placed = (phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    for tail in ("2345678", "5552345"):
        number = phonenumbers.PhoneNumber(country_code=1, national_number=int(code + tail))
        if phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) not in placed:
            return "anywhere"
        if phonenumbers.is_valid_number_for_region(number, "CA"):
            return "CA"
    return "US"


def area_codes() -> list[str]:
    """Each area code with the state it is assigned to, and every zone in which a ZIP of that state uses it."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    zones: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    by_state: dict[str, Counter[str]] = defaultdict(Counter)
    for row in zipcodes.list_all():
        if _zone(row) and row["zip_code_type"] != "MILITARY":
            by_state[row["state"]][_zone(row)] += 1
            for code in row["area_codes"]:
                counted[code][row["state"]] += 1
                zones[code, row["state"]][_zone(row)] += 1
    lines = []
    for number in range(201, 990):
        code = str(number)
        country = _country(code)
        if country == "CA":
            provinces = PROVINCE.get(code, "ON")
            lines.append(f"{code} {'+'.join(f'CA-{p}' for p in provinces.split())} {MAIN_CLOCK.get(code, '*')}")
        elif country != "US":
            lines.append(f"{code} {'US-unknown' if country == 'anywhere' else country} *")
        elif state := _state_of(over := OVERLAYS.get(code, code), counted):
            known = zones[over, state] or by_state[state]
            if code in SPLIT:
                known = known + by_state[state] + Counter(ALSO.get(state, ()))
            lines.append(f"{code} US-{state} {'+'.join(_one_a_clock(known))}")
    return lines


def _one_a_clock(zones: Counter[str]) -> list[str]:
    kept: dict[str, str] = {}
    for zone, _ in zones.most_common():
        kept.setdefault(same_clock(zone), zone)
    return list(kept.values())


def states() -> list[str]:
    """Every zone of a state, the one with the most ZIPs first."""
    by_state: dict[str, Counter[str]] = defaultdict(Counter)
    for row in zipcodes.list_all():
        if _zone(row) and row["state"] not in ABROAD and row["zip_code_type"] != "MILITARY":
            by_state[row["state"]][_zone(row)] += 1
    for state, zones in ALSO.items():
        by_state[state].update(zones)
    lines = [f"US-{state} {'+'.join(_one_a_clock(zones))}" for state, zones in sorted(by_state.items())]
    return [*lines, *(f"CA-{province} {zones}" for province, zones in sorted(PROVINCE_ZONES.items()))]


if __name__ == "__main__":
    for name, lines in {"zips": zips(), "area_codes": area_codes(), "states": states()}.items():
        (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")
        print(f"{name}.txt: {len(lines)} lines")
