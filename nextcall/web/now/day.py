"""The day as a whole: what is spread over which day, how many people fit in one, and getting ahead."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.web.access import SignedIn, signed_in
from nextcall.web.going_back import back, number
from nextcall.web.now.page import AHEAD
from nextcall.web.once import once
from nextcall.worklist import items, spreading
from nextcall.worklist.spreading import DayAhead


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the spread page: its bar in hundredths of the fullest day."""

    name: str
    day: DayAhead
    planned: float
    carried: float


@require_GET
@signed_in
def spread(request: SignedIn) -> HttpResponse:
    """The days ahead, with what is planned for each and what was carried over to it."""
    at, member = timezone.now(), request.member
    deck = items.hand(member, at=at, cards=0)
    days = spreading.days_ahead(member, at=at, carried=deck.spread, to_go=deck.to_go)
    most = max((one.total for one in days), default=0) or 1
    shown = {
        "deck": deck,
        "rows": [_row(one, place, most) for place, one in enumerate(days)],
        "size": spreading.day_size(member),
        "share": spreading.share_of(spreading.day_size(member)),
        "most": spreading.MOST_A_DAY,
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
    }
    return render(request, "now/spread.html", shown)


def _row(day: DayAhead, place: int, most: int) -> Row:
    name = "Today" if place == 0 else f"{day.date:%A}, {day.date:%b} {day.date.day}"
    return Row(name, day, round(day.planned * 100 / most, 1), round(day.carried * 100 / most, 1))


@require_POST
@signed_in
@once
def people_a_day(request: SignedIn) -> HttpResponse:
    """How many people this member works in a day."""
    member, chosen = request.member, number(request.POST.get("people", ""))
    if chosen is None or not 1 <= chosen <= spreading.MOST_A_DAY:
        return back(request, problem=f"Write a number from 1 to {spreading.MOST_A_DAY}, for example 40.")
    member.settings = {**member.settings, "people_a_day": chosen}
    member.save(update_fields=["settings"])
    return back(request, said=f"{chosen} people a day; {spreading.share_of(chosen)} of them may be carried over.")


@require_POST
@signed_in
@once
def dismiss(request: SignedIn) -> HttpResponse:
    """The welcome after time away is closed for today."""
    member = request.member
    today = items.day_of(member, timezone.now())[0].date()
    member.settings = {**member.settings, spreading.DISMISSED: today.isoformat()}
    member.save(update_fields=["settings"])
    return back(request)


@require_POST
@signed_in
@once
def get_ahead(request: SignedIn) -> HttpResponse:
    """Deal the calls of the next working day, as far as they may be made now; for today."""
    at, member = timezone.now(), request.member
    request.session[AHEAD] = items.day_of(member, at)[0].date().isoformat()
    deck = items.hand(member, at=at, cards=0, ahead=True)
    if not deck.to_go:
        return back(request, said="None of those calls may be made yet: their hours are closed, or they were reached.")
    return back(request)
