"""A minute before and after every opening and closing, for every state and kind, with the margins kept."""

from datetime import timedelta

import pytest

from nextcall.consent import geography, law
from nextcall.consent.facts import Ask, Place
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import known, there

# As the compliance notes list them: Monday to Friday, Saturday, Sunday, holiday (Thanksgiving).
FEDERAL = ["08-21"] * 4
EIGHT_20, NINE_20, NINE_21 = ["08-20"] * 4, ["09-20"] * 4, ["09-21"] * 4
NO_SUNDAY = ["08-20", "08-20", "", ""]
TABLE = {
    "AL": NO_SUNDAY,
    "CT": NINE_20,
    "FL": EIGHT_20,
    "GA": FEDERAL,
    "KY": ["10-21"] * 4,
    "LA": NO_SUNDAY,
    "ME": FEDERAL,
    "MD": EIGHT_20,
    "MA": EIGHT_20,
    "MI": NINE_21,
    "MN": NINE_21,
    "NM": NINE_21,
    "MS": ["08-20", "08-20", "", "08-20"],
    "NV": NINE_20,
    "NJ": FEDERAL,
    "NY": FEDERAL,
    "OK": EIGHT_20,
    "OR": EIGHT_20,
    "PA": ["09-19", "09-19", "", ""],
    "RI": ["09-18", "10-17", "", ""],
    "SD": FEDERAL,
    "TX": ["09-21", "09-21", "12-21", "09-21"],
    "UT": ["08-21", "08-21", "", ""],
    "VA": FEDERAL,
    "WA": EIGHT_20,
    "WY": EIGHT_20,
    "CO": FEDERAL,
    "CA": FEDERAL,
    "OH": FEDERAL,
}
AUTOMATED = TABLE | {"ME": ["09-17", "", "", ""], "SD": ["09-21", "", "", ""], "OK": NINE_20}
DAYS = ["2026-11-24", "2026-11-21", "2026-11-22", "2026-11-26"]
ONE_MINUTE = timedelta(minutes=1)


def one_clock(state: str) -> tuple[Place, str]:
    zone = geography.zones_of(f"US-{state}")[0]
    return Place(zones=(zone,), jurisdictions=("US", f"US-{state}"), home_zone=zone), zone


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("automated", [False, True])
def test_the_window_opens_and_closes_to_the_minute(state: str, automated: bool) -> None:
    place, zone = one_clock(state)
    zones = [zone, "America/Chicago"] if state == "MS" else [zone]
    facts = known(place, inquired_at=there("2026-11-01 12:00", zone))
    for day, row in zip(DAYS, (AUTOMATED if automated else TABLE)[state], strict=True):
        assert len(zones) == 1 or zone == "America/Chicago"
        asked = Ask("call", automated=automated)
        minutes = [there(f"{day} 00:00", zone) + n * ONE_MINUTE for n in range(24 * 60)]
        allowed = [at for at in minutes if decide(asked, facts, shipped(), at).verdict == "allow"]
        if not row:
            assert not allowed, (day, row)
            continue
        opens, closes = row.split("-")
        first = there(f"{day} {opens}:00", zone) + 5 * ONE_MINUTE
        end = there(f"{day} {closes}:00", zone) - 15 * ONE_MINUTE
        assert (allowed[0], allowed[-1]) == (first, end - ONE_MINUTE), (day, row)
        assert len(allowed) == (end - first) / ONE_MINUTE


# Places abroad: the zone, and the rows for a person's call and text, and for software's call.
ABROAD = {
    "GB": ("Europe/London", ["09-20", "09-17", "", ""], ["09-20", "09-17", "", ""]),
    "AU": ("Australia/Sydney", ["09-20", "09-17", "", ""], ["09-20", "09-17", "", ""]),
    "FR": ("Europe/Paris", ["10-13 14-20", "", "", ""], ["10-13 14-20", "", "", ""]),
    "CA": (
        "America/Toronto",
        ["09:00-21:30", "10-18", "10-18", "10-18"],
        ["09:30-20:00", "10:30-17:00", "10:30-17:00", "10:30-17:00"],
    ),
    "CA-BC": ("America/Vancouver", ["09:00-21:30", "10-18", "10-18", ""], ["09:30-20", "10:30-17", "10:30-17", ""]),
    "CA-unknown": ("America/Toronto", ["09:00-21:30", "10-18", "10-18", ""], ["09:30-20", "10:30-17", "10:30-17", ""]),
    "FR-OM": ("Indian/Reunion", ["10-13 14-20", "", "", ""], ["10-13 14-20", "", "", ""]),
}
HOLIDAYS = {
    "GB": "2026-12-28",  # Boxing Day, observed
    "AU": "2027-04-26",  # Anzac Day, observed
    "FR": "2026-07-14",
    "CA": "2026-10-12",
    "CA-BC": "2026-10-12",
    "CA-unknown": "2026-10-12",
    "FR-OM": "2026-05-22",  # abolition, in Martinique
}


@pytest.mark.parametrize("name", ABROAD)
@pytest.mark.parametrize("asked", [Ask("call", automated=False), Ask("text"), Ask("call")], ids=["MC", "TX", "AC"])
def test_windows_abroad_open_and_close_to_the_minute(name: str, asked: Ask) -> None:
    zone, by_hand, automated = ABROAD[name]
    place = Place(zones=(zone,), jurisdictions=tuple(sorted({name, name[:2]})), home_zone=zone)
    facts = known(place, do_not_call="no")
    rows = automated if asked == Ask("call") else by_hand
    for day, row in zip(["2026-11-24", "2026-11-21", "2026-11-22", HOLIDAYS[name]], rows, strict=True):
        midnight = there(f"{day} 00:00", zone)
        minutes = [midnight + n * ONE_MINUTE for n in range(24 * 60)]
        allowed = [at for at in minutes if decide(asked, facts, shipped(), at).verdict == "allow"]
        margins = (0, 0) if name == "GB" else (5, 15)  # its hours are policy, not law
        assert allowed == [at for at in minutes if in_row(row, (at - midnight) / ONE_MINUTE, *margins)], (day, row)


def in_row(row: str, minute: float, after: int, before: int) -> bool:
    """Whether it lies in one of the spans, so many minutes after it opens and before it closes."""
    for span in row.split():
        opens, closes = (
            int(hour) * 60 + int(part or 0) for hour, _, part in (w.partition(":") for w in span.split("-"))
        )
        if opens + after <= minute < closes - before:
            return True
    return False


def test_every_listed_state_has_a_file() -> None:
    listed = {place.removeprefix("US-") for place in law.known() if place.startswith("US-")} - {"unknown"}
    assert listed == set(TABLE) - {"CA", "OH"} | {"IN", "MO", "TN"}  # lists of their own


def test_an_unknown_state_gets_what_every_state_allows() -> None:
    rule = next(rule for rule in shipped().packs["US-unknown"].hours if "TX" in rule.kinds)
    for state in TABLE:
        for own in shipped().packs.get(f"US-{state}", shipped().packs["US"]).hours:
            if "TX" not in own.kinds:
                continue
            for unknown, row in zip(rule.rows, own.rows, strict=True):
                assert all(any(a <= c and d <= b for a, b in row) for c, d in unknown), (state, own.id)


def test_the_calendar_ends_and_states_that_need_it_are_denied_then() -> None:
    place, zone = one_clock("PA")
    decision = decide(Ask("text"), known(place), shipped(), there("2028-01-05 12:00", zone))
    assert decision.verdict == "deny"
    assert "US-PA.holidays" in {rule.id for rule in decision.rules}
    texas, zone = one_clock("TX")
    assert decide(Ask("text"), known(texas), shipped(), there("2028-01-05 12:00", zone)).verdict == "allow"


def test_a_window_that_closes_says_when() -> None:
    place, zone = one_clock("FL")
    decision = decide(Ask("text"), known(place), shipped(), there("2026-11-24 10:00", zone))
    assert decision.until == there("2026-11-24 19:45", zone)
    west, zone = one_clock("CA")  # the window spans midnight in UTC
    assert decide(Ask("text"), known(west), shipped(), there("2026-11-24 10:00", zone)).until == there(
        "2026-11-24 20:45", zone
    )
