"""Another time that a lead asks for: a suggestion, which a tap takes by moving the appointment."""

from datetime import datetime

from nextcall.conversations.models import Message, Suggestion
from nextcall.conversations.said import moving
from nextcall.engine import appointments, suggesting
from nextcall.engine.responding import Heard
from nextcall.leads.models import Lead
from nextcall.lib import hours

BY_CALENDAR = "Their calendar asks for this time"


def hear(*, message: Message, lead: Lead, heard: Heard | None, taken: Suggestion | None, at: datetime) -> None:
    """In the transaction that took their message in. `heard`: their calendar's answer; `taken`: an offer of ours.

    Where an appointment stands, another time is meant in its place, and its own time asks for nothing.
    """
    promise = heard.promise if heard else next((one for one in appointments.open_ones(lead) if one.due_at > at), None)
    if promise is None or (heard and (heard.said.response == "accepted" or heard.stale)):
        return
    zone = suggesting.zone_of(lead)
    starts, now = (hours.local(one, zone).replace(tzinfo=None) for one in (promise.due_at, at))
    text = f"{heard.said.comment}\n{message.body}" if heard else message.body
    wanted = _from_calendar(heard, at) or (datetime.fromisoformat(taken.value["starts_at"]) if taken else None)
    if wanted is None:
        local = moving.moved_to(text, starts=starts, now=now)
        wanted = hours.instant(local, zone) if local else None
    if wanted is not None and wanted != promise.due_at:
        value = {"starts_at": wanted.isoformat(), "moves": promise.pk, "from": promise.due_at.isoformat()}
        suggesting.instead(message=message, value=value, quote=_quote(heard, message), at=at)
    elif wanted is not None or moving.confirms(text, starts=starts, now=now):
        suggesting.forget_times(message)


def _from_calendar(heard: Heard | None, at: datetime) -> datetime | None:
    """The time that a calendar program proposes in its answer."""
    counters = heard is not None and heard.said.response == "counter"
    return heard.said.start if heard and counters and heard.said.start and heard.said.start > at else None


def _quote(heard: Heard | None, message: Message) -> str:
    return (heard.said.comment if heard else "") or (message.body if heard is None else "") or BY_CALENDAR
