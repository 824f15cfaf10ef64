"""A stop holds across files, duplicates, joins and undone imports, whatever a file says of consent."""

from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import InboxItem
from nextcall.engine import receive, strangers, undo
from nextcall.engine.worker import Worker
from nextcall.intake import importing, undoing
from nextcall.intake.choices import Choices
from nextcall.intake.models import Import
from nextcall.leads.models import Lead, Person, Reach
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, WORDING, make_lead

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)
PHONE, EMAIL = "+13035550177", "rowan@example.com"


def bring(
    account: Account, *, name: str = "Rowan Ashby", at_days: int = 0, said: str = "yes", more: str = ""
) -> Import:
    at = AT + timedelta(days=at_days)
    row = f"name,phone,email,postal code,sms opt out,consent\n{name},{PHONE},{EMAIL},80202,{more},{said}\n"
    import_ = importing.start(account=account, by=None, file_name="portal.csv", body=row.encode(), at=at)
    permission = {
        "channels": ["call", "text", "email"],
        "wording": WORDING,
        "sellers": [account.seller_name],
        "attested_by": "Ann",
    }
    importing.confirm(import_, choices=Choices(permission=permission, cadence="fast-start"), by=None, at=at)
    while importing.run_waiting(at=at):
        pass
    return Import.objects.get(pk=import_.pk)


def says(account: Account, words: str, *, channel: str = "text", sender: str = PHONE) -> receive.Received:
    return receive.receive(account=account, channel=channel, sender=sender, text=words, at=AT, via=channel)


def closed(person: Person, *, at_days: int = 30) -> set[str]:
    found = set()
    at = AT + timedelta(days=at_days)
    for channel in ("call", "text", "email"):
        reach = person.reaches.filter(contact_point__kind="email" if channel == "email" else "phone").first()
        if reach is None:
            continue
        wanted = ledger.Wanted(person.pk, reach.contact_point_id, channel)  # type: ignore[arg-type]
        if ledger.facts_for([wanted], account_id=person.account_id, at=at)[0].withdrawn:
            found.add(channel)
    return found


def sent(account: Account, *, days: int = 40) -> list[tuple[str, str]]:
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(AT + timedelta(days=days), start=AT + timedelta(minutes=10))
    return [(one.channel, one.to) for one in memory.sent if "unsubscribed" not in one.body]


@pytest.mark.parametrize("again_after", [1, 200])
def test_a_file_with_consent_older_or_newer_never_brings_a_stop_back(account: Account, again_after: int) -> None:
    bring(account)
    says(account, "stop all calls, texts and emails", channel="email", sender=EMAIL)
    assert not Touch.objects.filter(state__in=("planned", "open")).exists()
    bring(account, at_days=again_after)
    assert closed(Person.objects.get(), at_days=again_after + 1) == {"call", "text", "email"}
    assert sent(account, days=again_after + 5) == []


def test_an_undone_import_keeps_the_wishes_that_it_brought_and_that_came_since(account: Account) -> None:
    done = bring(account, more="yes")
    says(account, "unsubscribe", channel="email", sender=EMAIL)
    undoing.undo(done, by=None, at=AT + timedelta(hours=1))
    bring(account, at_days=2)
    newest = Lead.objects.filter(removed_at=None).latest("pk").person
    assert closed(newest) == {"text", "email"}


def test_a_duplicate_under_another_name_is_stopped_with_the_number(account: Account) -> None:
    bring(account)
    twin = make_lead(account, name="R. Ashby-Cole", phone=PHONE, email="other@example.com")
    says(account, "STOP")
    assert closed(twin.person) >= {"text"} and "email" not in closed(twin.person)
    bring(account, name="Quill Ashby", at_days=3)
    assert all("text" in closed(one) for one in Person.objects.all())


def test_scenario_15_a_wrong_number_closes_it_for_both_and_touches_nobodys_email(account: Account) -> None:
    first, second = (make_lead(account, name=name, phone=PHONE) for name in ("Rowan Ashby", "Basil Cole"))
    says(account, "You have the wrong person")
    for lead in (first, second):
        assert closed(lead.person) == {"call", "text"}
    assert [one for one in sent(account, days=1) if one[0] == "text"] == []
    assert set(Withdrawal.objects.values_list("person", flat=True)) == {None}


def test_a_stop_said_before_we_knew_them_holds_when_the_join_is_undone(
    account: Account, member: Member, lead: Lead
) -> None:
    says(account, "STOP", sender="+13035550199")
    item = InboxItem.objects.get(unknown_sender="+13035550199")
    action = strangers.join(item=item, lead=lead, by=member, at=AT)
    assert closed(lead.person) == {"text"}
    undone = undo.undo(action=action, by=member, at=AT + timedelta(seconds=30))
    assert isinstance(undone, undo.Undone)
    later = make_lead(account, name="Somebody Later", phone="+13035550199")
    assert closed(later.person) == {"text"} and closed(lead.person) == set()


def test_one_more_number_of_theirs_is_closed_by_a_stop_of_the_person(account: Account, lead: Lead) -> None:
    says(account, "STOP", sender=lead.person.reaches.get(contact_point__kind="phone").contact_point.value)
    other = make_lead(account, name="Nobody Else", phone="+13035550155")
    Reach.objects.create(
        account=account, person=lead.person, contact_point=other.person.reaches.get(
            contact_point__kind="phone").contact_point, rank=1,
    )  # fmt: skip
    both = lead.person.reaches.filter(contact_point__kind="phone")
    wanted = [ledger.Wanted(lead.person_id, one.contact_point_id, "text") for one in both]
    assert all(one.withdrawn for one in ledger.facts_for(wanted, account_id=account.pk, at=AT))
    assert closed(other.person) == set()
