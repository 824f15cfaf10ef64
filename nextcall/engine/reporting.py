"""What a provider says became of a message. Reports come late, twice and out of order; a touch only ever moves on."""

from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.channels.contract import DeliveryReport
from nextcall.consent import ledger
from nextcall.consent.models import Attempt
from nextcall.engine import campaigns, delivery, resting, stopping, tally
from nextcall.leads.models import ContactPoint
from nextcall.team.models import Account
from nextcall.timeline.record import record

# How far a touch has come; a report that says less than is known changes nothing.
_RANK = {Touch.State.SENDING: 0, Touch.State.UNCERTAIN: 0, Touch.State.SENT: 1, Touch.State.DELIVERED: 2,
         Touch.State.BOUNCED: 3, Touch.State.FAILED: 3}  # fmt: skip
_STATE = {"sent": Touch.State.SENT, "delivered": Touch.State.DELIVERED, "bounced": Touch.State.BOUNCED,
          "failed": Touch.State.FAILED, "complained": Touch.State.DELIVERED}  # fmt: skip


def report(account: Account, heard: DeliveryReport, *, provider: str, at: datetime) -> bool:
    """Write down a report, in the caller's transaction; False if no touch of the account has this id (yet)."""
    touch = _touch(account, heard, provider)
    if touch is None:
        return False
    ledger.lock_persons([touch.person_id])
    touch.refresh_from_db()
    state = _STATE[heard.state]
    if heard.state == "complained":
        _complained(touch, at)
    if touch.state not in _RANK or _RANK[state] <= _RANK[Touch.State(touch.state)]:
        return True
    if state in (Touch.State.FAILED, Touch.State.BOUNCED):
        _failed(touch, heard, state, at)
    else:
        _moved_on(touch, state, heard, at)
    return True


def _touch(account: Account, heard: DeliveryReport, provider: str) -> Touch | None:
    mine = Touch.objects.filter(account=account).select_related("lead__account", "person", "contact_point")
    if heard.provider_reference:
        found = mine.filter(provider_reference=heard.provider_reference, provider=provider).first()
        if found:
            return found
    return mine.filter(reference=heard.reference).first() if heard.reference else None


def _moved_on(touch: Touch, state: Touch.State, heard: DeliveryReport, at: datetime) -> None:
    changed = {"state": state, "outcome": state.value}
    if touch.state in (Touch.State.SENDING, Touch.State.UNCERTAIN):  # nobody knew; now the provider does
        changed |= {"provider_reference": heard.provider_reference[:200], "because": ""}
    Touch.objects.filter(account_id=touch.account_id, pk=touch.pk).update(**changed)
    _event(touch, f"touch.{state.value}", at, {"reported_at": (heard.at or at).isoformat()})
    if state is Touch.State.DELIVERED:
        delivery.note_if_late(touch, arrived_at=heard.at or at, at=at)


def _failed(touch: Touch, heard: DeliveryReport, state: Touch.State, at: datetime) -> None:
    """It did not arrive: tried again where that can help, else the number is marked and the plan goes on elsewhere."""
    data = {"code": heard.code, "because": heard.reason, "permanent": heard.permanent, "problem": heard.problem}
    again_at = at + timedelta(hours=heard.hours_apart or 6)
    if not heard.permanent and touch.tries <= heard.retries:
        _try_again(touch, heard, again_at)
        _event(touch, "touch.retried", at, data | {"again_at": again_at.isoformat(), "tries": touch.tries})
        return
    because = f"{heard.reason} ({heard.code})" if heard.code else heard.reason
    Touch.objects.filter(account_id=touch.account_id, pk=touch.pk).update(
        state=state, outcome=state.value, because=because[:200]
    )
    _event(touch, f"touch.{state.value}", at, data)
    tally.count(state.value, touch.channel)
    if state is Touch.State.BOUNCED or heard.problem in campaigns.COUNTED:
        campaigns.came_back([touch.pk], account_id=touch.account_id, at=at)
    if heard.problem == "withdrawn":
        _withdrawn(touch, heard, at)
    elif heard.problem:
        point = ContactPoint.objects.filter(account_id=touch.account_id, pk=touch.contact_point_id or 0)
        point.update(problem=heard.problem, problem_at=at)
    if heard.sender:
        resting.rest(resting.left(touch), heard.sender, heard.code, at=at)


def _try_again(touch: Touch, heard: DeliveryReport, again_at: datetime) -> None:
    """The same touch, counted once; the gate is asked again then, so it waits for the window by itself."""
    Attempt.objects.filter(account_id=touch.account_id, touch_id=touch.pk).delete()
    Touch.objects.filter(account_id=touch.account_id, pk=touch.pk).update(
        state=Touch.State.PLANNED,
        due_at=again_at,
        local_at=None,
        because=heard.reason[:200],
        outcome="",
        made_at=None,
        finished_at=None,
        claimed_by="",
    )


def _withdrawn(touch: Touch, heard: DeliveryReport, at: datetime) -> None:
    """They told the carrier: it is as good as told to us."""
    stopping.withdraw(
        lead=touch.lead,
        contact_point=touch.contact_point,
        scope=("text",) if touch.channel == "text" else (touch.channel,),
        reason="opt_out",
        said=f"The carrier says: {heard.reason} ({heard.code})",
        via="carrier",
        by=None,
        at=at,
        reference=f"report:{heard.provider_reference}",
    )


def _complained(touch: Touch, at: datetime) -> None:
    stopping.withdraw(
        lead=touch.lead,
        contact_point=touch.contact_point,
        scope=(),
        reason="complaint",
        said="A complaint that their provider passed on.",
        via=touch.channel,
        by=None,
        at=at,
        reference=f"complaint:{touch.reference}",
        message_id=touch.provider_reference,
    )


def _event(touch: Touch, kind: str, at: datetime, data: dict[str, object]) -> None:
    record(
        account_id=touch.account_id,
        kind=kind,
        at=at,
        lead_id=touch.lead_id,
        person_id=touch.person_id,
        touch_id=touch.pk,
        data={"channel": touch.channel, **data},
    )
