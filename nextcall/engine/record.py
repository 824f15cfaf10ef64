"""Writing down what the providers answered, in small groups, and planning what follows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.cadences.store import plan_next
from nextcall.channels.contract import NotPermitted, SendError
from nextcall.consent import ledger
from nextcall.consent.known import Knowledge
from nextcall.consent.reading import Read
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message
from nextcall.engine import campaigns, going_on, left_from, resting, tally
from nextcall.engine.due import Ready, reservation
from nextcall.engine.retry import next_look, next_try
from nextcall.engine.send import Answer
from nextcall.leads.models import ContactPoint
from nextcall.lib import bulk, sql
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record_many

log = structlog.get_logger(__name__)
GROUP = 200
NOTHING: Mapping[int, Knowledge] = {}
# In order, so that two engines that lock the same persons cannot block each other.
STANDING = (
    "SELECT t.id, t.claimed_by, p.id, p.revision FROM nextcall_touch t JOIN nextcall_person p ON p.id = t.person_id"
    " WHERE t.id IN {them} AND t.state IN ('planned', 'sending', 'uncertain') ORDER BY p.id"
)
SENT = (
    "UPDATE nextcall_touch SET state = 'sent', provider_reference = %s, made_at = %s, finished_at = %s,"
    " outcome = 'sent', lease_until = NULL WHERE id = %s"
)
DOUBT = (
    "UPDATE nextcall_touch SET state = 'uncertain', provider_reference = '', made_at = %s, finished_at = %s,"
    " outcome = '', because = %s, lease_until = %s"
    " WHERE id = %s AND state IN ('sending', 'uncertain') AND claimed_by = %s"
)
CLOSE = (
    "UPDATE nextcall_touch SET state = %s, provider_reference = %s, made_at = %s, finished_at = %s, outcome = %s,"
    " because = %s, due_at = %s, lease_until = NULL"
    " WHERE id = %s AND state IN ('sending', 'uncertain') AND claimed_by = %s"
)
BLOCK = (
    "UPDATE nextcall_touch SET state = 'blocked', rule = 'permit.refused', because = %s, finished_at = %s,"
    " lease_until = NULL WHERE id = %s AND state IN ('sending', 'uncertain') AND claimed_by = %s"
)
COUNT = (
    "UPDATE nextcall_lead SET attempts = attempts + 1, latest_attempt_at = %s,"
    " first_machine_touch_at = CASE WHEN %s THEN COALESCE(first_machine_touch_at, %s) ELSE first_machine_touch_at END,"
    " first_person_touch_at = CASE WHEN %s THEN COALESCE(first_person_touch_at, %s) ELSE first_person_touch_at END"
    " WHERE id = %s"
)


def record_answers(answers: Sequence[Answer], *, engine: str, at: datetime) -> None:
    """One commit for the group: the touches' new states, messages, events, counts, and the next steps.

    An engine that was stopped for longer than its lease finds that another one has taken its touches over: what it
    knows to have left is written down all the same, anything else is no longer its business.
    """
    with transaction.atomic():
        answers, known = _known(answers, engine, at)
        _sent([answer for answer in answers if answer.receipt], at)
        _refused([answer for answer in answers if answer.error], engine, at)
        _uncertain([answer for answer in answers if answer.uncertain], engine, at)
        follow(((answer.ready.due.account_id, answer.ready.due.enrollment_id) for answer in answers), at, known)


def _known(answers: Sequence[Answer], engine: str, at: datetime) -> tuple[Sequence[Answer], Mapping[int, Knowledge]]:
    """Locks persons and touches; the answers that are still news, and what is known of whom nothing changed since."""
    them = sql.among(answer.ready.due.id for answer in answers)
    claimed, revisions = dict[int, str](), dict[int, int]()
    for touch_id, claimed_by, person_id, revision in sql.rows(f"{STANDING.format(them=them)}{sql.locked('p, t')}", []):
        claimed[touch_id], revisions[person_id] = claimed_by, revision
    answers = [
        answer
        for answer in answers
        if claimed.get(answer.ready.due.id) == engine or (answer.receipt and answer.ready.due.id in claimed)
    ]
    found: dict[int, dict[int, Read]] = {}
    for answer in answers:
        due = answer.ready.due
        if answer.receipt and revisions.get(due.person_id) == due.revision:
            made = [] if due.purpose == "confirmation" else [(due.channel, at)]
            read = answer.ready.read
            found.setdefault(due.account_id, {})[due.person_id] = replace(read, attempts=[*read.attempts, *made])
    return answers, {account_id: Knowledge(persons) for account_id, persons in found.items()}


def follow(
    enrollments: Iterable[tuple[int, int | None]], at: datetime, known: Mapping[int, Knowledge] = NOTHING
) -> None:
    """Plan on for these (account, enrollment). One that cannot be planned is paused and shown; the others go on."""
    by_account: dict[int, set[int]] = {}
    for account_id, enrollment_id in enrollments:
        if enrollment_id is not None:
            by_account.setdefault(account_id, set()).add(enrollment_id)
    for account_id, ids in by_account.items():
        try:
            with transaction.atomic():
                plan_next(ids, account_id=account_id, at=at, known=known.get(account_id))
        except DatabaseError:
            raise
        except Exception:
            log.exception("plan.failed", account=account_id, enrollments=len(ids))
            for enrollment_id in ids:
                _follow_one(enrollment_id, account_id, at)


def _follow_one(enrollment_id: int, account_id: int, at: datetime) -> None:
    try:
        with transaction.atomic():
            plan_next([enrollment_id], account_id=account_id, at=at)
    except DatabaseError:
        raise
    except Exception:
        log.exception("plan.failed", account=account_id, enrollment=enrollment_id)
        broken = Enrollment.objects.get(account_id=account_id, pk=enrollment_id)
        enroll.pause(enrollment=broken, by=None, at=at, because="it could not be planned on")


def _next_try(ready: Ready, error: SendError, at: datetime) -> datetime | None:
    if isinstance(error, NotPermitted):  # no provider was asked: what was late is put before the gate again
        return at if error.late else None
    return next_try(
        tries=ready.due.tries + 1, permanent=error.permanent, at=at, retry_after_seconds=error.retry_after_seconds
    )


def _sent(answers: Sequence[Answer], at: datetime) -> None:
    if not answers:
        return
    sql.execute_many(
        SENT,
        [
            (answer.receipt.provider_reference[:200] if answer.receipt else "", at, at, answer.ready.due.id)
            for answer in answers
        ],
    )
    made = [answer.ready for answer in answers]
    conversation.sent([_message(answer, at) for answer in answers])
    replies = [ready.due.id for ready in made if ready.due.by_machine and ready.due.purpose == "reply"]
    if replies:
        going_on.left(replies, at=at)
    left_from.note([(answer.ready, answer.receipt.our_point if answer.receipt else "") for answer in answers])
    attempts = [ready for ready in made if ready.due.purpose != "confirmation"]
    if ledger.mark_made([ready.due.id for ready in attempts], at=at) < len(attempts):  # its place was given back
        ledger.reserve([reservation(ready.due) for ready in attempts], at=at)
        ledger.mark_made([ready.due.id for ready in attempts], at=at)
    sql.execute_many(
        COUNT, [(at, ready.due.by_machine, at, not ready.due.by_machine, at, ready.due.lead_id) for ready in attempts]
    )
    record_many(
        _event(
            "touch.sent",
            answer.ready,
            at,
            provider=answer.ready.provider_name,
            provider_reference=answer.receipt.provider_reference[:200] if answer.receipt else "",
        )
        for answer in answers
    )
    for ready in made:
        tally.count("sent", ready.due.channel)


def _message(answer: Answer, at: datetime) -> Message:
    ready = answer.ready
    due = ready.due
    return bulk.row(
        Message,
        account_id=due.account_id,
        person_id=due.person_id,
        lead_id=due.lead_id,
        touch_id=due.id,
        contact_point_id=ready.contact_point_id,
        channel=due.channel,
        outbound=True,
        subject=ready.outgoing.subject,
        body=ready.outgoing.body,
        message_id=answer.receipt.provider_reference[:300] if answer.receipt else "",
        our_point=(answer.receipt.our_point if answer.receipt else "") or ready.outgoing.from_address[:254],
        at=at,
        by_id=None if due.by_machine else due.owner_id,
    )


def _refused(answers: Sequence[Answer], engine: str, at: datetime) -> None:
    rows, blocked, events, failed = list[tuple[Any, ...]](), list[tuple[Any, ...]](), list[Event](), list[Answer]()
    for answer in answers:
        error, due = answer.error, answer.ready.due
        if error is None:
            continue
        again = _next_try(answer.ready, error, at)
        because = str(error)[:200]
        if again is not None:
            rows.append(("planned", "", None, None, "", because, again, due.id, engine))
        elif isinstance(error, NotPermitted):
            blocked.append((because, at, due.id, engine))
        else:
            rows.append(("failed", "", None, at, "failed", because, due.due_at, due.id, engine))
            failed.append(answer)
        became = "retried" if again else "blocked" if isinstance(error, NotPermitted) else "failed"
        marks = {"problem": error.problem} if error.problem else {}
        said = {"because": because, "permanent": error.permanent, "tries": due.tries + 1, **marks}
        events.append(_event(f"touch.{became}", answer.ready, at, **said))
        tally.count(became, due.channel)
    sql.execute_many(CLOSE, rows)
    sql.execute_many(BLOCK, blocked)
    record_many(events)
    ledger.release([answer.ready.due.id for answer in answers])
    for answer in failed:
        if answer.error and answer.error.problem:
            ContactPoint.objects.filter(
                account_id=answer.ready.due.account_id, pk=answer.ready.contact_point_id
            ).update(problem=answer.error.problem, problem_at=at)
    _against(failed, at)
    for answer in answers:
        if answer.error and answer.error.sender:
            resting.rest(_left(answer.ready), answer.error.sender, "", at=at)


def _left(ready: Ready) -> resting.Left:
    return resting.Left(ready.due.account_id, ready.due.id, ready.due.channel, ready.outgoing.from_address)


def _against(failed: Sequence[Answer], at: datetime) -> None:
    """What the lead's side refused speaks against the campaign."""
    by_account: dict[int, list[int]] = {}
    for answer in failed:
        if answer.error and answer.error.problem in campaigns.COUNTED:
            by_account.setdefault(answer.ready.due.account_id, []).append(answer.ready.due.id)
    for account_id, touch_ids in by_account.items():
        campaigns.came_back(touch_ids, account_id=account_id, at=at)


def _uncertain(answers: Sequence[Answer], engine: str, at: datetime) -> None:
    """It may have left: the caps count it. A carrier that may find it is asked soon (looking.py), else a person."""
    sql.execute_many(
        DOUBT,
        [
            (at, at, answer.uncertain[:200], _looked_for_at(answer, at), answer.ready.due.id, engine)
            for answer in answers
        ],
    )
    ledger.mark_made([answer.ready.due.id for answer in answers], at=at)
    record_many(_event("touch.uncertain", answer.ready, at, because=answer.uncertain[:200]) for answer in answers)
    for answer in answers:
        tally.count("uncertain", answer.ready.due.channel)


def _looked_for_at(answer: Answer, at: datetime) -> datetime | None:
    return next_look(since=at, at=at) if answer.ready.provider.finds_later else None


def _event(kind: str, ready: Ready, at: datetime, **data: object) -> Event:
    due = ready.due
    return event(
        account_id=due.account_id,
        kind=kind,
        at=at,
        person_id=due.person_id,
        lead_id=due.lead_id,
        touch_id=due.id,
        data={"channel": due.channel, "step": due.step_key, "gate": ready.gate, **data},
    )
