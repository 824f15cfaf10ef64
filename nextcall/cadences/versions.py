"""The cadences of an account and their versions. The shipped ones become its own when it first needs them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from nextcall.cadences import parse
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.definition import Cadence as Definition
from nextcall.cadences.lawful import Ours
from nextcall.cadences.models import Cadence, CadenceVersion
from nextcall.team.models import Account, Member


def ours(account: Account) -> Ours:
    """What of the account decides about the words of its cadences."""
    return Ours(account.seller_name or account.name, account.trade, account.disclosures)


class NoCadence(LookupError):
    """The account has no cadence of that name; says which there are."""


def install(account: Account, *, at: datetime) -> None:
    """Give the account every shipped cadence that it lacks, as version 1. Harmless when repeated."""
    shipped = parse.library()
    have = set(CadenceVersion.objects.filter(account=account).values_list("cadence__slug", flat=True))
    missing = [slug for slug in shipped if slug not in have]
    if not missing:
        return
    Cadence.objects.bulk_create(
        [Cadence(account=account, slug=slug, name=shipped[slug].name) for slug in missing], ignore_conflicts=True
    )
    CadenceVersion.objects.bulk_create(
        [
            CadenceVersion(
                account=account, cadence=cadence, number=1, source=shipped[cadence.slug].source, created_at=at
            )
            for cadence in Cadence.objects.filter(account=account, slug__in=missing)
        ],
        ignore_conflicts=True,
    )


def latest(account: Account, slugs: Iterable[str], *, at: datetime) -> dict[str, CadenceVersion]:
    """The newest version of each cadence. Raises NoCadence for one that neither account nor library has."""
    wanted = set(slugs)
    found = known(account, wanted, at=at)
    if missing := sorted(wanted - set(found)):
        raise NoCadence(f"no cadence {missing[0]!r}; there are {', '.join(names(account))}")
    return found


def known(account: Account, slugs: set[str], *, at: datetime) -> dict[str, CadenceVersion]:
    """The newest version of each cadence that there is."""
    found = _stored(account, slugs)
    if slugs - set(found):
        install(account, at=at)
        found = _stored(account, slugs)
    return found


def started_by(account: Account, stage: str, *, at: datetime) -> str:
    """The cadence that starts when a lead reaches this stage; "" if none does."""
    install(account, at=at)
    for version in _stored(account, None).values():
        if definition_of(version).starts_on_stage == stage:
            return version.cadence.slug
    return ""


def names(account: Account) -> list[str]:
    own = Cadence.objects.filter(account=account).values_list("slug", flat=True)
    return sorted({*own, *parse.library()})


def add(account: Account, source: str, *, by: Member | None, at: datetime, file: str = "the file") -> CadenceVersion:
    """Store a cadence file as a new version, or return the newest if it is the same text. Raises BadCadence.

    Leads stay on the version they began with.
    """
    definition = parse.read(source, file=file)
    cadence, _ = Cadence.objects.get_or_create(
        account=account, slug=definition.slug, defaults={"name": definition.name}
    )
    newest = cadence.versions.order_by("-number").first()
    if newest is not None and newest.source == source:
        return newest
    if cadence.name != definition.name:
        Cadence.objects.filter(pk=cadence.pk).update(name=definition.name)
    return CadenceVersion.objects.create(
        account=account, cadence=cadence, number=newest.number + 1 if newest else 1, source=source, created_at=at, by=by
    )


def definition_of(version: CadenceVersion) -> Definition:
    """What a stored version says. A version without text is the shipped cadence of that name."""
    if version.source:
        return parse.cached(version.source)
    shipped = parse.library().get(version.cadence.slug)
    if shipped is None:
        raise BadCadence(f"version {version.number} of {version.cadence.slug} is empty; import it again")
    return shipped


def definitions(version_ids: Sequence[int]) -> dict[int, Definition]:
    """Definitions by version id, in one query."""
    stored = CadenceVersion.objects.filter(pk__in=set(version_ids)).select_related("cadence")
    return {version.pk: definition_of(version) for version in stored}


def _stored(account: Account, slugs: set[str] | None) -> dict[str, CadenceVersion]:
    rows = CadenceVersion.objects.filter(account=account).select_related("cadence")
    if slugs is not None:
        rows = rows.filter(cadence__slug__in=slugs)
    return {version.cadence.slug: version for version in rows.order_by("number")}
