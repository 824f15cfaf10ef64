"""A pack from beginning to end: gathered, written in three forms, listed and signed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from nextcall import __version__
from nextcall.lib import canonical, zone_data
from nextcall.proof import archive, asked, document, gathering, printing, signing, table
from nextcall.proof.records import chained
from nextcall.team.models import Account, Member

JSON, PDF = "proof.json", "proof.pdf"
MOST_RECORDS = 200_000
Told = Callable[[int, int], None]  # how many of how many are through


class TooMuch(ValueError):
    """More than one pack takes; says what would fit."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was made."""

    file: bytes
    records: int
    counts: dict[str, int]
    sha256: str
    fingerprint: str


def make(wanted: asked.Asked, *, by: Member | None, at: datetime, told: Told = lambda done, total: None) -> Pack:
    """The signed file. Raises asked.NoSuch and TooMuch. Writes nothing to the database."""
    total = asked.events(wanted).count()
    if total > MOST_RECORDS:
        raise TooMuch(f"{total:,} records are more than a pack holds ({MOST_RECORDS:,}); ask for a shorter period")
    about = _about(wanted, by=by, at=at)
    gathered: list[dict[str, Any]] = []
    for batch in gathering.gather(wanted):
        gathered += batch
        told(min(len(gathered), total) // 2, total)
    records = chained(gathered)
    found = document.document(records, wanted, about=about, at=at)
    files = {JSON: canonical.written(found) + b"\n", table.NAME: table.table(found)}
    cover = _cover(found, files[JSON], by=by)
    files[PDF] = printing.printed(found, about=cover, at=at, told=lambda n: told((total + n) // 2, total))
    hashes = [record["hash"] for record in records]
    signed = signing.manifest(
        files=files, hashes=hashes, about={**about, "chain": found["chain"]}, private=settings.PROOF_KEY
    )
    file = archive.written({**files, signing.NAME: signed})
    own = signing.own_fingerprint(settings.PROOF_KEY)
    return Pack(file, len(records), found["counts"], hashlib.sha256(file).hexdigest(), own)


def _about(wanted: asked.Asked, *, by: Member | None, at: datetime) -> dict[str, Any]:
    account = Account.objects.get(pk=wanted.account_id)
    return {
        "account": {
            "id": account.pk,
            "name": account.name,
            "seller": account.seller_name,
            "postal_address": account.postal_address,
        },
        "about": [list(pair) for pair in asked.words(wanted)],
        "made_at": canonical.instant(at),
        "made_by": by.name if by else "the command line",
        "made_with": {"nextcall": __version__, "zone_data": zone_data.version()},
    }


def _cover(found: dict[str, Any], json: bytes, *, by: Member | None) -> list[tuple[str, str]]:
    chain = found["chain"]
    return [
        *((word, says) for word, says in found["about"]),
        ("Seller", f"{found['account']['seller'] or found['account']['name']}, {found['account']['postal_address']}"),
        ("Made", f"{found['made_at'][:19].replace('T', ' ')} UTC by {found['made_by']}, Nextcall {__version__}"),
        ("Key's fingerprint", signing.own_fingerprint(settings.PROOF_KEY)),
        ("proof.json, SHA-256", hashlib.sha256(json).hexdigest()),
        ("Account's chain", f"ends at no. {chain['number']}: {chain['hash'] or 'nothing sealed yet'}"),
    ]
