"""Do-not-call lists: read as registries write them, stored in parts, in force only when whole."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from nextcall.consent import ledger, number_lists
from nextcall.consent.facts import Checked
from nextcall.consent.list_files import Unreadable, form_of, read, text
from nextcall.consent.models import ListedNumber, NumberList, NumberListPart
from nextcall.consent.number_lists import Refused
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests import builders
from tests.builders import MONDAY

LISTED, CLEAN = "+13035550142", "+13035550177"


def keys(body: bytes, country: str = "US") -> list[tuple[str | None, bool]]:
    form = form_of(body, country=country)
    return [(line.key, line.listed) for line in read(text(body).splitlines(), form, first=True)]


def begin(account: Account, body: bytes, *, place: str = "US", days: int = 3, **more: object) -> NumberList:
    return number_lists.start(
        account=account,
        place=place,
        obtained_at=MONDAY - timedelta(days=days),
        chunks=[body],
        by=None,
        at=MONDAY,
        **more,  # type: ignore[arg-type]
    )


def finish(row: NumberList, *, at: datetime = MONDAY) -> NumberList:
    while number_lists.run(row.pk, at=at):
        pass
    row.refresh_from_db()
    return row


def stored(account: Account, body: bytes, **more: object) -> NumberList:
    return finish(begin(account, body, **more))  # type: ignore[arg-type]


def lists_of(account: Account, phone: str, **person: object) -> tuple[Checked, ...]:
    lead = builders.make_lead(account, phone=phone, **person)  # type: ignore[arg-type]
    point = ledger.points_for([lead.person_id], account_id=account.pk)[lead.person_id]["call"]
    wanted = ledger.Wanted(lead.person_id, point.pk, "call")
    return ledger.facts_for([wanted], account_id=account.pk, at=MONDAY)[0].lists


@pytest.mark.parametrize(
    ("country", "body"),
    [
        ("US", b"303,5550142\n303,5550177\n"),  # the FTC's
        ("US", b"3035550142\n3035550177\n"),
        ("US", b"+1 (303) 555-0142\r\n+1 (303) 555-0177\r\n"),
        ("CA", b"AreaCode,Number\n303,5550142\n303,5550177\n"),
        ("US", b"\xef\xbb\xbfId;Phone number;Added\n17;303-555-0142;2020-01-01\n18;13035550177;2020-01-01\n"),
        ("US", b'"303","555-0142"\n\n"303","555-0177"\n'),
    ],
)
def test_north_american_lists_are_read_however_they_are_written(country: str, body: bytes) -> None:
    assert keys(body, country) == [(LISTED, True), (CLEAN, True)]


def test_national_numbers_of_britain_and_australia_get_their_country() -> None:
    assert keys(b"02079460958\n01632960001\n", "GB") == [("+442079460958", True), ("+441632960001", True)]
    assert keys(b"0412345678\n61298765432\n", "AU") == [("+61412345678", True), ("+61298765432", True)]
    assert keys(b"01 45 67 89 01\n", "FR") == [("+33145678901", True)]


def test_a_washed_file_says_yes_or_no_of_each_number() -> None:
    assert keys(b"Number,Result\n0412345678,Y\n0412345679,N\n0412345670,maybe\n", "AU") == [
        ("+61412345678", True),
        ("+61412345679", False),
        (None, True),
    ]


@pytest.mark.parametrize("body", [b"", b"\n \n", b"name,town\nAnn,Denver\n", b"PK\x03\x04 a workbook", b"0412345678\n"])
def test_what_is_no_list_of_american_numbers_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(Unreadable) as why:
        form_of(body, country="US")
    assert str(why.value)


def test_a_number_on_the_list_is_a_fact_and_one_beside_it_too(account: Account) -> None:
    row = stored(account, b"303,5550142\n")
    assert lists_of(account, LISTED) == (Checked("US", True, row.obtained_at),)
    assert lists_of(account, CLEAN, name="Other Person") == (Checked("US", False, row.obtained_at),)


def test_a_list_of_other_area_codes_or_of_another_country_is_no_fact(account: Account) -> None:
    stored(account, b"2125550142\n", area_codes=["212", "646"])
    stored(account, b"2045550142\n", place="CA")
    assert lists_of(account, CLEAN) == ()


def test_a_number_named_on_a_list_is_listed_whatever_the_list_was_said_to_cover(account: Account) -> None:
    row = stored(account, b"3035550142\n2125550142\n", area_codes=["212"])
    assert lists_of(account, LISTED) == (Checked("US", True, row.obtained_at),)


def test_on_any_list_of_the_place_is_listed_and_the_newest_gives_the_date(account: Account) -> None:
    stored(account, b"3035550142\n", days=20, area_codes=["303", "720"])
    newer = stored(account, b"3035550199\n", days=2, area_codes=["303"])
    assert lists_of(account, LISTED) == (Checked("US", True, newer.obtained_at),)


def test_a_states_own_list_stands_beside_the_national_one(account: Account) -> None:
    national, state = stored(account, b"3035550199\n"), stored(account, b"3035550142\n", place="US-CO", days=9)
    assert lists_of(account, LISTED) == (
        Checked("US", False, national.obtained_at),
        Checked("US-CO", True, state.obtained_at),
    )


def test_of_washed_files_the_newest_that_names_the_number_counts(account: Account) -> None:
    stored(account, b"number,result\n0412345678,Y\n0412345679,N\n", place="AU", days=9)
    newer = stored(account, b"number,result\n0412345678,N\n", place="AU", days=1)
    assert lists_of(account, "+61412345678") == (Checked("AU", False, newer.obtained_at),)
    [other] = lists_of(account, "+61412345679", name="Other Person")
    assert not other.listed and other.obtained_at < newer.obtained_at
    assert lists_of(account, "+61412345600", name="Third Person") == ()


def test_a_newer_list_replaces_the_older_one_of_the_same_coverage_and_no_other(account: Account) -> None:
    whole = stored(account, b"3035550142\n", days=30)
    codes = stored(account, b"2125550142\n", days=20, area_codes=["212"])
    other = stored(account, b"3035550142\n", days=20, place="US-CO")
    newer = stored(account, b"3035550177\n", days=1)
    replaced = {row.pk for row in NumberList.objects.exclude(replaced_at=None)}
    assert replaced == {whole.pk, codes.pk} and other.pk not in replaced
    assert lists_of(account, LISTED) == (
        Checked("US", False, newer.obtained_at),
        Checked("US-CO", True, other.obtained_at),
    )


def test_an_older_list_that_comes_late_does_not_take_the_newer_ones_place(account: Account) -> None:
    newer = stored(account, b"3035550142\n", days=1)
    late = stored(account, b"3035550177\n", days=9)
    assert late.replaced_at and NumberList.objects.get(pk=newer.pk).replaced_at is None
    assert lists_of(account, LISTED)[0].listed


def test_half_a_list_is_never_in_force(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_lists, "PART", 64)
    old = stored(account, b"3035550142\n", days=20)
    row = begin(account, b"".join(b"303555%04d\n" % n for n in range(200, 260)), days=1)
    assert row.parts_total == 12
    at_work = 0
    while number_lists.run(row.pk, at=MONDAY):
        at_work += 1
        assert [one.obtained_at for one in lists_of(account, LISTED, name=f"N{at_work}")] == [old.obtained_at]
    assert at_work == 11
    assert lists_of(account, LISTED, name="After") == (Checked("US", False, MONDAY - timedelta(days=1)),)
    assert not NumberListPart.objects.exists()


def test_bad_lines_and_repeated_ones_are_counted_and_shown(account: Account) -> None:
    good = b"".join(b"303,555%04d\n" % n for n in range(100))
    row = stored(account, good + b"303,5550000\n303,12\nsee page 2\n")
    assert (row.count, row.lines, row.bad_lines) == (100, 103, 2)
    assert row.bad_examples == ["303,12", "see page 2"]
    again = stored(account, good, days=1)
    assert again.count == 100 and again.ready_at


def test_a_list_of_which_too_much_cannot_be_read_is_not_used(account: Account) -> None:
    row = stored(account, b"3035550142\n" + b"0412345678\n" * 9)
    assert row.ready_at is None and "9 of 10 lines" in row.problem
    assert lists_of(account, LISTED) == ()
    assert not number_lists.run_waiting(at=MONDAY)


def test_a_dropped_list_is_no_fact_any_more_and_stays_in_the_record(account: Account) -> None:
    row = stored(account, b"3035550142\n", file_name="dnc.txt", subscription="SAN 1234")
    number_lists.drop(row, by=None, at=MONDAY)
    assert lists_of(account, LISTED) == ()
    while number_lists.run_waiting(at=MONDAY):
        pass
    assert not ListedNumber.objects.exists() and NumberList.objects.get().count == 1
    kinds = Event.objects.filter(account=account, kind__startswith="list.").order_by("pk")
    assert [one.kind for one in kinds] == ["list.received", "list.stored", "list.dropped"]
    assert kinds[1].data["subscription"] == "SAN 1234" and len(kinds[1].data["sha256"]) == 64


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"place": "usa"}, "there is no place 'usa'"),
        ({"place": "ZZ"}, "there is no place"),
        ({"days": -3}, "still ahead"),
        ({"place": "GB", "area_codes": ["020"]}, "divided by area code"),
        ({"area_codes": ["2l2"]}, "three digits"),
        ({"area_codes": ["303", "416"]}, "416 is not of US"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_stored(
    account: Account, more: dict[str, object], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        begin(account, b"3035550142\n", **more)  # type: ignore[arg-type]
    assert not NumberList.objects.exists()


def test_memory_does_not_grow_with_the_file(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part ends with a line and none is longer than a part, however the file arrives."""
    monkeypatch.setattr(number_lists, "PART", 256)

    def chunks() -> Iterable[bytes]:
        for n in range(100):
            yield b"303555%04d\r" % n
            yield b"\n"

    row = number_lists.start(
        account=account, place="US", obtained_at=MONDAY, chunks=chunks(), by=None, at=MONDAY, file_name="a.txt"
    )
    bodies = [bytes(part.body) for part in NumberListPart.objects.filter(list=row)]
    assert max(map(len, bodies)) <= 256 and all(body.endswith(b"\n") for body in bodies)
    assert finish(row).count == 100


def test_another_accounts_list_is_not_seen(account: Account) -> None:
    stored(builders.make_account("Other"), b"3035550142\n")
    assert lists_of(account, LISTED) == ()
