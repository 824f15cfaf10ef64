"""Our invitation, answered by the lead's calendar program by email: out by the engine, in through Dovecot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from icalendar import Calendar, vCalAddress, vText

from nextcall.channels.contract import Outgoing
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Promise
from nextcall.engine import appointments
from nextcall.engine.mailboxes import Reader
from nextcall.engine.worker import Worker
from nextcall.lib.wake import Waker
from nextcall.team.models import Account, Mailbox, Member
from nextcall.timeline.models import Event
from tests.builders import make_lead, make_member
from tests.channels.dovecot import USER, ImapServer, imap_server
from tests.engine.mailbox_rows import make_mailbox, until
from tests.web.signed import signed

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@dataclass(frozen=True)
class Invited:
    """An appointment of next week, and the email that asked the lead to it."""

    promise: Promise
    letter: Outgoing
    box: Mailbox
    owner: Member

    def answer(self, method: str, partstat: str, *, start: datetime | None = None, sequence: int = 0) -> Calendar:
        """As a calendar program makes it of the file it was sent: its own event again, with one attendee's answer."""
        asked = Calendar.from_ical(self.letter.calendar)
        event = asked.walk("VEVENT")[0]
        who = vCalAddress(str(event["ATTENDEE"]))
        who.params["PARTSTAT"], who.params["CN"] = vText(partstat), vText("Hazel Thorne")
        del event["ATTENDEE"]
        event.add("attendee", who, encode=0)
        event["SEQUENCE"] = sequence
        if start is not None:
            del event["DTSTART"], event["DTEND"]
            event.add("dtstart", start)
            event.add("dtend", start + HOUR)
        asked["METHOD"] = method
        return asked


@pytest.fixture
def invited(account: Account, server: ImapServer) -> Invited:
    now = datetime.now(UTC).replace(microsecond=0)
    owner = make_member(account, "owner", name="Olga Owner")
    lead = make_lead(account, name="Hazel Thorne", email="rowan@example.com", owner=owner)
    starts_at = (now + timedelta(days=7)).replace(hour=18, minute=0, second=0)
    promise = appointments.book(lead=lead, starts_at=starts_at, what="Tour", by=owner, at=now)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(now + timedelta(minutes=1), start=now)
    letter = next(one for one in memory.sent if one.calendar)
    return Invited(promise, letter, make_mailbox(account, server), owner)


def by_gmail(calendar: Calendar, to: Invited, *, subject: str, words: str = "") -> bytes:
    """Text, HTML and the answer side by side, and the answer once more as a file."""
    made = _letter(to, subject)
    made.set_content(words or subject)
    made.add_alternative(f"<p>{words or subject}</p>", subtype="html")
    _add_calendar(made, calendar)
    made.add_attachment(calendar.to_ical(), maintype="application", subtype="ics", filename="invite.ics")
    return made.as_bytes()


def by_outlook(calendar: Calendar, to: Invited, *, subject: str, words: str = "") -> bytes:
    """Words, mostly none, and the answer beside them without a name, in base64."""
    made = _letter(to, subject)
    made.set_content(words)
    _add_calendar(made, calendar)
    return made.as_bytes()


def by_apple(calendar: Calendar, to: Invited, *, subject: str, words: str = "") -> bytes:
    """The answer is all there is."""
    made = _letter(to, subject)
    made.set_content(calendar.to_ical().decode(), subtype="calendar", cte="quoted-printable")
    made.set_param("method", str(calendar["METHOD"]))
    return made.as_bytes()


def _letter(to: Invited, subject: str) -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "Hazel Thorne <rowan@example.com>", USER, subject
    made["Message-ID"] = f"<{abs(hash(subject))}@mail.example>"
    return made


def _add_calendar(made: EmailMessage, calendar: Calendar) -> None:
    made.add_alternative(calendar.to_ical().decode(), subtype="calendar", cte="base64")
    list(made.iter_parts())[-1].set_param("method", str(calendar["METHOD"]))


def read(box: Mailbox, server: ImapServer, *mails: bytes) -> None:
    """The mailbox is being read; delivers them, and waits until all of them are behind it."""
    waker, reader = Waker(), Reader(box.pk, clock=lambda: datetime.now(UTC))
    reader.start()
    rows = Mailbox.objects.filter(pk=box.pk)
    until(rows.exclude(looked_at=None).exists, waker=waker, seconds=15)
    server.deliver(*mails)
    until(rows.filter(uid_next=len(mails) + 1).exists, waker=waker, seconds=15)
    reader.end()
    reader.join(5)
    waker.close()


def shown(invited: Invited) -> str:
    return signed(invited.owner).get(f"/leads/{invited.promise.lead_id}/").content.decode()


@pytest.mark.parametrize("client", [by_gmail, by_outlook, by_apple], ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    ("partstat", "response", "chip", "words"),
    [
        ("ACCEPTED", "accepted", "Accepted", "Accepted the invitation"),
        ("DECLINED", "declined", "Declined", "Declined the invitation"),
        ("TENTATIVE", "tentative", "Maybe", "Answered the invitation with maybe"),
    ],
)
def test_an_answer_stands_at_the_appointment_and_in_the_timeline(
    invited: Invited, server: ImapServer, client: object, partstat: str, response: str, chip: str, words: str
) -> None:
    raw = client(invited.answer("REPLY", partstat), invited, subject=f"{partstat.title()}: Tour")  # type: ignore[operator]
    read(invited.box, server, raw)
    promise = Promise.objects.get(pk=invited.promise.pk)
    assert (promise.response, promise.closed_at, promise.due_at) == (response, None, invited.promise.due_at)
    told = Event.objects.get(kind="appointment.answered")
    assert (told.lead_id, told.data["response"], told.data["promise"]) == (promise.lead_id, response, promise.pk)
    promise.lead.refresh_from_db()
    assert (promise.lead.waiting_since is None) == (response == "accepted"), "a yes needs no answer, a no does"
    page = shown(invited)
    assert chip in page and words in page


def test_another_time_is_named_and_moves_nothing_by_itself(invited: Invited, server: ImapServer) -> None:
    rather = invited.promise.due_at + timedelta(days=1)
    counter = invited.answer("COUNTER", "TENTATIVE", start=rather)
    read(
        invited.box, server, by_outlook(counter, invited, subject="New Time Proposed: Tour", words="Friday is better.")
    )
    promise = Promise.objects.get(pk=invited.promise.pk)
    assert (promise.response, promise.due_at) == ("counter", invited.promise.due_at), "it moves when we say so"
    told = Event.objects.get(kind="appointment.answered")
    assert told.data["response"] == "counter" and datetime.fromisoformat(told.data["wishes"]) == rather
    promise.lead.refresh_from_db()
    assert promise.lead.waiting_since is not None
    assert "Asked for another time: " in shown(invited)


def test_an_answer_to_an_earlier_time_and_the_same_one_again_change_nothing(
    invited: Invited, server: ImapServer
) -> None:
    now = datetime.now(UTC)
    appointments.move(promise=invited.promise, starts_at=invited.promise.due_at + HOUR, by=invited.owner, at=now)
    old = by_gmail(invited.answer("REPLY", "DECLINED", sequence=0), invited, subject="Declined: Tour")
    new = by_gmail(invited.answer("REPLY", "ACCEPTED", sequence=1), invited, subject="Accepted: Tour")
    read(invited.box, server, old, new, new)
    assert Promise.objects.get(pk=invited.promise.pk).response == "accepted"
    assert [one.data["response"] for one in Event.objects.filter(kind="appointment.answered")] == ["accepted"]


def test_who_was_not_invited_answers_nothing(invited: Invited, server: ImapServer, account: Account) -> None:
    """Whoever forwards an invitation gives away its uid."""
    make_lead(account, name="Otis Vale", email="otis@example.com")
    raw = by_gmail(invited.answer("REPLY", "DECLINED"), invited, subject="Declined: Tour")
    read(invited.box, server, raw.replace(b"rowan@example.com", b"otis@example.com"))
    assert Promise.objects.get(pk=invited.promise.pk).response == ""
    assert not Event.objects.filter(kind="appointment.answered").exists()
