"""Writes what a batch of inquiries permits, and every wish not to be contacted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.cadences import withdrawing
from nextcall.consent import ledger
from nextcall.consent.models import Permission
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.intake.placing import Accepted, Placing
from nextcall.intake.rights import Right, rights_of, without_proof
from nextcall.leads import people
from nextcall.leads.models import ContactPoint
from nextcall.leads.people import Directory
from nextcall.lib import bulk
from nextcall.team.models import Account, Member


@dataclass(slots=True)
class Permissions:
    """Collects the permissions of a batch until its persons are stored."""

    account: Account
    via: str  # form, import, hand
    import_id: int | None
    by: Member | None
    at: datetime
    _collected: list[tuple[Accepted, ContactPoint, Right]] = field(default_factory=list)

    def add(self, one: Accepted, rights: Sequence[Right], points: Mapping[str, Sequence[ContactPoint]]) -> None:
        """`points`: the numbers under "phone" and the addresses under "email" that the inquiry itself names."""
        for right in without_proof(rights) if self.via == "import" else rights:
            self._collected += [
                (one, point, right) for point in points["email" if right.channel == "email" else "phone"]
            ]

    def store(self) -> list[Permission]:
        """Write them down, with a few statements for all; the rows."""
        same = {
            "account_id": self.account.pk, "source": self.via, "recorded_at": self.at,
            "recorded_by_id": self.by.pk if self.by else None, "import_id": self.import_id,
        }  # fmt: skip
        rows = [
            bulk.row(Permission, person=one.person, contact_point=point, **same, **self._fields(right, one.capture_id))
            for one, point, right in self._collected
        ]
        ledger.grant_many(rows, account=self.account, by=self.by, at=self.at)
        return rows

    def _fields(self, right: Right, capture_id: int | None) -> dict[str, Any]:
        proof = {**right.proof, **({"capture": capture_id} if capture_id else {})}
        return {
            "channel": right.channel,
            "tier": right.tier,
            "automated": right.automated,
            "wording": right.wording[:10_000],
            "sellers": list(right.sellers),
            "proof": proof,
            "given_at": self._instant(right.given_at),
        }

    def _instant(self, given: datetime | date | None) -> datetime:
        """When it was given: what was said, never later than now. A day without a time counts from its first minute."""
        if given is not None and not isinstance(given, datetime):
            given = datetime.combine(given, time(), ZoneInfo(self.account.zone))
        return given if given is not None and given < self.at else self.at


def wishes(
    found: Sequence[Accepted],
    arrivals: Sequence[NewLead],
    directory: Directory,
    placing: Placing,
    *,
    account: Account,
    by: Member | None,
    at: datetime,
) -> list[Permission]:
    """Permissions with their proof, and every wish not to be contacted, skipped rows' too. The permissions written."""
    imported = placing.via == "import"
    if placing.via == "form":
        asked = [new for new in arrivals if not new.opt_outs]
        points = [directory.points[key] for new in asked for key in _keys(new)]
        ledger.inquired_anew(points, account=account, at=at)
    permissions = Permissions(account, via=placing.via, import_id=placing.import_id, by=by, at=at)
    for one, new in zip(found, arrivals, strict=True):
        if one.how != "skipped":
            named = {
                kind: [directory.points[key] for key in _keys(new) if key[0] == kind] for kind in ("email", "phone")
            }
            permissions.add(one, rights_of(new, placing.shown, seller=account.seller_name or account.name), named)
        if new.opt_outs:
            withdrawing.withdraw(
                account=account,
                person=one.person,
                contact_point=None,
                scope=new.opt_outs,
                reason="opt_out",
                said="marked so in the record that arrived",
                via="import" if imported else "hook",
                at=at,
                by=by,
                lead_id=one.lead.pk if one.lead else None,
                import_id=placing.import_id,
                fresh=one.how == "new",
            )
        elif new.refused and one.how != "new" and not imported:
            ledger.end_permissions(person=one.person, channels=new.refused, because="refused on a later form", at=at)
    return permissions.store()


def _keys(new: NewLead) -> list[people.PointKey]:
    return [("email", email.key) for email in new.emails] + [("phone", phone.e164) for phone in new.phones]
