"""What the database knows, as the values the gate decides on: in a constant number of queries, however many ask."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from nextcall.consent.facts import Channel, Facts, Place, Purpose, Tier
from nextcall.consent.permission import RANK
from nextcall.consent.reading import Grant, Read, Wish, read_persons, read_points
from nextcall.consent.told import Answer, latest_answer, preferred
from nextcall.leads.models import ContactPoint

OF_THE_POINT = ("wrong_number", "reassigned")  # reasons that concern the number or address, not the person's wish

UNUSABLE = ("wrong", "disconnected", "reassigned", "bounced")
_FORMS = frozenset("inc llc ltd limited corp corporation co company the plc pty lp llp".split())
_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_NO_TEXTS = ("landline", "toll_free")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact that is asked about. Without a contact point the person's wishes and place still count."""

    person_id: int
    contact_point_id: int | None
    channel: Channel
    purpose: Purpose = "marketing"
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was read of some persons at one moment: asked as often as one likes, without another query."""

    persons: Mapping[int, Read]

    def facts(self, wanted: Wanted) -> Facts:
        return _facts(wanted, self.persons[wanted.person_id])

    def points(self, person_id: int) -> dict[str, ContactPoint]:
        """As `points_for`."""
        return _best(self.persons[person_id].points.values())


def read(person_ids: Collection[int], *, account_id: int, at: datetime) -> Knowledge:
    """Everything the gate may ask about these persons. Eight queries, however many they are."""
    return Knowledge(read_persons(set(person_ids), account_id=account_id, at=at) if person_ids else {})


def completed(known: Knowledge | None, person_ids: Collection[int], *, account_id: int, at: datetime) -> Knowledge:
    """What is known already, and what `read` says of the persons that are missing in it."""
    if known is None:
        return read(person_ids, account_id=account_id, at=at)
    missing = set(person_ids) - known.persons.keys()
    if not missing:
        return known
    return Knowledge({**known.persons, **read(missing, account_id=account_id, at=at).persons})


def facts_for(wanted: Sequence[Wanted], *, account_id: int, at: datetime) -> list[Facts]:
    """The facts for each contact that is asked about, in the same order; queries as for `read`."""
    known = read({one.person_id for one in wanted}, account_id=account_id, at=at)
    return [known.facts(one) for one in wanted]


def place_of_person(person_id: int, *, account_id: int, at: datetime) -> Place:
    """Where one person may be, by every clue that is stored."""
    return read_persons([person_id], account_id=account_id, at=at)[person_id].place


def points_for(person_ids: Collection[int], *, account_id: int) -> dict[int, dict[str, ContactPoint]]:
    """The best usable contact point of each person for each channel; a channel without one is absent.

    The first by rank that works: a phone for call and voicemail, one that takes texts, an address for email.
    """
    found = read_points(person_ids, account_id=account_id)
    return {person_id: _best(points.values()) for person_id, points in found.items()}


def _best(points: Iterable[ContactPoint]) -> dict[str, ContactPoint]:
    """Of one person's points in the order of their rank, the first that works for each channel."""
    best: dict[str, ContactPoint] = {}
    for point in points:
        if point.problem in UNUSABLE:
            continue
        channels = ("email",) if point.kind == ContactPoint.Kind.EMAIL else ("call", "voicemail", "text")
        for channel in channels:
            if channel != "text" or (point.problem != "landline" and point.line_type not in _NO_TEXTS):
                best.setdefault(channel, point)
    return best


def _facts(wanted: Wanted, person: Read) -> Facts:
    point = person.points.get(wanted.contact_point_id or 0)
    own_hash = person.hashes.get(point.pk, "") if point else ""
    # "automated" is said of calls: a STOP by text ends those too, while "no calls" leaves texts as they are.
    by_machine = wanted.channel in ("text", "email") or not _withdrawn(wanted, person, own_hash, "automated")
    best = _best_permission(wanted, person)
    tier: Tier = best.tier if best else "none"  # type: ignore[assignment]
    hours, not_before = preferred(person.asked, wanted.channel) if person.asked else ((), None)
    answer = latest_answer(person.answers.get(point.pk, ())) if point else None
    return Facts(
        place=person.place,
        tier=tier,
        permission_automated=best.automated and by_machine if best else by_machine,
        sellers=_sellers(best.sellers) if best else (),
        permission_id=best.id if best else None,
        withdrawn=_withdrawn(wanted, person, own_hash, wanted.channel),
        permission_until=best.expires_at if best else None,
        lists=person.lists.get(point.pk, ()) if point and wanted.channel != "email" else (),
        inquired_at=person.inquired_at,
        bought_at=person.bought_at,
        inbound_at=point.latest_inbound_at if point else None,
        attempts=tuple(person.attempts),
        contact_point_problem=_problem(wanted, point, answer),
        reassigned_checked_at=answer.checked_at if answer and _reassures(answer, best) else None,
        refused_at=person.refused_at,
        preferred_hours=hours,
        not_before=not_before,
    )


def _applies(row: Wish, channel: str, wanted: Wanted, person: Read, own_hash: str) -> bool:
    """A wish holds for the person on all their points; for others only on the point that they share.

    Once the person is erased, it holds for whoever is reached there. A wrong number is wrong for everyone on it. What
    was lifted for this very point (they wrote START from it) is not brought back by what was said before on another.
    """
    if row.lifted_at is not None or channel not in _channels(row.channels):
        return False
    if row.value_hash and row.value_hash == own_hash:
        return True
    if row.reason in OF_THE_POINT or row.person_id not in (wanted.person_id, None):
        return False
    return not any(
        lifted.lifted_at
        and lifted.lifted_at >= row.at
        and lifted.value_hash == own_hash
        and channel in _channels(lifted.channels)
        for lifted in person.wishes
    )


def _withdrawn(wanted: Wanted, person: Read, own_hash: str, channel: str) -> tuple[str, ...]:
    """The reasons of every wish in force against that channel."""
    rows = (row for row in person.wishes if _applies(row, channel, wanted, person, own_hash))
    return tuple(dict.fromkeys(row.reason for row in rows))


def _best_permission(wanted: Wanted, person: Read) -> Grant | None:
    fitting = [
        row
        for row in person.grants
        if row.channel == wanted.channel
        and row.purpose in ("marketing", wanted.purpose)
        and (row.contact_point_id is None or wanted.contact_point_id in (None, row.contact_point_id))
        and names_us(row.sellers, person.names)
    ]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    in_britain = "GB" in person.place.jurisdictions
    return max(fitting, key=lambda row: _weight(row, in_britain))


def _weight(row: Grant, in_britain: bool) -> tuple[float, bool, datetime, datetime]:
    """The strongest, and of equal ones what lasts longest. In Britain a soft opt-in is worth more than one implied."""
    rank = RANK["implied"] + 0.5 if in_britain and row.tier == "soft" else RANK.get(row.tier, 0)
    return rank, row.automated, row.expires_at or _FOR_EVER, row.given_at


@lru_cache(maxsize=1000)
def names_us(sellers: str, ours: tuple[str, ...]) -> bool:
    """Whether words that name these sellers (JSON) permit us anything: another seller's consent is not ours (US-12).

    `ours`: the names under which we sell. Words for which nobody was written down are taken as our own.
    """
    named = {_plain(name) for name in json.loads(sellers)} - {""}
    return not named or not ours or bool(named & {_plain(name) for name in ours})


def _plain(name: object) -> str:
    """A name without case, points and the form of the company: "Acme Homes, Inc." is Acme Homes."""
    words = re.findall(r"\w+", str(name).casefold())
    return " ".join(word for word in words if word not in _FORMS)


@lru_cache(maxsize=1000)
def _sellers(listed: str) -> tuple[str, ...]:
    return tuple(json.loads(listed))


@lru_cache(maxsize=1000)
def _channels(listed: str) -> frozenset[str]:
    return frozenset(json.loads(listed))


def _problem(wanted: Wanted, point: ContactPoint | None, answer: Answer | None) -> str:
    """What is wrong with the number or address; "unverified": nobody could say whether it is still theirs (US-18)."""
    if point is None:
        return ""
    if wanted.channel == "text" and not point.problem and point.line_type in _NO_TEXTS:
        return "landline"
    unclear = answer is not None and answer.result == "no_data" and wanted.channel != "email"
    if unclear and (not point.problem or (point.problem == "landline" and wanted.channel != "text")):
        return "unverified"
    return point.problem


def _reassures(answer: Answer, best: Grant | None) -> bool:
    """Whether the database said that the number is still theirs, since the day on which they gave the permission."""
    if answer.result != "no":
        return False
    return best is None or answer.since is None or answer.since <= best.given_at.date()
