"""Links that open the member's own phone and mail program."""

from nextcall.channels import handset


def test_a_call_opens_the_dialler() -> None:
    assert handset.link(channel="call", to="+15205550142") == "tel:+15205550142"


def test_a_text_opens_with_its_draft() -> None:
    link = handset.link(channel="text", to="+15205550142", body="Hi Ann & co?\nYours")
    assert link == "sms:+15205550142?body=Hi%20Ann%20%26%20co%3F%0AYours"


def test_an_email_opens_with_subject_and_draft() -> None:
    link = handset.link(channel="email", to="ann@example.com", subject="A? B", body="x&y")
    assert link == "mailto:ann@example.com?subject=A%3F%20B&body=x%26y"


def test_nothing_can_be_smuggled_into_a_link() -> None:
    assert "\n" not in handset.link(channel="email", to="a@b.c?bcc=thief@x.y", subject="s\r\nBcc: t")
    assert "?bcc" not in handset.link(channel="email", to="a@b.c?bcc=thief@x.y")
