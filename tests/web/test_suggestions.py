"""What messages suggest, on the pages: chips with their quote, one tap, undo; and the offer's questions in Settings."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.conversations.models import Promise, Suggestion
from nextcall.conversations.questions import example_for
from nextcall.engine import receive as receiving
from nextcall.leads.models import Lead, Offer
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
PINNED = "They asked for a time"


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, owner=member, offer="Equity calculator")


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


def writes(lead: Lead, words: str) -> Suggestion | None:
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    receiving.receive(
        account=lead.account, channel="text", sender=point.value, text=words, at=timezone.now(), via="text"
    )
    return Suggestion.objects.filter(lead=lead).last()


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("words", "says", "button"),
    [
        ("new number is (206) 555-0177", "New number (206) 555-0177", "Add"),
        ("Who dis?? new phone", "Says it is the wrong person", "Mark the number wrong"),
        ("ask me again in march", "Ask again in March", "Pause until Mar 1"),
    ],
)
def test_a_chip_stands_below_the_message_with_its_quote(
    client: Client, hazel: Lead, words: str, says: str, button: str
) -> None:
    one = writes(hazel, words)
    assert one
    for url in (f"/inbox/{hazel.pk}/", f"/leads/{hazel.pk}/"):
        shown = page(client, url)
        assert says in shown and button in shown and "Not so" in shown
        assert f"&ldquo;{one.quote.replace(chr(39), '&#x27;')}&rdquo;" in shown


def test_one_tap_promises_it_and_undo_offers_it_again(client: Client, hazel: Lead) -> None:
    one = writes(hazel, "call me tomorrow at 2pm")
    assert one
    assert PINNED in page(client, "/inbox/") and PINNED in page(client, "/now/")
    url = f"/leads/{hazel.pk}/suggestions/{one.pk}/take/"
    told = client.post(url, {"next": "/inbox/"}, HTTP_ACCEPT="application/json", HTTP_IDEMPOTENCY_KEY="a").json()
    again = client.post(url, {"next": "/inbox/"}, HTTP_ACCEPT="application/json", HTTP_IDEMPOTENCY_KEY="a").json()
    assert told["action"] == again["action"] and told["action"]["says"].startswith("Promised Hazel Thorne")
    assert Promise.objects.count() == 1
    assert "Promise it" not in page(client, f"/inbox/{hazel.pk}/")
    client.post(f"/undo/{told['action']['id']}/")
    assert not Promise.objects.exists()
    assert "Promise it" in page(client, f"/inbox/{hazel.pk}/")


def test_not_so_puts_it_away(client: Client, hazel: Lead) -> None:
    one = writes(hazel, "call me tomorrow at 2pm")
    assert one
    client.post(f"/leads/{hazel.pk}/suggestions/{one.pk}/not-so/", {"next": "/inbox/"})
    assert "Promise it" not in page(client, "/inbox/")


def test_what_cannot_be_taken_any_more_says_why(client: Client, hazel: Lead) -> None:
    one = writes(hazel, "call me tomorrow at 2pm")
    assert one
    Suggestion.objects.update(dismissed_at=timezone.now())
    url = f"/leads/{hazel.pk}/suggestions/{one.pk}/take/"
    assert client.post(url, HTTP_ACCEPT="application/json").json()["problem"] == "That was decided already."


def test_a_wish_for_a_time_is_not_on_top_where_the_account_does_not_want_it(
    client: Client, hazel: Lead, account: Account
) -> None:
    writes(hazel, "call me tomorrow at 2pm")
    Account.objects.update(pin_promises=False)
    assert PINNED not in page(client, "/now/")
    assert "Promise it" in page(client, f"/inbox/{hazel.pk}/")


def test_nobody_decides_for_another_account_or_anothers_lead(hazel: Lead, account: Account) -> None:
    one = writes(hazel, "call me tomorrow at 2pm")
    assert one
    others = make_member(make_account("Others"), "owner", name="Zoe")
    rep = make_member(account, "rep", name="Ben")
    for somebody in (others, rep):
        answer = signed(somebody).post(f"/leads/{hazel.pk}/suggestions/{one.pk}/take/")
        assert answer.status_code == 404
    assert not Promise.objects.exists()


def test_whoever_answers_is_told_to_be_truthful_about_machines(client: Client, hazel: Lead) -> None:
    writes(hazel, "is this a bot")
    for url in (f"/inbox/{hazel.pk}/", f"/leads/{hazel.pk}/"):
        assert "Answer truthfully" in page(client, url)


def test_what_the_machine_read_says_so(client: Client, hazel: Lead) -> None:
    writes(hazel, "about 240k, new number is (206) 555-0177")
    Suggestion.objects.update(taken_at=timezone.now(), kind="answer", value={"field": "balance", "amount": 240000})
    shown = page(client, f"/inbox/{hazel.pk}/")
    assert "Balance: 240,000" in shown and "Read by machine." in shown


def test_the_composer_offers_the_next_question_in_the_offers_own_terms(client: Client, hazel: Lead) -> None:
    example = example_for("Equity calculator")
    assert example and hazel.offer
    Offer.objects.filter(pk=hazel.offer.pk).update(questions=[one.stored for one in example.questions])
    writes(hazel, "yes please")
    shown = page(client, f"/inbox/{hazel.pk}/")
    assert "Ask: address" in shown
    drafted = page(client, f"/inbox/{hazel.pk}/?mode=text&ask=1&write=1")
    way = next(one for one in example.questions[0].ask if one.split("'")[0] in drafted.split("<textarea")[1])
    assert way
    assert "Ask: address" in page(client, f"/leads/{hazel.pk}/")


def test_an_offers_questions_are_begun_with_an_example_and_edited(hazel: Lead, account: Account) -> None:
    client, offer = signed(make_member(account, "owner", name="Olga")), hazel.offer
    assert offer
    assert "Nothing is asked yet" in page(client, "/settings/questions/")
    client.post(f"/settings/questions/{offer.pk}/example/", {"example": "Equity estimate"})
    offer.refresh_from_db()
    assert [one["field"] for one in offer.questions] == ["address", "balance", "time_frame"]
    form = {
        "count": "3",
        "field-0": "balance", "kind-0": "amount", "ask-0": "Roughly what is left on it?", "place-0": "2",
        "field-1": "address", "kind-1": "address", "ask-1": "Which home is it?\nWhat's the address?", "place-1": "1",
        "field-2": "gone", "kind-2": "text", "ask-2": "Anything else?", "place-2": "3", "drop-2": "yes",
    }  # fmt: skip
    assert client.post(f"/settings/questions/{offer.pk}/", form).status_code == 302
    offer.refresh_from_db()
    assert [(one["field"], len(one["ask"])) for one in offer.questions] == [("address", 2), ("balance", 1)]


def test_a_question_that_sounds_like_a_robot_is_kept_in_the_form_and_not_stored(hazel: Lead, account: Account) -> None:
    client, offer = signed(make_member(account, "owner", name="Olga")), hazel.offer
    assert offer
    form = {"count": "1", "field-0": "balance", "kind-0": "amount", "ask-0": "Please provide your balance?"}
    answer = client.post(f"/settings/questions/{offer.pk}/", form)
    assert answer.status_code == 422
    assert "sounds like a form or a robot" in answer.content.decode()
    assert "Please provide your balance?" in answer.content.decode()
    offer.refresh_from_db()
    assert offer.questions == []


def test_how_many_the_machine_asks_is_the_accounts_choice(account: Account) -> None:
    client = signed(make_member(account, "owner", name="Olga"))
    client.post("/settings/questions/machine/", {"machine_questions": "2"})
    account.refresh_from_db()
    assert (account.machine_questions, account.pin_promises) == (2, False)
    assert client.post("/settings/questions/machine/", {"machine_questions": "99"}).status_code == 422


def test_reps_do_not_change_what_is_asked(account: Account) -> None:
    client = signed(make_member(account, "rep", name="Ben"))
    assert client.get("/settings/questions/").status_code in (302, 403)


def test_a_promise_whose_time_has_passed_is_no_longer_on_top(client: Client, hazel: Lead) -> None:
    one = writes(hazel, "call me tomorrow at 2pm")
    assert one
    passed = (timezone.now() - timedelta(days=2)).isoformat()
    Suggestion.objects.update(value={**one.value, "due_at": passed})
    assert PINNED not in page(client, "/now/")
