"""Table of contents: every model of every room, so that all share one migration history."""

from nextcall.cadences.models import Cadence, CadenceVersion, Draft, Enrollment, Pause, Touch
from nextcall.consent.models import Attempt, Permission, PlaceClue, PolicyChange, Withdrawal
from nextcall.conversations.models import Call, InboxItem, Message, Note, Presence, Promise
from nextcall.engine.models import Action, BulkChange, Notice, Pace, Taken
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, SmartList, Source
from nextcall.team.models import Account, Connection, LeadInKey, Member, PushSubscription, SignInAttempt, SignInLink
from nextcall.timeline.models import Event

__all__ = [
    "Account",
    "Action",
    "Attempt",
    "BulkChange",
    "Cadence",
    "CadenceVersion",
    "Call",
    "Capture",
    "Connection",
    "ContactPoint",
    "Draft",
    "Enrollment",
    "Event",
    "Import",
    "InboxItem",
    "Lead",
    "LeadInKey",
    "Member",
    "Message",
    "Note",
    "Notice",
    "Offer",
    "Pace",
    "Pause",
    "Permission",
    "Person",
    "PlaceClue",
    "PolicyChange",
    "Presence",
    "Promise",
    "PushSubscription",
    "Reach",
    "SignInAttempt",
    "SignInLink",
    "SmartList",
    "Source",
    "Taken",
    "Touch",
    "Withdrawal",
]
