"""What lists, answers and the persons themselves told us becomes facts; many persons at once, or each alone."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextcall.consent import known, ledger, number_lists
from nextcall.consent.facts import Checked, Facts
from nextcall.consent.known import names_us
from nextcall.consent.models import ListedNumber, NumberCheck, NumberList, Permission, Preference
from nextcall.consent.told import checked
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.lib import sql
from nextcall.team.models import Account
from tests.builders import MONDAY, make_account, make_lead, make_permission

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
CHANNELS = ("call", "voicemail", "text", "email")


def facts(lead: Lead, channel: str = "call", at: datetime = LATER) -> Facts:
    point = ContactPoint.objects.filter(reaches__person=lead.person, kind="email" if channel == "email" else "phone")
    wanted = known.Wanted(lead.person_id, point[0].pk, channel)  # type: ignore[arg-type]
    return ledger.facts_for([wanted], account_id=lead.account_id, at=at)[0]


def ask(lead: Lead, kind: str, *channels: str, at: datetime = MONDAY, **fields: Any) -> Preference:
    return Preference.objects.create(
        account=lead.account, person=lead.person, kind=kind, channels=list(channels), via="link", at=at, **fields
    )


def test_hours_and_a_day_that_they_asked_for_hold_for_the_channels_they_named(lead: Lead) -> None:
    ask(lead, "hours", "call", value={"mon_fri": "17:00-20:00", "sat": "10:00-12:00 13:00-15:00"})
    ask(lead, "not_before", until_at=MONDAY + timedelta(days=90))
    call, text = facts(lead, "call"), facts(lead, "text")
    assert call.preferred_hours == (((1020, 1200),), ((600, 720), (780, 900)), ())
    assert text.preferred_hours == () and facts(lead, "email").not_before == MONDAY + timedelta(days=90)
    assert call.not_before == text.not_before == MONDAY + timedelta(days=90)


def test_the_latest_word_about_hours_counts_and_what_ended_does_not(lead: Lead) -> None:
    ask(lead, "hours", value={"mon_fri": "08:00-10:00"}, at=MONDAY - timedelta(days=2))
    ask(lead, "hours", value={"mon_fri": "18:00-20:00"}, at=MONDAY - timedelta(days=1))
    assert facts(lead).preferred_hours[0] == ((1080, 1200),)
    Preference.objects.latest("pk").delete()
    Preference.objects.update(ended_at=MONDAY)
    assert facts(lead).preferred_hours == ()


@pytest.mark.parametrize("value", [{"mon_fri": "whenever"}, [], {"mon_fri": None}, "evenings"])
def test_hours_that_cannot_be_read_are_closed(lead: Lead, value: Any) -> None:
    ask(lead, "hours", value=value)
    assert facts(lead).preferred_hours == ((), (), ())


def test_the_end_of_the_best_permission_is_a_fact_and_after_it_there_is_none(lead: Lead) -> None:
    Permission.objects.all().delete()
    ends = LATER + timedelta(days=2)
    make_permission(lead.person, "text", tier="express")
    make_permission(lead.person, "text", expires_at=ends - timedelta(days=1))
    make_permission(lead.person, "text", expires_at=ends)
    assert (facts(lead, "text").tier, facts(lead, "text").permission_until) == ("written", ends)
    later = facts(lead, "text", at=ends)
    assert (later.tier, later.permission_until) == ("express", None)


@pytest.mark.parametrize(
    ("sellers", "ours"),
    [
        ("[]", True),
        ('["Acme Homes"]', True),
        ('["ACME HOMES, Inc."]', True),
        ('["Lender Nine", "Acme Homes LLC"]', True),
        ('["Lender Nine"]', False),
        ('["Acme"]', False),
    ],
)
def test_words_that_name_another_seller_permit_us_nothing(sellers: str, ours: bool) -> None:
    assert names_us(sellers, ("Account 7", "Acme Homes")) is ours


def test_it_costs_one_query_more_however_many_persons_and_lists(account: Account) -> None:
    leads = [make_lead(account, phone=f"+1303555{n:04}", name=f"N{n}") for n in range(100, 112)]
    for place in ("US", "US-CO", "CA"):
        fill(account, place, ["+13035550100"], MONDAY)

    def read(chosen: list[Lead]) -> int:
        with CaptureQueriesContext(connection) as queries:
            known.read([one.person_id for one in chosen], account_id=account.pk, at=LATER)
        assert sum("numberlist" in one["sql"] for one in queries.captured_queries) == 1
        return len(queries)

    assert read(leads[:1]) == read(leads) == 8


def fill(account: Account, place: str, keys: list[str], obtained_at: datetime, **fields: Any) -> NumberList:
    row = NumberList.objects.create(
        account=account, place=place, obtained_at=obtained_at, stored_at=obtained_at, ready_at=obtained_at, **fields
    )
    ListedNumber.objects.bulk_create([ListedNumber(account=account, list=row, key=key) for key in keys])
    return row


NUMBERS = [f"+1303555010{n}" for n in range(4)] + ["+12125550100", "+14165550100"]
ROWS = st.lists(
    st.tuples(st.sampled_from(["US", "US-CO", "CA"]), st.sets(st.sampled_from(NUMBERS)), st.sampled_from(["", "303"])),
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lists=ROWS,
    phones=st.lists(st.tuples(st.sampled_from(NUMBERS), st.booleans()), min_size=1, max_size=5),
    answers=st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(["yes", "no", "no_data"])), max_size=4),
    wishes=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([(), ("call",), ("text", "email")])), max_size=3),
    elsewhere=st.booleans(),
)
def test_reading_many_at_once_is_reading_each_alone_and_never_another_accounts(
    lists: Any, phones: Any, answers: Any, wishes: Any, elsewhere: bool
) -> None:
    account, other = make_account(), make_account("Other")
    leads = [make_lead(account, phone=key, name=f"N{n}") for n, (key, _) in enumerate(phones)]
    for lead, (_, bought) in zip(leads, phones, strict=True):
        Lead.objects.filter(pk=lead.pk).update(bought_at=MONDAY if bought else None)
    for n, (place, keys, code) in enumerate(lists):
        owner = other if elsewhere else account
        fill(owner, place, sorted(keys), MONDAY - timedelta(days=n), area_codes=[code] if code else [])
    points = {one.key: one for one in ContactPoint.objects.filter(account=account, kind="phone")}
    for n, (key, result) in enumerate(answers):
        if key in points:
            at = MONDAY - timedelta(days=n)
            NumberCheck.objects.create(account=account, contact_point=points[key], result=result, checked_at=at)
    for n, channels in wishes:
        ask(leads[n % len(leads)], "hours", *channels, value={"mon_fri": f"1{n}:00-20:00"})
    together = known.read({one.person_id for one in leads}, account_id=account.pk, at=LATER)
    for lead in leads:
        alone = known.read([lead.person_id], account_id=account.pk, at=LATER)
        for channel in CHANNELS:
            for reach in Reach.objects.filter(person=lead.person):
                wanted = known.Wanted(lead.person_id, reach.contact_point_id, channel)  # type: ignore[arg-type]
                assert together.facts(wanted) == alone.facts(wanted)
                assert not (elsewhere and alone.facts(wanted).lists)


@given(
    lists=st.lists(
        st.tuples(st.sampled_from(["US", "CA"]), st.sampled_from([(), ("303",), ("212",)]), st.integers(1, 40))
    ),
    named=st.lists(st.tuples(st.sampled_from(["US", "CA"]), st.sampled_from(["on", "yes", "no"]), st.integers(1, 40))),
)
def test_on_any_list_is_listed_and_the_date_is_never_older_than_what_covers_it(lists: Any, named: Any) -> None:
    def ago(days: int) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) - timedelta(days=days)

    found = checked(
        "+13035550142",
        [(place, frozenset(codes), ago(days)) for place, codes, days in lists],
        [(place, how, ago(days)) for place, how, days in named],
    )
    assert [one.place for one in found] == sorted({one.place for one in found})
    for one in found:
        if any(place == one.place and how == "on" for place, how, _ in named):
            assert one.listed
        if not any(place == one.place and how in ("on", "yes") for place, how, _ in named):
            assert not one.listed
    if not named:
        covering = [days for place, codes, days in lists if place == "US" and codes in ((), ("303",))]
        assert found == ((Checked("US", False, ago(min(covering))),) if covering else ())


@pytest.mark.skipif(not sql.many_engines(), reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_a_list_that_is_replaced_meanwhile_is_seen_whole_on_postgresql() -> None:
    """Each reading finds the old list or the new one: listed on one of them, and never neither or half."""
    account = make_account()
    lead = make_lead(account, phone="+13035550142")
    old = number_lists.start(
        account=account,
        place="US",
        obtained_at=MONDAY - timedelta(days=9),
        chunks=[b"3035550142\n"],
        by=None,
        at=MONDAY,
    )
    while number_lists.run(old.pk, at=MONDAY):
        pass
    new = number_lists.start(
        account=account, place="US", obtained_at=MONDAY - timedelta(days=1), by=None, at=MONDAY,
        chunks=(b"".join(b"%03d555%04d\n" % (code, n) for n in range(3000)) for code in range(303, 323)),
    )  # fmt: skip
    done = threading.Event()

    def swap() -> None:
        try:
            while number_lists.run(new.pk, at=MONDAY):
                pass
            while number_lists.clear():
                pass
        finally:
            done.set()
            connections.close_all()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = []
    while not done.is_set():
        seen.append(facts(lead).lists)
    thread.join()
    seen.append(facts(lead).lists)
    assert set(seen) == {
        (Checked("US", True, MONDAY - timedelta(days=9)),),
        (Checked("US", True, MONDAY - timedelta(days=1)),),
    }
    assert seen == sorted(seen, key=lambda one: one[0].obtained_at)
