"""The words of the rules that decided, kept once a policy: a proof names them as they read then, after any upgrade."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction

from nextcall.consent import law
from nextcall.consent.facts import Decision, Rule
from nextcall.consent.law import Cap, Hours, Need
from nextcall.consent.models import PolicyText
from nextcall.consent.policy import Policy
from nextcall.lib import bulk, canonical

Shortened = list[str]  # [id, effect], [id, effect, what follows the kept words], or [id, effect, words, source]
_stored: set[tuple[int, str]] = set()  # account and digest, of rows that are committed


@dataclass(frozen=True, slots=True)
class Text:
    """A policy's words: `digest` names them, `rules` is id -> (words, source)."""

    digest: str
    rules: Mapping[str, tuple[str, str]]
    content: Mapping[str, Any]


@lru_cache(maxsize=500)
def text_of(policy: Policy) -> Text:
    """What the policy says, with the releases of the zone data and of the holiday file that it reads."""
    rules = {}
    for pack in (policy.account, *policy.packs.values()):
        several: tuple[Hours | Cap | Need, ...] = (*pack.hours, *pack.caps, *pack.needs)
        rules.update({rule.id: (rule.says, rule.source) for rule in several})
    content = {
        "version": policy.version,
        "zone_data": policy.zone_data,
        "holidays": _holidays(),
        "rules": {key: {"says": says, "source": source} for key, (says, source) in rules.items()},
    }
    return Text(canonical.digest(content), rules, content)


def _holidays() -> dict[str, str]:
    """The holiday file: the dates between which it knows them, and its hash."""
    found = law.calendar()
    return {
        "valid_from": found.valid_from.isoformat(),
        "valid_until": found.valid_until.isoformat(),
        "sha256": sha256((law.FOLDER / "holidays.toml").read_bytes()).hexdigest(),
    }


def shortened(decision: Decision, text: Text) -> list[Shortened]:
    """The rules of a decision, without what the policy's text says already; `proof.words` is the way back."""
    return [_shortened(rule, text.rules) for rule in decision.rules]


def _shortened(rule: Rule, kept: Mapping[str, tuple[str, str]]) -> Shortened:
    says, source = kept.get(rule.id, ("", ""))
    if says and rule.source == source and rule.says.startswith(says):
        tail = rule.says[len(says) :]
        return [rule.id, rule.effect, tail] if tail else [rule.id, rule.effect]
    return [rule.id, rule.effect, rule.says, rule.source]


def keep(account_id: int, policy: Policy, *, at: datetime) -> None:
    """Store the policy's words if this account has none with that hash. One statement, once a process and policy."""
    text = text_of(policy)
    key = (account_id, text.digest)
    if key in _stored:
        return
    row = bulk.row(
        PolicyText,
        account_id=account_id,
        digest=text.digest,
        version=policy.version[:60],
        text=dict(text.content),
        at=at,
    )
    bulk.insert_new([row])
    transaction.on_commit(lambda: _stored.add(key))  # not before: what is rolled back is not kept
