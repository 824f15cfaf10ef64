"""What the door knows about the leads that come through it, and what became of each."""

from dataclasses import dataclass, field
from typing import Literal

from nextcall.intake.rights import Wording
from nextcall.leads import people
from nextcall.leads.models import Lead, Person
from nextcall.team.models import Member

How = Literal["new", "enquiry", "merged", "skipped"]


@dataclass(frozen=True, slots=True)
class Placing:
    """What the door knows about every lead that comes through it."""

    source: str = ""
    offer: str = ""
    owner: Member | None = None
    cadence: str = ""  # "": none
    shown: Wording = field(default_factory=Wording)
    # what a known person's row does: a new enquiry, merged into the latest one, or nothing
    repeats: Literal["enquiry", "merge", "skip"] = "enquiry"
    via: str = "form"  # form, import, hand: as permissions and withdrawals name it
    import_id: int | None = None
    sample: bool = False  # invented people


@dataclass(slots=True)
class Accepted:
    """What became of one inquiry. `change` says what a known person's record gained."""

    how: How
    person: Person
    lead: Lead | None
    change: people.Change | None = None
    lead_before: dict[str, object] = field(default_factory=dict)
    household: int = 0  # others at the same number
    capture_id: int | None = None  # the delivery that it came in
    refused: frozenset[str] = frozenset()  # channels that the inquiry itself leaves out
