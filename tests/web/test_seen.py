"""What is new to whom: by member and team, in the list and in the navigation; and marking it as new again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.conversations import inbox, seen
from nextcall.conversations.models import InboxItem, Seen
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
QUIETLY = {"HTTP_X_NEXTCALL_LIVE": "1"}


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=member, arrived_at=timezone.now() - timedelta(days=2))


@pytest.fixture
def boss(account: Account) -> Member:
    return make_member(account, "manager", name="Moss Vale")


def hear(lead: Lead, words: str = "How much?") -> InboxItem:
    sender = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(account=lead.account, channel="text", sender=sender, text=words, at=timezone.now(), via="text")
    return InboxItem.objects.get(lead=lead)


def new(member: Member, path: str = "/inbox/") -> tuple[bool, bool]:
    """Is a row said to be new; does the navigation say so?"""
    html = signed(member).get(path, **QUIETLY).content.decode()
    return '<em class="new">New</em>' in html, '<span class="n new">1 new' in html


def test_opening_it_is_seeing_it_and_only_for_who_opened_it(member: Member, boss: Member, hazel: Lead) -> None:
    hear(hazel)
    assert (new(member), new(boss)) == ((True, True), (True, True))
    signed(member).get(f"/inbox/{hazel.pk}/")
    assert (new(member), new(boss)) == ((False, False), (True, True))


@pytest.mark.parametrize("path", ["/leads/{}/", "/inbox/{}/", "/inbox/focus/"])
def test_wherever_the_words_are_read_they_are_seen(member: Member, hazel: Lead, path: str) -> None:
    hear(hazel)
    signed(member).get(path.format(hazel.pk))
    assert new(member) == (False, False)


def test_the_next_message_is_new_again(member: Member, hazel: Lead) -> None:
    hear(hazel)
    signed(member).get(f"/inbox/{hazel.pk}/")
    hear(hazel, "And by when?")
    assert new(member) == (True, True)
    assert Seen.objects.count() == 1


def test_a_page_that_fetches_itself_in_the_background_sees_nothing(member: Member, hazel: Lead) -> None:
    hear(hazel)
    signed(member).get(f"/inbox/{hazel.pk}/", **QUIETLY)
    assert new(member) == (True, True)


def test_saying_that_one_is_here_is_seeing_it(member: Member, hazel: Lead) -> None:
    hear(hazel)
    signed(member).post(f"/inbox/{hazel.pk}/here/", {"writing": "no"})
    assert new(member) == (False, False)


def test_what_is_marked_as_new_stays_so_beside_the_list_until_it_is_opened(member: Member, hazel: Lead) -> None:
    item, client = hear(hazel), signed(member)
    client.get(f"/inbox/{hazel.pk}/")
    answer = client.post("/inbox/deed/", {"one": f"unread.{item.pk}", "next": "/inbox/"}, follow=True)
    assert "New to you again: Hazel Thorne." in answer.content.decode()
    client.post(f"/inbox/{hazel.pk}/here/", {"writing": "no"})
    assert new(member) == (True, True)
    client.get(f"/inbox/{hazel.pk}/")
    assert new(member) == (False, False)


def test_marking_as_new_is_undone_like_every_deed(account: Account, member: Member, boss: Member, hazel: Lead) -> None:
    rowan = make_lead(account, name="Rowan Ashby", owner=member, arrived_at=timezone.now())
    items = [hear(hazel), hear(rowan)]
    client = signed(member)
    for lead in (hazel, rowan):
        client.get(f"/inbox/{lead.pk}/")
        signed(boss).get(f"/inbox/{lead.pk}/")
    before = list(Seen.objects.order_by("pk").values())
    told = client.post("/inbox/deed/", {"deed": "unread", "item": [one.pk for one in items]}, headers=JSON).json()
    assert told["said"] == "New to you again: 2 people." and inbox.waiting_counts(member) == (2, 2)
    assert inbox.waiting_counts(boss) == (2, 0), "to nobody else"
    client.post(f"/undo/{told['action']['id']}/")
    assert list(Seen.objects.order_by("pk").values()) == before and inbox.waiting_counts(member) == (2, 0)


def test_undoing_it_takes_back_nothing_that_was_read_since(member: Member, hazel: Lead) -> None:
    item, client = hear(hazel), signed(member)
    client.get(f"/inbox/{hazel.pk}/")
    told = client.post("/inbox/deed/", {"one": f"unread.{item.pk}"}, headers=JSON).json()
    client.get(f"/inbox/{hazel.pk}/")
    since = Seen.objects.values().get()
    client.post(f"/undo/{told['action']['id']}/")
    assert Seen.objects.values().get() == since


def test_what_is_new_already_needs_no_undo(member: Member, hazel: Lead) -> None:
    item, client = hear(hazel), signed(member)
    told = client.post("/inbox/deed/", {"one": f"unread.{item.pk}"}, headers=JSON).json()
    assert (told["said"], told["action"]) == ("New to you already.", None)


def test_filters_tell_what_is_new_to_you_and_what_nobody_has_seen(
    account: Account, member: Member, boss: Member, hazel: Lead
) -> None:
    rowan = make_lead(account, name="Rowan Ashby", owner=member, arrived_at=timezone.now())
    for lead in (hazel, rowan):
        hear(lead)
    signed(member).get(f"/inbox/{hazel.pk}/")

    def rows(whose: str) -> str:
        return signed(boss).get(f"/inbox/?whose={whose}", **QUIETLY).content.decode().partition("data-list")[2]

    assert rows("new").count("data-row") == 2
    assert "Hazel Thorne" not in rows("unseen").partition("</ol>")[0]
    assert "nobody has seen it" in rows("unseen")


def test_what_we_answered_elsewhere_still_waits_in_nobodys_count(member: Member, boss: Member, hazel: Lead) -> None:
    item = hear(hazel)
    inbox.done(items=[item], by=member, at=timezone.now())
    assert inbox.waiting_counts(boss) == (0, 0)


def test_another_accounts_member_marks_nothing(hazel: Lead) -> None:
    from tests.builders import make_account

    item = hear(hazel)
    eve = signed(make_member(make_account("Other"), "owner", name="Eve Other"))
    eve.post("/inbox/deed/", {"one": f"unread.{item.pk}"})
    assert not Seen.objects.exists()


def test_what_was_read_before_there_were_marks_is_not_new(member: Member, hazel: Lead) -> None:
    item = hear(hazel)
    InboxItem.objects.update(heard_at=None)
    item.refresh_from_db()
    assert not seen.look(item=item, by=member, at=timezone.now(), opened=True)
    assert inbox.waiting_counts(member) == (1, 0)


def test_the_counts_cost_two_queries_however_many_there_are(account: Account, member: Member) -> None:
    for n in range(3):
        hear(make_lead(account, name=f"Lead {n}", owner=member, arrived_at=timezone.now()))
    with CaptureQueriesContext(connection) as counted:
        assert inbox.waiting_counts(member, most=2) == (3, 3)
    assert len(counted) == 2
