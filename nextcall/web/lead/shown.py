"""What is read of one lead for its page, once: everything else on the page is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.cadences import ahead
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.cadences.progress import Situation
from nextcall.consent.known import read
from nextcall.leads.editing import reaches_of, sharers
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.reading import in_hand, touches_of

# Events that the page looks up by what they are: the history of fields, who asks for the lead, what was undone.
OF_THE_RECORD = (
    *("lead.edited", "stage.changed", "lead.handed_over", "lead.asked", "lead.kept", "action.undone"),
    *("call.recording_consented", "call.recording_refused", "call.recording_attached"),
)
ASKING = ("lead.asked", "lead.kept", "lead.handed_over")
MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One lead as a member sees it at a moment."""

    lead: Lead
    member: Member
    at: datetime
    zone: str  # theirs
    reach: dict[str, Reachable]
    running: Sequence[Situation]
    touches: Sequence[Touch]  # planned, open or made; the latest due first
    touch: Touch  # in hand; not stored if there is none
    held: Pause | None
    events: Sequence[Event]  # of the record, the newest first
    reaches: Sequence[Reach]  # how they are reached, the first tried first
    sharers: Mapping[int, Sequence[Person]]  # who else is reached there, by contact point

    @property
    def first(self) -> str:
        """How they are called."""
        return self.lead.person.given_name or str(self.lead.person)

    @property
    def points(self) -> list[ContactPoint]:
        return [one.contact_point for one in self.reaches]

    @property
    def enrollment(self) -> Enrollment | None:
        return self.running[0].enrollment if self.running else None

    @property
    def cadence(self) -> str:
        return self.running[0].cadence.name if self.running else ""


def shown(lead: Lead, member: Member, *, at: datetime) -> Shown:
    """A fixed number of queries, however much was done with the lead."""
    known = read([lead.person_id], account_id=lead.account_id, at=at)
    reach = reach_of(lead, member=member, at=at, known=known)
    running = ahead.situations_of(lead, at=at, known=known)
    touches = touches_of(lead)
    held = None
    if running and running[0].enrollment.state == Enrollment.State.PAUSED:
        paused = Pause.objects.filter(enrollment=running[0].enrollment, ended_at__isnull=True)
        held = paused.select_related("by").first()
    events = Event.objects.filter(account_id=lead.account_id, lead=lead, kind__in=OF_THE_RECORD)
    reaches = list(reaches_of(lead.person))
    return Shown(
        lead=lead,
        member=member,
        at=at,
        zone=reach["call"].facts.place.home_zone,
        reach=reach,
        running=running,
        touches=touches,
        touch=in_hand(lead, touches),
        held=held,
        events=list(events.select_related("by").order_by("-at", "-pk")[:MOST]),
        reaches=reaches,
        sharers=sharers([one.contact_point_id for one in reaches], lead.person),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A colleague asks for this lead."""

    id: int
    name: str


def asked_by(one: Shown) -> Asked | None:
    """Who asked for the lead in the last week, unless it changed hands or was kept since."""
    latest = next((event for event in one.events if event.kind in ASKING), None)
    if latest is None or latest.kind != "lead.asked" or latest.by is None or latest.by_id == one.member.pk:
        return None
    return Asked(latest.by.pk, latest.by.name) if one.at - latest.at < timedelta(days=7) else None
