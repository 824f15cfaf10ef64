"""Everything we hold about one person, section by section: plain values, for their page and for the file they take.

Left out: other people on the same number or address, members' addresses, and what is ours alone (how the list is
ranked, keys). Notes of members about them are theirs to see (GDPR, article 15).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from nextcall.cadences.models import Touch
from nextcall.consent.models import NumberCheck, Permission, PlaceClue, Preference, Withdrawal
from nextcall.conversations.models import Call, Message, Note, Promise, Suggestion
from nextcall.intake.models import Capture
from nextcall.leads.models import Lead, Person, Reach
from nextcall.lib import hours
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event

Row = dict[str, Any]
Section = list[Row]
LONGEST_RAW = 50_000


class Holding:
    """What is read of one person; `sections` has all of it."""

    def __init__(self, account: Account, person: Person) -> None:
        self.account, self.person = account, person
        self.zone = person.zone or account.zone
        self.mine = {"account": account, "person": person}
        self.of_leads = {"account": account, "lead__person": person}
        self._hidden = [one for one in Member.objects.filter(account=account).values_list("email", flat=True) if one]

    def sections(self) -> dict[str, Section]:
        parts: dict[str, Callable[[], Iterable[Row]]] = {
            "person": self._person,
            "numbers_and_addresses": self._points,
            "inquiries": self._inquiries,
            "permissions": self._permissions,
            "stops": self._stops,
            "preferences": self._preferences,
            "contacts": self._contacts,
            "planned": self._planned,
            "notes": self._notes,
            "promises": self._promises,
            "read_from_messages": self._suggestions,
            "places": self._places,
            "number_checks": self._checks,
            "record": self._record,
            "as_it_arrived": self._raw,
        }
        return {name: [self._plain(row) for row in rows()] for name, rows in parts.items()}

    def when(self, at: datetime | None) -> str | None:
        """By their own clock, with its offset."""
        return hours.local(at, self.zone).isoformat(timespec="seconds") if at else None

    def _plain(self, row: Row) -> Row:
        return {name: self._seen(value) for name, value in row.items()}

    def _seen(self, value: Any) -> Any:
        """Without the addresses of our members, wherever they may have been written down."""
        if isinstance(value, str):
            for address in self._hidden:
                value = value.replace(address, "(a member of ours)")
            return value
        if isinstance(value, dict):
            return {name: self._seen(one) for name, one in value.items()}
        return [self._seen(one) for one in value] if isinstance(value, list) else value

    def _person(self) -> Iterable[Row]:
        one = self.person
        names = ("name", "given_name", "family_name", "street", "city", "region", "postal_code", "country")
        yield {name: getattr(one, name) or None for name in names} | {
            "time_zone": one.zone or None,
            "stored_at": self.when(one.created_at),
        }

    def _points(self) -> Iterable[Row]:
        for reach in Reach.objects.filter(**self.mine).select_related("contact_point").order_by("rank", "pk"):
            point = reach.contact_point
            yield {
                "kind": "email" if point.kind == "email" else "number",
                "value": point.value,
                "label": reach.label or None,
                "line": point.line_type or None,
                "problem": point.problem or None,
            }

    def _inquiries(self) -> Iterable[Row]:
        rows = Lead.objects.filter(**self.mine).select_related("source", "offer").order_by("arrived_at", "pk")
        for lead in rows:
            yield {
                "at": self.when(lead.arrived_at),
                "from": lead.source.name if lead.source else None,
                "about": lead.offer.name if lead.offer else None,
                "words": lead.message or None,
                "answers": lead.answers or None,
                "interest": lead.interest or None,
                "own_fields": lead.own or None,
                "their_id": lead.external_id or None,
                "stage": lead.stage,
            }

    def _permissions(self) -> Iterable[Row]:
        rows = Permission.objects.filter(**self.mine).select_related("contact_point").order_by("given_at", "pk")
        for row in rows:
            yield {
                "channel": row.channel,
                "for": row.contact_point.value if row.contact_point else None,
                "given_at": self.when(row.given_at),
                "how": row.tier,
                "by_machine_too": row.automated,
                "purpose": row.purpose,
                "to": row.sellers,
                "wording": row.wording or None,
                "wording_version": row.wording_version or None,
                "source": row.source,
                "proof": row.proof or None,
                "expires_at": self.when(row.expires_at),
                "ended_at": self.when(row.ended_at),
            }

    def _stops(self) -> Iterable[Row]:
        for row in Withdrawal.objects.filter(**self.mine).select_related("contact_point").order_by("at", "pk"):
            yield {
                "at": self.when(row.at),
                "channels": [name for name in row.channels if name != "automated"],
                "for": row.contact_point.value if row.contact_point else None,
                "why": row.reason,
                "by": row.via,
                "words": row.said or None,
                "lifted_at": self.when(row.lifted_at),
            }

    def _preferences(self) -> Iterable[Row]:
        for row in Preference.objects.filter(**self.mine).order_by("at", "pk"):
            yield {
                "at": self.when(row.at),
                "kind": row.kind,
                "hours": row.value or None,
                "not_before": self.when(row.until_at),
                "by": row.via,
                "words": row.said or None,
                "ended_at": self.when(row.ended_at),
            }

    def _contacts(self) -> Iterable[Row]:
        messages = Message.objects.filter(**self.mine).select_related("by", "contact_point", "touch__owner")
        calls = Call.objects.filter(**self.mine).select_related("by", "contact_point")
        found: list[tuple[datetime, str, bool, Message | Call, Row]] = [
            (row.at, row.channel, row.outbound, row, {"subject": row.subject or None, "words": row.body or None})
            for row in messages
        ]
        found += [
            (row.at, "call", row.outbound, row, {"outcome": row.outcome or None, "words": row.note or None})
            for row in calls
        ]
        for at, channel, outbound, row, more in sorted(found, key=lambda one: one[0]):
            yield {
                "at": self.when(at),
                "channel": channel,
                "from": "us" if outbound else "you",
                "at_number_or_address": row.contact_point.value if row.contact_point else None,
                "by": row.by.name if row.by else ("automatic" if outbound else None),
            } | {"subject": None, "words": None, "outcome": None} | more  # fmt: skip

    def _planned(self) -> Iterable[Row]:
        rows = Touch.objects.filter(**self.mine, state__in=("planned", "open")).order_by("due_at", "pk")
        for row in rows:
            by = "automatic" if row.by_machine else "a person"
            yield {"at": self.when(row.due_at), "channel": row.channel, "by": by, "words": row.body or None}

    def _notes(self) -> Iterable[Row]:
        for row in Note.objects.filter(**self.of_leads).select_related("by").order_by("at", "pk"):
            yield {"at": self.when(row.at), "by": row.by.name if row.by else None, "words": row.body}

    def _promises(self) -> Iterable[Row]:
        for row in Promise.objects.filter(**self.of_leads).order_by("due_at", "pk"):
            yield {
                "due_at": self.when(row.due_at),
                "kind": row.kind,
                "what": row.what or None,
                "made_at": self.when(row.made_at),
                "closed_as": row.closed_as or None,
            }

    def _suggestions(self) -> Iterable[Row]:
        for row in Suggestion.objects.filter(**self.of_leads).order_by("at", "pk"):
            became = "taken" if row.taken_at else "put away" if row.dismissed_at else "open"
            yield {
                "at": self.when(row.at),
                "kind": row.kind,
                "words": row.quote,
                "read_as": row.value,
                "became": became,
            }

    def _places(self) -> Iterable[Row]:
        for row in PlaceClue.objects.filter(**self.mine).order_by("at", "pk"):
            yield {
                "at": self.when(row.at),
                "how": row.kind,
                "time_zone": row.zone or None,
                "region": row.region or None,
                "country": row.country or None,
            }

    def _checks(self) -> Iterable[Row]:
        rows = NumberCheck.objects.filter(account=self.account, contact_point__reaches__person=self.person)
        for row in rows.select_related("contact_point").order_by("checked_at", "pk"):
            yield {
                "at": self.when(row.checked_at),
                "number": row.contact_point.value,
                "question": "was it given to somebody else",
                "answer": row.result,
            }

    def _record(self) -> Iterable[Row]:
        rows = Event.objects.filter(**self.mine).select_related("by").order_by("at", "pk")
        for row in rows:
            says = row.data.get("says") or row.data.get("because") or row.data.get("reason")
            yield {
                "at": self.when(row.at),
                "what": row.kind,
                "by": row.by.name if row.by else None,
                "why": str(says) if says else None,
            }

    def _raw(self) -> Iterable[Row]:
        for row in Capture.objects.filter(**self.of_leads).order_by("received_at", "pk"):
            yield {
                "at": self.when(row.received_at),
                "format": row.format,
                "from_ip": row.ip,
                "raw": bytes(row.body)[:LONGEST_RAW].decode("utf-8", "replace"),
            }


def about(person: Person, *, at: datetime) -> Row:
    """All of it as one document."""
    holding = Holding(person.account, person)
    seller = person.account.seller_name or person.account.name
    return {"held_by": seller, "made_at": holding.when(at), **holding.sections()}
