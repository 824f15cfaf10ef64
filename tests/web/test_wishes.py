"""What a lead asked for: told to a member, shown where one calls or writes; their page sent, their data, erasure."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.consent.models import Preference
from nextcall.engine.models import Action
from nextcall.leads.models import Lead, Person
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olive Owner")


def told(client: Client, lead: Lead, **form: str) -> None:
    assert client.post(f"/leads/{lead.pk}/asked-for/", form).status_code == 303


def test_what_they_told_a_member_is_kept_with_their_words_and_shown_where_one_writes(
    client: Client, lead: Lead, member: Member
) -> None:
    day = (timezone.now() + timedelta(days=100)).date()
    told(client, lead, mon_fri="17:00-21:00", day=day.isoformat(), said="call me in the evening, next year")
    assert set(Preference.objects.values_list("kind", "via", "by")) == {
        ("hours", "hand", member.pk), ("not_before", "hand", member.pk),
    }  # fmt: skip
    html = client.get(f"/leads/{lead.pk}/").content.decode()
    wish = f"Asked for: after 5 pm on weekdays their time, not before {day:%B} {day.day}, {day.year}."
    assert html.count(wish) == 3  # above, at the composer, beside
    assert Event.objects.filter(kind="preference.chosen", by=member, lead=lead).count() == 2
    told(client, lead)
    assert not Preference.objects.filter(ended_at=None).exists()


def test_what_they_told_is_undone_with_what_it_paused(client: Client, lead: Lead) -> None:
    enrollment = enroll.begin(lead=lead, slug="fast-start", by=None, at=timezone.now())
    day = (timezone.now() + timedelta(days=100)).date()
    told(client, lead, sun="closed", day=day.isoformat())
    enrollment.refresh_from_db()
    assert enrollment.state == "paused"
    deed = Action.objects.get(kind="asked_for")
    assert deed.says.startswith("Hazel Thorne asked for: not on Sundays their time, not before")
    client.post(f"/undo/{deed.pk}/")
    enrollment.refresh_from_db()
    assert enrollment.state == "active" and not Preference.objects.exists()
    told(client, lead)
    assert Action.objects.filter(kind="asked_for").count() == 1  # nothing changed: nothing to undo


def test_hours_that_cannot_be_are_said_so(client: Client, lead: Lead) -> None:
    told(client, lead, mon_fri="own", mon_fri_from="20:00", mon_fri_to="10:00")
    assert "Weekdays: write from and to" in client.get(f"/leads/{lead.pk}/").content.decode()
    told(client, lead, day="soon")
    assert not Preference.objects.exists()


def test_the_card_and_the_call_list_say_what_they_asked_for(client: Client, lead: Lead) -> None:
    make_touch(lead, "call", state="open", due_at=timezone.now())
    ledger.withdraw(account=lead.account, person=lead.person, scope=("email",), reason="link", said="", via="link",
                    at=timezone.now())  # fmt: skip
    for address in ("/now/", f"/leads/{lead.pk}/"):
        assert "Asked for: no email." in client.get(address).content.decode(), address


def test_their_page_is_sent_like_any_message_of_ours(client: Client, lead: Lead) -> None:
    client.post(f"/leads/{lead.pk}/their-page/", {"channel": "email"})
    touch = Touch.objects.get()
    assert "/you/" in touch.body and (touch.channel, touch.by_machine, touch.state) == ("email", False, "planned")
    client.post(f"/leads/{lead.pk}/their-page/", {"channel": "fax"})
    assert Touch.objects.count() == 1


def test_an_owner_exports_and_a_rep_does_not(client: Client, lead: Lead, owner: Member) -> None:
    answer = signed(owner).get(f"/leads/{lead.pk}/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="hazel-thorne.zip"'
    assert answer.content[:2] == b"PK" and "no-store" in answer["Cache-Control"]
    assert Event.objects.get(kind="person.exported").by == owner
    assert client.get(f"/leads/{lead.pk}/export/").status_code == 403
    assert b"Export what we hold" not in client.get(f"/leads/{lead.pk}/").content


def test_an_owner_erases_by_typing_the_name(client: Client, lead: Lead, owner: Member) -> None:
    boss = signed(owner)
    boss.post(f"/leads/{lead.pk}/erase/", {"name": "Hazel"})
    assert Person.objects.get().name == "Hazel Thorne"
    assert "type the name exactly" in boss.get(f"/leads/{lead.pk}/").content.decode()
    assert client.post(f"/leads/{lead.pk}/erase/", {"name": "Hazel Thorne"}).status_code == 403
    assert boss.post(f"/leads/{lead.pk}/erase/", {"name": "hazel  thorne", "next": "/leads/"}).status_code == 303
    assert Person.objects.get().name == ""
    assert "Erased by Olive Owner" in boss.get(f"/leads/{lead.pk}/").content.decode()
