"""Which due touches are next: the most urgent first, and each account its turn.

A lane is what is planned for one account, channel and priority. As long as little is due, one look along the due
index finds everything. Under a backlog the lanes take turns: within a priority every account gets a share of each
batch, so that one account's burst never holds up another's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.lib import sql

WINDOW = 400
LANES_GOOD_FOR = timedelta(milliseconds=250)
# A touch whose person has another in a provider's hands waits. The IN list is the touch_person_live index's own,
# word for word, or SQLite would not use it. LIMIT keeps PostgreSQL from reading and hashing everything due at once.
NOBODY_IN_FLIGHT = (
    "(SELECT 1 FROM nextcall_touch f WHERE f.person_id = t.person_id"
    " AND f.state IN ('planned', 'claimed', 'sending', 'open') AND f.state IN ('claimed', 'sending') LIMIT 1) IS NULL"
)
DUE = f"t.state = 'planned' AND t.due_at <= %s AND {NOBODY_IN_FLIGHT}"
PICK = "SELECT t.id, t.account_id, t.person_id, t.channel, t.priority, t.due_at FROM nextcall_touch t WHERE "
LOCK_CHOSEN = (
    "SELECT t.id FROM nextcall_touch t WHERE t.id = ANY(%s) AND t.state = 'planned' FOR NO KEY UPDATE OF t SKIP LOCKED"
)
LANES = """
WITH RECURSIVE lane(id) AS (
  SELECT (SELECT id FROM nextcall_touch WHERE state = 'planned'
          ORDER BY account_id, channel, priority, due_at LIMIT 1)
  UNION ALL
  SELECT (SELECT n.id FROM nextcall_touch n WHERE n.state = 'planned'
            AND (n.account_id, n.channel, n.priority) > (t.account_id, t.channel, t.priority)
          ORDER BY n.account_id, n.channel, n.priority, n.due_at LIMIT 1)
  FROM lane JOIN nextcall_touch t ON t.id = lane.id
)
SELECT t.account_id, t.channel, t.priority, t.due_at FROM lane JOIN nextcall_touch t ON t.id = lane.id
"""

Resting = Mapping[tuple[int, str], datetime]  # account and channel whose sender is at its rate, until when


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    account_id: int
    person_id: int
    channel: str
    priority: int
    due_at: datetime


class Chooser:
    """Keeps one engine's place in the turns. `skip_locked` for PostgreSQL, where engines choose at the same time."""

    def __init__(self) -> None:
        self._lanes: list[tuple[int, str, int, datetime]] = []
        self._read_at: datetime | None = None
        self._turn = 0

    def forget(self) -> None:
        """Something new was planned: look at everything again."""
        self._read_at = None

    def choose(self, *, at: datetime, limit: int, resting: Resting) -> list[Candidate]:
        """At most `limit` due touches, locked against other engines until the transaction ends."""
        asleep = {key for key, until in resting.items() if until > at}
        if self._read_at is not None and timedelta() <= at - self._read_at <= LANES_GOOD_FOR:
            found = self._from_lanes(at, limit, asleep)
            if found:
                return found
        self._read_at = None
        window = candidates(sql.rows(f"{PICK} {DUE} ORDER BY t.due_at LIMIT {WINDOW}", [at]))
        if len(window) < WINDOW:
            awake = [one for one in window if (one.account_id, one.channel) not in asleep]
            return _locked(self._by_turns(awake)[:limit])
        self._lanes = [(*row[:3], sql.instant(row[3])) for row in sql.rows(LANES, [])]
        self._read_at = at
        return self._from_lanes(at, limit, asleep)

    def _by_turns(self, candidates: list[Candidate]) -> list[Candidate]:
        """By priority; within it the accounts in turn, each with its earliest first."""
        nth: dict[tuple[int, int], int] = {}
        ranked = []
        for one in candidates:
            place = nth[one.priority, one.account_id] = nth.get((one.priority, one.account_id), -1) + 1
            ranked.append((one.priority, place, one.due_at, one.id, one))
        return [entry[-1] for entry in sorted(ranked)]

    def _from_lanes(self, at: datetime, limit: int, asleep: Collection[tuple[int, str]]) -> list[Candidate]:
        self._turn += 1
        found: list[Candidate] = []
        awake = [lane for lane in self._lanes if lane[3] <= at and lane[:2] not in asleep]
        for priority in sorted({lane[2] for lane in awake}):
            lanes = [lane for lane in awake if lane[2] == priority]
            start = self._turn % len(lanes)
            for nth, lane in enumerate(lanes[start:] + lanes[:start]):
                share = -(-(limit - len(found)) // (len(lanes) - nth))
                if share <= 0:
                    return found
                taken = self._from_lane(lane, at, share)
                if len(taken) < share:
                    self._lanes.remove(lane)  # dry, or other engines have the rest
                found += taken
        return found

    def _from_lane(self, lane: tuple[int, str, int, datetime], at: datetime, share: int) -> list[Candidate]:
        return candidates(
            sql.rows(
                f"{PICK} t.account_id = %s AND t.channel = %s AND t.priority = %s AND {DUE}"
                f" ORDER BY t.due_at LIMIT {share}{sql.skip_locked('t')}",
                [*lane[:3], at],
            )
        )


def candidates(rows: Iterable[tuple[int, int, int, str, int, object]]) -> list[Candidate]:
    return [Candidate(*row[:5], sql.instant(row[5])) for row in rows]


def _locked(chosen: list[Candidate]) -> list[Candidate]:
    """Those of them that no other engine holds, in their order."""
    if not chosen or not sql.many_engines():
        return chosen
    had = {row[0] for row in sql.rows(LOCK_CHOSEN, [[one.id for one in chosen]])}
    return [one for one in chosen if one.id in had]
