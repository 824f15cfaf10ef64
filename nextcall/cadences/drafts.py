"""A cadence while it is being edited: every change is kept with the way back, until it is saved as a version."""

from datetime import datetime

from django.db import transaction

from nextcall.cadences import lawful, parse, versions, wording
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.models import Cadence, CadenceVersion, Draft
from nextcall.team.models import Member
from nextcall.timeline.record import record

MOST_UNDO = 50
UNDO_BYTES = 1_500_000  # of all sources kept for the way back


class Newer(Exception):
    """Somebody else saved a version since this draft began."""

    def __init__(self, version: CadenceVersion) -> None:
        super().__init__(f"Version {version.number} was saved since you began.")
        self.version = version


def of(cadence: Cadence, by: Member) -> Draft | None:
    """What the member has begun to change in it."""
    rows = Draft.objects.filter(account_id=cadence.account_id, cadence=cadence, by=by)
    return rows.select_related("based_on").first()


def newest(cadence: Cadence) -> CadenceVersion:
    """The version that leads start on."""
    found = cadence.versions.select_related("cadence", "by").order_by("-number").first()
    if found is None:
        raise versions.NoCadence(f"{cadence.name} has no version yet")
    return found


def text_of(version: CadenceVersion) -> str:
    """The file of a version; a version without text is the shipped cadence of that name."""
    return version.source or versions.definition_of(version).source


def keep(*, cadence: Cadence, source: str, by: Member, at: datetime) -> Draft:
    """Keep one change; the text before it can be had back. Raises BadCadence for what cannot be read."""
    parse.cached(source)
    with transaction.atomic():
        draft = _locked(cadence, by, at)
        if draft.source != source:
            draft.undo = _bounded([*draft.undo, draft.source])
            draft.source, draft.edited_at = source, at
            draft.save(update_fields=["source", "undo", "edited_at"])
    return draft


def undo(*, cadence: Cadence, by: Member, at: datetime) -> Draft | None:
    """The text as it was before the latest change, exactly; None if there is nothing to take back."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(account_id=cadence.account_id, cadence=cadence, by=by).first()
        if draft is None or not draft.undo:
            return None
        *rest, source = draft.undo
        draft.source, draft.undo, draft.edited_at = source, rest, at
        draft.save(update_fields=["source", "undo", "edited_at"])
    return draft


def drop(*, cadence: Cadence, by: Member) -> None:
    """Forget the changes; the saved version stands. Harmless if there are none."""
    Draft.objects.filter(account_id=cadence.account_id, cadence=cadence, by=by).delete()


def publish(*, cadence: Cadence, by: Member, at: datetime, over: int | None = None) -> CadenceVersion:
    """Save the draft as the version that new leads start on. Leads stay on the version they began with.

    Raises Newer if somebody saved one meanwhile, unless `over` is that version's number: then it is saved after it.
    Raises BadCadence for words that cannot be said, or may not. Saving twice gives the same version.
    """
    with transaction.atomic():
        Cadence.objects.select_for_update().get(account_id=cadence.account_id, pk=cadence.pk)
        draft, latest = of(cadence, by), newest(cadence)
        if draft is None:
            return latest
        if draft.based_on_id != latest.pk and over != latest.number and draft.source != text_of(latest):
            raise Newer(latest)
        definition = parse.cached(draft.source)
        for step in definition.steps:
            wording.verify(step)
        lawful.require(definition, versions.ours(cadence.account))
        if definition.slug != cadence.slug:
            raise BadCadence(f"the file calls itself {definition.slug!r}; its name in commands stays {cadence.slug!r}")
        saved = latest
        if draft.source != text_of(latest):
            saved = versions.add(cadence.account, draft.source, by=by, at=at)
            data = {"cadence": cadence.slug, "version": saved.number}
            record(account_id=cadence.account_id, kind="cadence.saved", at=at, by=by, data=data)
        draft.delete()
    return saved


def _locked(cadence: Cadence, by: Member, at: datetime) -> Draft:
    latest = newest(cadence)
    began = {"account_id": cadence.account_id, "based_on": latest, "source": text_of(latest), "edited_at": at}
    Draft.objects.get_or_create(cadence=cadence, by=by, defaults=began)
    return Draft.objects.select_for_update().get(account_id=cadence.account_id, cadence=cadence, by=by)


def _bounded(sources: list[str]) -> list[str]:
    kept, size = list[str](), 0
    for source in reversed(sources[-MOST_UNDO:]):
        size += len(source.encode())
        if size > UNDO_BYTES:
            break
        kept.append(source)
    return kept[::-1]
