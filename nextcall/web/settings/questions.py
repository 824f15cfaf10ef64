"""Settings, Questions: what an offer asks, one small thing at a time, and how much of it the machine asks itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.conversations import questions as rules
from nextcall.conversations.questions import KINDS, MOST, Question, Wrong
from nextcall.leads.models import Offer
from nextcall.team.models import Account
from nextcall.timeline import record
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.going_back import number
from nextcall.web.settings.sections import section

SHOWN, MOST_BY_MACHINE = 100, 5


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the form has it."""

    field: str = ""
    kind: str = "text"
    ask: str = ""
    choices: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.ask.strip() and not self.field.strip()


@dataclass(frozen=True, slots=True)
class Card:
    """One offer on the page."""

    offer: Offer
    lines: Sequence[Line]
    example: rules.Example | None
    problem: str = ""


@require_GET
@manager
def questions(request: SignedIn) -> HttpResponse:
    return _page(request)


@require_POST
@manager
def offer(request: SignedIn, pk: int) -> HttpResponse:
    """The whole list of an offer, in the order of its numbers; a question without words is taken out."""
    row = found_or_404(Offer, request.member.account, pk=pk)
    lines = _posted(request.POST)
    try:
        made = [_made(one) for one in lines]
        twice = next((one.label for n, one in enumerate(made) if one.field in {each.field for each in made[:n]}), "")
        if twice:
            raise Wrong(f"{twice} stands there twice; put both ways to ask it into one question.")
    except Wrong as wrong:
        return _page(request, wrong_at=row.pk, lines=lines, problem=str(wrong))
    return _keep(request, row, made)


@require_POST
@manager
def example(request: SignedIn, pk: int) -> HttpResponse:
    """The shipped questions of that name become the offer's own."""
    row = found_or_404(Offer, request.member.account, pk=pk)
    found = next((one for one in rules.examples() if one.name == request.POST.get("example", "")), None)
    if found is None:
        return _page(request, wrong_at=row.pk, problem="Choose one of the examples.")
    return _keep(request, row, found.questions)


@require_POST
@manager
def machine(request: SignedIn) -> HttpResponse:
    """How many the machine asks by itself, and whether times that leads ask for stay on top."""
    many = number(request.POST.get("machine_questions", ""))
    if many is None or many > MOST_BY_MACHINE:
        return _page(
            request, problem=f"The machine asks 0 to {MOST_BY_MACHINE} questions; after that a person goes on."
        )
    changed = {"machine_questions": many, "pin_promises": bool(request.POST.get("pin_promises"))}
    Account.objects.filter(pk=request.member.account_id).update(**changed)
    return _saved(request, "account.changed", {"fields": sorted(changed)})


def _posted(form: QueryDict) -> list[Line]:
    """The lines that say something, in the order of their numbers."""
    count = min(number(form.get("count", "")) or 0, MOST + 1)
    found = []
    for n in range(count):
        names = ("field", "kind", "ask", "choices")
        line = Line(*(form.get(f"{name}-{n}", "").replace("\0", "")[:2000] for name in names))
        if not line.is_empty and not form.get(f"drop-{n}"):
            found.append((number(form.get(f"place-{n}", "")) or n + 1, n, line))
    return [line for _, _, line in sorted(found, key=lambda one: one[:2])]


def _made(line: Line) -> Question:
    return rules.made(line.field, line.kind, line.ask.splitlines(), line.choices.splitlines())


def _line(one: Question) -> Line:
    return Line(one.field, one.kind, "\n".join(one.ask), "\n".join(one.choices))


def _keep(request: SignedIn, row: Offer, made: Sequence[Question]) -> HttpResponse:
    Offer.objects.filter(pk=row.pk).update(questions=[one.stored for one in made[:MOST]])
    return _saved(request, "offer.changed", {"offer": row.pk, "questions": [one.field for one in made]}, at=row.pk)


def _saved(request: SignedIn, kind: str, data: dict[str, object], *, at: int = 0) -> HttpResponse:
    record.record(
        account_id=request.member.account_id, kind=kind, at=timezone.now(), by=request.member, data=data
    )  # fmt: skip
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("settings_questions") + (f"#offer-{at}" if at else ""))


def _page(request: SignedIn, *, wrong_at: int = 0, lines: Sequence[Line] = (), problem: str = "") -> HttpResponse:
    account = request.member.account
    cards = []
    for row in Offer.objects.filter(account=account).order_by("name")[:SHOWN]:
        mine = row.pk == wrong_at
        kept = list(lines) if mine and lines else [_line(one) for one in rules.read_all(row.questions)]
        room = [Line()] if kept and len(kept) < MOST else []
        cards.append(Card(row, [*kept, *room], rules.example_for(row.name), problem if mine else ""))
    context = {
        "account": account,
        "cards": cards,
        "kinds": KINDS,
        "examples": rules.examples(),
        "most": MOST_BY_MACHINE,
        "problem": "" if wrong_at else problem,
    }
    return section(request, "questions", context, status=422 if problem else 200)
