"""The plans of invented people, worked through at instants that are given: how a sample comes by its past."""

from collections.abc import Container
from datetime import UTC, datetime

from django.db.models import QuerySet

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Pause
from nextcall.engine.due import BATCH, Claims, Ready
from nextcall.engine.lanes import DUE, PICK, Candidate, Chooser, Resting, candidates
from nextcall.engine.record import record_answers
from nextcall.engine.send import Answer
from nextcall.engine.senders import Senders
from nextcall.lib import sql

NAME = "sample"
ROUNDS = 50  # of claims at one instant; each settles one touch a person
INVENTED = (
    f"{PICK} t.account_id = %s AND {DUE}"
    " AND EXISTS (SELECT 1 FROM nextcall_person p WHERE p.id = t.person_id AND p.sample)"
    " ORDER BY t.due_at, t.id LIMIT %s"
)


# Asked very often, so in one statement.
NEXT = (
    "SELECT min(t.due_at) FROM nextcall_touch t JOIN nextcall_person p ON p.id = t.person_id"
    " WHERE t.account_id = %s AND t.state = 'planned' AND p.sample"
    " UNION ALL SELECT min(u.until_at) FROM nextcall_pause u JOIN nextcall_enrollment e ON e.id = u.enrollment_id"
    " JOIN nextcall_person p ON p.id = e.person_id"
    " WHERE u.account_id = %s AND u.ended_at IS NULL AND e.state = 'paused' AND p.sample"
)
NEVER = datetime.max.replace(tzinfo=UTC)


class Jumping:
    """An engine without a clock, in the caller's thread and transaction. Real people's touches are not its business."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self._claims = Claims(NAME, Senders())
        self._claims.chooser = _Invented(account_id)

    def turn(self, at: datetime, *, doubtful: Container[int] = ()) -> list[Ready]:
        """Everything that is due at this instant; what was sent. Nobody is sure of what leaves to `doubtful` leads."""
        self._resume(at)
        sent: list[Ready] = []
        for _ in range(ROUNDS):
            claimed = self._claims.claim(at=at)
            answers = [_answer(ready, doubt=ready.due.lead_id in doubtful) for ready in claimed.ready]
            if answers:
                record_answers(answers, engine=NAME, at=at)
            sent += [answer.ready for answer in answers if answer.receipt]
            if not claimed.settled or (self.next_at() or NEVER) > at:
                break
        return sent

    def next_at(self) -> datetime | None:
        """The next instant at which there is something to do."""
        return min((at for at in self._next() if at is not None), default=None)

    def _next(self) -> list[datetime | None]:
        """Of touches, and of pauses that end by themselves."""
        return [sql.instant_or_none(row[0]) for row in sql.rows(NEXT, [self.account_id, self.account_id])]

    def _pauses(self) -> QuerySet[Pause]:
        running = Pause.objects.filter(account_id=self.account_id, ended_at__isnull=True)
        return running.filter(enrollment__state=Enrollment.State.PAUSED, enrollment__person__sample=True)

    def _resume(self, at: datetime) -> None:
        if (self._next()[1] or NEVER) > at:
            return
        over = self._pauses().filter(until_at__lte=at).select_related("enrollment").order_by("until_at", "pk")
        for pause in over:
            enroll.resume(enrollment=pause.enrollment, by=None, at=at)


class _Invented(Chooser):
    """Chooses among the touches of invented people of one account."""

    def __init__(self, account_id: int) -> None:
        super().__init__()
        self._account_id = account_id

    def choose(self, *, at: datetime, limit: int, resting: Resting) -> list[Candidate]:
        return candidates(sql.rows(INVENTED, [self._account_id, at, min(limit, BATCH)]))


def _answer(ready: Ready, *, doubt: bool) -> Answer:
    if doubt:
        return Answer(ready, uncertain="The connection broke after the message was handed over.")
    return Answer(ready, receipt=ready.provider.send(ready.outgoing, ready.permit))
