"""A campaign stands still: counting what speaks against it, beginning a halt, ending it (CX-07).

A campaign is one cadence on one channel. Nothing is counted while messages leave: only when a complaint or a bounce
came, and no further than it takes to decide.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from nextcall.cadences import rates
from nextcall.cadences.models import Cadence, Halt, Touch
from nextcall.lib import sql
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

SHARPENED = "it became a stop"
PATH = "enrollment__version__cadence"
MOST = 5_000  # hits that are looked at: far more than stop any campaign
KINDS = {"complaint": ("complaint.received",), "bounce": ("touch.bounced", "touch.failed")}
BOUNCED = "bounced"  # what a provider's refusal says of the contact point
SENT = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM nextcall_event h JOIN nextcall_touch t ON t.id = h.touch_id"
    " JOIN nextcall_enrollment e ON e.id = t.enrollment_id JOIN nextcall_cadenceversion v ON v.id = e.version_id"
    " JOIN nextcall_person p ON p.id = t.person_id"
    " WHERE h.account_id = %s AND h.kind = 'touch.sent' AND h.at > %s AND h.at <= %s AND t.channel = %s"
    " AND v.cadence_id = %s AND NOT p.sample LIMIT %s) counted"
)


def in_force(account_id: int) -> list[Halt]:
    """The halts of an account that have not ended, the latest first."""
    rows = Halt.objects.filter(account_id=account_id, ended_at__isnull=True).select_related("cadence", "by")
    return list(rows.order_by("-at", "-pk"))


def judge(cadence: Cadence, channel: str, *, at: datetime) -> Halt | None:
    """Count, and begin or sharpen a halt if a limit is reached; the halt that began, if one did.

    What came before somebody let the campaign go on counts no more: they have seen it.
    """
    with transaction.atomic():
        Cadence.objects.select_for_update().get(pk=cadence.pk)
        ours = Halt.objects.filter(account_id=cadence.account_id, cadence=cadence, channel=channel)
        standing = ours.filter(ended_at__isnull=True).order_by("-pk").first()
        if standing is not None and standing.level == Halt.Level.STOPPED:
            return None
        let_go = ours.filter(ended_at__isnull=False).exclude(ended_because=SHARPENED).order_by("-ended_at").first()
        found = _verdict(cadence, channel, since=let_go.ended_at if let_go else None, at=at)
        if found is None or (standing is not None and found.level == "paused"):
            return None
        if standing is not None:
            Halt.objects.filter(pk=standing.pk).update(ended_at=at, ended_because=SHARPENED)
        return begin(cadence, channel, level=found.level, rule=found.rule, because=found.because, by=None, at=at)


def begin(
    cadence: Cadence, channel: str, *, level: str, rule: str, because: str, by: Member | None, at: datetime
) -> Halt:
    """The machine's touches of this cadence on this channel wait from now on."""
    made = Halt.objects.create(
        account_id=cadence.account_id,
        cadence=cadence,
        channel=channel,
        level=level,
        rule=rule[:60],
        because=because[:200],
        at=at,
        by=by,
    )
    _record("halt.began", made, by, at)
    return made


def end(halt: Halt, *, by: Member | None, at: datetime, because: str) -> None:
    """It goes on. The caller spreads what waited."""
    halt.ended_at, halt.ended_by, halt.ended_because = at, by, because[:200]
    halt.save(update_fields=["ended_at", "ended_by", "ended_because"])
    _record("halt.ended", halt, by, at)


def campaigns(touch_ids: Iterable[int], *, account_id: int) -> list[tuple[Cadence, str]]:
    """The campaigns that these touches belong to, each once."""
    rows = Touch.objects.filter(account_id=account_id, pk__in=list(touch_ids), enrollment__isnull=False)
    found = {(one.enrollment.version.cadence, one.channel) for one in rows.select_related(PATH) if one.enrollment}
    return sorted(found, key=lambda pair: (pair[0].pk, pair[1]))


def in_question(*, since: datetime) -> list[tuple[Cadence, str]]:
    """The campaigns of all accounts that anything spoke against since then."""
    found: list[tuple[Cadence, str]] = []
    for account_id in Account.objects.order_by("pk").values_list("pk", flat=True):
        ids = {touch_id for of in KINDS for touch_id in _hits(of, account_id=account_id, since=since)}
        found += campaigns(ids, account_id=account_id) if ids else []
    return found


def _verdict(cadence: Cadence, channel: str, *, since: datetime | None, at: datetime) -> rates.Verdict | None:
    found: list[rates.Verdict] = []
    for limit in rates.limits():
        if channel not in limit.channels:
            continue
        begins = max(at - limit.window, since) if since else at - limit.window
        ids = _hits(limit.of, account_id=cadence.account_id, since=begins)
        own = Touch.objects.filter(pk__in=ids, channel=channel, person__sample=False)
        hits = own.filter(enrollment__version__cadence=cadence).count() if ids else 0
        if hits:
            enough = max(limit.enough(hits), 1)
            asked = [cadence.account_id, begins, at, channel, cadence.pk, enough]
            judged = rates.judge(limit, sent=int(sql.rows(SENT, asked)[0][0]), hits=hits)
            found += [judged] if judged else []
    return max(found, key=lambda one: one.level == "stopped", default=None)


def _hits(of: str, *, account_id: int, since: datetime) -> set[int]:
    """The touches that something came back for; each counts once, however often it is reported."""
    rows = Event.objects.filter(account_id=account_id, at__gt=since, touch_id__isnull=False, kind__in=KINDS[of])
    found = rows.order_by("-at").values_list("touch_id", "kind", "data")[:MOST]
    return {
        touch_id
        for touch_id, kind, data in found
        if touch_id is not None and (kind != "touch.failed" or data.get("problem") == BOUNCED)
    }


def _record(kind: str, halt: Halt, by: Member | None, at: datetime) -> None:
    record(
        account_id=halt.account_id,
        kind=kind,
        at=at,
        by=by,
        data={
            "halt": halt.pk,
            "cadence": halt.cadence.slug,
            "channel": halt.channel,
            "level": halt.level,
            "rule": halt.rule,
            "because": halt.ended_because if kind == "halt.ended" else halt.because,
        },
    )
