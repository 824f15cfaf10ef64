"""A message on the page: its new words, what it quotes folded, what came along, what it answers, what became of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.channels.contract import DeliveryReport, File, InboundMessage
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Attachment, InboxItem, Message
from nextcall.engine import receive, reporting
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.web.messages import shown
from tests.builders import make_account, make_enrollment, make_lead, make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 1192
OURS = "+13035550100"


def write(lead: Lead, words: str = "Still there?", **carried: object) -> Message:
    """The lead writes a text, as a carrier brings it."""
    sender = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    heard = InboundMessage("text", sender, OURS, words, "", **carried)  # type: ignore[arg-type]
    at = timezone.now() - timedelta(minutes=3)
    return receive.receive(
        account=lead.account, channel="text", sender=sender, text=words, at=at, via="text", carried=heard
    ).message


def pages(member: Member, lead: Lead) -> list[str]:
    client = signed(member)
    return [client.get(path).content.decode() for path in (f"/inbox/{lead.pk}/", f"/leads/{lead.pk}/")]


def left(lead: Lead, *, days_ago: int = 4, **fields: object) -> Message:
    """A text of ours of day 1 of the cadence."""
    at = timezone.now() - timedelta(days=days_ago)
    touch = make_touch(lead, "text", due_at=at, made_at=at, **{"state": "sent", **fields})
    return Message.objects.create(
        account=lead.account, lead=lead, person=lead.person, touch=touch, channel="text", outbound=True,
        body="Hello there", at=at, our_point=OURS, message_id="SM1",
    )  # fmt: skip


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=member, arrived_at=timezone.now() - timedelta(days=4))


def test_what_a_reply_quotes_is_folded_and_opens_without_a_script(member: Member, hazel: Lead) -> None:
    write(hazel, "Yes, Thursday.", quoted="On Monday you wrote: shall we talk?")
    for page in pages(member, hazel):
        folded = page.partition('<details class="quoted">')[2].partition("</details>")[0]
        assert "Show what was quoted" in folded
        assert "On Monday you wrote" in folded
        assert page.count("On Monday you wrote") == 1
        assert "Yes, Thursday." in page


def test_a_message_says_which_number_it_came_to_and_what_it_answers(member: Member, hazel: Lead) -> None:
    enrollment = make_enrollment(hazel, anchor_at=timezone.now() - timedelta(days=4))
    left(hazel, enrollment=enrollment, step_key="hello")
    write(hazel, "Yes", answers=("SM1",))
    for page in pages(member, hazel):
        assert '<p class="became">from (303) 555-0100 · sent</p>' in page  # "facts" is the panel's beside it
        assert "to (303) 555-0100 · answers: Day 1 text" in page


def test_files_are_named_with_type_size_and_the_reason_they_were_refused(member: Member, hazel: Lead) -> None:
    write(hazel, files=(File("roof.png", "image/png", PNG), File("prices.exe", "image/png", b"MZ" + b"x" * 3000)))
    picture, program = Attachment.objects.order_by("pk")
    for page in pages(member, hazel):
        assert f'<img src="/attachments/{picture.pk}/" alt="roof.png"' in page
        assert "PNG picture, 1 KB" in page
        assert "Not kept: a program, or a file that can run one." in page
        assert f"/attachments/{program.pk}/" not in page
    assert signed(member).get(f"/attachments/{program.pk}/").status_code == 404


def test_a_picture_is_drawn_and_runs_nothing(member: Member, hazel: Lead) -> None:
    write(hazel, files=(File("ro\r\nof.png", "text/html", PNG),))
    answer = signed(member).get(f"/attachments/{Attachment.objects.get().pk}/")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert answer["Content-Disposition"].startswith("inline")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'; sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"), [("page.txt", b"<script>alert(1)</script>"), ("a.pdf", b"%PDF-1.7"), ("odd", b"\0\1\2")]
)
def test_anything_else_is_handed_over_as_a_file_and_never_opened(
    member: Member, hazel: Lead, name: str, content: bytes
) -> None:
    write(hazel, files=(File(name, "image/svg+xml", content),))
    answer = signed(member).get(f"/attachments/{Attachment.objects.get().pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_is_for_who_may_see_its_lead(account: Account, member: Member, hazel: Lead) -> None:
    write(hazel, files=(File("roof.png", "image/png", PNG),))
    url = f"/attachments/{Attachment.objects.get().pk}/"
    ben, other = make_member(account, name="Ben Cole"), make_member(make_account("Other"), "owner")
    assert [signed(one).get(url).status_code for one in (member, ben, other)] == [200, 404, 404]
    InboxItem.objects.update(assignee=ben)
    assert signed(ben).get(url).status_code == 200


def went_along(account: Account, **of: object) -> str:
    """A picture that leaves or has left; its address."""
    kept = Attachment.objects.create(
        account=account, name="garden.png", content_type="image/png", size=len(PNG), content=PNG, **of
    )
    return f"/attachments/{kept.pk}/"


def test_a_picture_that_left_is_drawn_like_one_that_came(account: Account, member: Member, hazel: Lead) -> None:
    message = left(hazel)
    url = went_along(account, message=message, touch=message.touch)
    for page in pages(member, hazel):
        assert page.count(f'<img src="{url}" alt="garden.png"') == 1
        assert "PNG picture, 1 KB" in page
    answer = signed(member).get(url)
    assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert "default-src 'none'; sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("state", ["planned", "sending", "uncertain"])
def test_a_picture_that_is_still_to_leave_is_drawn_beside_its_words(
    account: Account, member: Member, hazel: Lead, state: str
) -> None:
    soon = timezone.now() + timedelta(hours=2)
    touch = make_touch(hazel, "text", by_machine=False, body="Our garden", due_at=soon, state=state, owner=member)
    url = went_along(account, touch=touch)
    for page in pages(member, hazel):
        assert page.count(f'<img src="{url}" alt="garden.png"') == 1
    assert signed(member).get(url).content == PNG


def test_a_picture_that_leaves_is_for_who_may_see_its_lead(account: Account, member: Member, hazel: Lead) -> None:
    touch, message = make_touch(hazel, "text", by_machine=False, body="Our garden"), left(hazel)
    ben, other = make_member(account, name="Ben Cole"), make_member(make_account("Other"), "owner")
    for url in (went_along(account, touch=touch), went_along(account, touch=message.touch, message=message)):
        assert [signed(one).get(url).status_code for one in (member, ben, other)] == [200, 404, 404]
    Lead.objects.update(removed_at=timezone.now())
    assert signed(member).get(url).status_code == 404


@pytest.mark.parametrize(
    ("state", "because", "words"),
    [
        ("sent", "", "sent"),
        ("delivered", "", "delivered 10:41 am"),
        ("failed", "a landline takes no texts (30006)", "failed: a landline takes no texts (30006)"),
        ("failed", "", "failed: the provider does not say why"),
        ("bounced", "the address does not exist", "failed: the address does not exist"),
        ("planned", "their phone is off", "not delivered: their phone is off; tried again 4 pm"),
        ("uncertain", "", "nobody knows whether it left"),
        ("done", "", ""),
    ],
)
def test_what_became_of_a_message_is_said_in_words(state: str, because: str, words: str) -> None:
    at = timezone.datetime.fromisoformat("2026-11-23T11:00:00+00:00")
    touch = Touch(state=state, because=because, due_at=at + timedelta(hours=5), channel="text")
    assert shown.became(touch, at - timedelta(minutes=19), zone="UTC", at=at) == words


def test_a_report_is_said_beside_its_message_once(member: Member, hazel: Lead) -> None:
    touch = left(hazel).touch
    assert touch
    Touch.objects.filter(pk=touch.pk).update(provider="memory", provider_reference="SM1")
    for report in (
        DeliveryReport("SM1", "delivered"),
        DeliveryReport("SM1", "failed", permanent=True, reason="the carrier filtered it"),
    ):
        reporting.report(hazel.account, report, provider="memory", at=timezone.now())
    for page in pages(member, hazel):
        assert page.count("failed: the carrier filtered it") == 1
        assert "Delivered" not in page


def test_an_automatic_reply_is_folded_and_told_apart(member: Member, hazel: Lead) -> None:
    write(hazel, "I am away until Monday.", by_machine="Auto-Submitted: auto-replied")
    for page in pages(member, hazel):
        assert "an automatic reply" in page
        folded = page.partition('<details class="automatic">')[2].partition("</details>")[0]
        assert "I am away until Monday." in folded
        assert "Show the automatic reply" in folded


def test_what_did_not_arrive_is_tried_again_as_the_same_message(hazel: Lead) -> None:
    memory, at = Memory(), timezone.now().replace(hour=18, minute=0)
    touch = make_touch(
        hazel, "email", due_at=at, by_machine=False, body="Hello Hazel", subject="Hello", owner=hazel.owner
    )
    worker = Worker(everything=memory, threads=0)
    worker.run_until(at + timedelta(minutes=1), start=at)
    touch.refresh_from_db()
    report = DeliveryReport(touch.provider_reference, "failed", reason="greylisted", retries=2)
    assert reporting.report(hazel.account, report, provider=touch.provider, at=at + timedelta(minutes=2))
    worker.run_until(at + timedelta(days=1), start=at + timedelta(minutes=2))
    touch.refresh_from_db()
    assert (touch.state, len(memory.sent), Message.objects.filter(touch=touch).count()) == ("sent", 2, 1)


def test_a_conversation_costs_the_same_queries_however_much_came_along(member: Member, hazel: Lead) -> None:
    def queries() -> int:
        client = signed(member)
        client.get(f"/inbox/{hazel.pk}/")
        with CaptureQueriesContext(connection) as counted:
            client.get(f"/inbox/{hazel.pk}/")
        return len(counted)

    left(hazel)
    write(hazel, answers=("SM1",), files=(File("roof.png", "image/png", PNG),))
    few = queries()
    message = left(hazel)
    went_along(hazel.account, message=message, touch=message.touch)
    for _ in range(6):
        write(hazel, answers=("SM1",), quoted="before", files=(File("roof.png", "image/png", PNG),) * 3)
    assert queries() == few


def household(account: Account, member: Member) -> tuple[Lead, Lead]:
    """Two of one number, both written to lately; then one of them writes."""
    long_ago = timezone.now() - timedelta(days=4)
    hazel, rowan = (
        make_lead(account, name=name, owner=member, phone="+13035550142", arrived_at=long_ago)
        for name in ("Hazel Thorne", "Rowan Ashby")
    )
    for n, lead in enumerate((hazel, rowan)):
        point = lead.person.reaches.get(contact_point__kind="phone").contact_point
        Message.objects.filter(pk=left(lead, days_ago=2 - n).pk).update(contact_point=point, message_id=f"SM{n}")
    write(rowan, "What would it cost?")
    return hazel, rowan


def test_a_shared_number_asks_whose_it_is_and_one_tap_moves_it(account: Account, member: Member) -> None:
    hazel, rowan = household(account, member)
    for page in pages(member, rowan):
        assert "This number is shared by Rowan and Hazel. Whose is it?" in page
    message = Message.objects.get(outbound=False)
    client = signed(member)
    answer = client.post(f"/messages/{message.pk}/whose/", {"lead": hazel.pk, "next": f"/inbox/{rowan.pk}/"})
    assert answer["Location"] == f"/inbox/{hazel.pk}/"
    page = client.get(f"/inbox/{hazel.pk}/").content.decode()
    assert "It is Hazel Thorne\u2019s message." in page
    assert "Whose is it?" not in page
    message.refresh_from_db()
    assert message.lead == hazel


def test_only_who_shares_the_number_can_be_meant_and_only_who_sees_it_is_asked(
    account: Account, member: Member
) -> None:
    _, rowan = household(account, member)
    stray = make_lead(account, name="Clove Dale", owner=member)
    message, client = Message.objects.get(outbound=False), signed(member)
    for wanted in (stray.pk, "", "x", 10**12):
        client.post(f"/messages/{message.pk}/whose/", {"lead": wanted})
    ben = signed(make_member(account, name="Ben Cole"))
    assert ben.post(f"/messages/{message.pk}/whose/", {"lead": rowan.pk}).status_code == 404
    message.refresh_from_db()
    assert (message.lead, message.unsure) == (rowan, True)


def test_what_may_have_left_is_not_said_to_be_leaving(member: Member, hazel: Lead) -> None:
    at = timezone.now() - timedelta(minutes=1)
    touch = make_touch(
        hazel, "text", by_machine=False, body="Our garden", due_at=at, state="uncertain", owner=member, lease_until=at
    )
    assert "not known yet whether it left" in pages(member, hazel)[0]
    Touch.objects.filter(pk=touch.pk).update(lease_until=None)
    page = pages(member, hazel)[0]
    assert "nobody knows whether it left" in page and "leaving now" not in page
