"""nextcall demo: a believable half year in an empty database, the same every time, and gone in one tap."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Call, Message, Promise
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.sample import bringing, removing
from nextcall.team import members
from nextcall.team.models import Account, Member
from nextcall.worklist.items import deck
from tests.builders import T, make_account, make_enrollment, make_lead, make_member, make_touch
from tests.conftest import Ran

pytestmark = pytest.mark.django_db
Run = Callable[..., Ran]
TUESDAY = T("2026-11-24 10:42")


def tables() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("nextcall").get_models()}


def story() -> list[tuple[Any, ...]]:
    """Who got what when, without the keys of the rows."""
    touches = Touch.objects.order_by("made_at", "person__name", "channel", "due_at")
    return list(touches.values_list("person__name", "channel", "state", "outcome", "due_at", "made_at", "owner__name"))


def bring(leads: int, days: int, seed: int = 1) -> Member:
    owner = members.first_owner(at=TUESDAY)
    bringing.half_a_year(owner=owner, at=TUESDAY, seed=seed, leads=leads, length=timedelta(days=days))
    owner.refresh_from_db()
    return owner


def test_it_fills_an_empty_database_and_says_how_to_get_in(nextcall: Run) -> None:
    ran = nextcall("demo", "--leads", "12", "--at", "2026-11-24T10:42-07:00")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("/sign-in/link/") == 4
    owner = Member.objects.get(role="owner")
    assert Counter(Member.objects.values_list("sample", flat=True)) == {True: 3, False: 1}
    assert Lead.objects.count() >= 12 and Person.objects.filter(sample=False).count() == 0
    assert owner.account.sample_at == TUESDAY
    assert set(Touch.objects.exclude(provider="").values_list("provider", flat=True)) == {"sample"}
    assert Call.objects.count() > 12 and Message.objects.filter(outbound=False).exists()
    assert Member.objects.get(name="Owen Baptiste").away_until > TUESDAY
    again = nextcall("demo")
    assert (again.code, again.out) == (2, "")
    assert "has leads already; a sample needs an empty database" in again.err


def test_everybody_in_it_is_invented_somebody_is_to_be_called_and_it_is_removed_without_a_trace() -> None:
    owner = members.first_owner(at=TUESDAY)
    empty = tables()
    before = {**Account.objects.values().get(), "name": owner.account.name}
    owner = bring(leads=18, days=20)
    for kind, value in ContactPoint.objects.values_list("kind", "value"):
        assert value[5:10] == "55501" if kind == "phone" else value.endswith("@example.com"), value
    for model, moment in ((Touch, "made_at"), (Message, "at"), (Call, "at"), (Promise, "made_at")):
        latest = model.objects.order_by(f"-{moment}").exclude(**{moment: None}).values_list(moment, flat=True).first()
        assert latest is None or (latest - TUESDAY).total_seconds() < 1200, f"{model.__name__} of the future"
    dealt = deck(owner, at=TUESDAY)
    assert dealt.card and dealt.to_go >= 5
    assert Lead.objects.filter(waiting_since__isnull=False).count() >= 4
    assert Promise.objects.filter(closed_at=None, kind="call").exists()
    assert tables()["Touch"] > 50
    assert removing.remove(account=owner.account, by=owner, at=TUESDAY) >= 18
    assert tables() == {**empty, "Event": 1, "PolicyText": 1}  # that it was removed; the words of the rules
    assert Account.objects.values().get() == before
    assert Member.objects.get().name == "Owner"
    assert removing.remove(account=owner.account, by=owner, at=TUESDAY) == 0


def test_it_is_the_same_for_the_same_number_and_another_for_another() -> None:
    stories = []
    for seed in (3, 3, 4):
        owner = bring(leads=6, days=10, seed=seed)
        stories.append(story())
        removing.remove(account=owner.account, by=owner, at=TUESDAY)
    assert stories[0] == stories[1] != stories[2]


def test_removing_touches_nothing_real_here_or_in_another_account() -> None:
    owner = bring(leads=6, days=10)
    other = make_account("Another")
    for account in (owner.account, other):
        lead = make_lead(account, name="Real Person", owner=make_member(account))
        make_touch(lead, enrollment=make_enrollment(lead))
    shared = make_lead(owner.account, name="Same Number", phone=ContactPoint.objects.filter(kind="phone")[0].value)
    Lead.objects.filter(person__name="Real Person", account=owner.account).update(
        owner=Member.objects.filter(sample=True).first()
    )
    removing.remove(account=owner.account, by=owner, at=TUESDAY)
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Real Person", "Real Person", "Same Number"]
    assert (Touch.objects.count(), Enrollment.objects.count()) == (2, 2)
    assert Lead.objects.get(account=owner.account, person__name="Real Person").owner is None
    assert shared.person.reaches.filter(contact_point__kind="phone").exists()


@pytest.mark.parametrize("wrong", [("--leads", "2"), ("--at", "yesterday"), ("--at", "2026-11-24T10:00")])
def test_a_wrong_call_stores_nothing(nextcall: Run, wrong: tuple[str, str]) -> None:
    assert nextcall("demo", *wrong).code == 2
    assert not Lead.objects.exists() and not Member.objects.exists()
