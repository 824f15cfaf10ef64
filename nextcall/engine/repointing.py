"""A lead's numbers and addresses: added, corrected, judged, put first, taken away. Each is written down and undoable.

What can be reached decides what can be planned: the touches ahead are planned anew, and what stood open on a channel
that nothing is left for is cancelled.
"""

from collections.abc import Mapping
from datetime import datetime

from nextcall.cadences import enroll
from nextcall.consent import ledger
from nextcall.consent.known import OF_THE_POINT
from nextcall.consent.models import Withdrawal
from nextcall.engine import stopping
from nextcall.engine.editing import Wrong, place_again, write_down
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads import editing as records
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.lib import email_address, phone
from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone
from nextcall.team.models import Member

# problem -> (how it is said of a point, the kinds that may have it)
PROBLEMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "wrong": ("someone else\u2019s", ("phone", "email")),
    "disconnected": ("disconnected", ("phone",)),
    "landline": ("a landline, no texts", ("phone",)),
    "bounced": ("mail to it comes back", ("email",)),
    "": ("works", ("phone", "email")),
}
LABELS = ("", "mobile", "home", "work", "other")


def shown(point: ContactPoint) -> str:
    """As people write it."""
    return phone.show(point.value) if point.kind == ContactPoint.Kind.PHONE else point.value


def add(*, lead: Lead, kind: str, written: str, label: str, by: Member, at: datetime) -> Action:
    """A new number or address, tried after the others. Raises Wrong."""
    new = _read(lead, kind, written)
    says = f"{_said(new)} added for {lead.person}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        before = _channels(lead)
        reach = records.add_point(lead.person, new, label=_label(label), at=at)
        if reach is None:
            raise Wrong(f"{_said(new)} is on record for {lead.person} already.")
        data = {"field": kind, "from": "", "to": _said(new), "point": reach.contact_point_id, "says": says}
        write_down(lead, data, by=by, at=at)
        _plan(lead, before, because=says, at=at)
    return deed.action


def correct(*, lead: Lead, reach: Reach, written: str, by: Member, at: datetime) -> Action | None:
    """The right number instead of the one on record; None if it is the same. Raises Wrong."""
    old = reach.contact_point
    new = _read(lead, old.kind, written)
    if _key(new) == old.key:
        return None
    says = f"{shown(old)} corrected to {_said(new)}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        before = _channels(lead)
        added = records.add_point(lead.person, new, label=reach.label, at=at)
        if added is None:
            raise Wrong(f"{_said(new)} is on record for {lead.person} already. Remove this one instead.")
        records.put_in_place_of(added, reach)
        data = {"field": old.kind, "from": shown(old), "to": _said(new), "point": added.contact_point_id, "says": says}
        write_down(lead, data, by=by, at=at)
        _plan(lead, before, because=says, at=at)
    return deed.action


def judge(*, lead: Lead, reach: Reach, problem: str, by: Member, at: datetime) -> Action | None:
    """What is the matter with a number or address, "" for nothing; None if that is known. Raises Wrong.

    A number that is somebody else's is nobody's to call: the same as the outcome of a call that says so.
    """
    point = reach.contact_point
    words, kinds = PROBLEMS.get(problem, ("", ()))
    if point.kind not in kinds:
        raise Wrong(f"{shown(point)} cannot be marked as that.")
    if point.problem == problem:
        return None
    was = PROBLEMS.get(point.problem, (point.problem, ()))[0]
    says = f"{shown(point)}: {words}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        before = _channels(lead)
        if problem == "wrong":
            stopping.withdraw(
                lead=lead, contact_point=point, scope=(), reason="wrong_number", said=says, via="hand", by=by, at=at
            )
        else:
            _mark(point, problem, by=by, at=at)
        data = {"field": point.kind, "from": was, "to": words, "point": point.pk, "says": says}
        write_down(lead, data, by=by, at=at)
        _plan(lead, before, because=says, at=at)
        for other in stopping.sharing(point, lead.person)[1:]:
            enroll.plan_anew(person=other, at=at)
    return deed.action


def put_first(*, lead: Lead, reach: Reach, by: Member, at: datetime) -> Action:
    """Tried before the others of its kind."""
    says = f"{shown(reach.contact_point)} is tried first."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        before = _channels(lead)
        records.put_first(reach)
        _write(lead, reach, "", "first", says, by=by, at=at)
        _plan(lead, before, because=says, at=at)
    return deed.action


def label(*, lead: Lead, reach: Reach, written: str, by: Member, at: datetime) -> Action | None:
    """Mobile, home, work or other; None if it says so already."""
    new = _label(written)
    if new == reach.label:
        return None
    says = f"{shown(reach.contact_point)}: {new or 'no label'}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        Reach.objects.filter(account_id=lead.account_id, pk=reach.pk).update(label=new)
        _write(lead, reach, reach.label, new, says, by=by, at=at)
    return deed.action


def remove(*, lead: Lead, reach: Reach, by: Member, at: datetime) -> Action:
    """Not this person's: who shares it keeps it, and a wish not to be contacted there stands."""
    says = f"{shown(reach.contact_point)} removed from {lead.person}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        before = _channels(lead)
        records.remove(reach)
        _write(lead, reach, shown(reach.contact_point), "", says, by=by, at=at)
        _plan(lead, before, because=says, at=at)
    return deed.action


def _write(lead: Lead, reach: Reach, was: str, now: str, says: str, *, by: Member, at: datetime) -> None:
    point = reach.contact_point
    data = {"field": point.kind, "from": was, "to": now, "point": point.pk, "says": says}
    write_down(lead, data, by=by, at=at)


def _mark(point: ContactPoint, problem: str, *, by: Member, at: datetime) -> None:
    """A problem, or none: then what was said of the number alone is lifted. What they asked for themselves stands."""
    rows = ContactPoint.objects.filter(account_id=point.account_id, pk=point.pk)
    rows.update(problem=problem, problem_at=at if problem else None)
    standing = Withdrawal.objects.filter(
        account_id=point.account_id, contact_point=point, reason__in=OF_THE_POINT, lifted_at=None
    )
    for row in standing if not problem else []:
        ledger.lift(row, by=by, because="marked as working by hand", at=at)


def _channels(lead: Lead) -> frozenset[str]:
    """On which channels there is a number or address that works."""
    return frozenset(ledger.points_for([lead.person_id], account_id=lead.account_id)[lead.person_id])


def _plan(lead: Lead, before: frozenset[str], *, because: str, at: datetime) -> None:
    lost = sorted(before - _channels(lead))
    place_again(lead.person, at=at, lost=lost, because=because)


def _read(lead: Lead, kind: str, written: str) -> Phone | EmailAddress:
    said = written.strip()
    if kind == "phone":
        number = phone.read(said, country=lead.account.country)
        if number is None:
            raise Wrong("That is not a telephone number. Write it like (303) 555-0142.")
        return number
    address = email_address.read(said) if kind == "email" else None
    if address is None:
        raise Wrong("That is not an email address. Write it like hazel@example.com.")
    return address


def _said(new: Phone | EmailAddress) -> str:
    return phone.show(new.e164) if isinstance(new, Phone) else new.value


def _key(new: Phone | EmailAddress) -> str:
    return new.e164 if isinstance(new, Phone) else new.key


def _label(written: str) -> str:
    return written if written in LABELS else ""
