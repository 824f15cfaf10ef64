"""Where an answer belongs: the person's address, one of the account's own fields, or the lead's answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nextcall.conversations.questions import Question, key_of, label_of
from nextcall.engine import editing
from nextcall.engine.models import Action
from nextcall.leads import own_fields
from nextcall.leads.models import Lead
from nextcall.team.models import Member

OF_THE_ADDRESS = ("street", "city", "region", "postal_code")


def words_of(value: Mapping[str, Any]) -> str:
    """The answer as it is kept: "240,000", "250,000 to 300,000", else in their words."""
    amount, up_to = value.get("amount"), value.get("up_to")
    if isinstance(amount, int):
        return f"{amount:,} to {up_to:,}" if isinstance(up_to, int) else f"{amount:,}"
    return str(value.get("choice") or value.get("says") or "")[: own_fields.LONGEST]


def is_address(value: Mapping[str, Any]) -> bool:
    """Whether what was read is where they live."""
    return bool(value.get("street") or value.get("postal_code"))


def fill(*, lead: Lead, value: Mapping[str, Any], quote: str, by: Member | None, at: datetime) -> Action | None:
    """Note the answer; None if it stands there already. Raises editing.Wrong when it does not fit its field.

    An address is also a place: what the gate knows of where they are is read anew, and the touches ahead planned anew.
    """
    field = str(value.get("field", ""))
    by_whom = "" if by else ", read by machine"
    if is_address(value):
        told = {name: str(value[name]) for name in OF_THE_ADDRESS if value.get(name)}
        written = {name: word for name, word in told.items() if editing.fits(lead, name, word)}
        says = f"Address: {quote}{by_whom}."
    else:
        written = {_name(lead, field): _plain(lead, field, value)}
        says = f"{label_of(field)}: {words_of(value)}{by_whom}."
    return editing.fill(lead=lead, written=written, says=says[:200], by=by, at=at)


def answered(lead: Lead, listed: Iterable[Question]) -> set[str]:
    """The fields of these questions that something stands in."""
    told = {
        key_of(str(name)) for kept in (lead.answers, lead.own, lead.interest) for name, value in kept.items() if value
    }
    street = {key_of(one.field) for one in listed if one.kind == "address" and lead.person.street}
    return told | street


def _own(lead: Lead, field: str) -> own_fields.OwnField | None:
    fields = own_fields.read_all(lead.account.own_fields)
    return next((one for one in fields if key_of(field) in (one.key, key_of(one.label))), None)


def _name(lead: Lead, field: str) -> str:
    own = _own(lead, field)
    return f"{editing.OWN}{own.key}" if own else f"{editing.ANSWER}{label_of(field)}"


def _plain(lead: Lead, field: str, value: Mapping[str, Any]) -> str:
    own = _own(lead, field)
    if own is not None and own.kind == "number" and isinstance(value.get("amount"), int):
        return str(value["amount"])
    return words_of(value)
