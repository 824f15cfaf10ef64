"""Each event has its place in its account's chain; whatever is changed behind it is found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from nextcall.team.models import Account
from nextcall.timeline import chain, checking, sealing
from nextcall.timeline.models import Event, Seal
from nextcall.timeline.record import event, record, record_many
from tests.builders import MONDAY, make_account, make_lead, make_member

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


def happen(account: Account, count: int, *, at: datetime = MONDAY, **fields: Any) -> list[Event]:
    return record_many(
        event(account_id=account.pk, kind="note.written", at=at, data={"n": n, "Zoë": "李"}, **fields)
        for n in range(count)
    )


def findings(account: Account, at: datetime = LATER) -> list[str]:
    return [finding.says for finding in checking.check(account.pk, checking.Checked(), at=at)]


def test_every_event_is_sealed_in_a_chain_of_its_own_account(account: Account) -> None:
    other = make_account("Other Homes")
    happen(account, 3)
    happen(other, 2)
    sealing.seal_some(at=LATER)
    seals = list(Seal.objects.filter(account=account).order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert Seal.objects.filter(account=other).count() == 2
    previous = chain.BEFORE_THE_FIRST
    for seal in seals:
        assert seal.hash == chain.link(account=account.pk, number=seal.number, previous=previous, content=seal.content)
        previous = seal.hash
    assert findings(account) == findings(other) == []


def test_the_content_hash_is_the_documented_one() -> None:
    """docs/proof.md gives this very example, so that anybody can write a checker of their own."""
    values = chain.values_of(
        id=7, account=1, kind="touch.sent", at=MONDAY, by=None, person=3, lead=4, touch=5, data={"channel": "text"}
    )
    assert chain.content(values) == "2076076da221f510dc9df14f0f356d77137f1e4d930ddd79a561e8f86ed6850e"
    assert (
        chain.link(account=1, number=1, previous="0" * 64, content=chain.content(values))
        == "713b0bce4c259e237c5602c9a3d1c2e91ce718ff3e35c7e48b1623280d93696b"
    )


def test_an_event_that_commits_late_with_a_lower_number_is_sealed_behind(account: Account) -> None:
    first, late, second = happen(account, 3)
    Event.objects.filter(pk=late.pk).delete()  # its transaction has not committed yet
    job = sealing.Sealing()
    job(at=LATER)
    assert list(Seal.objects.order_by("number").values_list("event_id", flat=True)) == [first.pk, second.pk]
    late.save(force_insert=True)
    job(at=LATER + timedelta(seconds=10))
    assert list(Seal.objects.order_by("number").values_list("event_id", flat=True)) == [first.pk, second.pk, late.pk]
    assert findings(account) == []


def test_one_that_commits_late_behind_a_long_backlog_is_sealed_too(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BITE", 2)
    events = happen(account, 6)
    Event.objects.filter(pk=events[0].pk).delete()  # its transaction has not committed yet
    job = sealing.Sealing()
    while job(at=LATER):
        pass
    events[0].save(force_insert=True)
    job(at=LATER + timedelta(seconds=10))
    assert Seal.objects.order_by("-number").values_list("event_id", flat=True)[0] == events[0].pk
    assert Seal.objects.count() == 6


def test_the_job_goes_on_where_it_was_and_looks_at_little(account: Account) -> None:
    job, at = sealing.Sealing(), LATER
    for _ in range(5):
        happen(account, 4)
        assert job(at=at) is False
        at += timedelta(minutes=1)
    assert Seal.objects.count() == 20
    assert job._floor >= Event.objects.order_by("pk")[7].pk, "what was sealed minutes ago is not read again"
    happen(account, 1)
    job(at=at)
    assert Seal.objects.count() == 21


def test_more_than_a_bite_is_sealed_bite_by_bite(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BITE", 10)
    happen(account, 25)
    job, rounds = sealing.Sealing(), 1
    while job(at=LATER):
        rounds += 1
    assert (rounds, Seal.objects.count()) == (3, 25)


def test_what_is_invented_has_no_place_in_the_chain(account: Account) -> None:
    lead = make_lead(account)
    happen(account, 1, person_id=lead.person_id)
    lead.person.sample = True
    lead.person.save()
    invented = make_member(account, sample=True)
    happen(account, 1, by=invented)
    sealing.seal_some(at=LATER)
    assert not Seal.objects.exists()
    assert findings(account) == []


EDITS: dict[str, tuple[Callable[[Event], Any], str]] = {
    "data": (lambda e: Event.objects.filter(pk=e.pk).update(data={"n": 99}), "is not what was sealed as 3: edited"),
    "time": (lambda e: Event.objects.filter(pk=e.pk).update(at=MONDAY + timedelta(microseconds=1)), "edited"),
    "kind": (lambda e: Event.objects.filter(pk=e.pk).update(kind="touch.sent"), "edited"),
    "touch": (lambda e: Event.objects.filter(pk=e.pk).update(touch_id=5), "edited"),
    "deleted": (lambda e: Event.objects.filter(pk=e.pk).delete(), "the event of seal 3 is gone: deleted"),
    "seal deleted": (lambda e: Seal.objects.filter(event=e).delete(), "seal 3 of the chain is missing: deleted"),
    "hash": (lambda e: Seal.objects.filter(event=e).update(hash="0" * 64), "seal 3 does not follow"),
    "content": (lambda e: Seal.objects.filter(event=e).update(content="0" * 64), "seal 3 does not follow"),
    "erased, with other words": (
        lambda e: (Seal.objects.filter(event=e).update(erased_at=LATER), Event.objects.filter(pk=e.pk).update(data={"n": 7})),  # noqa: E501
        "was erased, and says something again",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_was_changed_is_found_where_it_was_changed(account: Account, name: str) -> None:
    third = happen(account, 5)[2]
    sealing.seal_some(at=LATER)
    edit, says = EDITS[name]
    edit(third)
    found = findings(account)
    assert found
    assert says in found[0]


def test_an_event_that_was_put_in_later_is_found_once_it_should_have_been_sealed(account: Account) -> None:
    happen(account, 2)
    sealing.seal_some(at=LATER)
    put_in = happen(account, 1, at=MONDAY + timedelta(minutes=1))[0]
    assert findings(account) == [f"event {put_in.pk} (note.written, 2026-11-23 17:01 UTC) was never sealed: put in"]


def test_an_erasure_keeps_the_chain_whole_without_the_words(account: Account) -> None:
    several = happen(account, 3)
    sealing.seal_some(at=LATER)
    fresh = record(account_id=account.pk, kind="note.written", at=MONDAY, data={"name": "Hazel"})
    sealing.erased([several[1].pk, fresh.pk], account_id=account.pk, at=LATER)
    checked = checking.Checked()
    assert list(checking.check(account.pk, checked, at=LATER)) == []
    assert (checked.count, checked.erased) == (4, 2)
    assert Event.objects.get(pk=fresh.pk).data == {}


def test_the_whole_record_is_checked_by_a_command(account: Account, nextcall: Callable[..., Any]) -> None:
    events = happen(account, 3)
    sealing.seal_some(at=LATER)
    ran = nextcall("verify", "--database")
    assert (ran.code, "3 events sealed" in ran.out) == (0, True)
    Event.objects.filter(pk=events[1].pk).update(data={"n": "other"})
    ran = nextcall("verify", "--database")
    assert ran.code == 1
    assert f"event {events[1].pk} (note.written) is not what was sealed as 2: edited" in ran.out


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer by itself")
@pytest.mark.django_db(transaction=True)
def test_a_second_sealer_waits_for_its_turn() -> None:
    import psycopg

    account = make_account()
    happen(account, 2)
    parameters = {k: v for k, v in connection.get_connection_params().items() if k not in ("cursor_factory", "context")}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.ONE_AT_A_TIME])
        assert sealing.seal_some(at=LATER) == []
    assert len(sealing.seal_some(at=LATER)) == 2
