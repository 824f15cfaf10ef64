"""What one mail of a mailbox sets in motion, and what is none of our business."""

from datetime import timedelta

import pytest

from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Attachment, InboxItem, Message
from nextcall.engine.mail_in import Brought, take_in
from nextcall.leads.models import ContactPoint
from nextcall.team.models import Account, Mailbox, Member
from tests.builders import MONDAY, make_lead, make_touch
from tests.channels.dovecot import USER
from tests.engine.mailbox_rows import OURS, mail, make_conversation, make_mailbox

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(hours=2)


@pytest.fixture
def box(account: Account) -> Mailbox:
    return make_mailbox(account)


def bring(box: Mailbox, raw: bytes, **fields: object) -> str:
    return take_in(box, Brought(raw, NOW - timedelta(minutes=1), **fields), at=NOW)  # type: ignore[arg-type]


def test_an_answer_pauses_the_plan_and_shows_its_new_words(account: Account, box: Mailbox) -> None:
    lead, touch, enrollment = make_conversation(account)
    said = "Yes, call me.\n\nOn Mon, Nov 23, 2026, Hazel wrote:\n> What is it worth?\n"
    assert bring(box, mail(said, In_Reply_To=OURS)) == "taken"
    message = Message.objects.get(outbound=False)
    assert (message.lead, message.answers, message.verdict) == (lead, touch, "reply")
    assert message.body.strip() == "Yes, call me." and "What is it worth?" in message.quoted
    assert message.our_point == USER and message.at == NOW - timedelta(minutes=1)
    enrollment.refresh_from_db()
    assert enrollment.state == "paused"
    assert InboxItem.objects.get(lead=lead).waiting_since


def test_the_same_mail_again_changes_nothing_from_whichever_mailbox(account: Account, box: Mailbox) -> None:
    make_conversation(account)
    other = make_mailbox(account, address="team@seller.example")
    assert [bring(one, mail(In_Reply_To=OURS)) for one in (box, box, other)] == ["taken", "repeated", "repeated"]
    assert Message.objects.filter(outbound=False).count() == 1


def test_careless_programs_that_reuse_an_id_or_have_none_lose_nothing(account: Account, box: Mailbox) -> None:
    make_conversation(account)
    same = {"Message_ID": "<same@x.example>"}
    bring(box, mail("One", Date="Mon, 23 Nov 2026 18:00:00 +0000", **same))
    bring(box, mail("STOP", Date="Mon, 23 Nov 2026 18:00:09 +0000", **same))
    bring(box, mail("Two", Message_ID=""))
    bring(box, mail("Two", Message_ID=""))
    assert [one.verdict for one in Message.objects.filter(outbound=False).order_by("pk")] == [
        "reply",
        "opt_out",
        "reply",
    ]


def test_a_stop_ends_email_to_them(account: Account, box: Mailbox) -> None:
    lead, _, _ = make_conversation(account)
    bring(box, mail("Please unsubscribe me.", In_Reply_To=OURS))
    assert {one.reason for one in Withdrawal.objects.filter(person=lead.person)} == {"opt_out"}


def test_somebody_known_may_write_from_elsewhere_if_they_answer_us(account: Account, box: Mailbox) -> None:
    lead, _, _ = make_conversation(account)
    bring(box, mail(sender="rowan@work.example", References=f"<x@y.example> {OURS}"))
    assert Message.objects.get(outbound=False).lead == lead


def test_an_automatic_reply_does_not_pause(account: Account, box: Mailbox) -> None:
    _, _, enrollment = make_conversation(account)
    bring(box, mail("I am away until December 7.", In_Reply_To=OURS, Auto_Submitted="auto-replied"))
    assert Message.objects.get(outbound=False).verdict == "auto_reply"
    enrollment.refresh_from_db()
    assert enrollment.state == "active"


@pytest.mark.parametrize(
    "raw",
    [
        mail("See you on Sunday. Love, Mum", sender="mum@family.example"),
        mail("You can unsubscribe at any time.", sender="news@shop.example", List_Id="<news.shop.example>"),
        mail("Please unsubscribe me.", sender="robot@shop.example", Auto_Submitted="auto-generated"),
        mail("Your parcel", sender="mum@family.example", In_Reply_To="<private@seller.example>"),
    ],
    ids=["private", "newsletter", "robot", "answers something else"],
)
def test_private_mail_is_not_kept(account: Account, box: Mailbox, raw: bytes) -> None:
    make_conversation(account)
    points = ContactPoint.objects.count()
    assert bring(box, raw) == "private"
    assert not Message.objects.filter(outbound=False).exists() and not InboxItem.objects.filter(lead=None).exists()
    assert ContactPoint.objects.count() == points and not Withdrawal.objects.exists()


def test_whoever_asks_to_be_left_alone_is_obeyed_and_nothing_else_is_kept(account: Account, box: Mailbox) -> None:
    assert bring(box, mail("Stop emailing me.", sender="sage@example.com")) == "withdrawal"
    assert bring(box, mail("Stop emailing me.", sender="sage@example.com")) == "withdrawal"
    wish = Withdrawal.objects.get()
    assert wish.value_hash and wish.said.strip() == "Stop emailing me."
    assert not Message.objects.exists() and not ContactPoint.objects.exists()


def test_what_we_sent_ourselves_is_not_an_answer(account: Account, box: Mailbox, member: Member) -> None:
    make_conversation(account)
    assert bring(box, mail(sender=f"Hazel <{USER.upper()}>", In_Reply_To=OURS)) == "own"
    assert bring(box, mail(sender=member.email, In_Reply_To=OURS)) == "own"
    assert bring(box, mail(sender="list@lists.example", Message_ID=OURS)) == "own"


def test_the_reply_address_tells_which_message_is_answered(account: Account, box: Mailbox) -> None:
    from nextcall.channels.email import plus

    _, first, _ = make_conversation(account)
    lead, _, _ = make_conversation(account, email="sage@example.com", message_id="<other@seller.example>")
    second = lead.touches.get()
    bring(box, mail("Yes", sender="sage@work.example", To=f"Hazel <{plus.address(USER, str(second.reference))}>"))
    assert Message.objects.get(outbound=False).answers == second
    forged = plus.address("thief@seller.example", str(first.reference))
    assert bring(box, mail("Yes", sender="nobody@work.example", To=forged)) == "private"


def test_of_a_mail_that_is_too_large_the_words_count_and_the_files_are_named(account: Account, box: Mailbox) -> None:
    make_conversation(account)
    raw = (
        f"From: rowan@example.com\r\nTo: {USER}\r\nMessage-ID: <big@x>\r\nIn-Reply-To: {OURS}\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSTOP\r\n--b\r\n'
        'Content-Type: application/zip; name="all.zip"\r\nContent-Disposition: attachment; filename="all.zip"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nAAAA"
    ).encode()
    bring(box, raw, whole=False)
    assert Message.objects.get(outbound=False).verdict == "opt_out"
    kept = Attachment.objects.get()
    assert kept.name == "all.zip" and bytes(kept.content) == b"" and "too large" in kept.refused


def bounce(recipient: str, status: str, said: str, *, of: str = OURS, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <b@mx.example>\r\n"
        f'To: {USER}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{said}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: {USER}\r\nTo: {recipient}\r\nMessage-ID: {of}\r\n\r\n--b--\r\n"
    ).encode()


def test_mail_that_came_back_for_good_marks_the_address(account: Account, box: Mailbox) -> None:
    _, touch, _ = make_conversation(account)
    dead = bounce("rowan@example.com", "5.1.1", "550 5.1.1 User unknown")
    assert [bring(box, dead), bring(box, dead)] == ["bounce", "bounce"]
    touch.refresh_from_db()
    assert touch.state == "bounced" and touch.contact_point and touch.contact_point.problem == "bounced"
    assert not Message.objects.filter(outbound=False).exists()


def test_a_full_mailbox_waits_a_day_and_the_third_time_counts(account: Account, box: Mailbox) -> None:
    lead, touch, _ = make_conversation(account)
    planned = make_touch(lead, due_at=NOW + timedelta(hours=1))
    bring(box, bounce("rowan@example.com", "4.2.2", "452 4.2.2 Mailbox full", action="delayed"))
    touch.refresh_from_db()
    assert touch.state == "sent", "their server still tries"
    bring(box, bounce("rowan@example.com", "5.2.2", "552 5.2.2 Mailbox full"))
    bring(box, bounce("rowan@example.com", "5.2.2", "552 5.2.2 Mailbox full"))
    touch.refresh_from_db()
    planned.refresh_from_db()
    assert touch.state == "failed" and touch.contact_point and touch.contact_point.problem == ""
    assert planned.due_at == NOW + timedelta(days=1) and "mailbox full" in planned.because
    for n in range(2):
        of = f"<m{n}@seller.example>"
        again = make_touch(
            lead, state="sent", provider="smtp", provider_reference=of, contact_point=touch.contact_point, tries=1
        )
        Message.objects.create(
            account=account, person=lead.person, lead=lead, touch=again, contact_point=touch.contact_point,
            channel="email", outbound=True, message_id=of, at=MONDAY,
        )  # fmt: skip
        bring(box, bounce("rowan@example.com", "5.2.2", "552 5.2.2 Mailbox full", of=of))
    touch.contact_point.refresh_from_db()
    assert touch.contact_point.problem == "bounced"


def test_a_report_about_mail_that_is_not_ours_changes_nothing(account: Account, box: Mailbox) -> None:
    lead = make_lead(account, name="Sage", email="sage@example.com")
    assert bring(box, bounce("sage@example.com", "5.1.1", "550 5.1.1 User unknown", of="<private@x>")) == "private"
    assert lead.person.reaches.get(contact_point__kind="email").contact_point.problem == ""


def test_a_complaint_ends_everything(account: Account, box: Mailbox) -> None:
    lead, _, _ = make_conversation(account)
    report = (
        "From: fbl@provider.example\r\nSubject: Abuse\r\nMessage-ID: <f@provider.example>\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/plain\r\n\r\nAn abuse report.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: {USER}\r\nTo: rowan@example.com\r\nMessage-ID: {OURS}\r\n\r\nHello\r\n--b--\r\n"
    ).encode()
    assert [bring(box, report), bring(box, report)] == ["complaint", "complaint"]
    wishes = Withdrawal.objects.filter(person=lead.person)
    assert {one.reason for one in wishes} == {"complaint"}
    assert {channel for one in wishes for channel in one.channels} >= {"text", "call", "email"}
