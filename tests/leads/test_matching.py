"""Is this the same person?"""

import pytest

from nextcall.leads.matching import Match, Someone, match, same_given

HAZEL = Someone(1, "Hazel Thorne", "Hazel", "Thorne", frozenset({"hazel@example.com"}), frozenset({"+13035550142"}))
PHONE = frozenset({"+13035550142"})


def new(full: str = "", *, email: str = "", phone: bool = False) -> Someone:
    given, _, family = full.partition(" ")
    return Someone(0, full, given, family, frozenset({email} if email else ()), PHONE if phone else frozenset())


@pytest.mark.parametrize(
    ("someone", "expected"),
    [
        (new("Hazel Thorne", email="hazel@example.com"), Match(1, "email")),
        (new(email="hazel@example.com"), Match(1, "email")),
        (new("Omar Weaver", email="hazel@example.com"), Match(1, "email")),  # an address is one person's
        (new("hazel thorne", phone=True), Match(1, "phone")),
        (new("Hazel", phone=True), Match(1, "phone")),
        (new("H. Thorne", phone=True), Match(1, "phone")),
        (new(phone=True), Match(1, "phone")),
        (new("Hazel Weaver", phone=True), Match(1, "phone")),  # married since
        (new("Omar Thorne", phone=True), Match(None, household=(1,))),
        (new("Hazel Weaver", phone=True, email="hw@example.com"), Match(None, household=(1,))),
        (new("Hazel Thorne"), Match(None, household=(1,))),  # a name alone is nobody
    ],
)
def test_the_same_person_or_not(someone: Someone, expected: Match) -> None:
    assert match(someone, [HAZEL]) == expected


def test_a_nameless_enquiry_from_a_shared_number_is_nobody_s() -> None:
    omar = Someone(2, "Omar Thorne", "Omar", "Thorne", frozenset(), PHONE)
    assert match(new(phone=True), [HAZEL, omar]).key is None
    assert (
        match(new("Omar", phone=True), [HAZEL, omar]) == Match(2, "phone", (1,))
        or match(new("Omar", phone=True), [HAZEL, omar]).key == 2
    )


def test_an_office_s_address_needs_the_name_too() -> None:
    office = Someone(3, "Ann Weaver", "Ann", "Weaver", frozenset({"info@example.org"}))
    assert match(new("Omar Lake", email="info@example.org"), [office]).key is None
    assert match(new("Ann Weaver", email="info@example.org"), [office]).key == 3


def test_the_oldest_wins_whatever_the_order() -> None:
    twin = Someone(9, "Hazel Thorne", "Hazel", "Thorne", frozenset({"hazel@example.com"}), PHONE)
    assert match(new("Hazel Thorne", email="hazel@example.com"), [twin, HAZEL]).key == 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Bob", "Robert", True),
        ("Alex", "Alexandra", True),
        ("J", "Jean", True),
        ("José", "Jose", True),
        ("Ann", "Omar", False),
        ("Jo", "John", False),
    ],
)
def test_short_names(first: str, second: str, same: bool) -> None:
    assert same_given(first, second) is same
