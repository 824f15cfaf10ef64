"""Is this the same person? Pure: decided on addresses, numbers and names alone.

An address is one person's, a number may be a household's. So the same address is the same person, the same number is
the same person only when the names do not contradict, and what is unsure stays apart: two rows of one person are a
nuisance, two persons in one row are a wrong name on the phone.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Addresses that an office shares: a name must agree too.
_SHARED = frozenset(
    {"info", "office", "sales", "admin", "contact", "hello", "team", "support", "mail", "home", "family"}
)
_SHORT = (
    "robert bob rob bobby",
    "william bill will billy liam",
    "richard rick dick rich",
    "elizabeth liz beth betty eliza lisa",
    "margaret maggie peggy meg",
    "james jim jimmy jamie",
    "john jack johnny jon",
    "michael mike mick mickey",
    "katherine catherine kate kathy cathy katie kathryn",
    "patricia pat patty trish",
    "anthony tony",
    "edward ed eddie ted ned",
    "charles charlie chuck",
    "thomas tom tommy",
    "joseph joe joey",
    "steven stephen steve",
    "jennifer jen jenny",
    "susan sue susie",
    "deborah debbie deb",
    "alexander alex sasha",
    "francisco paco pancho",
    "jose pepe",
    "theodore ted theo",
    "henry harry hank",
    "dorothy dot dolly",
    "lawrence larry",
    "andrew andy drew",
    "gregory greg",
    "nicholas nick",
    "christopher chris",
    "christina chris tina",
)
_SAME: dict[str, set[int]] = {}
for _place, _names in enumerate(_SHORT):
    for _name in _names.split():
        _SAME.setdefault(_name, set()).add(_place)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as far as matching is concerned. `key` is 0 for one who is not stored yet."""

    key: int
    full: str = ""
    given: str = ""
    family: str = ""
    emails: frozenset[str] = frozenset()  # keys
    phones: frozenset[str] = frozenset()  # E.164


@dataclass(frozen=True, slots=True)
class Match:
    """`key` of the same person, None for a new one. `household`: others at the same number or shared address."""

    key: int | None
    by: str = ""  # email, phone
    household: tuple[int, ...] = ()


def match(new: Someone, known: Sequence[Someone]) -> Match:
    """The one of `known` that `new` is. Where several fit the lowest key wins: the answer is always the same."""
    known = sorted(known, key=lambda someone: someone.key)
    for someone in known:
        shared = new.emails & someone.emails
        if shared and (agree(new, someone) or any(key.partition("@")[0] not in _SHARED for key in shared)):
            return Match(someone.key, "email")
    same_phone = [someone for someone in known if new.phones & someone.phones]
    fitting = [someone for someone in same_phone if agree(new, someone) and not _other_address(new, someone)]
    household = tuple(someone.key for someone in known if someone not in fitting)
    if len(fitting) == 1 or (fitting and _named(new)):
        best = next((someone for someone in fitting if _named(someone)), fitting[0])
        return Match(best.key, "phone")
    # Nobody's name on a number that several use: it could be any of them.
    return Match(None, household=household + tuple(someone.key for someone in fitting))


def agree(one: Someone, other: Someone) -> bool:
    """Whether the names do not contradict. No name contradicts nothing."""
    if not _named(one) or not _named(other):
        return True
    first, second = _given(one), _given(other)
    if not first or not second:
        return _fold(one.full) == _fold(other.full) or bool(
            _fold(one.family) and _fold(one.family) == _fold(other.family)
        )
    return same_given(first, second)


def same_given(first: str, second: str) -> bool:
    """Ann and Ann, A and Ann, Bob and Robert, Alex and Alexandra; not Ann and Anthony's wife."""
    first, second = sorted((_fold(first), _fold(second)), key=len)
    if first == second or _SAME.get(first, set()) & _SAME.get(second, set()):
        return True
    return (len(first) == 1 and second.startswith(first)) or (len(first) >= 3 and second.startswith(first))


def _other_address(one: Someone, other: Someone) -> bool:
    """Same number, same given name, but each has a family name of their own and another address: two people."""
    differ = one.family and other.family and _fold(one.family) != _fold(other.family)
    return bool(differ and one.emails and other.emails and not one.emails & other.emails)


def _named(someone: Someone) -> bool:
    return bool(someone.full or someone.given or someone.family)


def _given(someone: Someone) -> str:
    return someone.given.split()[0].strip(".") if someone.given.split() else ""


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum() or letter == " ").strip()
