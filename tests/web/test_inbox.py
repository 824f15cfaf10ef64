"""The Inbox as members see it: who waits, what may be done, and what two members may not do unknowingly."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission
from nextcall.conversations import presence
from nextcall.conversations.models import InboxItem, Message, Note
from nextcall.engine import receive
from nextcall.engine.models import Action
from nextcall.leads.models import Lead, Reach
from nextcall.team.models import Account, Connection, Member
from tests.builders import make_account, make_enrollment, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
STRANGER = "+13035550199"


@pytest.fixture
def ben(account: Account) -> Member:
    return make_member(account, name="Ben Cole")


def someone(account: Account, **fields: Any) -> Lead:
    return make_lead(account, **{"arrived_at": timezone.now() - timedelta(days=2), **fields})


def point(lead: Lead, kind: str = "phone") -> str:
    return lead.person.reaches.get(contact_point__kind=kind).contact_point.value


def hear(lead: Lead, words: str = "How much?", *, ago: int = 5, channel: str = "text") -> InboxItem:
    sender = point(lead, "email" if channel == "email" else "phone")
    at = timezone.now() - timedelta(minutes=ago)
    receive.receive(account=lead.account, channel=channel, sender=sender, text=words, at=at, via=channel)
    return InboxItem.objects.get(lead=lead)


def stranger(account: Account, words: str = "Who is this?") -> InboxItem:
    receive.receive(account=account, channel="text", sender=STRANGER, text=words, at=timezone.now(), via="text")
    return InboxItem.objects.get(lead=None)


def page(member: Member, path: str = "/inbox/") -> str:
    answer = signed(member).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r"<b>([^<]*)</b><span class=\"wait\">", html)


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found
    return found[1]


def test_who_wrote_last_tops_the_list_with_channel_first_line_wait_and_pause(account: Account, member: Member) -> None:
    old, new = (someone(account, name=name, owner=member) for name in ("Hazel Thorne", "Rowan Ashby"))
    make_enrollment(new)
    hear(old, "Earlier", ago=30)
    hear(new, "\nHow much could we borrow?\nWe have two.", ago=8, channel="email")
    html = page(member)
    assert names(html) == ["Rowan Ashby", "Hazel Thorne"]
    assert "waits 8 min" in html
    assert "by email" in html
    assert '<span class="first"><em class="new">New</em> How much could we borrow?</span>' in html
    hold = Enrollment.objects.filter(lead=new).update(state="paused")
    assert hold
    assert "plan paused" in page(member)


def test_no_one_waiting_is_said_so(member: Member) -> None:
    assert "No one is waiting on you." in page(member)


def test_a_connection_that_stopped_is_said(account: Account, member: Member) -> None:
    Connection.objects.create(
        account=account, channel="email", provider="smtp", sealed=b"", problem="the password is refused",
        created_at=timezone.now(),
    )  # fmt: skip
    assert "Email stopped: the password is refused." in page(member)


def test_states_and_filters_show_whose_is_whose(account: Account, member: Member, ben: Member) -> None:
    waits, them, done = (someone(account, name=name, owner=member) for name in ("Alder A", "Briar B", "Clove C"))
    bens, nobodys = someone(account, name="Dill D", owner=ben), someone(account, name="Elm E")
    for lead in (waits, them, done, bens, nobodys):
        hear(lead)
    client = signed(member)
    client.post("/inbox/deed/", {"one": f"until_reply.{InboxItem.objects.get(lead=them).pk}"})
    client.post("/inbox/deed/", {"one": f"done.{InboxItem.objects.get(lead=done).pk}"})
    assert set(names(page(member))) == {"Alder A", "Elm E"}
    assert names(page(member, "/inbox/?state=them")) == ["Briar B"]
    assert "until they reply" in page(member, "/inbox/?state=them")
    assert names(page(member, "/inbox/?state=done")) == ["Clove C"]
    assert names(page(member, "/inbox/?whose=mine")) == ["Alder A"]
    assert names(page(member, "/inbox/?whose=nobody")) == ["Elm E"]
    assert set(names(page(make_member(account, "manager")))) == {"Alder A", "Dill D", "Elm E"}


def test_counts_stop_at_fifty_and_pages_are_cut_by_key(account: Account, member: Member) -> None:
    for n in range(60):
        hear(someone(account, name=f"Person {n:02}", owner=member), ago=n + 1)
    html = page(member)
    assert "50+" in html
    assert names(html) == [f"Person {n:02}" for n in range(50)]
    further = re.search(r'href="(/inbox/\?after=[^"]*)">Earlier', html)
    assert further
    assert names(page(member, further[1].replace("&amp;", "&"))) == [f"Person {n:02}" for n in range(50, 60)]


def test_a_page_costs_the_same_queries_with_5_and_with_50(account: Account, member: Member) -> None:
    def queries() -> int:
        client = signed(member)
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as counted:
            client.get("/inbox/")
        return len(counted)

    for n in range(5):
        hear(someone(account, owner=member), ago=n + 1)
    few = queries()
    for n in range(50):
        hear(someone(account, owner=member), ago=n + 10)
    assert queries() == few
    assert few < 60


def test_a_rep_answers_what_is_theirs_to_answer(account: Account, member: Member, ben: Member) -> None:
    lead = someone(account, owner=ben)
    item = hear(lead)
    assert signed(member).get(f"/inbox/{lead.pk}/").status_code == 404
    signed(ben).post("/inbox/deed/", {"one": f"assign {member.pk}.{item.pk}"})
    html = page(member, f"/inbox/{lead.pk}/")
    signed(member).post(f"/inbox/{lead.pk}/send/", {"channel": "text", "body": "About 320,000.", "seen": seen(html)})
    assert Touch.objects.get(body="About 320,000.").owner == member


def test_send_and_next_goes_to_who_waits_next(account: Account, member: Member) -> None:
    leads = [someone(account, name=f"Person {n}", owner=member) for n in range(3)]
    for n, lead in enumerate(leads):
        hear(lead, ago=n + 1)
    html = page(member, f"/inbox/{leads[0].pk}/")
    answer = signed(member).post(
        f"/inbox/{leads[0].pk}/send/", {"channel": "text", "body": "Yes", "then": "next", "seen": seen(html)}
    )
    assert (answer.status_code, answer["Location"]) == (303, f"/inbox/{leads[1].pk}/?write=1")
    assert InboxItem.objects.get(lead=leads[0]).assignee == member


def test_a_second_answer_is_held_back_with_the_first_ones_words(account: Account, member: Member, ben: Member) -> None:
    lead = someone(account)
    hear(lead)
    then = seen(page(member, f"/inbox/{lead.pk}/"))
    bens = {"channel": "text", "body": "It is 320,000.", "seen": seen(page(ben, f"/inbox/{lead.pk}/"))}
    assert signed(ben).post(f"/inbox/{lead.pk}/send/", bens).status_code == 303
    mine = {"channel": "text", "body": "Around 310,000", "seen": then}
    answer = signed(member).post(f"/inbox/{lead.pk}/send/", mine)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ben answered just now: \u2018It is 320,000.\u2019" in html
    assert "Around 310,000</textarea>" in html
    assert list(Touch.objects.filter(by_machine=False).values_list("body", flat=True)) == ["It is 320,000."]
    quiet = signed(member).post(f"/inbox/{lead.pk}/send/", mine, headers={"accept": "application/json"}).json()
    assert quiet["problem"].startswith("Ben answered")
    signed(member).post(f"/inbox/{lead.pk}/note/", {"body": "Around 310,000"})
    assert Note.objects.get().body == "Around 310,000"
    answer = signed(member).post(f"/inbox/{lead.pk}/send/", {**mine, "anyway": quiet["held"]})
    assert answer.status_code == 303
    assert Touch.objects.filter(by_machine=False).count() == 2


def test_what_left_since_counts_too_and_ones_own_does_not_once_seen(account: Account, member: Member) -> None:
    lead = someone(account, owner=member)
    hear(lead)
    path, then = f"/inbox/{lead.pk}/", seen(page(member, f"/inbox/{lead.pk}/"))
    Message.objects.create(
        account=account, lead=lead, person=lead.person, channel="email", body="The plan wrote", outbound=True,
        at=timezone.now(),
    )  # fmt: skip
    held = signed(member).post(f"{path}send/", {"channel": "text", "body": "Hi", "seen": then})
    assert "The plan answered just now: \u2018The plan wrote\u2019" in held.content.decode()
    for words in ("Hi", "And one more"):
        body = {"channel": "text", "body": words, "seen": seen(page(member, path))}
        answer = signed(member).post(f"{path}send/", body)
        assert answer.status_code == 303


def test_marked_done_meanwhile_is_told_too(account: Account, member: Member, ben: Member) -> None:
    lead = someone(account)
    item = hear(lead)
    then = seen(page(member, f"/inbox/{lead.pk}/"))
    signed(ben).post("/inbox/deed/", {"one": f"done.{item.pk}"})
    answer = signed(member).post(f"/inbox/{lead.pk}/send/", {"channel": "text", "body": "Hi", "seen": then})
    assert "Ben marked it done just now." in answer.content.decode()


def test_a_text_without_permission_is_refused_whatever_is_posted(account: Account, member: Member) -> None:
    lead = someone(account, owner=member, permission="none", arrived_at=timezone.now() - timedelta(days=400))
    hear(lead, channel="email")
    html = page(member, f"/inbox/{lead.pk}/?mode=text")
    assert "No texts to Hazel." in html
    answer = signed(member).post(f"/inbox/{lead.pk}/send/", {"channel": "text", "body": "Hi", "seen": seen(html)})
    assert answer.status_code == 422
    assert "Not sent:" in answer.content.decode()
    assert "Hi</textarea>" in answer.content.decode()
    assert not Touch.objects.filter(channel="text").exists()


def test_who_else_is_here_is_told_for_45_seconds(account: Account, member: Member, ben: Member) -> None:
    lead = someone(account, name="Hazel Thorne")
    hear(lead)
    path = f"/inbox/{lead.pk}/here/"
    assert signed(ben).post(path, {"writing": "yes"}).status_code == 204
    told = signed(member).post(path, {"writing": "no"}, headers={"accept": "application/json"}).json()
    assert told == {"others": "Ben is writing to Hazel."}
    assert "Ben is writing" in page(member)
    presence.here(lead=lead, by=ben, writing=False, at=timezone.now() - timedelta(seconds=44))
    assert "Ben has this open." in page(member, f"/inbox/{lead.pk}/")
    presence.here(lead=lead, by=ben, writing=False, at=timezone.now() - timedelta(seconds=46))
    assert "Ben has this open" not in page(member, f"/inbox/{lead.pk}/")
    signed(ben).post(path, {"writing": "yes"})
    signed(ben).post(path, {"gone": "yes"})
    assert "Ben is" not in page(member, f"/inbox/{lead.pk}/")


def test_stop_says_so_on_the_item(account: Account, member: Member) -> None:
    hear(someone(account, owner=member), "Stop contacting me, all of you")
    hear(someone(account, owner=member, name="Rowan Ashby"), "STOP")
    html = page(member, "/inbox/?state=done")
    assert "Asked us to stop. Nothing more goes to them." in html
    assert "Asked us to stop. No more texts go to them." in html


def test_an_unknown_number_becomes_a_lead_that_may_be_answered_and_nothing_more(
    account: Account, member: Member
) -> None:
    Account.objects.filter(pk=account.pk).update(default_cadence="fast-start-light")
    item = stranger(account, "Is it still for sale?")
    assert "(303) 555-0199" in page(member)
    body = {"name": "Juniper Vale", "source": "Yard sign"}
    answer = signed(member).post(f"/inbox/from/{item.pk}/lead/", body)
    lead = Lead.objects.get()
    assert answer["Location"] == f"/inbox/{lead.pk}/"
    assert (str(lead.person), lead.source and lead.source.name, lead.owner) == ("Juniper Vale", "Yard sign", member)
    assert (lead.waiting_since, lead.stage) == (item.waiting_since, "talking")
    assert not Permission.objects.exists()
    assert set(Enrollment.objects.values_list("state", flat=True)) <= {"paused"}
    assert Message.objects.get().lead == lead
    assert InboxItem.objects.get().lead == lead
    html = page(member, f"/inbox/{lead.pk}/")
    assert signed(member).post(
        f"/inbox/{lead.pk}/send/", {"channel": "text", "body": "It is.", "seen": seen(html)}
    ).status_code == 303  # fmt: skip
    assert signed(member).post(f"/inbox/from/{item.pk}/lead/", body).status_code == 404


def test_an_unknown_number_joins_a_lead_pauses_its_plan_and_comes_apart_again(account: Account, member: Member) -> None:
    lead = someone(account, owner=member, name="Hazel Thorne")
    make_enrollment(lead, source="")
    item = stranger(account)
    before = InboxItem.objects.values().get()
    assert "Join to Hazel Thorne" in page(member, f"/inbox/from/{item.pk}/?q=hazel")
    signed(member).post(f"/inbox/from/{item.pk}/join/", {"lead": lead.pk})
    lead.refresh_from_db()
    assert lead.waiting_since == item.waiting_since
    assert Message.objects.get().lead == lead
    assert lead.person.reaches.filter(contact_point__value=STRANGER).exists()
    assert STRANGER in lead.search
    action = Action.objects.get(kind="join")
    signed(member).post(f"/undo/{action.pk}/")
    lead.refresh_from_db()
    assert (lead.waiting_since, STRANGER in lead.search) == (None, False)
    assert Message.objects.get().lead is None
    assert not Reach.objects.filter(contact_point__value=STRANGER).exists()
    assert InboxItem.objects.values().get() == before


def test_a_rep_cannot_join_to_a_lead_they_do_not_see(account: Account, member: Member, ben: Member) -> None:
    item, bens, others = stranger(account), someone(account, owner=ben), someone(make_account("Other"))
    for lead in (bens, others):
        signed(member).post(f"/inbox/from/{item.pk}/join/", {"lead": lead.pk})
    assert InboxItem.objects.get().lead is None
    assert "Nobody here has this number" in page(member, f"/inbox/from/{item.pk}/?q=%00")


def test_a_strangers_deed_is_undone_too(account: Account, member: Member) -> None:
    item = stranger(account)
    signed(member).post("/inbox/deed/", {"item": [item.pk], "deed": "done"})
    assert "No one is waiting on you." in page(member)
    signed(member).post(f"/undo/{Action.objects.get().pk}/")
    assert names(page(member)) == ["(303) 555-0199"]


@pytest.mark.parametrize(
    "body", [{}, {"deed": "explode"}, {"deed": "done"}, {"deed": "done", "item": "x"}, {"one": "done.99999"}]
)
def test_nonsense_changes_nothing(member: Member, lead: Lead, body: dict[str, str]) -> None:
    hear(lead)
    assert signed(member).post("/inbox/deed/", body).status_code == 303
    assert InboxItem.objects.get().waiting_since
    for bad in ("?after=x", "?after=2026-11-23T10:00:00%2B00:00~x", "?state=zz&whose=zz", "?mode=zz", "?after=%00"):
        assert signed(member).get(f"/inbox/{bad}").status_code == 200


def test_focus_mode_goes_from_the_longest_wait_on_and_skips(account: Account, member: Member) -> None:
    leads = [someone(account, name=f"Person {n}", owner=member) for n in range(3)]
    for n, lead in enumerate(leads):
        hear(lead, ago=n + 1)
    html = page(member, "/inbox/focus/")
    assert "1 of 3" in html
    assert "Person 2" in html
    skip = re.search(r'href="(/inbox/focus/[^"]*)" data-key="s"', html)
    assert skip
    html = page(member, skip[1].replace("&amp;", "&"))
    assert "2 of 3" in html
    assert "Person 1" in html
    following = re.search(r'name="next" value="(/inbox/focus/\?done=1[^"]*)"', html)
    assert following
    body = {
        "channel": "text",
        "body": "Hi",
        "then": "next",
        "next": following[1].replace("&amp;", "&"),
        "seen": seen(html),
    }
    answer = signed(member).post(f"/inbox/{leads[1].pk}/send/", body)
    html = page(member, answer["Location"])
    assert "3 of 3" in html
    assert "Person 0" in html
    assert "Skip <kbd" not in html


def test_the_same_post_twice_sends_once(member: Member, lead: Lead) -> None:
    hear(lead)
    client, then = signed(member), seen(page(member, f"/inbox/{lead.pk}/"))
    for _ in range(2):
        client.post(
            f"/inbox/{lead.pk}/send/",
            {"channel": "text", "body": "Yes", "seen": then},
            headers={"idempotency-key": "k"},
        )
    assert Touch.objects.filter(body="Yes").count() == 1


def test_the_leads_page_is_held_back_by_an_answer_from_the_inbox_once(
    account: Account, member: Member, ben: Member
) -> None:
    lead = someone(account)
    hear(lead)
    there = f"/leads/{lead.pk}/"
    client, then = signed(member), seen(page(member, there))
    bens = {"channel": "text", "body": "It is 320,000.", "seen": seen(page(ben, f"/inbox/{lead.pk}/"))}
    signed(ben).post(f"/inbox/{lead.pk}/send/", bens)
    mine = {"channel": "email", "body": "Around 310,000", "seen": then}
    client.post(f"{there}send/", mine)
    assert "Ben answered just now: \u2018It is 320,000.\u2019" in client.get(there).content.decode()
    assert Touch.objects.filter(by_machine=False).count() == 1
    client.post(f"{there}send/", mine)
    assert Touch.objects.filter(by_machine=False).count() == 2


def test_no_answer_needed_on_the_leads_page_is_done_in_the_inbox(account: Account, member: Member, lead: Lead) -> None:
    hear(lead)
    signed(member).post(f"/leads/{lead.pk}/seen/")
    item = InboxItem.objects.get()
    assert (item.waiting_since, item.done_by) == (None, member)
