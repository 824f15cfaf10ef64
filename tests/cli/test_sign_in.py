"""`nextcall sign-in`."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from nextcall.team.models import Account, Member
from tests.builders import make_member


def test_it_prints_a_link_that_signs_the_member_in(nextcall: Callable[..., Any], member: Member) -> None:
    ran = nextcall("sign-in", member.email)
    assert ran.code == 0
    assert Client().post(ran.out.strip().removeprefix("http://localhost:8000"))["Location"] == "/"


def test_without_an_address_it_is_the_first_owners(nextcall: Callable[..., Any], db: None) -> None:
    ran = nextcall("sign-in")
    assert Client().post(ran.out.strip().removeprefix("http://localhost:8000"))["Location"] == "/welcome/"
    assert Member.objects.get().role == "owner"


def test_a_strangers_address_is_refused(nextcall: Callable[..., Any], account: Account) -> None:
    make_member(account, "owner", email="gone@example.com", is_active=False)
    ran = nextcall("sign-in", "gone@example.com")
    assert ran.code == 2 and "belongs to no active member" in ran.err
