"""The first three minutes: when you work, where your people are, a cadence, how you reach them. Left and resumed."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.cadences import parse, versions
from nextcall.cadences.definition import Cadence
from nextcall.cadences.forecast import DAYS, minutes_by_day
from nextcall.consent import policy
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Connection, Member
from nextcall.web import working_hours
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.cadences import board
from nextcall.web.zones import zone_choices

KEPT = "welcome"  # of the member's settings: {"step": what is next, "at": since when}
PEOPLE, CADENCE, REACH, FIRST = "people", "cadence", "reach", "first"
PAGES = {PEOPLE: "welcome_people", CADENCE: "welcome_cadence", REACH: "welcome_reach", FIRST: "now"}
OFFERED = ("fast-start-light", "steady", "three-and-one", "fast-start", "letter-first", "gentle")
FEW = 10  # new leads a week, while there are none
MOST = 5_000


class WelcomeForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    zone = forms.ChoiceField(label="Your time zone", choices=zone_choices)


@dataclass(frozen=True, slots=True)
class Offered:
    """One cadence to pick, drawn as beads, with what it asks of a day."""

    slug: str
    name: str
    says: str
    thumb: board.Thumb
    minutes: int
    chosen: bool


WORDS = ("Hours", "People", "Cadence", "Reach")


def _page(
    request: SignedIn, template: str, context: dict[str, object], *, step: int, status: int = 200
) -> HttpResponse:
    """One step, under the thread of all four."""
    shapes = {True: "done", False: ""}
    ways = [{"says": word, "shape": "here" if nth == step else shapes[nth < step]} for nth, word in enumerate(WORDS, 1)]
    return render(request, f"welcome/{template}.html", {**context, "step": step, "ways": ways}, status=status)


def step_of(member: Member) -> str:
    """What is next for this member; "" when the welcome is over, or was left before it was kept."""
    step = member.settings.get(KEPT, {}).get("step", "")
    return step if step in PAGES else ""


@require_http_methods(["GET", "POST"])
@signed_in
def welcome(request: SignedIn) -> HttpResponse:
    """Name, hours, zone. Who said that already goes on where they left."""
    member = request.member
    if request.method == "GET" and member.working_hours and step_of(member):
        return HttpResponseRedirect(reverse(PAGES[step_of(member)]))
    days = working_hours.days_of(member.working_hours)
    form = WelcomeForm(initial={"name": "" if member.name == "Owner" else member.name, "zone": member.zone})
    if not member.working_hours:  # the zone is the account's, which nobody chose for this member
        form.fields["zone"].widget.attrs["data-guess-zone"] = ""
    if request.method == "POST":
        form = WelcomeForm(request.POST)
        days = working_hours.read_same_each_day(request.POST.dict())
        if form.is_valid() and not working_hours.wrong_in(days):
            _keep(member, form, days)
            return _go(member, PEOPLE if member.manages else FIRST, at=timezone.now())
    wrong = working_hours.wrong_in(days)
    context: dict[str, object] = {"form": form, "days": days, "first": days[0], "wrong": wrong}
    return _page(request, "page", context, step=1, status=422 if form.errors or wrong else 200)


def _keep(member: Member, form: WelcomeForm, days: list[working_hours.Day]) -> None:
    """The owner's zone becomes the account's: until somebody says otherwise that is where it works."""
    member.name, member.zone = form.cleaned_data["name"], form.cleaned_data["zone"]
    member.working_hours = working_hours.stored(days)
    member.save(update_fields=["name", "zone", "working_hours"])
    others = Member.objects.filter(account=member.account).exclude(pk=member.pk)
    if member.role == Member.Role.OWNER and not others.exists():
        Account.objects.filter(pk=member.account_id).update(zone=member.zone)


def _go(member: Member, step: str, *, at: datetime) -> HttpResponse:
    """To the next step, which is remembered."""
    kept = {**member.settings.get(KEPT, {}), "step": step, "at": at.isoformat()}
    member.settings = {**member.settings, KEPT: kept}
    member.save(update_fields=["settings"])
    return HttpResponseRedirect(reverse(PAGES[step]))


@require_http_methods(["GET", "POST"])
@manager
def people(request: SignedIn) -> HttpResponse:
    """Add one, import a file, try the sample; or go on with those that are there."""
    if request.method == "POST":
        return _go(request.member, CADENCE, at=timezone.now())
    return _page(request, "people", {"count": _count(request.member.account)}, step=2)


@require_http_methods(["GET", "POST"])
@manager
def cadence(request: SignedIn) -> HttpResponse:
    """Which plan new leads start on, and what it asks of a day."""
    account, at = request.member.account, timezone.now()
    chosen = request.POST.get("cadence", "")
    if request.method == "POST" and (not chosen or chosen in OFFERED):
        if chosen:
            versions.latest(account, [chosen], at=at)
            Account.objects.filter(pk=account.pk).update(default_cadence=chosen)
        return _go(request.member, REACH, at=at)
    count = _count(account)
    context: dict[str, object] = {"offered": _offered(account, count or FEW, at=at), "count": count, "few": FEW}
    return _page(request, "cadence", context, step=3)


def _offered(account: Account, leads: int, *, at: datetime) -> list[Offered]:
    rules = policy.for_account(account.policy, at=at)
    library = parse.library()
    found = []
    for slug in OFFERED:
        one = library[slug]
        minutes = minutes_a_day(one, rules, leads)
        found.append(Offered(slug, one.name, one.says, board.thumb(one), minutes, slug == account.default_cadence))
    return found


def minutes_a_day(one: Cadence, rules: policy.Policy, leads: int) -> int:
    """What it asks of one person on each of the ten working days of two weeks, if nobody answers; in fives."""
    touches = board.example(one.source, rules)
    if not touches:
        return 0
    asked = minutes_by_day(touches, arrived=min(touch.due_at for touch in touches))
    total = leads * sum(minutes for day, minutes in asked.items() if day < DAYS)
    return max(round(total / 10 / 5) * 5, 5 if total else 0)


@require_http_methods(["GET"])
@manager
def reach(request: SignedIn) -> HttpResponse:
    """The own phone is ready; email and texts can wait."""
    connected = Connection.objects.filter(account=request.member.account, enabled=True)
    context: dict[str, object] = {
        "connected": set(connected.values_list("channel", flat=True)),
        "later": request.member.settings.get(KEPT, {}).get("later", []),
    }
    return _page(request, "reach", context, step=4)


@require_POST
@signed_in
def later(request: SignedIn) -> HttpResponse:
    """Not now: one of the two channels waits, or all is said and the first card comes."""
    member, channel = request.member, request.POST.get("channel", "")
    if channel not in ("email", "text"):
        return _go(member, FIRST, at=timezone.now())
    kept = member.settings.get(KEPT, {})
    both = sorted({*kept.get("later", []), channel})
    member.settings = {**member.settings, KEPT: {**kept, "later": both}}
    member.save(update_fields=["settings"])
    return HttpResponseRedirect(reverse("welcome_reach"))


def _count(account: Account) -> int:
    return Lead.objects.filter(account=account, removed_at__isnull=True)[:MOST].count()


def shows_pointer(member: Member) -> bool:
    """Until the first outcome after the welcome; from then on never again."""
    kept = member.settings.get(KEPT, {})
    if kept.get("step") != FIRST:
        return False
    since = datetime.fromisoformat(kept["at"])
    logged = Action.objects.filter(account_id=member.account_id, member=member, kind="outcome", at__gte=since)
    if not logged.exists():
        return True
    member.settings = {key: value for key, value in member.settings.items() if key != KEPT}
    member.save(update_fields=["settings"])
    return False
