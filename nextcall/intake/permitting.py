"""Writes what a batch of inquiries permits, and every wish not to be contacted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.cadences import withdrawing
from nextcall.consent import ledger
from nextcall.consent.clocks import implied_until
from nextcall.consent.facts import Place
from nextcall.consent.models import Permission
from nextcall.consent.places import place_of
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
    _collected: list[tuple[Accepted, ContactPoint, Right, datetime | None]] = field(default_factory=list)

    def add(self, one: Accepted, rights: Sequence[Right], points: Mapping[str, Sequence[ContactPoint]]) -> None:
        """`points`: the numbers under "phone" and the addresses under "email" that the inquiry itself names."""
        place = self._place(one, points)
        rights = without_proof(rights) if self.via == "import" else rights
        for right in (*rights, *self._implied(one, rights, place)):
            ends = self._ends(right, one, place)
            self._collected += [
                (one, point, right, ends) for point in points["email" if right.channel == "email" else "phone"]
            ]

    def _place(self, one: Accepted, points: Mapping[str, Sequence[ContactPoint]]) -> Place:
        person = one.person
        return place_of(
            phones=[point.value for point in points["phone"]],
            postal_code=person.postal_code,
            region=person.region,
            country=person.country,
            default_country=self.account.country,
        )

    def _implied(self, one: Accepted, rights: Sequence[Right], place: Place) -> list[Right]:
        """What an inquiry implies where the law says so (CASL): texts and email, for some months.

        Only from what they sent themselves: a file or a member's typing is no proof of it.
        """
        if self.via != "form" or one.lead is None or implied_until(place, one.lead.arrived_at, "inquiry") is None:
            return []
        said, seller = {right.channel for right in rights}, self.account.seller_name or self.account.name
        return [
            Right(channel, "implied", True, "", (seller,), one.lead.arrived_at, {"inquiry": one.lead.pk})
            for channel in ("text", "email")
            if channel not in said and channel not in one.refused
        ]

    def _ends(self, right: Right, one: Accepted, place: Place) -> datetime | None:
        """An implied consent runs out by the country's clock: from the purchase where the file names it."""
        if right.tier != "implied":
            return None
        if one.lead is not None and one.lead.bought_at is not None:
            return implied_until(place, one.lead.bought_at, "purchase")
        return implied_until(place, self._instant(right.given_at), "inquiry")

    def store(self) -> list[Permission]:
        """Write them down, with a few statements for all; the rows."""
        same = {
            "account_id": self.account.pk, "source": self.via, "recorded_at": self.at,
            "recorded_by_id": self.by.pk if self.by else None, "import_id": self.import_id,
        }  # fmt: skip
        rows = [
            bulk.row(Permission, person=one.person, contact_point=point, **same, **self._fields(right, one, ends))
            for one, point, right, ends in self._collected
        ]
        ledger.grant_many(rows, account=self.account, by=self.by, at=self.at)
        return rows

    def _fields(self, right: Right, one: Accepted, ends: datetime | None) -> dict[str, Any]:
        proof = {**right.proof, **({"capture": one.capture_id} if one.capture_id else {})}
        return {
            "channel": right.channel,
            "tier": right.tier,
            "automated": right.automated,
            "wording": right.wording[:10_000],
            "sellers": list(right.sellers),
            "proof": proof,
            "given_at": self._instant(right.given_at),
            "expires_at": ends,
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
            one.refused = frozenset({*new.refused, *new.opt_outs})
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
