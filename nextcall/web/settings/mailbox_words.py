"""What is said of a mailbox: how it stands, what happened to it, and what its removal does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nextcall.engine.mailbox_places import best
from nextcall.engine.mailbox_trial import Found
from nextcall.engine.mailbox_watch import KINDS, is_unread
from nextcall.engine.tokens import IDENTITIES
from nextcall.team.models import Connection, Mailbox
from nextcall.timeline.models import Event
from nextcall.web.settings.mail_servers import reading_in_words
from nextcall.worklist import say

LATELY = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One mailbox in the list. `gone`: folders that cannot be opened, with why."""

    row: Mailbox
    chip: str
    tone: str
    says: str
    problem: str
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of what happened to it."""

    when: str
    says: str


def line(row: Mailbox, *, at: datetime) -> Line:
    chip, tone = _state(row, at)
    looked = f"Looked at {say.ago(row.looked_at, at=at)}." if row.looked_at else "Not looked at yet."
    folders = list(row.folders.all())
    beside = f" The inbox and {len(folders)} folder{'s' if len(folders) > 1 else ''}." if folders else ""
    answers = " Your emails ask for answers here." if row.connection_id else ""
    whose = f"{row.member.name}’s." if row.member else "Everybody’s."
    gone = tuple(f"{one.name} is not read: {one.problem}." for one in folders if one.problem)
    return Line(row, chip, tone, f"{whose} {looked}{beside}{answers}", _problem(row, at), gone)


def _state(row: Mailbox, at: datetime) -> tuple[str, str]:
    if row.problem or is_unread(row, at=at):
        return "Not read now", "gold"
    return ("Read", "pine") if row.enabled else ("Not read", "")


def _problem(row: Mailbox, at: datetime) -> str:
    """What is wrong and since when; a mailbox that nobody looks at has no problem of its own."""
    if not row.problem:
        waits = is_unread(row, at=at)
        return (
            "Nobody looks at it. Is the engine running? nextcall serve, or nextcall engine, reads it." if waits else ""
        )
    since = f" Not read for {say.span(at - (row.looked_at or row.problem_at))}" if row.problem_at else ""
    again = "; it is tried again by itself." if row.enabled else "."
    said = reading_in_words(row.problem) if row.enabled else row.problem
    return f"{said.rstrip('.')}.{since}{again if since else ''}"


def found(seen: Found) -> str:
    sent = f"Sent is “{seen.sent_folder}”" if seen.sent_folder else "it has no folder for sent mail"
    return f"{seen.folders} folders, {sent}"


def nobody_reads(sending: Connection | None, boxes: Sequence[Mailbox]) -> str:
    """The address that answers come to though no mailbox of it is read; "" while all is well."""
    if sending is None or not sending.from_address or not boxes or sending.hook_key:
        return ""
    reads = any(one.connection_id == sending.pk and one.enabled for one in boxes)
    return "" if reads or any(_same(one, sending) and one.enabled for one in boxes) else sending.from_address


def _same(row: Mailbox, sending: Connection) -> bool:
    return row.address.lower() == sending.from_address.lower()


def effect(row: Mailbox, sending: Connection | None, boxes: Sequence[Mailbox]) -> str:
    """What removing it does."""
    says = ["Forgets the password at once. What was taken in stays. Added again, reading begins with its next mail."]
    if row.sent_folder:
        says.append(f"Copies of what leaves no longer go to its “{row.sent_folder}”.")
    if sending is not None and row.connection_id == sending.pk:
        left = [one for one in boxes if one.pk != row.pk]
        then = best(sending, left)
        if then is not None:
            says.append(f"Your emails then ask for answers at {then.address}.")
        else:
            says.append(f"Answers to your emails then go to {sending.from_address}, where nobody reads them.")
    return " ".join(says)


def lately(row: Mailbox, *, zone: str, at: datetime) -> list[Happened]:
    """The latest first."""
    rows = Event.objects.filter(account_id=row.account_id, kind__in=KINDS, data__mailbox=row.pk)
    return [
        Happened(say.when(one.at, zone, at=at), happened(one.kind, one.data, by=one.by.name if one.by else ""))
        for one in rows.select_related("by").order_by("-at", "-pk")[:LATELY]
    ]


def happened(kind: str, data: Mapping[str, Any], *, by: str = "") -> str:
    """An event of a mailbox as a sentence."""
    who, place = by or "Somebody", f" in {data['folder']}" if data.get("folder") else ""
    at = IDENTITIES[data["at"]].says if data.get("at") in IDENTITIES else "the provider"
    match kind:
        case "mailbox.connected":
            return f"{who} signed in{f' at {at}' if data.get('at') else ''}. It is read from then on."
        case "mailbox.changed":
            if data.get("answers"):
                return f"{who} has your emails ask for answers here."
            return f"{who} changed whose it is, or what in it is read."
        case "mailbox.refused":
            return f"{at} took the permission back. Nothing is read until somebody signs in there again."
        case "mailbox.stopped":
            return f"It stopped being read: {str(data.get('because', '')).rstrip('.')}."
        case "mailbox.resumed":
            return f"It is read again, after {data.get('after', 'a while')}. What came meanwhile was taken in."
        case "mailbox.renumbered":
            return (
                f"Its server numbered the mail{place} anew. The two days before were read again; nothing counts twice."
            )
        case "mailbox.skipped":
            return f"A mail{place} could not be read ({data.get('because', 'unknown')}). It lies there, look at it."
    return f"{who} removed it."
