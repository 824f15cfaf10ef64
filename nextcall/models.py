"""Table of contents: every model of every room, so that all share one migration history."""

from nextcall.cadences.models import Cadence, CadenceVersion, Enrollment, Pause, Touch
from nextcall.consent.models import Attempt, Permission, PlaceClue, PolicyChange, Withdrawal
from nextcall.conversations.models import Call, Message, Note, Promise
from nextcall.engine.models import Action, Pace
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, Source
from nextcall.team.models import Account, Connection, LeadInKey, Member, SignInAttempt, SignInLink
from nextcall.timeline.models import Event

__all__ = [
    "Account",
    "Action",
    "Attempt",
    "Cadence",
    "CadenceVersion",
    "Call",
    "Capture",
    "Connection",
    "ContactPoint",
    "Enrollment",
    "Event",
    "Import",
    "Lead",
    "LeadInKey",
    "Member",
    "Message",
    "Note",
    "Offer",
    "Pace",
    "Pause",
    "Permission",
    "Person",
    "PlaceClue",
    "PolicyChange",
    "Promise",
    "Reach",
    "SignInAttempt",
    "SignInLink",
    "Source",
    "Touch",
    "Withdrawal",
]
