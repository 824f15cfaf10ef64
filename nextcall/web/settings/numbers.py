"""Settings, Text: each number of the account, whether it may send, how fast, and what became of its day."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.engine import backlog, connecting, number_pace, resting
from nextcall.engine.backlog import Backlog
from nextcall.engine.numbers import SOURCES, day_limit, stopped
from nextcall.engine.when import spoken
from nextcall.lib import hours, phone
from nextcall.team.models import Connection, Member, SenderNumber
from nextcall.timeline.record import record
from nextcall.web.access import SignedIn, found_or_404, manager

KINDS = {"long_code": "Local", "toll_free": "Toll-free", "short_code": "Short code", "name": "Name"}
WORDS = {"registered": "Registered", "pending": "Registration pending", "refused": "Registration refused",
         "unknown": "Not registered"}  # fmt: skip


class NumberForm(forms.Form):
    per_minute = forms.IntegerField(min_value=1, max_value=6000, label="Texts a minute")
    per_day = forms.IntegerField(min_value=0, max_value=1_000_000, required=False, label="Texts a day, 0 for no limit")
    ramp = forms.BooleanField(required=False, label="New: warm it up slowly")
    enabled = forms.BooleanField(required=False, label="In use")
    reference = forms.CharField(max_length=200, required=False, label="Reference of its registration")


@dataclass(frozen=True, slots=True)
class Shown:
    """One number as the page has it."""

    row: SenderNumber
    name: str
    kind: str
    registration: str
    sent: int
    limit: int | None
    stop: str
    source: str
    rests: bool
    waiting: Backlog | None = None
    last: str = ""
    gone: bool = False
    known_by: int = 0  # of one that is gone: leads who were texted from it last


def shown(connection: Connection, member: Member, *, at: datetime) -> list[Shown]:
    """In the order of the numbers; three queries, four where one is gone."""
    account = member.account
    pool = number_pace.pools([account.pk], {account.pk: account.zone}, at=at).get(connection.pk)
    if pool is None:
        return []
    rows = SenderNumber.objects.filter(account=account, connection=connection).in_bulk()
    waiting = backlog.by_number(account, pool)
    knew = connecting.known_by([row for row in rows.values() if connecting.is_gone(row)], account=account)
    found = []
    for one in pool.numbers:
        stop, waits = stopped(one, at), waiting.get(one.id)
        row = rows[one.id]
        found.append(
            Shown(
                row,
                phone.show(one.number) if one.number.startswith("+") else one.number,
                KINDS.get(one.kind, one.kind),
                WORDS.get(one.registration, one.registration),
                one.sent,
                day_limit(one, pool.today),
                stop.says if stop else "",
                SOURCES.get(stop.rule, "") if stop else "",
                row.paused_until is not None and row.paused_until > at,
                waits,
                spoken(waits.last_at, now=at, zone=member.zone) if waits and waits.last_at else "",
                connecting.is_gone(row),
                knew.get(one.id, 0),
            )
        )
    return sorted(found, key=lambda one: one.row.number)


@require_POST
@manager
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Rate, day, ramp, and whether it is used at all."""
    row = found_or_404(SenderNumber, request.member.account, pk=pk)
    form = NumberForm(request.POST)
    if not form.is_valid():
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"{row.number} was not changed. {wrong}")
        return HttpResponseRedirect(f"{reverse('settings_text')}#numbers")
    values, at = form.cleaned_data, timezone.now()
    today = hours.local(at, request.member.account.zone).date()
    row.per_minute, row.per_day, row.enabled = values["per_minute"], values["per_day"] or 0, values["enabled"]
    row.ramp_from = (row.ramp_from or today) if values["ramp"] else None
    if row.kind == "name":
        row.registration_says = values["reference"]
    row.save(update_fields=["per_minute", "per_day", "enabled", "ramp_from", "registration_says"])
    data = {"number": row.number, "per_minute": row.per_minute, "per_day": row.per_day, "enabled": row.enabled}
    record(account_id=row.account_id, kind="sender.changed", at=at, by=request.member, data=data)
    backlog.ask_again(row.account_id, at=at)
    messages.success(request, f"{row.number} is changed.")
    return HttpResponseRedirect(f"{reverse('settings_text')}#numbers")


@require_POST
@manager
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """An owner takes a number off the list that the carrier lists no more."""
    if request.member.role != request.member.Role.OWNER:
        raise PermissionDenied("An owner decides that a number is removed.")
    row = found_or_404(SenderNumber.objects.select_related("account"), request.member.account, pk=pk)
    try:
        knew = connecting.forget_number(row, by=request.member, at=timezone.now())
    except connecting.CannotConnect as why:
        messages.error(request, str(why))
    else:
        moved = f" {_leads(knew)} another of your numbers with the next text." if knew else ""
        messages.success(request, f"{row.number} is removed.{moved}")
    return HttpResponseRedirect(f"{reverse('settings_text')}#numbers")


def _leads(count: int) -> str:
    return "1 lead gets" if count == 1 else f"{count:,} leads get"


@require_POST
@manager
def again(request: SignedIn, pk: int) -> HttpResponse:
    """An owner has looked at why it rests: it sends again."""
    if request.member.role != request.member.Role.OWNER:
        raise PermissionDenied("An owner decides that a number is used again.")
    row = found_or_404(SenderNumber, request.member.account, pk=pk)
    resting.use_again(row, by=request.member, at=timezone.now())
    messages.success(request, f"{row.number} is used again.")
    return HttpResponseRedirect(f"{reverse('settings_text')}#numbers")
