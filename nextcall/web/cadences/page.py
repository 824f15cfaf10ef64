"""All cadences of the account, drawn as beads; making, copying, bringing in and taking out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from nextcall.cadences import drafts, editing, lawful, parse, versions, wording
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.models import CadenceVersion, Enrollment
from nextcall.team.models import Account
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.cadences import board, halts
from nextcall.web.cadences.editor import words
from nextcall.web.cadences.finding import cadence_or_404, to, to_editor

COUNTED = 1_000  # leads counted on each
MOST = 200  # cadences of an account
PRESETS = (
    "fast-start", "fast-start-light", "steady", "three-and-one", "letter-first", "gentle", "second-wind", "long-view",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One cadence in the list."""

    slug: str
    name: str
    says: str
    number: int
    thumb: board.Thumb
    leads: str
    default: bool
    own: bool  # made or changed here
    draft: bool


@require_GET
@signed_in
def cadences(request: SignedIn) -> HttpResponse:
    member, at = request.member, timezone.now()
    versions.install(member.account, at=at)
    lines = _lines(request)
    yours = [one for one in lines if one.own or one.default]
    presets = sorted(
        (one for one in lines if not one.own and one.slug in PRESETS), key=lambda one: PRESETS.index(one.slug)
    )
    context = {
        "yours": yours,
        "own": any(one.own for one in lines),
        "presets": [one for one in presets if not one.default],
        "others": [one for one in lines if not one.own and not one.default and one.slug not in PRESETS],
        "halted": halts.standing_still(member, at=at),
        "let_go": halts.latest(member, at=at),
        "edits": member.manages,
        "said": request.session.pop("said", ""),
        "problem": request.session.pop("problem", ""),
    }
    return render(request, "cadences/page.html", context)


def _lines(request: SignedIn) -> list[Line]:
    account = request.member.account
    rows = CadenceVersion.objects.filter(account=account).select_related("cadence").order_by("number")
    newest, numbers = {}, defaultdict(list)
    for one in rows:
        newest[one.cadence_id] = one
        numbers[one.cadence_id].append(one.pk)
    begun = set(request.member.draft_set.filter(account=account).values_list("cadence_id", flat=True))
    found = []
    for version in list(newest.values())[:MOST]:
        definition, slug = versions.definition_of(version), version.cadence.slug
        shipped = parse.library().get(slug)
        found.append(
            Line(
                slug=slug,
                name=definition.name,
                says=definition.says,
                number=version.number,
                thumb=board.thumb(definition),
                leads=_leads_on(numbers[version.cadence_id]),
                default=slug == account.default_cadence,
                own=shipped is None or version.number > 1,
                draft=version.cadence_id in begun,
            )
        )
    return sorted(found, key=lambda one: (not one.default, one.name.lower()))


def _leads_on(version_ids: Sequence[int]) -> str:
    running = Enrollment.objects.filter(version__in=version_ids, ended_at__isnull=True)
    count = running[: COUNTED + 1].count()
    if count > COUNTED:
        return f"More than {COUNTED:,} leads on it"
    return f"{count} lead{'s' if count != 1 else ''} on it" if count else "Nobody on it"


@require_POST
@manager
def new(request: SignedIn) -> HttpResponse:
    """A cadence of one call, to begin with."""
    account, name = request.member.account, request.POST.get("name", "").strip()[:120]
    if not name:
        return to(request, reverse("cadences"), problem="Give it a name, as your team will know it.")
    slug = _free_slug(account, name)
    version = versions.add(account, editing.empty(slug=slug, name=name), by=request.member, at=timezone.now())
    return to_editor(request, version.cadence, said=f"{name} begins with one call. Add what comes next.")


@require_POST
@manager
def copy(request: SignedIn, slug: str) -> HttpResponse:
    """The same under another name, to change without touching the first."""
    cadence, account = cadence_or_404(request, slug), request.member.account
    newest = drafts.newest(cadence)
    name = request.POST.get("name", "").strip()[:120] or f"{versions.definition_of(newest).name}, ours"
    source = editing.copied(drafts.text_of(newest), slug=_free_slug(account, name), name=name)
    version = versions.add(account, source, by=request.member, at=timezone.now())
    return to_editor(request, version.cadence, said=f"{name} is a copy. Leads stay where they are.")


@require_POST
@manager
def bring_in(request: SignedIn) -> HttpResponse:
    """A file as the newest version of the cadence it names; leads stay on the version they began with."""
    here, file = reverse("cadences"), request.FILES.get("file")
    if file is None:
        return to(request, here, problem="Choose a file, like steady.toml.")
    if (file.size or 0) > parse.MAX_BYTES:
        return to(
            request, here, problem=f"{file.name} is larger than {parse.MAX_BYTES // 1000} kB; a cadence is a few pages."
        )
    try:
        source = file.read().decode("utf-8").replace("\r\n", "\n")
        definition = parse.read(source, file=file.name or "the file")
        for step in definition.steps:
            wording.verify(step)
        lawful.require(definition, versions.ours(request.member.account))
        version = versions.add(request.member.account, source, by=request.member, at=timezone.now())
    except UnicodeDecodeError:
        return to(request, here, problem=f"{file.name} is not a text file in UTF-8.")
    except BadCadence as wrong:
        return to(request, here, problem=words(wrong))
    return to_editor(request, version.cadence, said=f"Brought in as version {version.number}. New leads start on it.")


@require_GET
@signed_in
def file(request: SignedIn, slug: str) -> HttpResponse:
    """The file of the newest version, or of `?version=`, to keep or to share."""
    cadence, asked = cadence_or_404(request, slug), request.GET.get("version", "")
    version = drafts.newest(cadence)
    if asked.isdecimal() and len(asked) < 9:
        version = cadence.versions.filter(number=int(asked)).select_related("cadence").first() or version
    answer = HttpResponse(drafts.text_of(version), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{cadence.slug}-{version.number}.toml"'
    return answer


@require_POST
@manager
def default(request: SignedIn, slug: str) -> HttpResponse:
    """New leads start on this one."""
    cadence, account = cadence_or_404(request, slug), request.member.account
    definition = versions.definition_of(drafts.newest(cadence))
    if definition.beside:
        return to_editor(request, cadence, problem="It runs beside another cadence; choose one that stands by itself.")
    try:
        lawful.require(definition, versions.ours(account))
    except BadCadence as wrong:
        return to_editor(request, cadence, problem=f"Not switched on. {words(wrong)}")
    if account.default_cadence != slug:
        Account.objects.filter(pk=account.pk).update(default_cadence=slug)
        data = {"fields": ["default_cadence"], "cadence": slug}
        record.record(account_id=account.pk, kind="account.changed", at=timezone.now(), by=request.member, data=data)
    return to_editor(request, cadence, said=f"New leads start on {definition.name} now.")


def _free_slug(account: Account, name: str) -> str:
    """Its name in commands: that of no other, shipped or own."""
    stem = slugify(name)[:50].strip("-").replace("_", "-") or "cadence"
    stem = "-".join(part for part in stem.split("-") if part)
    used = set(versions.names(account))
    return next(slug for n in range(1, 10_000) if (slug := stem if n == 1 else f"{stem}-{n}") not in used)
