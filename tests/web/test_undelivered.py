"""Did not arrive: the cause in words, the next deed, and what was seen to."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record
from tests.builders import make_account, make_lead, make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
PAGE = "/inbox/did-not-arrive/"


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=member, arrived_at=timezone.now() - timedelta(days=2))


def lost(lead: Lead, channel: str = "text", *, problem: str = "", days_ago: int = 0, **fields: object) -> Touch:
    at = timezone.now() - timedelta(days=days_ago, minutes=3)
    kind = "email" if channel == "email" else "phone"
    point = lead.person.reaches.get(contact_point__kind=kind).contact_point
    ContactPoint.objects.filter(pk=point.pk).update(problem=problem)
    values = {"state": "failed", "because": "a landline takes no texts (30006)", "body": "Hello Hazel, Ann here"}
    return make_touch(
        lead, channel, due_at=at, finished_at=at, made_at=at, contact_point=point, by_machine=False,
        owner=lead.owner, **values | fields,
    )  # fmt: skip


def page(member: Member) -> str:
    return signed(member).get(PAGE).content.decode()


def test_a_landline_is_said_with_a_call_and_a_better_number_to_ask_for(member: Member, hazel: Lead) -> None:
    lost(hazel, problem="landline")
    html = page(member)
    assert "A landline takes no texts (30006)." in html
    assert f'href="/leads/{hazel.pk}/">Call instead' in html
    assert (
        f'href="/leads/{hazel.pk}/?mode=email&amp;reason=better-number#write">Ask by email for a better number' in html
    )
    assert "Try again" not in html
    assert "Did not arrive <b>1</b>" in signed(member).get("/inbox/").content.decode()


def test_our_own_fault_is_mended_by_who_may(account: Account, member: Member, hazel: Lead) -> None:
    touch = lost(hazel, because="our number is not registered")
    record(account_id=account.pk, kind="sender.refused", at=timezone.now(), touch_id=touch.pk, data={})
    assert "A manager mends the connection" in page(member)
    assert "Mend the connection" in page(make_member(account, "manager"))


def test_trying_again_sends_the_same_words_by_hand_and_undo_puts_it_back(member: Member, hazel: Lead) -> None:
    touch, client = lost(hazel, because="the phone was off"), signed(member)
    answer = client.post(f"{PAGE}{touch.pk}/again/", headers={"Accept": "application/json"}).json()
    anew = Touch.objects.get(lead=hazel, state="planned", step_key="")
    assert (anew.body, anew.owner) == (touch.body, member)
    assert "Everything arrived" in page(member)
    client.post(f"/undo/{answer['action']['id']}/")
    assert "The phone was off." in page(member)


def test_trying_again_asks_the_gate_as_ever(member: Member, hazel: Lead) -> None:
    touch = lost(hazel, because="the phone was off")
    hazel.person.permissions.all().delete()
    html = signed(member).post(f"{PAGE}{touch.pk}/again/", follow=True).content.decode()
    assert "Not sent" in html
    assert not Touch.objects.filter(lead=hazel, state="planned", by_machine=False).exists()
    assert "The phone was off." in html


def test_what_was_seen_to_goes_and_comes_back_with_undo(member: Member, hazel: Lead) -> None:
    touch, client = lost(hazel), signed(member)
    answer = client.post(f"{PAGE}{touch.pk}/seen-to/", headers={"Accept": "application/json"}).json()
    assert "Everything arrived" in page(member)
    client.post(f"/undo/{answer['action']['id']}/")
    assert "Hazel Thorne" in page(member)


def test_a_rep_sees_what_is_theirs_and_no_other_account_sees_any(account: Account, member: Member, hazel: Lead) -> None:
    touch = lost(hazel)
    for other in (make_member(account, name="Ben Cole"), make_member(make_account("Other"), "owner", name="Eve Other")):
        assert "Hazel Thorne" not in page(other)
        for deed in ("again", "seen-to"):
            assert signed(other).post(f"{PAGE}{touch.pk}/{deed}/").status_code == 404
    assert "Hazel Thorne" in page(make_member(account, "manager"))


def test_what_is_older_than_a_month_is_no_news(member: Member, hazel: Lead) -> None:
    lost(hazel, days_ago=31)
    assert "Everything arrived" in page(member)


def test_it_is_paged_by_fifty_with_nothing_left_out_and_nothing_twice(account: Account, member: Member) -> None:
    now = timezone.now()
    for n in range(103):
        lead = make_lead(account, name=f"Person {n:03}", owner=member, arrived_at=now - timedelta(days=1))
        Touch.objects.filter(pk=lost(lead).pk).update(finished_at=now - timedelta(hours=n // 4))  # some at one instant
    html, seen = page(member), []
    for _ in range(3):
        seen += re.findall(r"<b>(Person \d+)</b>", html)
        further = re.search(r'href="(/inbox/did-not-arrive/\?after=[^"]*)">Earlier', html)
        html = signed(member).get(further[1].replace("&amp;", "&")).content.decode() if further else html
    assert len(seen) == 103 and set(seen) == {f"Person {n:03}" for n in range(103)}
    assert further is None and f'href="{PAGE}">To the first' in html
    for bad in ("x", "2026-11-23T10:00:00%2B00:00~x", "%00"):
        assert signed(member).get(f"{PAGE}?after={bad}").status_code == 200


def test_the_page_costs_the_same_queries_for_1_and_for_20(account: Account, member: Member) -> None:
    def queries() -> int:
        client = signed(member)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as counted:
            client.get(PAGE)
        return len(counted)

    def one() -> None:
        lost(make_lead(account, owner=member, arrived_at=timezone.now() - timedelta(days=1)))

    one()
    few = queries()
    for _ in range(19):
        one()
    assert queries() == few
