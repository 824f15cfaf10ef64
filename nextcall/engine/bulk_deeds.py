"""What a bulk change does to one lead, and to which it does nothing, with the reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nextcall.cadences import enroll, moving, versions
from nextcall.cadences.models import CadenceVersion, Enrollment
from nextcall.consent.models import Withdrawal
from nextcall.engine import hand_over, stopping
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Member

KINDS = ("owner", "cadence", "version", "pause", "resume", "finish", "stage")
CLOSED = frozenset({"won", "lost"})
EVERY_WAY = frozenset({"call", "text", "email"})
BATCH = 2000  # ids in one statement
Choices = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lead stands before the change."""

    lead_id: int
    owner_id: int | None
    stage: str
    waiting: bool  # they wrote, and nobody has answered
    cadence: str = ""  # slug of the one it is on
    state: str = ""
    stopped: bool = False  # no way is left on which we may contact them


def standings(lead_ids: Sequence[int], *, account_id: int, kind: str) -> dict[int, Standing]:
    """Where these leads stand, of those that are still there; three queries for each 2,000."""
    found: dict[int, Standing] = {}
    for start in range(0, len(lead_ids), BATCH):
        found.update(_standings(lead_ids[start : start + BATCH], account_id, kind))
    return found


def _standings(lead_ids: Sequence[int], account_id: int, kind: str) -> Iterator[tuple[int, Standing]]:
    rows = list(
        Lead.objects.filter(account_id=account_id, pk__in=lead_ids, removed_at__isnull=True).values_list(
            "pk", "person_id", "owner_id", "stage", "waiting_since"
        )
    )
    on: dict[int, tuple[str, str]] = {}
    if kind not in ("owner", "stage"):
        running = Enrollment.objects.filter(account_id=account_id, lead_id__in=lead_ids, ended_at__isnull=True)
        on = {
            lead: (slug, state)
            for lead, slug, state in running.order_by("-beside").values_list(
                "lead_id", "version__cadence__slug", "state"
            )
        }
    stopped = _stopped([row[1] for row in rows], account_id) if kind in ("cadence", "resume") else set()
    for pk, person, owner, stage, since in rows:
        yield pk, Standing(pk, owner, stage, since is not None, *on.get(pk, ("", "")), stopped=person in stopped)


def _stopped(person_ids: Sequence[int], account_id: int) -> set[int]:
    wishes: dict[int, set[str]] = {}
    rows = Withdrawal.objects.filter(account_id=account_id, person_id__in=person_ids, lifted_at__isnull=True)
    for person, channels in rows.values_list("person_id", "channels"):
        if person is not None:
            wishes.setdefault(person, set()).update(channels)
    return {person for person, channels in wishes.items() if channels >= EVERY_WAY}


def why_not(kind: str, choices: Choices, lead: Standing | None, *, by_id: int, manages: bool, to: int = 0) -> str:
    """Why nothing is done to the lead; "" if it is changed. `to`: who would get it. Pure."""
    if lead is None:
        return "no longer in the list"
    if not manages and lead.owner_id != by_id:
        return "not yours"
    if kind == "owner":
        return "with them already" if lead.owner_id == to else ""
    if kind == "stage":
        return "at that stage already" if lead.stage == choices.get("stage") else ""
    return _not_on_cadence(kind, choices, lead)


def _not_on_cadence(kind: str, choices: Choices, lead: Standing) -> str:
    match kind:
        case "cadence":
            return _not_begun(choices, lead)
        case "pause" if lead.state == Enrollment.State.PAUSED:
            return "paused already"
        case "resume" if lead.state != Enrollment.State.PAUSED:
            return "not paused"
        case "resume":
            return "asked us to stop" if lead.stopped else "waiting for our answer" if lead.waiting else ""
    return "" if lead.cadence else "on no cadence"


def _not_begun(choices: Choices, lead: Standing) -> str:
    if lead.stopped:
        return "asked us to stop"
    if lead.stage in CLOSED:
        return "won or lost"
    if lead.cadence == choices.get("cadence"):
        return "on it already"
    return "on another cadence" if lead.cadence and not choices.get("move") else ""


def turn_of(kind: str, choices: Choices, turn: int) -> int:
    """Who gets the lead whose turn it is, where leads are shared evenly; 0 if it is not about that."""
    owners: Sequence[int] = choices.get("owners") or ()
    return owners[turn % len(owners)] if kind == "owner" and owners else 0


def takes_a_turn(reason: str) -> bool:
    """Whether a lead counts when they are shared: also one whose share is with its owner already."""
    return reason in ("", "with them already")


@dataclass(frozen=True, slots=True)
class Change:
    """One change, ready to be done to lead after lead."""

    kind: str
    choices: Choices
    by: Member
    members: Mapping[int, Member]  # who may get leads
    at: datetime

    def do(self, lead: Lead, *, to: int = 0, day: int = 0) -> Action:
        """One deed that can be undone. `to`: who gets the lead; `day`: how many working days later it starts."""
        if self.kind == "owner":
            return hand_over.hand_over(lead=lead, to=self.members[to], by=self.by, at=self.at)
        with undoable(lead=lead, kind=self.kind, by=self.by, at=self.at, says=self._says(lead)) as deed:
            if self.kind == "cadence":
                self._begin(lead, day)
            elif self.kind == "stage":
                stopping.set_stage(lead=lead, stage=self.choices["stage"], by=self.by, at=self.at)
            else:
                for enrollment in _running(lead):
                    self._of(enrollment)
        return deed.action

    def _begin(self, lead: Lead, day: int) -> None:
        for running in _running(lead).filter(beside=False):
            enroll.finish(enrollment=running, by=self.by, at=self.at, because="changed by hand")
        starts = starts_on(lead.owner, day, at=self.at)
        enroll.begin(lead=lead, slug=self.choices["cadence"], by=self.by, at=self.at, anchor_at=starts)

    def _of(self, enrollment: Enrollment) -> None:
        if self.kind == "version":
            to = CadenceVersion.objects.select_related("cadence").get(
                account_id=enrollment.account_id, pk=self.choices["version"]
            )
            if enrollment.version.cadence_id == to.cadence_id:
                moving.move(enrollment=enrollment, to=to, by=self.by, at=self.at)
        elif self.kind == "pause":
            days = self.choices.get("days") or 0
            until = self.at + timedelta(days=days) if days else None
            enroll.pause(enrollment=enrollment, by=self.by, at=self.at, because="by hand", until=until)
        elif self.kind == "resume":
            enroll.resume(enrollment=enrollment, by=self.by, at=self.at)
        else:
            enroll.finish(enrollment=enrollment, by=self.by, at=self.at, because=self.choices["because"])

    def _says(self, lead: Lead) -> str:
        return {
            "cadence": f"{lead.person} put on {self.choices.get('name') or self.choices.get('cadence', '')}.",
            "version": f"{lead.person}: version {self.choices.get('number')} of {self.choices.get('name', '')}.",
            "pause": f"Paused for {lead.person}.",
            "resume": f"Resumed for {lead.person}.",
            "finish": f"Ended for {lead.person}: {self.choices.get('because', '')}.",
            "stage": f"{lead.person}: stage {self.choices.get('stage', '')}.",
        }[self.kind]


def _running(lead: Lead) -> Any:
    rows = lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True)
    return rows.select_related("version__cadence").order_by("pk")


def starts_on(owner: Member | None, day: int, *, at: datetime) -> datetime:
    """When a cadence starts that many of the owner's working days later; day 0 is now."""
    if not day:
        return at
    zone, week = (owner.zone, owner.working_hours) if owner else ("UTC", [])
    today = hours.local(at, zone).date()
    ahead = (today + timedelta(days=n) for n in range(1, 8 * day + 8))
    open_days = [(one, spans[0][0]) for one in ahead if (spans := hours.working_spans(week, one))]
    if len(open_days) < day:
        return at + timedelta(days=day)
    return datetime.fromtimestamp(hours.minute_of(*open_days[day - 1], zone), UTC)


def problem(kind: str, choices: Choices, *, members: Collection[int], cadences: Collection[str]) -> str:
    """What is still missing before the change can be made; "" if nothing is."""
    if kind not in KINDS:
        return "There is no such change."
    owners = choices.get("owners") or []
    wrong = {
        "owner": "Choose who gets them." if not owners or not set(owners) <= set(members) else "",
        "cadence": "Choose a cadence." if choices.get("cadence") not in cadences else "",
        "version": "Choose a version." if not choices.get("version") else "",
        "finish": "Say why it ends; your team reads it later." if not choices.get("because") else "",
        "stage": "Choose a stage." if choices.get("stage") not in Lead.Stage.values else "",
    }
    return wrong.get(kind, "")


def known(account_id: int, *, of: Any) -> tuple[dict[int, Member], list[str]]:
    """The members who may own leads, and the cadences there are."""
    rows = Member.objects.filter(account_id=account_id, is_active=True)
    return {member.pk: member for member in rows}, versions.names(of)
