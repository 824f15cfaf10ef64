"""An import is undone: what it made goes, what it changed comes back, what was worked on stays."""

from datetime import timedelta

import pytest

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission, Withdrawal
from nextcall.conversations.models import Note
from nextcall.intake import undoing
from nextcall.intake.choices import Choices
from nextcall.intake.undoing import CannotUndo
from nextcall.leads.models import Lead, Person, Reach
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests import builders
from tests.intake.files import MIXED, MONDAY, PERMISSION, take


def test_undo_removes_what_it_made_and_puts_back_what_it_changed(account: Account, member: Member) -> None:
    known = builders.make_lead(
        account, name="Hazel Thorne", email="hazel@example.com", phone="+13035550142", message="first words"
    )
    Person.objects.filter(pk=known.person_id).update(postal_code="")
    body = MIXED.replace(b"Hazel Thorne,(303) 555-0142", b"Hazel Thorne,(303) 555-0177")
    import_, _ = take(account, body, choices=Choices(cadence="steady", permission=PERMISSION), by=member)
    assert known.person.reaches.count() == 3
    undone = undoing.undo(import_, by=member, at=MONDAY + timedelta(days=6))
    assert undone.sentence() == "2 removed, 1 put back as they were"
    known = Lead.objects.get(pk=known.pk)
    assert (known.message, known.person.postal_code) == ("first words", "")
    assert known.person.reaches.count() == 2
    assert not Touch.objects.filter(state__in=["planned", "open"]).exists()
    assert not Enrollment.objects.filter(ended_at__isnull=True).exists()
    assert not Permission.objects.filter(import_id=import_.pk, ended_at__isnull=True).exists()
    assert Withdrawal.objects.exists()  # wishes stay
    with pytest.raises(CannotUndo, match="already"):
        undoing.undo(import_, by=member, at=MONDAY)


def test_leads_worked_since_stay_with_a_note(account: Account, member: Member) -> None:
    import_, _ = take(account)
    noor = Lead.objects.get(person__name="Noor Banks")
    Note.objects.create(account=account, lead=noor, body="talked at the fair", at=MONDAY, by=member)
    undone = undoing.undo(import_, by=member, at=MONDAY)
    assert undone.stayed == 1
    noor.refresh_from_db()
    assert noor.removed_at is None
    assert Event.objects.filter(lead=noor, kind="lead.stayed").exists()


def test_the_same_file_again_after_an_undo_starts_afresh(account: Account) -> None:
    import_, _first = take(account, b"name,email\nAcme Homes,hazel@example.com\n")
    undoing.undo(import_, by=None, at=MONDAY)
    _, second = take(account, b"name,email\nHazel Thorne,hazel@example.com\n")
    assert (second.new, second.merged) == (1, 0)
    assert Lead.objects.get(removed_at__isnull=True).person.name == "Hazel Thorne"
    assert Reach.objects.count() == 1


def test_after_a_week_an_import_is_what_it_is(account: Account) -> None:
    import_, _ = take(account)
    with pytest.raises(CannotUndo, match="7 days"):
        undoing.undo(import_, by=None, at=MONDAY + timedelta(days=8))
