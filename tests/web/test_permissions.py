"""A lead's permissions page: what is in force and what ended, one written down by hand, one ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.consent import ledger, number_lists
from nextcall.consent.models import NumberCheck, Permission, PlaceClue
from nextcall.consent.wordings import version_of
from nextcall.engine.models import Action
from nextcall.engine.undo import undo
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_account, make_lead, make_member, make_permission
from tests.web.signed import signed

NOW = timezone.now()
WORDS = "Yes, you can call me on this number about the house."


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def lead(account: Account, member: Member) -> Lead:
    return make_lead(account, owner=member, permission="none", phone="+13035550142", arrived_at=NOW - timedelta(days=9))


def page(client: Client, lead: Lead) -> str:
    return " ".join(client.get(f"/leads/{lead.pk}/permissions/").content.decode().split())


def heard(client: Client, lead: Lead, **changes: Any) -> Any:
    point = ContactPoint.objects.get(reaches__person=lead.person, kind="phone")
    fields = {
        "channel": "call",
        "point": point.pk,
        "tier": "express",
        "how": "call",
        "words": WORDS,
        "given_at": "2026-11-20T10:00",
        "reference": "REC-77",
        **changes,
    }
    return client.post(f"/leads/{lead.pk}/permissions/", fields)


def test_everything_the_ledger_holds_is_on_the_page(client: Client, lead: Lead, member: Member) -> None:
    make_permission(
        lead.person, "text", at=NOW - timedelta(days=3), recorded_by=member, wording_version="abc123",
        proof={"url": "https://acme.example/form", "ip": "203.0.113.9", "file": "leads.csv", "file_hash": "f" * 64},
        expires_at=NOW + timedelta(days=20, hours=12),
    )  # fmt: skip
    make_permission(lead.person, "email", sellers=["Somebody Else"], at=NOW - timedelta(days=2))
    make_permission(lead.person, "call", at=NOW - timedelta(days=400), expires_at=NOW - timedelta(days=1))
    ledger.withdraw(
        account=lead.account, person=lead.person, scope=["voicemail"], reason="opt_out", said="no voicemails please",
        via="text", at=NOW,
    )  # fmt: skip
    shown = page(client, lead)
    for words in (
        "Texts, in writing, (303) 555-0142", "20 days left", "https://acme.example/form", "203.0.113.9", "leads.csv",
        "f" * 64, "version abc123", "names another seller", "run out", "No voicemail", "no voicemails please",
        f"by {member.name}", "also by machine",
    ):  # fmt: skip
        assert words in shown, words


def test_lists_answers_clocks_and_places_stand_with_their_dates(client: Client, lead: Lead) -> None:
    assert "No do-not-call list covers it." in page(client, lead)
    row = number_lists.start(
        account=lead.account, place="US", obtained_at=NOW - timedelta(days=2), chunks=[b"3035550142\n"], by=None, at=NOW
    )
    while number_lists.run(row.pk, at=NOW):
        pass
    point = ContactPoint.objects.get(key="+13035550142")
    NumberCheck.objects.create(
        account=lead.account, contact_point=point, result="no", since_date="2026-03-01", checked_at=NOW
    )
    ends = NOW + timedelta(days=90)
    PlaceClue.objects.create(
        account=lead.account, person=lead.person, kind="stated", region="AZ", at=NOW, expires_at=ends
    )
    Lead.objects.filter(pk=lead.pk).update(bought_at=NOW - timedelta(days=900), refused_at=NOW)
    shown = page(client, lead)
    for words in (
        "National Do Not Call Registry, list of", ">listed<", "still theirs", "since Mar 1, 2026",
        "United States, inquiry",
        "United States, purchase", ">over<", "counts 3 months, through", "Said no on the phone", "Stated: AZ",
        "counts until", "ZIP 80202: Colorado", "They say they are in Arizona", "America/Denver, America/Phoenix",
    ):  # fmt: skip
        assert words in shown, words


def test_what_was_heard_is_written_down_with_proof_and_name(client: Client, lead: Lead, member: Member) -> None:
    assert heard(client, lead).status_code == 302
    row = Permission.objects.get()
    assert (row.tier, row.source, row.automated, row.recorded_by) == ("express", "hand", False, member)
    assert row.proof == {"how": "on the phone", "recording": "REC-77"} and row.wording_version == version_of(WORDS)
    assert row.given_at.isoformat() == "2026-11-20T17:00:00+00:00" and row.sellers == [lead.account.seller_name]
    assert WORDS in page(client, lead) and 'href="/inbox/"' in page(client, lead)


def test_it_is_undone_like_any_deed(client: Client, lead: Lead, member: Member) -> None:
    heard(client, lead)
    undo(action=Action.objects.get(), by=member, at=timezone.now())
    assert not Permission.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"words": ""}, "This field is required"),
        ({"words": "yes"}, "in their words: it is the proof"),
        ({"given_at": "2999-01-01T10:00"}, "cannot have said it later than now"),
        ({"tier": "written", "how": "paper", "reference": " "}, "needs the document"),
        ({"tier": "written", "how": "call"}, "What was spoken is not in writing"),
        ({"channel": "email"}, "Choose an address for email"),
        ({"tier": "implied"}, "Select a valid choice"),
        ({"channel": "fax"}, "Select a valid choice"),
    ],
)
def test_without_proof_nothing_is_written_down(client: Client, lead: Lead, changes: Any, says: str) -> None:
    answer = heard(client, lead, **changes)
    assert answer.status_code == 422 and says in " ".join(answer.content.decode().split())
    assert not Permission.objects.exists()


def test_in_writing_with_its_document_permits_machines_where_the_words_say_so(client: Client, lead: Lead) -> None:
    words = "I agree to calls and texts from Acme Homes, also by automated means."
    heard(client, lead, tier="written", how="paper", channel="text", words=words, reference="Folder 12")
    row = Permission.objects.get()
    assert (row.tier, row.automated, row.proof) == ("written", True, {"how": "on paper", "document": "Folder 12"})


def test_written_by_hand_takes_back_no_stop(client: Client, lead: Lead) -> None:
    ledger.withdraw(
        account=lead.account, person=lead.person, scope=["call"], reason="opt_out", said="stop calling", via="call",
        at=NOW - timedelta(days=200),
    )  # fmt: skip
    heard(client, lead)
    assert '<h2 id="stops">' in page(client, lead)
    point = ContactPoint.objects.get(key="+13035550142")
    wanted = ledger.Wanted(lead.person_id, point.pk, "call")
    [facts] = ledger.facts_for([wanted], account_id=lead.account_id, at=timezone.now())
    assert facts.withdrawn == ("opt_out",)


def test_one_is_ended_with_a_reason_and_stays_on_record(client: Client, lead: Lead, member: Member) -> None:
    row = make_permission(lead.person, "text", at=NOW - timedelta(days=3))
    path = f"/leads/{lead.pk}/permissions/{row.pk}/ending/"
    client.post(path, {"because": " "})
    row.refresh_from_db()
    assert row.ended_at is None and "Write why it ends." in page(client, lead)
    client.post(path, {"because": "the form was not ours"})
    row.refresh_from_db()
    assert row.ended_at and row.ended_because == "the form was not ours"
    assert "the form was not ours" in page(client, lead)
    assert Event.objects.get(kind="permission.ended").by == member
    client.post(path, {"because": "again"})
    row.refresh_from_db()
    assert row.ended_because == "the form was not ours"


def test_others_permissions_are_out_of_reach(client: Client, lead: Lead, account: Account) -> None:
    colleague = make_lead(account, owner=make_member(account, name="Olga Other"), name="Rosa Lind")
    assert client.get(f"/leads/{colleague.pk}/permissions/").status_code == 404
    stranger = make_lead(make_account("Other"), name="Far Away")
    assert client.get(f"/leads/{stranger.pk}/permissions/").status_code == 404
    other = Permission.objects.filter(person=stranger.person).first()
    assert (
        other and client.post(f"/leads/{lead.pk}/permissions/{other.pk}/ending/", {"because": "x"}).status_code == 404
    )
    foreign = ContactPoint.objects.filter(account=stranger.account, kind="phone").first()
    assert foreign and heard(client, lead, point=foreign.pk).status_code == 422


def test_the_lead_page_leads_there(client: Client, lead: Lead) -> None:
    assert f'href="/leads/{lead.pk}/permissions/"' in client.get(f"/leads/{lead.pk}/").content.decode()
