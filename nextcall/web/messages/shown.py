"""A message in words: what became of it, which of our numbers it used, what it answers, the files that go with it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from nextcall.cadences.models import Touch
from nextcall.conversations.thread import File, Said
from nextcall.lib import phone
from nextcall.worklist import say

LONGEST_QUOTE = 8000  # characters that are shown
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # what every browser draws, and never runs
KINDS = {
    "image/png": "PNG picture",
    "image/jpeg": "JPEG picture",
    "image/gif": "GIF picture",
    "image/webp": "WebP picture",
    "image/heic": "HEIC picture",
    "video/mp4": "Video",
    "application/pdf": "PDF",
    "application/zip": "Zip archive",
    "text/vcard": "Contact card",
    "text/calendar": "Calendar file",
    "text/plain": "Plain text",
}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file that came or went along. `url` is "" where it was refused; then `refused` says why."""

    name: str
    kind: str  # "PDF, 120 KB"
    url: str
    picture: bool
    refused: str


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a message beside its words."""

    quoted: str = ""
    ours: str = ""  # "to (303) 555-0100"
    answers: str = ""  # "Day 1 text"
    became: str = ""  # "delivered 10:41 am"
    failed: bool = False
    automatic: bool = False  # a machine wrote it: folded
    enclosed: tuple[Enclosed, ...] = ()

    @property
    def facts(self) -> list[str]:
        """The line below the words."""
        return [one for one in (self.ours, f"answers: {self.answers}" if self.answers else "", self.became) if one]


def details(said: Said, *, zone: str, at: datetime) -> Details:
    """Of a message, as a member reads it whose clocks are in `zone`."""
    ours = phone.show(said.our_point) if said.our_point.startswith("+") else said.our_point
    return Details(
        quoted=said.quoted[:LONGEST_QUOTE],
        ours=f"{'from' if said.outbound else 'to'} {ours}" if ours else "",
        answers=named(said.answers, zone) if said.answers else "",
        became=became(said.touch, said.reported_at, zone=zone, at=at) if said.touch else "",
        failed=said.touch is not None and said.touch.state in (Touch.State.BOUNCED, Touch.State.FAILED),
        automatic=said.verdict == "auto_reply",
        enclosed=tuple(map(enclosed, said.files)),
    )


def became(touch: Touch, reported_at: datetime | None, *, zone: str, at: datetime) -> str:
    """What became of a message of ours; "" where nothing is known, as of one from a member's own phone."""
    match touch.state:
        case Touch.State.SENT:
            return "sent"
        case Touch.State.DELIVERED:
            return f"delivered {say.when(reported_at, zone, at=at)}" if reported_at else "delivered"
        case Touch.State.BOUNCED | Touch.State.FAILED:
            return f"failed: {touch.because.rstrip('.') or 'the provider does not say why'}"
        case Touch.State.PLANNED | Touch.State.CLAIMED | Touch.State.SENDING:
            again = f"tried again {say.when(touch.due_at, zone, at=at)}" if touch.due_at > at else "tried again now"
            return f"not delivered: {touch.because.rstrip('.')}; {again}" if touch.because else again
        case Touch.State.UNCERTAIN:
            return "nobody knows whether it left"
        case Touch.State.CANCELLED | Touch.State.BLOCKED:
            return "not delivered, and not tried again"
    return ""


def named(touch: Touch, zone: str) -> str:
    """A touch of ours by what we call it: "Day 1 text", or the day it left if no cadence planned it."""
    made = touch.made_at or touch.due_at
    if touch.enrollment is not None:
        there = ZoneInfo(touch.zone or zone)
        days = (made.astimezone(there).date() - touch.enrollment.anchor_at.astimezone(there).date()).days
        return f"Day {max(days + 1, 1)} {touch.channel}"
    there = ZoneInfo(zone)
    return f"your {touch.channel} of {made.astimezone(there):%b} {made.astimezone(there).day}"


def enclosed(file: File) -> Enclosed:
    """A file as the page shows it; only pictures that no browser runs are drawn."""
    kind = "File" if file.refused else KINDS.get(file.content_type, "File")
    return Enclosed(
        name=file.name or f"A {kind[0].lower()}{kind[1:]} without a name",
        kind=f"{kind}, {size(file.size)}",
        url="" if file.refused or not file.size else reverse("attachment", args=[file.id]),
        picture=bool(file.size) and not file.refused and file.content_type in INLINE,
        refused=file.refused,
    )


def size(count: int) -> str:
    """Bytes in the unit that says them."""
    if count < 1000:
        return f"{count} bytes"
    return f"{round(count / 1000)} KB" if count < 999_500 else f"{count / 1_000_000:.1f} MB"
