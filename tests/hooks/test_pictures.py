"""Pictures both ways: what comes is fetched from the carrier; what leaves, the carrier fetches from us."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nextcall.cadences.models import Touch
from nextcall.channels.contract import InboundMessage
from nextcall.channels.sms import twilio
from nextcall.conversations.models import Attachment, Message
from nextcall.engine import fetching, hearing, pictures
from nextcall.engine.worker import Worker
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sealing
from nextcall.privacy import erasing
from nextcall.team.models import Account, Connection
from tests.builders import MONDAY, make_account, make_member, make_touch
from tests.carrier.owned import ACCOUNT, TOKEN
from tests.carrier.server import Carrier, carrier
from tests.web.signed import signed

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
GIF = b"GIF89a" + b"\0" * 40
PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def line(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    with carrier() as made:
        monkeypatch.setattr(twilio.Twilio.__init__, "__kwdefaults__", {
            **(twilio.Twilio.__init__.__kwdefaults__ or {}), "base_url": made.url, "messaging_url": made.url,
        })  # fmt: skip
        Connection.objects.create(
            account=account, channel="text", provider="twilio", created_at=MONDAY, hook_key="K-1",
            sealed=sealing.seal({"account_sid": ACCOUNT, "auth_token": TOKEN}), from_address="+13035550100",
        )  # fmt: skip
        yield made


def comes(account: Account, lead: Lead, *urls: str) -> Message:
    phone = ContactPoint.objects.get(reaches__person=lead.person, kind="phone")
    said = InboundMessage("text", phone.value, "+13035550100", "my kitchen", "SM9", file_urls=urls)
    return hearing.take_in(account, said, provider="twilio", at=MONDAY).message


def fetched(message: Message, *, at: Any = MONDAY) -> list[Attachment]:
    while fetching.run_waiting(at=at):
        pass
    return list(message.attachments.order_by("pk"))


def test_a_picture_that_came_is_fetched_after_the_post_and_typed_by_its_bytes(
    account: Account, lead: Lead, line: Carrier
) -> None:
    line.pictures = {"ME1": ("image/gif", PNG), "ME2": ("image/png", PAGE)}
    message = comes(account, lead, f"{line.url}/pictures/ME1", f"{line.url}/pictures/ME2")
    assert line.requests == 0 and message.attachments.count() == 2
    picture, page = fetched(message)
    assert (picture.content_type, bytes(picture.content), picture.fetch_url) == ("image/png", PNG, "")
    assert page.content_type == "text/plain"
    assert not fetching.run_waiting(at=MONDAY + timedelta(days=1))


def test_only_the_carrier_itself_is_asked_and_only_for_so_much(account: Account, lead: Lead, line: Carrier) -> None:
    line.pictures = {"ME1": ("image/png", PNG + b"\0" * 10_000_000)}
    elsewhere, large = fetched(
        comes(account, lead, "http://169.254.169.254/latest/meta-data", f"{line.url}/pictures/ME1")
    )
    assert elsewhere.refused == "169.254.169.254 is not the carrier" and not elsewhere.content
    assert large.refused == "larger than 10 MB" and not large.content


def test_what_the_carrier_does_not_give_is_asked_for_again_and_given_up_in_words(
    account: Account, lead: Lead, line: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = comes(account, lead, f"{line.url}/pictures/ME1")
    monkeypatch.setattr(line, "url", "")
    monkeypatch.setattr(twilio.Twilio, "fetch", _unreachable)
    at = MONDAY
    for tries in range(1, 6):
        (row,) = fetched(message, at=at)
        assert row.fetch_tries == tries
        at = row.fetch_at or at
    assert (row.fetch_at, row.refused) == (None, fetching.GONE)


def _unreachable(*_: object, **__: object) -> tuple[bytes, str]:
    raise twilio.SendError("the carrier cannot be reached", permanent=False)


def text_with(lead: Lead, *files: tuple[str, bytes]) -> Touch:
    touch = make_touch(lead, "text", body="Your kitchen", by_machine=False, step_key="", due_at=MONDAY)
    pictures.keep(touch, files)
    return touch


def test_a_picture_leaves_with_its_text_and_the_carrier_fetches_it_from_us(
    account: Account, lead: Lead, line: Carrier, client: Client
) -> None:
    touch = text_with(lead, ("kitchen.png", PNG), ("plan.gif", GIF))
    Worker(threads=0).run_until(MONDAY + timedelta(minutes=5), start=MONDAY)
    (sent,) = line.messages
    assert [client.get(url.replace("http://localhost:8000", "")).content for url in sent.media] == [PNG, GIF]
    assert Message.objects.get(touch=touch).attachments.count() == 2


def test_the_address_for_the_carrier_is_signed_runs_out_and_opens_nothing_else(
    account: Account, lead: Lead, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = text_with(lead, ("kitchen.png", PNG))
    (row,) = touch.attachments.all()
    path = pictures.url(account_id=account.pk, attachment_id=row.pk).replace("http://localhost:8000", "")
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/png",
        "nosniff",
    )
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.post(path).status_code == 405
    assert client.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    other = pictures.url(account_id=make_account("Other").pk, attachment_id=row.pk).replace("http://localhost:8000", "")
    assert client.get(other).status_code == 404
    monkeypatch.setattr(pictures, "GOOD_FOR", timedelta(seconds=-1))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "says"), [(PAGE, "Only JPEG"), (b"MZ" + b"\0" * 99, "Only JPEG"), (PNG + b"\0" * 600_000, "600 kB")]
)
def test_what_no_carrier_takes_is_refused_before_anything_is_planned(
    account: Account, lead: Lead, line: Carrier, content: bytes, says: str
) -> None:
    owner = signed(make_member(account, "owner"))
    file = SimpleUploadedFile("a.png", content, content_type="image/png")
    answer = owner.post(f"/leads/{lead.pk}/picture/", {"body": "Look", "channel": "text", "pictures": file})
    assert answer.status_code == 422 and says in answer.content.decode() and "Look" in answer.content.decode()
    assert not Touch.objects.exists()


def test_a_member_sends_a_text_with_a_picture_from_its_page(account: Account, lead: Lead, line: Carrier) -> None:
    owner = signed(make_member(account, "owner"))
    assert "Pictures" in owner.get(f"/leads/{lead.pk}/picture/").content.decode()
    file = SimpleUploadedFile("a.png", PNG, content_type="text/html")
    answer = owner.post(f"/leads/{lead.pk}/picture/", {"body": "Look at this", "channel": "text", "pictures": file})
    assert answer.status_code == 302, answer.content.decode()
    touch = Touch.objects.get()
    assert [(row.content_type, row.size) for row in touch.attachments.all()] == [("image/png", len(PNG))]


def test_a_file_is_for_members_who_may_see_its_lead_and_runs_nothing(
    account: Account, lead: Lead, line: Carrier
) -> None:
    line.pictures = {"ME1": ("image/png", PNG), "ME2": ("text/html", PAGE)}
    picture, page = fetched(comes(account, lead, f"{line.url}/pictures/ME1", f"{line.url}/pictures/ME2"))
    owner = signed(make_member(account, "owner"))
    shown = owner.get(f"/attachments/{picture.pk}/")
    assert (shown.content, shown["Content-Type"]) == (PNG, "image/png")
    assert shown["Content-Disposition"].startswith("inline")
    saved = owner.get(f"/attachments/{page.pk}/")
    assert (saved["Content-Type"], saved["Content-Disposition"][:10]) == ("application/octet-stream", "attachment")
    for answer in (shown, saved):
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
    Lead.objects.filter(pk=lead.pk).update(owner=make_member(account, "rep", name="Ben"))
    assert signed(make_member(account, "rep", name="Cy")).get(f"/attachments/{picture.pk}/").status_code == 404
    stranger = signed(make_member(make_account("Other"), "owner", name="Oscar"))
    assert stranger.get(f"/attachments/{picture.pk}/").status_code == 404
    assert Client().get(f"/attachments/{picture.pk}/").status_code == 302


def test_erasing_a_person_erases_their_files(account: Account, lead: Lead, line: Carrier) -> None:
    line.pictures = {"ME1": ("image/png", PNG)}
    fetched(comes(account, lead, f"{line.url}/pictures/ME1"))
    text_with(lead, ("kitchen.png", PNG))
    erasing.erase(lead.person, by=None, at=MONDAY, via="hand")
    assert not Attachment.objects.exists()
