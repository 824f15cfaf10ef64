"""Which permissions an inquiry gives, from the lead's own ticks and from the wording of the form or file. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from nextcall.intake.parsers.new_lead import NewLead

# Prior express written consent must say that machines may call or text (US-03 in the compliance notes).
_AUTOMATED = re.compile(
    r"\b(automat\w*|auto ?dial\w*|pre-?recorded|artificial|recurring|dialing system|ai voice)\b", re.IGNORECASE
)

PROOF = 30  # characters: a column header is no wording


@dataclass(frozen=True, slots=True)
class Wording:
    """What a form or a file shows every lead: its own permission, beside what the lead ticked."""

    channels: tuple[str, ...] = ()
    wording: str = ""
    sellers: tuple[str, ...] = ()
    tier: str = ""  # "": judged by the wording
    attested_by: str = ""  # who says that the rows of a file were given it
    attested_at: str = ""  # when, ISO
    file: str = ""  # the file's name and SHA-256: what was attested
    file_hash: str = ""
    by_box: bool = False  # stands beside a box: only a lead that ticked it gave it

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wording":
        """From LeadInKey.permission or Import.choices; what is not of the right shape gives nothing."""
        channels = kept.get("channels") or ()
        return cls(
            tuple(str(channel) for channel in channels if channel in ("call", "text", "email", "voicemail")),
            str(kept.get("wording") or ""),
            tuple(map(str, kept.get("sellers") or ())),
            str(kept.get("tier") or ""),
            attested_by=str(kept.get("attested_by") or ""),
            attested_at=str(kept.get("attested_at") or ""),
            file=str(kept.get("file") or ""),
            file_hash=str(kept.get("file_hash") or ""),
            by_box=kept.get("given_by") == "box",
        )

    def given(self, lead: NewLead) -> tuple[str, ...]:
        """The channels that this lead gave by it."""
        if not self.wording.strip():
            return ()
        if not self.by_box:
            return self.channels
        ticked = lead.consent
        return tuple(name for name in self.channels if ticked and (not ticked.channels or name in ticked.channels))


@dataclass(frozen=True, slots=True)
class Right:
    """One permission on one channel; stored for every number or address the inquiry names for it."""

    channel: str
    tier: str
    automated: bool
    wording: str
    sellers: tuple[str, ...] = ()
    given_at: datetime | date | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)


def rights_of(lead: NewLead, shown: Wording, *, seller: str) -> list[Right]:
    """The permissions of one inquiry: a box left empty or an opt-out takes its channel out, whatever the form says."""
    refused = set(lead.refused) | set(lead.opt_outs)
    given = lead.consent
    rights: dict[str, Right] = {}
    for channel in shown.given(lead):
        tier, automated = _weight(shown.wording, shown.tier)
        rights[channel] = Right(
            channel,
            tier,
            automated,
            shown.wording,
            shown.sellers or (seller,),
            given.at if given else None,
            _proof(lead, shown),
        )
    for channel in given.channels if given else ():
        # No wording, no proof: a yes without its words lets a person write and call, never a machine.
        words = (given.wording or "") if given else ""
        tier, automated = _weight(words, "") if words else ("express", False)
        if channel not in rights:
            rights[channel] = Right(
                channel, tier, automated, words, (seller,), given.at if given else None, _proof(lead, shown)
            )
    return [right for channel, right in rights.items() if channel not in refused]


def without_proof(rights: Sequence[Right]) -> list[Right]:
    """What a file's rows give: a consent column that lacks the words shown to the lead gives no calls and no texts."""
    return [right for right in rights if right.channel == "email" or len(right.wording) >= PROOF]


def says_automated(wording: str) -> bool:
    """Whether the words say that software may choose, dial or send (US-03)."""
    return bool(_AUTOMATED.search(wording))


def _weight(wording: str, tier: str) -> tuple[str, bool]:
    automated = says_automated(wording)
    if tier in ("express", "implied"):
        return tier, False
    return ("written", True) if automated else ("express", False)


def _proof(lead: NewLead, shown: Wording) -> dict[str, Any]:
    given = lead.consent
    proof = {
        "ip": given.ip if given else None,
        "url": given.url if given else None,
        "file": shown.file,
        "file_hash": shown.file_hash,
        "attested_by": shown.attested_by,
        "attested_at": shown.attested_at,
        "format": lead.raw_format,
        "rows": list(lead.rows) or None,
    }
    return {key: value for key, value in proof.items() if value}
