"""The lower part of the line of time: what was said and done, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nextcall.conversations.said.intent import asks_if_machine
from nextcall.conversations.thread import Said, thread
from nextcall.web import chips
from nextcall.web.chips import Chip
from nextcall.web.lead import meeting
from nextcall.web.lead.planned import ICONS, because
from nextcall.web.lead.shown import Shown
from nextcall.web.messages.shown import Details, details
from nextcall.web.messages.whose import Question, questions
from nextcall.worklist import say

FEW, MOST = 25, 1000
OUTCOMES = {"no_answer": "noans", "left_voicemail": "vm", "talked": "talk", "call_back": "back-at"}
VERDICTS = {
    "opt_out": "asked us to stop",
    "hold": "unclear: machine touches wait until you say",
    "auto_reply": "an automatic reply",
    "opt_in": "asked us to go on",
    "help": "asked for help",
    "request": "asks us to correct something",
}
BY = {"page": "on their page", "call": "by phone"}
EVENTS = {
    "lead.handed_over": ("people", "Handed over"),
    "lead.removed": ("cross", "Removed"),
    "lead.erased": ("cross", "Erased"),
    "lead.arrived": ("form", "Lead arrived"),
    "lead.created": ("form", "Lead arrived"),
    "lead.merged": ("people", "Asked again"),
    "lead.imported": ("upload", "Imported"),
    "lead.added": ("plus", "Added by hand"),
    "lead.edited": ("note", ""),
    "preference.chosen": ("person", "Asked for"),
    "permission.ended": ("shield", "Permission ended"),
    "person.exported": ("upload", "Their data taken along"),
    "voicemail.received": ("vm", "Left us a voicemail"),
    "lead.asked": ("people", "Asked for this lead"),
    "lead.kept": ("people", "Kept by its owner"),
    "lead.snoozed": ("clock", "Snoozed"),
    "lead.stayed": ("check", "Stayed when its import was undone"),
    "cadence.began": ("plan", "Cadence began"),
    "cadence.paused": ("pause", "Cadence paused"),
    "cadence.resumed": ("play", "Cadence resumed"),
    "cadence.finished": ("check", "Cadence ended"),
    "cadence.calls_held": ("swap", "Calls held"),
    "cadence.moved": ("swap", "Cadence changed"),
    "touches.cancelled": ("cross", "What was planned is cancelled"),
    "permission.given": ("shield", "Permission recorded"),
    "permission.granted": ("shield", "Permission recorded"),
    "permission.withdrawn": ("stop", "Asked us to stop"),
    "permission.restored": ("shield", "Stop lifted"),
    "withdrawal.lifted": ("shield", "Stop lifted"),
    "action.undone": ("undo", "Undone"),
    "touch.blocked": ("shield", "Not sent"),
    "proof.asked": ("shield", "A proof pack was asked for"),
    "touch.refused": ("shield", "Refused"),
    "touch.waited": ("clock", "Waits for its hour"),
    "touch.failed": ("alert", "Failed"),
    "touch.uncertain": ("alert", "Nobody knows whether it left"),
    "touch.looked_for": ("alert", "Asked the carrier about it, without an answer"),
    "touch.resolved": ("check", "Decided whether it left"),
    "touch.rescued": ("check", "Taken up again"),
    "touch.retried": ("clock", "Tried again"),
    "touch.in_flight": ("alert", "Was leaving as they asked us to stop"),
    "touch.taken_back": ("stop", "Taken back from the provider: they asked us to stop"),
    "touch.not_taken_back": ("alert", "Could not be taken back: it had left"),
    "touch.skipped": ("right", "Skipped"),
    "touch.cancelled": ("cross", "Cancelled"),
    "touch.bounced": ("alert", "Came back"),
    "touch.delivered": ("check", "Delivered"),
    "touch.delayed": ("clock", "On its way, their side has not taken it yet"),
    "touch.delivered_late": ("alert", "Delivered after the hours had closed there"),
    "touch.done": ("check", "Done"),
    "stage.changed": ("swap", "Stage"),
    "call.missed": ("call", "Their call was missed"),
    "complaint.received": ("alert", "Called a message of ours unwanted"),
    "suggestion.taken": ("check", "Suggestion taken"),
    "suggestion.dismissed": ("cross", "Suggestion dismissed"),
    "call.identified": ("talk", "Said who calls"),
    "call.recording_noticed": ("talk", "Told them that the call is recorded"),
    "call.recording_consented": ("check", "They agreed to being recorded"),
    "call.recording_refused": ("cross", "They refused to be recorded"),
    "call.recording_attached": ("copy", "Recording kept"),
    "window.opened": ("back-at", "Call-back window opened"),
    "window.closed": ("back-at", "Call-back window closed"),
    "appointment.booked": ("back-at", "Appointment booked"),
    "appointment.moved": ("back-at", "Appointment moved"),
    "appointment.answered": ("back-at", "Their calendar answered"),
    "appointment.cancelled": ("back-at", "Appointment called off"),
    "appointment.kept": ("check", "They met"),
    "appointment.missed": ("back-at", "Appointment missed"),
    "touch.opened": ("ring", "Came due"),
    "touch.decided": ("check", "Decided"),
    "inbox.done": ("check", "Done in the Inbox"),
    "inbox.until_reply": ("clock", "Set aside until they reply"),
    "inbox.reopened": ("undo", "Waiting on us again"),
    "inbox.assigned": ("person", "Given to answer"),
    "inbox.told_whose": ("people", "Said whose message it is"),
    "inbox.joined": ("in", "A message joined this lead"),
    "hold.became_opt_out": ("stop", "Nobody cleared it: taken as asked to stop"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    icon: str
    tint: str  # in: theirs, mine: ours, "": the machine's bookkeeping
    title: str
    sub: str
    body: str
    when: str
    iso: str
    undone: bool = False
    paused: bool = False  # the pause that stands: it can be undone here
    details: Details | None = None  # of a message
    question: Question | None = None  # whose it is
    url: str = ""  # of a recording
    chips: tuple[Chip, ...] = ()  # what a message suggests
    flag: str = ""  # what is to be known before it is answered


def done_of(shown: Shown, messages: Sequence[Said], *, most: int, waiting: int) -> tuple[list[Entry], bool]:
    """The latest entries, and whether earlier ones are left out; `waiting`: how many touches a pause holds.

    `messages`: one more than `most` of them, if there are so many.
    """
    said = thread(shown.lead, limit=most + 1, messages=messages)
    suggested, unsure = (
        chips.of_messages(shown.lead, shown.member, at=shown.at),
        questions(said[:most], shown.lead.account),
    )
    entries = [
        replace(
            _entry(one, shown), chips=suggested.get(one.message_id or 0, ()), question=unsure.get(one.message_id or 0)
        )
        for one in said[:most]
    ]
    if shown.held is not None:
        entries = _with_pause(entries, said, shown, waiting)
    return entries, len(said) > most


def _with_pause(entries: list[Entry], said: Sequence[Said], shown: Shown, waiting: int) -> list[Entry]:
    """What was paused and why, with its undo, at the pause that stands."""
    held = shown.held
    for n, one in enumerate(said[: len(entries)]):
        if held and one.event == "cadence.paused" and abs(one.at - held.began_at) < timedelta(seconds=2):
            icon, old = "swap", entries[n]
            entries[n] = Entry(icon, "", "", paused_says(shown, waiting), "", old.when, old.iso, paused=True)
            break
    return entries


def paused_says(shown: Shown, waiting: int) -> str:
    """ "Steady paused: they replied. 9 touches wait." """
    held = shown.held
    why = because(held.because) if held else ""
    wait = f" {waiting} {'touch waits' if waiting == 1 else 'touches wait'}." if waiting else ""
    return f"{shown.cadence} paused: {why}.{wait}"


def _entry(one: Said, shown: Shown) -> Entry:
    """One entry of the thread as the page shows it."""
    at, me = shown.at, shown.member
    when, iso = say.when(one.at, me.zone, at=at), one.at.isoformat()
    if at - one.at < timedelta(hours=1):
        when = say.ago(one.at, at=at)
    if one.kind == "message":
        return _message(one, shown, when, iso)
    if one.kind == "call":
        said = one.outcome.replace("_", " ") or ("made" if one.outbound else "came in")
        length = f"{round(one.seconds / 60) or 1} min" if one.seconds else ""
        sub = " · ".join(part for part in (one.who, length) if part)
        tint = "mine" if one.outbound else "in"
        icon = OUTCOMES.get(one.outcome, "call")
        return Entry(icon, tint, f"Call, {said}", sub, one.body, when, iso, one.undone)
    if one.kind == "note":
        return Entry("note", "", f"Note, {one.who}" if one.who else "Note", "", one.body, when, iso)
    icon, words = event_words(one)
    words += _wished(one, me.zone, at=at) if one.event == "appointment.answered" else ""
    words, url = words + (f", {one.who}" if one.who else ""), ""
    if one.event == "call.recording_attached" and str(one.data.get("url", "")).startswith("https://"):
        url = str(one.data["url"])
    return Entry(icon, "", "", words, "", when, iso, one.undone, url=url)


def _message(one: Said, shown: Shown, when: str, iso: str) -> Entry:
    icon, beside = ICONS.get(one.channel, "text"), details(one, zone=shown.member.zone, at=shown.at)
    if not one.outbound:
        title = f"{shown.first}, {BY.get(one.channel, f'by {one.channel}')}"
        flag, sub = chips.BE_TRUTHFUL if asks_if_machine(one.body) else "", VERDICTS.get(one.verdict, "")
        return Entry(icon, "in", title, sub, one.body[:4000], when, iso, flag=flag, details=beside)
    who = f", {one.who}" if one.who and one.who != shown.member.name else ""
    title = f"{one.channel.capitalize()}{who}"
    return Entry(icon, "mine", title, one.subject, one.body[:4000], when, iso, one.undone, details=beside)


def _wished(one: Said, zone: str, *, at: datetime) -> str:
    """ ": Tue 5:10 pm", the time that their calendar asks for instead. Their own words stand in their message."""
    try:
        return f": {say.when(datetime.fromisoformat(str(one.data['wishes'])), zone, at=at)}"
    except (KeyError, ValueError):
        return ""


def event_words(one: Said) -> tuple[str, str]:
    """An event in words, with the cause it carries."""
    plain = one.event.replace(".", " ").replace("_", " ").capitalize()
    icon, words = EVENTS.get(one.event, ("ring", plain))
    if one.event == "appointment.answered":
        return icon, meeting.ANSWERED.get(str(one.data.get("response")), words)
    if one.event == "lead.handed_over":
        return "people", f"Handed to {one.data.get('to_name', 'someone')}"
    if one.event == "inbox.assigned":
        return icon, f"{words}: {one.data.get('to_name', 'someone')}"
    if one.event == "cadence.moved":
        return icon, f"{words} from version {one.data.get('from', '')} to {one.data.get('to', '')}"
    if one.event == "lead.edited":
        return icon, str(one.data.get("says", "Edited")).rstrip(".")
    if one.event == "stage.changed":
        return icon, f"Stage: {one.data.get('to', '')}"
    channel = one.data.get("channel")
    words += f": {channel}" if isinstance(channel, str) and one.event.startswith(("touch.", "complaint.")) else ""
    cause = one.data.get("because") or one.data.get("says") or one.data.get("reason") or one.data.get("cadence") or ""
    if one.event == "call.identified" and one.data.get("seconds") is not None:
        return icon, f"{words}, {one.data['seconds']} s into the call"
    if one.event == "cadence.began" and " " not in str(cause):  # its slug
        cause = str(cause).replace("-", " ").capitalize()
    if one.event in ("cadence.paused", "window.closed"):
        cause = because(str(cause))
    return icon, words + (f": {str(cause).replace('_', ' ').rstrip('.')}" if cause else "")
