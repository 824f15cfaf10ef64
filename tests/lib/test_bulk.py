"""Rows written in bulk are the rows the ORM would have written."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from nextcall.cadences.models import Touch
from nextcall.leads.models import Lead, Source
from nextcall.lib import bulk
from nextcall.team.models import Account
from tests import builders


def made(lead: Lead, number: int) -> Touch:
    return Touch(
        account=lead.account,
        lead=lead,
        person=lead.person,
        channel="text",
        by_machine=True,
        step_key="",
        due_at=builders.MONDAY + timedelta(microseconds=number),
        created_at=builders.MONDAY,
        body="héllo\tthere\nyou\\ ✓",
        decision={"rules": ["a", None], "n": number} if number % 2 else None,
        reference=uuid.UUID(int=number),
    )


def test_rows_read_back_as_the_orm_would_write_them(lead: Lead) -> None:
    ours = [made(lead, n) for n in range(1, 5)]
    bulk.insert(ours)
    theirs = Touch.objects.bulk_create([made(lead, n) for n in range(11, 15)])
    assert {t.pk for t in ours} & {t.pk for t in theirs} == set()
    for one, other in zip(ours, theirs, strict=True):
        first, second = model_to_dict(Touch.objects.get(pk=one.pk)), model_to_dict(Touch.objects.get(pk=other.pk))
        for unlike in ("id", "reference", "due_at", "decision"):
            first.pop(unlike), second.pop(unlike)
        assert first == second
    assert Touch.objects.get(pk=ours[0].pk).decision == {"rules": ["a", None], "n": 1}
    assert Touch.objects.filter(pk=ours[1].pk, decision__isnull=True).exists()
    assert Touch.objects.filter(due_at=builders.MONDAY + timedelta(microseconds=3)).get() == ours[2]
    assert Touch.objects.get(reference=uuid.UUID(int=4)) == ours[3]


def test_what_is_inserted_afterwards_gets_a_key_of_its_own(account: Account) -> None:
    (first,) = bulk.insert([Source(account=account, name="one")])
    second = Source.objects.create(account=account, name="two")
    (third,) = bulk.insert([Source(account=account, name="three")])
    assert len({first.pk, second.pk, third.pk}) == 3
    assert first.pk < second.pk < third.pk


def test_a_conflict_is_refused_or_left_out(account: Account) -> None:
    Source.objects.create(account=account, name="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([Source(account=account, name="one")])
    bulk.insert([Source(account=account, name="one"), Source(account=account, name="two")], ignore_conflicts=True)
    assert set(Source.objects.values_list("name", flat=True)) == {"one", "two"}


def test_nothing_is_written_for_nothing(db: None) -> None:
    assert bulk.insert([]) == []


@pytest.mark.django_db(transaction=True)
def test_all_or_none_without_a_transaction_around_it() -> None:
    account = builders.make_account()
    with pytest.raises(IntegrityError):
        bulk.insert([Source(account=account, name="one"), Source(account=account, name="one")])
    assert not Source.objects.exists()
    bulk.insert([Source(account=account, name="one")])
    assert Source.objects.count() == 1


def test_it_says_whether_all_were_new(account: Account) -> None:
    assert bulk.insert_new([Source(account=account, name="one"), Source(account=account, name="two")])
    assert not bulk.insert_new([Source(account=account, name=name) for name in ("three", "one", "four")])
    assert set(Source.objects.values_list("name", flat=True)) == {"one", "two", "three", "four"}


def test_an_update_writes_only_the_fields_named(lead: Lead) -> None:
    other = builders.make_lead(lead.account, email="other@example.com", phone="")
    for n, one in enumerate((lead, other)):
        one.message, one.answers, one.arrived_at, one.search = f"héllo {n}", {"n": [n]}, builders.MONDAY, "not written"
    bulk.update([lead, other], ["message", "answers", "arrived_at"])
    for n, one in enumerate((lead, other)):
        one.refresh_from_db()
        assert (one.message, one.answers, one.arrived_at) == (f"héllo {n}", {"n": [n]}, builders.MONDAY)
        assert one.search != "not written"
    bulk.update([], ["message"])
