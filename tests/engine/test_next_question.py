"""One small question at a time: by hand, and by the machine until anything but a plain answer comes."""

from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.conversations.models import AskedQuestion, Suggestion
from nextcall.conversations.questions import example_for
from nextcall.engine import next_question, taking
from nextcall.engine import receive as receiving
from nextcall.engine import write as writing
from nextcall.engine.undo import undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead, make_member

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account)


@pytest.fixture
def asked_for_equity(account: Account) -> Lead:
    account.machine_questions = 3
    account.save()
    lead = make_lead(account, offer="Equity calculator")
    assert lead.offer
    lead.offer.questions = [one.stored for one in example_for("Equity calculator").questions]  # type: ignore[union-attr]
    lead.offer.save()
    return Lead.objects.select_related("account", "person", "offer").get(pk=lead.pk)


class Talk:
    """A conversation by text: what they say, and what the machine sends until the next minute."""

    def __init__(self, lead: Lead, memory: Memory) -> None:
        self.lead, self.memory, self.at = lead, memory, AT

    def says(self, words: str, *, then: timedelta = timedelta(minutes=1)) -> list[str]:
        point = self.lead.person.reaches.get(contact_point__kind="phone").contact_point
        receiving.receive(
            account=Account.objects.get(pk=self.lead.account_id), channel="text", sender=point.value, text=words,
            at=self.at, via="text",
        )  # fmt: skip
        return self.passes(then)

    def passes(self, span: timedelta) -> list[str]:
        before = len(self.memory.sent)
        Worker(everything=self.memory, threads=0).run_until(self.at + span, start=self.at)
        self.at += span
        return [one.body for one in self.memory.sent[before:]]

    @property
    def waits(self) -> bool:
        return Lead.objects.get(pk=self.lead.pk).waiting_since is not None


@pytest.fixture
def talk(asked_for_equity: Lead, memory: Memory) -> Talk:
    return Talk(asked_for_equity, memory)


def test_the_machine_asks_one_after_another_and_a_person_takes_over(talk: Talk) -> None:
    (first,) = talk.says("Yes please")
    assert "address" in first or "Which home" in first
    assert not talk.waits
    (second,) = talk.says("12 Elm Street, Denver CO 80202")
    assert "loan" in second or "owe" in second
    (third,) = talk.says("about 240k")
    assert "When would you" in third
    assert talk.says("next spring") == []
    assert talk.waits  # all three are asked: a person goes on
    lead = Lead.objects.get(pk=talk.lead.pk)
    assert (lead.answers["Balance"], lead.answers["Time frame"]) == ("240,000", "next spring")
    assert lead.person.street == "12 Elm Street"


def test_what_the_machine_noted_says_so_with_its_quote_and_is_taken_back(talk: Talk, ann: Member) -> None:
    talk.says("yes")
    talk.says("12 Elm Street, Denver CO 80202")
    talk.says("I think about 240k")
    noted = Suggestion.objects.get(value__field="balance")
    assert (noted.quote, noted.by) == ("240k", None)
    says = Event.objects.filter(kind="lead.edited", data__field="answer_Balance").get().data["says"]
    assert says == "Balance: 240,000, read by machine."
    action = taking.dismiss(suggestion=noted, by=ann, at=talk.at)
    assert "Balance" not in Lead.objects.get(pk=talk.lead.pk).answers
    assert action.says == "Not so: \u201c240k\u201d."


@pytest.mark.parametrize(
    "words",
    [
        "why do you ask?",
        "12 Elm Street Denver CO 80202, is this a bot",
        "12 Elm Street, Denver CO 80202 but call me at 4",
        "not telling you that",
        "80202",  # a ZIP alone is no address
        "lol you had me at STOP",
        "12 Elm Street, Denver CO 80202. We are in the middle of a divorce so it is all a bit complicated right now",
    ],
)
def test_anything_but_a_plain_answer_goes_to_a_person(talk: Talk, words: str) -> None:
    talk.says("yes")
    assert talk.says(words) == []
    assert talk.waits
    assert talk.passes(timedelta(days=2)) == []


def test_after_a_stop_nothing_is_asked(talk: Talk) -> None:
    talk.says("yes")
    sent = talk.says("STOP")
    assert len(sent) == 1 and "unsubscribed" in sent[0]
    assert not next_question.next_of(talk.lead, at=talk.at).question


def test_a_stop_takes_back_the_question_that_has_not_left(talk: Talk) -> None:
    talk.says("yes", then=timedelta(seconds=10))
    sent = talk.says("STOP")
    assert len(sent) == 1 and "unsubscribed" in sent[0]


def test_a_second_short_answer_stops_the_question_that_the_first_began(talk: Talk) -> None:
    talk.says("yes")
    assert talk.says("12 Elm Street, Denver CO 80202", then=timedelta(seconds=10)) == []
    assert talk.says("sorry 14 Elm Street, Denver CO 80202") == []
    assert talk.waits
    assert talk.passes(timedelta(hours=2)) == []


def test_two_are_never_sent_without_an_answer(talk: Talk) -> None:
    assert len(talk.says("yes")) == 1
    assert talk.passes(timedelta(days=3)) == []


def test_it_asks_no_more_than_the_account_lets_it(talk: Talk) -> None:
    Account.objects.update(machine_questions=1)
    assert len(talk.says("yes")) == 1
    assert talk.says("12 Elm Street, Denver CO 80202") == []
    assert talk.waits


def test_it_asks_nothing_unless_the_account_lets_it(talk: Talk) -> None:
    Account.objects.update(machine_questions=0)
    assert talk.says("yes") == []
    assert talk.waits and not AskedQuestion.objects.exists()


def test_where_a_person_has_written_the_machine_is_silent(talk: Talk, ann: Member) -> None:
    writing.write(lead=talk.lead, channel="text", body="Hi Hazel, Ann here.", by=ann, at=talk.at)
    talk.passes(timedelta(minutes=1))
    assert talk.says("yes") == []
    assert talk.waits


def test_a_question_that_the_gate_refuses_leaves_them_waiting_for_a_person(talk: Talk) -> None:
    Account.objects.update(policy={})
    talk.lead.person.reaches.filter(contact_point__kind="phone").first()
    talk.says("yes", then=timedelta(seconds=10))
    Touch.objects.filter(state="planned").update(body="kids not allowed, adults only, no families?")
    assert talk.passes(timedelta(minutes=5)) == []
    assert talk.waits


def test_the_next_question_is_offered_and_known_again_when_it_is_sent(talk: Talk, ann: Member) -> None:
    Account.objects.update(machine_questions=0)
    found = next_question.next_of(talk.lead, at=talk.at)
    assert found.question and found.question.field == "address"
    touch = writing.write(lead=talk.lead, channel="text", body=f"Hi Hazel. {found.words}", by=ann, at=talk.at)
    assert AskedQuestion.objects.get(touch=touch).field == "address"
    following = next_question.next_of(talk.lead, at=talk.at)
    assert following.question and following.question.field == "balance"  # not twice in a row
    action = writing.undo_of(touch)
    assert action
    undo(action=action, by=ann, at=talk.at)
    again = next_question.next_of(talk.lead, at=talk.at)
    assert again.question and again.question.field == "address"


def test_their_own_question_is_answered_first(talk: Talk) -> None:
    Account.objects.update(machine_questions=0)
    talk.says("what would it cost me?")
    assert next_question.next_of(talk.lead, at=talk.at).why == "Answer their question first."


def test_a_question_in_the_plans_own_words_is_known_by_them(talk: Talk) -> None:
    touch = Touch.objects.create(
        account=talk.lead.account, lead=talk.lead, person=talk.lead.person, channel="text", by_machine=True,
        body="For the equity estimate: what's the address of the home?", due_at=AT, created_at=AT, priority=0,
        purpose="marketing",
    )  # fmt: skip
    talk.passes(timedelta(minutes=1))
    touch.refresh_from_db()
    assert touch.state == "sent"
    (following,) = talk.says("12 Elm Street, Denver CO 80202")
    assert "loan" in following or "owe" in following
