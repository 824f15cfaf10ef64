"""The composer's four tabs: what each may do now, and what it opens with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse

from nextcall.conversations.thread import Said
from nextcall.engine import next_question
from nextcall.engine.write import LONGEST_EMAIL, LONGEST_TEXT
from nextcall.leads.models import ContactPoint
from nextcall.lib import phone
from nextcall.web.frame import style_of
from nextcall.web.lead.meeting import OFFER, offer
from nextcall.web.lead.shown import Shown
from nextcall.web.saved.offered import Saved, opening
from nextcall.worklist import say
from nextcall.worklist.card import draft_of, question_to_ask
from nextcall.worklist.gating import Reachable

NAMES = ("text", "email", "note", "call")
# drafts of the page's own, by the `reason` of its address
QUESTION, BETTER_NUMBER, TIMES, CALL_TIME = "question", "better-number", "times", "call-time"
SAVED = "saved-"  # and the number of a saved answer
DRAFT = "draft"  # of the session: what could not be sent
MOST_TEMPLATES, LONGEST_TEMPLATE = 12, 500


@dataclass(frozen=True, slots=True)
class Chip:
    """Words to put into the draft, or a link that opens with them."""

    word: str
    puts: str
    url: str


@dataclass(frozen=True, slots=True)
class Mode:
    """One tab of the composer."""

    name: str
    word: str
    key: str
    url: str
    here: bool
    gate: str  # what the gate says, or what this is for
    source: str = ""  # where the rule is written
    no: bool = False  # it cannot be sent at all
    instead: tuple[Chip, ...] = ()  # what may be done where this may not
    writes: bool = True  # has a text area of its own
    label: str = ""
    placeholder: str = ""
    send: str = ""
    subject: str = ""
    body: str = ""
    chips: tuple[Chip, ...] = ()
    longest: int = 20_000
    sent: str = ""  # the last two that we sent on it, as JSON: the same again is worth a second look


def modes(
    shown: Shown,
    messages: Sequence[Said],
    *,
    chosen: str,
    reason: str,
    call_url: str,
    kept: Mapping[str, str],
    saved: Sequence[Saved] = (),
) -> list[Mode]:
    """The four tabs. The channel they wrote on last opens first, else the first that may be used.

    `kept`: channel, subject and words of a draft that could not be sent a moment ago. `saved`: answers to open with.
    """
    chosen = kept.get("channel", chosen)
    # what their calendar program answered has no words: nobody wrote on that channel
    inbound = next((one for one in messages if not one.outbound and one.body), None)
    open_now = [one for one in ("text", "email") if shown.reach[one].decision.verdict != "deny"]
    if chosen not in NAMES:
        chosen = inbound.channel if inbound and inbound.channel in open_now else (open_now[0] if open_now else "note")
    puts = {QUESTION: _question(shown), CALL_TIME: _call_time(shown), TIMES: _times(shown)}
    subject, body = (kept["subject"], kept["body"]) if kept else _draft(shown, chosen, reason, puts, saved)
    found = [_message(shown, one, messages, puts, call_url=call_url) for one in ("text", "email")]
    found = [replace(found[0], body=""), replace(found[1], subject=_answering(inbound)), _note(shown), _call(shown)]
    return [
        replace(one, here=True, body=body, subject=subject or one.subject) if one.name == chosen else one
        for one in found
    ]


def _message(shown: Shown, channel: str, messages: Sequence[Said], puts: Mapping[str, Chip], *, call_url: str) -> Mode:
    there, first = shown.reach[channel], shown.first
    later = there.decision.earliest if there.decision.verdict == "wait" else None
    ours = [one.body for one in messages if one.outbound and one.channel == channel][:2]
    no, rule = there.decision.verdict == "deny", there.decision.deciding
    word = channel.capitalize()
    return Mode(
        name=channel,
        word=word,
        key=word[0].lower(),
        url=reverse("lead_send", args=[shown.lead.pk]),
        here=False,
        gate=gate_line(there, first, zone=shown.zone, at=shown.at),
        source=rule.source if rule and there.decision.verdict != "allow" else "",
        no=no,
        instead=_instead(shown, channel, call_url) if no else (),
        label=f"{word} to {first}",
        placeholder=f"Write to {first} in your own words",
        send=f"Send {say.when(later, shown.zone, at=shown.at)}" if later else f"Send {channel}",
        chips=() if no else _chips(channel, puts),
        longest=LONGEST_TEXT if channel == "text" else LONGEST_EMAIL,
        sent=json.dumps(ours),
    )


def _chips(channel: str, puts: Mapping[str, Chip]) -> tuple[Chip, ...]:
    """Words to put into the draft; without a script the page opens with them."""
    return tuple(replace(one, url=f"?mode={channel}&reason={reason}#write") for reason, one in puts.items() if one.puts)


def _call_time(shown: Shown) -> Chip:
    """The time of the next planned call, offered to them."""
    calls = [one.due_at for one in shown.touches if one.state == "planned" and one.channel == "call"]
    later = min((due for due in calls if due - shown.at > timedelta(hours=1)), default=None)
    if later is None or shown.held is not None:
        return Chip("", "", "")
    when = say.when(later, shown.zone, at=shown.at)
    return Chip(f"Offer {when}", f"Would {when} your time suit you for a short call?", "")


def _times(shown: Shown) -> Chip:
    """Times that suit both."""
    return Chip(OFFER, offer(shown.lead, shown.member, shown.reach, zone=shown.zone, at=shown.at), "")


def _question(shown: Shown) -> Chip:
    """What the chip says, and the words: the offer's next question, or an easy one where the offer has none."""
    if not next_question.questions_of(shown.lead):
        return Chip("Ask one easy question", question_to_ask(shown.lead), "")
    found = next_question.next_of(shown.lead, at=shown.at)
    return Chip(f"Ask: {found.question.label.lower()}" if found.question else "", found.words, "")


def _instead(shown: Shown, channel: str, call_url: str) -> tuple[Chip, ...]:
    """The channels that are open, where this one is closed."""
    found = [Chip("Call", "", call_url)] if call_url else []
    for other, word in (("text", "text"), ("email", "email")):
        if other != channel and shown.reach[other].decision.verdict != "deny":
            found.append(Chip(f"Ask by {word}" if found else f"Write by {word}", "", f"?mode={other}#write"))
    return tuple(found)


def _note(shown: Shown) -> Mode:
    saved = shown.member.settings.get("note_templates")
    detailed = style_of(shown.member) == "detailed"
    templates = [str(one) for one in saved if one][:MOST_TEMPLATES] if isinstance(saved, list) and detailed else []
    return Mode(
        name="note",
        word="Note",
        key="n",
        url=reverse("lead_note", args=[shown.lead.pk]),
        here=False,
        gate="For your team only; never an attempt.",
        label="Note",
        placeholder="What is worth remembering",
        send="Keep the note",
        chips=tuple(Chip(one.splitlines()[0][:32], one, "") for one in templates),
    )


def _call(shown: Shown) -> Mode:
    gate = "A call that you made; the plan goes on from it."
    url = reverse("lead_call", args=[shown.lead.pk])
    return Mode(name="call", word="Log a call", key="", url=url, here=False, gate=gate, writes=False)


def _draft(
    shown: Shown, channel: str, reason: str, puts: Mapping[str, Chip], saved: Sequence[Saved]
) -> tuple[str, str]:
    """Subject and words that the address asks for."""
    if not reason or channel not in ("text", "email"):
        return "", ""
    if reason.startswith(SAVED):
        return "", opening(saved, reason.removeprefix(SAVED)).get("body", "")
    if reason in puts:
        return "", puts[reason].puts
    if reason == BETTER_NUMBER:
        return "The best number for you", _better_number(shown)
    return "", draft_of(lead=shown.lead, key=reason[:80], member=shown.member, at=shown.at)


def _better_number(shown: Shown) -> str:
    """Asks for a number that works, naming the one that does not."""
    points = [one for one in shown.points if one.kind == ContactPoint.Kind.PHONE and one.problem]
    which = f"the number I have for you, {phone.show(points[0].value)}," if points else "the number I have for you"
    me = shown.member.name.partition(" ")[0]
    return (
        f"Hi {shown.lead.person.given_name or 'there'},\n\n{which} does not reach you. "
        f"Which one is best, and when may I call?\n\n{me}"
    )


def _answering(inbound: Said | None) -> str:
    """The subject of an answer to their email."""
    answers = inbound is not None and inbound.channel == "email" and inbound.subject
    return f"Re: {inbound.subject.removeprefix('Re: ')}" if inbound and answers else ""


def gate_line(there: Reachable, first: str, *, zone: str, at: datetime) -> str:
    """ "10:46 am for Rowan, texts fine until 8 pm", or why not, with the rule."""
    decision, noun = there.decision, f"{there.channel}s"
    clock = f"{say.clock(at, zone)} for {first}"
    if decision.verdict == "allow":
        until = f" until {say.clock(decision.until, zone)}" if decision.until else ""
        return f"{clock}, {noun} fine{until}"
    rule = decision.deciding
    cited = f" Rule {rule.id}: {rule.says.rstrip('.')}." if rule else ""
    if decision.earliest:
        return f"{clock}. {noun.capitalize()} leave from {say.when(decision.earliest, zone, at=at)} their time.{cited}"
    return f"No {noun} to {first}.{cited}"
