"""The page of saved answers, and how both composers offer them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.conversations import saved
from nextcall.conversations.models import SavedAnswer
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
WORDS = "Rates depend on the balance & the term, so a short call tells more."


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=member, arrived_at=timezone.now() - timedelta(days=2))


def kept(member: Member, *, shared: bool = False, name: str = "Rates") -> SavedAnswer:
    return saved.make(member=member, name=name, body=WORDS, shared=shared, at=timezone.now())


def test_one_is_written_changed_shared_and_let_go(member: Member) -> None:
    client = signed(member)
    page = client.post("/inbox/saved/", {"name": "Rates", "body": WORDS}, follow=True).content.decode()
    assert "Yours · not used yet" in page
    answer = SavedAnswer.objects.get()
    client.post(f"/inbox/saved/{answer.pk}/", {"name": "Terms", "body": WORDS, "shared": "yes"})
    assert "Yours, shared" in client.get("/inbox/saved/").content.decode()
    client.post(f"/inbox/saved/{answer.pk}/removal/")
    assert not SavedAnswer.objects.exists()


def test_what_was_typed_stays_when_it_cannot_be_saved(member: Member) -> None:
    answer = signed(member).post("/inbox/saved/", {"name": "Rates", "body": "<b>Too</b> short", "shared": "yes"})
    page = answer.content.decode()
    assert not SavedAnswer.objects.exists()
    assert "Write at least 5 words" in page
    assert "&lt;b&gt;Too&lt;/b&gt; short" in page
    assert 'value="yes" checked' in page


def test_only_ones_own_and_for_managers_what_is_shared_is_changed(account: Account, member: Member) -> None:
    ben = make_member(account, name="Ben Cole")
    own, shared = kept(ben), kept(ben, shared=True, name="Shared")
    boss = make_member(account, "manager", name="Moss Vale")
    for who, pk, status in (
        (member, own.pk, 404),
        (member, shared.pk, 404),
        (boss, own.pk, 404),
        (boss, shared.pk, 302),
    ):
        assert signed(who).post(f"/inbox/saved/{pk}/removal/").status_code == status
    assert list(SavedAnswer.objects.all()) == [own]


@pytest.mark.parametrize("path", ["/inbox/{}/?mode=text&saved={}", "/leads/{}/?mode=text&reason=saved-{}"])
def test_both_composers_open_with_it_where_there_is_no_script(member: Member, hazel: Lead, path: str) -> None:
    answer = kept(member)
    page = signed(member).get(path.format(hazel.pk, answer.pk)).content.decode()
    assert "Rates depend on the balance &amp; the term, so a short call tells more.</textarea>" in page
    assert page.count("data-put-saved=") == 2
    assert "data-put-saved" not in signed(member).get(path.format(hazel.pk, 0)).content.decode().replace(
        'data-put-saved="Rates', ""
    )


@pytest.mark.parametrize("url", ["/inbox/{}/send/", "/leads/{}/send/"])
def test_neither_composer_sends_it_as_it_stands_and_both_keep_the_words(member: Member, hazel: Lead, url: str) -> None:
    kept(member)
    client = signed(member)
    answer = client.post(url.format(hazel.pk), {"channel": "text", "body": WORDS}, follow=True)
    page = answer.content.decode()
    assert "the saved answer \u201cRates\u201d as it stands" in page
    assert "so a short call tells more.</textarea>" in page
    assert not Touch.objects.filter(lead=hazel, step_key="").exists()


@pytest.mark.parametrize("channel", ["text", "email"])
@pytest.mark.parametrize("url", ["/inbox/{}/send/", "/leads/{}/send/"])
def test_what_both_composers_send_on_both_channels_can_be_undone_before_it_leaves(
    member: Member, hazel: Lead, url: str, channel: str
) -> None:
    client = signed(member)
    said = {"channel": channel, "subject": "Hello", "body": "Hazel, shall we talk on Thursday? Ann"}
    sent = client.post(url.format(hazel.pk), said, headers={"Accept": "application/json"}).json()
    touch = Touch.objects.get(lead=hazel, step_key="")
    assert touch.state == "planned"
    assert "Undo" in client.get(f"/inbox/{hazel.pk}/").content.decode()
    client.post(f"/undo/{sent['action']['id']}/")
    touch.refresh_from_db()
    assert touch.state == "cancelled"
