"""The editor: a cadence day by day, what it asks of people, and what stands in its way."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.cadences import comparing, drafts, forecast, load, mending, parse, previewing, versions
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.definition import Cadence as Definition
from nextcall.cadences.models import Cadence, CadenceVersion, Draft
from nextcall.consent import policy as policies
from nextcall.consent.policy import Policy
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.cadences import board, changing, panel, rule_words
from nextcall.web.cadences.chart import chart
from nextcall.web.cadences.finding import cadence_or_404, to_editor

KEYS = (
    ("← → ↑ ↓", "From bead to bead"),
    ("Enter", "Open a bead"),
    ("Esc", "Back to the bead"),
    ("Alt or Shift with ← →", "Move a touch by a day"),
    ("Alt or Shift with ↑ ↓", "Move a touch by a part of the day"),
    ("+", "Add a touch after it"),
    ("Delete", "Remove a touch"),
)


@require_GET
@signed_in
def editor(request: SignedIn, slug: str) -> HttpResponse:
    """`?step=` opens that touch; `?at=` puts the cursor on it."""
    cadence = cadence_or_404(request, slug)
    return shown(request, cadence, step=request.GET.get("step", "")[:80], at_bead=request.GET.get("at", "")[:80])


@require_POST
@manager
def change(request: SignedIn, slug: str) -> HttpResponse:
    """One change to the member's draft; what cannot be done is said, with the form as it was written."""
    cadence, at = cadence_or_404(request, slug), timezone.now()
    draft = drafts.of(cadence, request.member)
    source = draft.source if draft else drafts.text_of(drafts.newest(cadence))
    policy = policies.for_account(request.member.account.policy, at=at)
    try:
        found = changing.change(source, request.POST, policy=policy)
        if found.source != source:
            drafts.keep(cadence=cadence, source=found.source, by=request.member, at=at)
    except BadCadence as wrong:
        step = request.POST.get("open", "")[:80]
        return shown(request, cadence, step=step, posted=request.POST, problem=words(wrong), status=422)
    open_ = found.key if request.POST.get("open") else ""
    if request.headers.get("X-Parts"):  # a script swaps the parts: one answer is enough
        answer = shown(request, cadence, step=open_, said=found.says)
        answer["X-At"] = quote(found.key)
        return answer
    return to_editor(request, cadence, said=found.says, step=open_, at=found.key)


@require_POST
@signed_in
def preview(request: SignedIn, slug: str) -> HttpResponse:
    """How the words in the panel would read; nothing is kept."""
    cadence = cadence_or_404(request, slug)
    _, _, definition = _read(cadence, request.member)
    found = panel.panel(
        definition,
        request.POST.get("key", ""),
        label="",
        notes=(),
        known=_invented(request.member),
        posted=request.POST,
    )
    return render(request, "cadences/_previews.html", {"panel": found})


@require_GET
@signed_in
def law(request: SignedIn, slug: str) -> HttpResponse:
    """What the law of each state moves: half a second for the longest cadence, so it comes by itself."""
    cadence = cadence_or_404(request, slug)
    _, _, definition = _read(cadence, request.member)
    policy = policies.for_account(request.member.account.policy, at=timezone.now())
    found = board.by_state(definition.source, policy)
    return render(request, "cadences/law.html", {"cadence": cadence, "name": definition.name, "found": found})


def shown(
    request: SignedIn,
    cadence: Cadence,
    *,
    step: str = "",
    at_bead: str = "",
    posted: QueryDict | None = None,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a cadence: the member's draft if there is one, else the newest version."""
    at, member = timezone.now(), request.member
    draft, newest, definition = _read(cadence, member)
    policy = policies.for_account(member.account.policy, at=at)
    context = {
        **_head(cadence, draft, newest, definition, member),
        **_board(definition, newest, draft, policy, member, step=step, posted=posted),
        **_load(definition, cadence, policy, member, at=at),
        "at_bead": at_bead,
        "rules": rule_words.says(definition),
        "pauses": rule_words.pauses(definition),
        "stages": rule_words.stages(definition),
        "courtesy": rule_words.courtesy(policy),
        "then": definition.then,
        "then_name": dict(choices := cadence_choices(member.account)).get(definition.then, ""),
        "choices": [one for one in choices if one[0] != cadence.slug],
        "channels": [(one, one.capitalize()) for one in parse.CHANNELS],
        "bead_keys": KEYS,
        "said": said or request.session.pop("said", ""),
        "problem": problem or request.session.pop("problem", ""),
    }
    return render(request, "cadences/editor.html", context, status=status)


def words(wrong: BadCadence) -> str:
    """What is wrong, without the name of a file that nobody on the page opened."""
    said = str(wrong).removeprefix("the stored cadence: ")
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?")) else ".")


def _read(cadence: Cadence, member: Member) -> tuple[Draft | None, CadenceVersion, Definition]:
    draft, newest = drafts.of(cadence, member), drafts.newest(cadence)
    return draft, newest, parse.cached(draft.source if draft else drafts.text_of(newest))


def _head(
    cadence: Cadence, draft: Draft | None, newest: CadenceVersion, definition: Definition, member: Member
) -> dict[str, Any]:
    saved = parse.cached(drafts.text_of(newest))
    based = draft.based_on if draft else None
    other = newest if draft and based and based.pk != newest.pk else None
    return {
        "cadence": cadence,
        "definition": definition,
        "counted": board.counted(definition),
        "newest": newest,
        "draft": draft,
        "undos": len(draft.undo) if draft else 0,
        "differs": draft is not None and draft.source != drafts.text_of(newest),
        "changes": comparing.changes(saved, definition) if draft else (),
        "summary": comparing.summary(comparing.changes(saved, definition)) if draft else "",
        "other": other,
        "other_changes": comparing.changes(parse.cached(drafts.text_of(based)), saved) if other and based else (),
        "edits": member.manages,
        "is_default": member.account.default_cadence == cadence.slug,
    }


def _board(
    definition: Definition,
    newest: CadenceVersion,
    draft: Draft | None,
    policy: Policy,
    member: Member,
    *,
    step: str,
    posted: QueryDict | None,
) -> dict[str, Any]:
    source = definition.source
    found, touches = board.findings(source, policy, versions.ours(member.account)), board.example(source, policy)
    notes = board.notes_of(found, touches)
    saved = parse.cached(drafts.text_of(newest)) if draft else None
    columns = board.board(definition, saved=saved, notes=notes, here=step)
    labels = {bead.key: bead.label for column in columns for bead in column.beads}
    mends = mending.outside(definition, touches)
    return {
        "columns": columns,
        "first": columns[0].beads[0].key,
        "panel": panel.panel(
            definition,
            step,
            label=labels.get(step, ""),
            notes=notes.get(step, ()),
            known=_invented(member),
            posted=posted,
        ),
        "findings": [{"says": one.says, "step": one.step, "kind": one.kind} for one in found],
        "wrong": [one for one in found if one.kind == "wrong"],
        "mends": [{"step": one.step, "label": labels.get(one.step, one.step), "because": one.because} for one in mends],
    }


def _load(definition: Definition, cadence: Cadence, policy: Policy, member: Member, *, at: datetime) -> dict[str, Any]:
    ground = load.read(member.account, cadence, at=at)
    touches = board.example(definition.source, policy)
    arrived = min((one.due_at for one in touches), default=at)
    found = forecast.forecast(
        forecast.minutes_by_day(touches, arrived=arrived),
        today=ground.today,
        a_day=ground.a_day,
        on_it=ground.on_it,
        capacity=ground.capacity,
    )
    return {"forecast": found, "ground": ground, "chart": chart(found), "on_it": sum(ground.on_it.values())}


def _invented(member: Member) -> dict[str, Any]:
    account = member.account
    return previewing.names(seller=account.seller_name or account.name, my_name=member.name, my_phone=member.phone)
