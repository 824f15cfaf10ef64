"""What happens to one due touch: the gate is asked, the words are made. No row is written here."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from nextcall.cadences import rates, wording
from nextcall.cadences.definition import Step
from nextcall.consent import ageing
from nextcall.consent.content.message import Recipient
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Purpose, Rule
from nextcall.consent.policy import Policy
from nextcall.consent.rules import decide
from nextcall.engine import words
from nextcall.engine.kept import Gate, gate
from nextcall.engine.knowledge import Due, Knowledge
from nextcall.engine.lately import NEVER
from nextcall.engine.numbers import Number
from nextcall.engine.senders import Sender
from nextcall.leads.models import ContactPoint
from nextcall.lib import hours
from nextcall.team.models import Member

CONFIRM_WITHIN = timedelta(minutes=5)  # US-10: later than that it is one message too many
ASK_AGAIN = timedelta(minutes=10)  # a connection that somebody has to mend
MENDED_WITHIN = timedelta(hours=1)  # a list or a file that somebody has to renew
HALTED_FOR = timedelta(days=1)  # a campaign that stands still; whoever lets it go on says when each leaves
ROUNDS = 12  # hours of the caller and of the law take turns; what both share is found long before
FREED = "#"  # a step key that a pause gave back; see cadences.progress


@dataclass(slots=True)
class Settled:
    """What a due touch becomes."""

    due: Due
    state: str
    rule: str = ""
    because: str = ""
    due_at: datetime | None = None  # planned again, later
    point: ContactPoint | None = None
    sender: Sender | None = None
    number: Number | None = None  # of ours, that a text leaves from; see our_number.py
    subject: str = ""
    body: str = ""
    foot: str = ""  # below an email: who we are, and what the law wants there
    step_key: str | None = None
    decision: Decision | None = None
    gate: Gate | None = None  # the decision as touches and events keep it


def settle(due: Due, known: Knowledge, *, at: datetime) -> Settled:
    """What becomes of it, with the whole decision as it is kept."""
    settled = _settle(due, known, at=at)
    if settled.decision is not None:
        ask, policy = _ask(due, known.sender(due)), known.policies[due.account_id]
        settled.gate = gate(settled.decision, ask, known.facts[due.id], policy, settled.point)
    return settled


def _ask(due: Due, sender: Sender) -> Ask:
    automated = due.by_machine and due.is_sent and sender.provider is not None
    return Ask(cast(Channel, due.channel), cast(Purpose, due.purpose), automated)


def _settle(due: Due, known: Knowledge, *, at: datetime) -> Settled:
    """Sending, open, planned (later), blocked, skipped or cancelled."""
    early = _not_any_more(due, at)
    if early is not None:
        return early
    point = known.point(due)
    if point is None:
        return Settled(due, "blocked", "contact.none", f"Nothing on record to reach them by {due.channel}.")
    sender = known.sender(due)
    if due.is_sent and sender.problem:
        return Settled(due, "planned", "connection.broken", sender.problem[:200], due_at=at + ASK_AGAIN)
    step = known.cadences.get(due.version_id or 0, {}).get(due.step_key)
    if step is not None and step.needs_reason:
        return Settled(due, "skipped", "cadence.no_reason", "There is nothing new to say.")
    decided = _halted(_ask_gate(due, point, known, sender, at), known, at)
    if decided.state not in ("sending", "open"):
        return decided
    return _checked(_worded(decided, step, known), known, at)


def _halted(decided: Settled, known: Knowledge, at: datetime) -> Settled:
    """The machine's own wait while their campaign stands still; what a member wrote goes on."""
    halt = known.halts.get(decided.due.halt_id or 0)
    if halt is None or decided.state != "sending" or not decided.due.by_machine or decided.decision is None:
        return decided
    later = at + HALTED_FOR
    limit = rates.limit(halt.rule)
    rule = Rule(halt.rule, "wait", f"the campaign stands still: {halt.because}", limit.source if limit else "a member")
    decided.decision = replace(
        decided.decision, verdict="wait", earliest=later, until=None, rules=(*decided.decision.rules, rule)
    )
    decided.state, decided.rule, decided.because, decided.due_at = "planned", rule.id, rule.says[:200], later
    return decided


def _not_any_more(due: Due, at: datetime) -> Settled | None:
    """Reasons that need no gate."""
    if due.removed_at is not None:
        return Settled(due, "cancelled", because="the lead was taken out")
    if due.enrollment_id is not None and due.enrollment_ended_at is not None:
        return Settled(due, "cancelled", because="the cadence ended")
    if due.enrollment_state == "paused":
        return Settled(due, "cancelled", because="the cadence is paused", step_key=f"{due.step_key}{FREED}{due.id}")
    if due.purpose == "confirmation" and at - due.created_at > CONFIRM_WITHIN:
        return Settled(
            due, "skipped", "US-10.confirmation", "A confirmation is sent within five minutes or not at all."
        )
    if due.local_at is not None and due.zone:
        meant = hours.instant(due.local_at.astimezone(UTC).replace(tzinfo=None), due.zone)
        if meant > at:  # zone rules changed since it was planned
            return Settled(due, "planned", due.rule, due.because, due_at=meant)
    return None


def _ask_gate(due: Due, point: ContactPoint, known: Knowledge, sender: Sender, at: datetime) -> Settled:
    leaves = due.is_sent and sender.provider is not None
    ask = _ask(due, sender)
    facts, policy = known.facts[due.id], known.policies[due.account_id]
    decision = decide(ask, facts, policy, at)
    deciding = decision.deciding
    if decision.verdict == "allow" or deciding is None:
        return Settled(
            due, "sending" if leaves else "open", due.rule, due.because, point=point, sender=sender, decision=decision
        )
    if _is_mendable(ask, facts, policy, decision, at):  # denied, and still there when somebody has mended it
        wait = ASK_AGAIN if deciding.id == "clock.doubt" else MENDED_WITHIN
        return Settled(due, "planned", deciding.id, deciding.says[:200], at + wait, point=point, decision=decision)
    if decision.verdict == "deny" or decision.earliest is None:
        return Settled(due, "blocked", deciding.id, deciding.says[:200], point=point, decision=decision)
    later = decision.earliest
    caller = known.members.get(due.lead_owner_id or 0)
    for _ in range(ROUNDS):
        if caller is None or due.is_sent:
            break
        opening = hours.next_working(caller.working_hours, later, caller.zone)
        if opening is None or opening <= later:
            break
        again = decide(ask, facts, policy, opening)
        later = again.earliest or opening
    return Settled(due, "planned", deciding.id, deciding.says[:200], due_at=later, point=point, decision=decision)


def _is_mendable(ask: Ask, facts: Facts, policy: Policy, decision: Decision, at: datetime) -> bool:
    """Whether only something of ours stands in the way that has grown old: a file, a clock, a do-not-call list."""
    if decision.verdict != "deny":
        return False
    if facts.lists:
        decision = decide(ask, ageing.renewed(facts, at), policy, at)
    return decision.verdict != "deny" or ageing.is_mendable(decision)


def _worded(settled: Settled, step: Step | None, known: Knowledge) -> Settled:
    due = settled.due
    if due.body or step is None or not step.wording:
        settled.subject, settled.body = due.subject, due.body
        return settled
    try:
        said = wording.render(step, due.id, names(due, known) | _appointment(due, step))
    except wording.Gap as gap:  # a draft with an open gap cannot leave by itself: a person fills it
        settled.state, settled.because = "open", f"The message has a gap: {gap}"[:200]
        return settled
    settled.subject, settled.body = said.subject[:300], said.body
    return settled


def _checked(settled: Settled, known: Knowledge, at: datetime) -> Settled:
    """Completed with what the law wants beside the words; blocked, with every reason, where they cannot be said."""
    due, decision = settled.due, settled.decision
    if settled.state != "sending" or due.channel not in ("text", "email") or decision is None:
        return settled
    account = known.accounts[due.account_id]
    signs = known.members.get(due.owner_id or 0) if not due.by_machine else None
    message = words.written(
        due.channel,
        settled.body,
        subject=settled.subject,
        purpose=due.purpose,
        lately=known.texted.get(due.person_id, NEVER),
        at=at,
        automated=due.by_machine,
    )
    reader = Recipient(
        jurisdictions=decision.jurisdictions,
        name=due.person_name,
        offer_disclosures=due.offer_disclosures or "",
        source_kind=due.source_kind or "",
        source_basis=due.source_basis or "",
    )
    found = words.checked(message, words.sender_of(account, signs or _signs(due, known)), reader)
    settled.decision = words.judged(decision, found.findings)
    if found.blocks:
        settled.state, settled.rule, settled.because = "blocked", found.blocks[0].rule, words.why(found.blocks)
        return settled
    settled.body, settled.foot = found.message.body, found.message.foot
    return settled


def _signs(due: Due, known: Knowledge) -> Member | None:
    """Whose name the machine writes in."""
    return known.members.get(due.lead_owner_id or 0) or known.members.get(due.owner_id or 0)


def _appointment(due: Due, step: Step) -> dict[str, str]:
    """The appointment that a reminder counts back from, by the lead's clock: "Tuesday at 10:00 am"."""
    when = step.when
    if when.wait is None or when.wait >= timedelta() or when.at or when.part or when.rotate or not due.intended_at:
        return {}
    local = hours.local(due.intended_at - when.wait, due.zone or "UTC")
    half = "am" if local.hour < 12 else "pm"
    return {"appointment": f"{local:%A} at {local.hour % 12 or 12}:{local:%M} {half}"}


def names(due: Due, known: Knowledge) -> dict[str, Any]:
    """What the wording may name."""
    account = known.accounts[due.account_id]
    owner = _signs(due, known)
    return wording.names_for(
        first_name=due.given_name,
        name=due.person_name,
        my_name=owner.name if owner else account.seller_name or account.name,
        my_phone=(owner.phone if owner else "") or account.phone,
        seller=account.seller_name or account.name,
        offer=due.offer or "",
        city=due.city,
    )
