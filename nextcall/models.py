"""Table of contents: every model of every room, so that all share one migration history."""

from nextcall.cadences.models import Cadence, CadenceVersion, Draft, Enrollment, Halt, Pause, Touch
from nextcall.consent.models import (
    Attempt,
    ListedNumber,
    NumberCheck,
    NumberList,
    NumberListPart,
    Permission,
    PlaceClue,
    PolicyChange,
    Preference,
    Withdrawal,
)
from nextcall.conversations.models import Call, InboxItem, Message, Note, Presence, Promise
from nextcall.engine.models import Action, BulkChange, Notice, Pace, Taken
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, SmartList, Source
from nextcall.team.models import Account, Connection, LeadInKey, Member, PushSubscription, SignInAttempt, SignInLink
from nextcall.timeline.models import Event, Seal

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
    "Halt",
    "Import",
    "InboxItem",
    "Lead",
    "LeadInKey",
    "ListedNumber",
    "Member",
    "Message",
    "Note",
    "Notice",
    "NumberCheck",
    "NumberList",
    "NumberListPart",
    "Offer",
    "Pace",
    "Pause",
    "Permission",
    "Person",
    "PlaceClue",
    "PolicyChange",
    "Preference",
    "Presence",
    "Promise",
    "PushSubscription",
    "Reach",
    "Seal",
    "SignInAttempt",
    "SignInLink",
    "SmartList",
    "Source",
    "Taken",
    "Touch",
    "Withdrawal",
]
