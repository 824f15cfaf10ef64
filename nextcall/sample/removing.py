"""Taking everything invented away again, at once and completely; what is real stays as it is."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from nextcall.cadences.models import Cadence, Draft, Enrollment, Pause, Recall, Touch
from nextcall.consent.models import Attempt, Permission, PlaceClue, Withdrawal
from nextcall.conversations.models import (
    AskedQuestion,
    Attachment,
    Call,
    InboxItem,
    Invitation,
    Message,
    Note,
    Presence,
    Promise,
    Seen,
    Suggestion,
)
from nextcall.engine.models import Action, BulkChange, Notice
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, SmartList, Source
from nextcall.sample.bringing import BROUGHT
from nextcall.sample.people import words
from nextcall.team.models import Account, Member, PushSubscription, SignInLink
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

ABOUT = ("lead", "message", "promise")  # what a notice may be about


def remove(*, account: Account, by: Member | None, at: datetime) -> int:
    """Every invented person with all that belongs to them, and invented members; how many leads. Harmless if none."""
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        if locked.sample_at is None:
            return 0
        brought = Event.objects.filter(account=account, kind=BROUGHT).order_by("-at", "-pk").first()
        before = brought.data if brought else {}
        members = Member.objects.filter(account=account, sample=True)
        leads = Lead.objects.filter(account=account, person__sample=True)
        count, imports = leads.count(), _imports(account)
        _forget_what_was_said(account)
        _forget_what_was_done(account, imports)
        _forget_who_they_were(account, before)
        Event.objects.filter(account=account, kind=BROUGHT).delete()
        _let_go(members)
        Account.objects.filter(pk=account.pk).update(sample_at=None, **before.get("account", {}))
        _restore(before.get("member"))
        record(account_id=account.pk, kind="sample.removed", at=at, by=by if by and not by.sample else None)
    return count


def _imports(account: Account) -> list[int]:
    """Files whose people were all invented."""
    found = Lead.objects.filter(account=account, import_id__isnull=False)
    invented = set(found.filter(person__sample=True).values_list("import_id", flat=True))
    real = set(found.filter(person__sample=False).values_list("import_id", flat=True))
    return [key for key in invented - real if key is not None]


def _strangers() -> list[str]:
    return [one["number"] for one in words()["stranger"]]


def _forget_what_was_said(account: Account) -> None:
    theirs = {"account": account, "lead__person__sample": True}
    texts = [one["text"] for one in words()["stranger"]]
    unknown = Message.objects.filter(account=account, lead=None, outbound=False, body__in=texts)
    messages = Message.objects.filter(Q(person__sample=True) | Q(lead__person__sample=True), account=account)
    _notices(account, messages)
    keys = list(unknown.values_list("pk", flat=True))
    Event.objects.filter(account=account, kind="message.received", lead=None, data__message__in=keys).delete()
    items = InboxItem.objects.filter(Q(unknown_sender__in=_strangers()) | Q(lead__person__sample=True), account=account)
    files = Q(message__in=unknown) | Q(message__in=messages) | Q(touch__person__sample=True)
    for rows in (
        Seen.objects.filter(account=account, item__in=items),
        items,
        Attachment.objects.filter(files, account=account),
        Suggestion.objects.filter(**theirs),
        AskedQuestion.objects.filter(**theirs),
        Invitation.objects.filter(account=account, promise__lead__person__sample=True),
        Presence.objects.filter(**theirs),
        unknown,
        messages,
        Call.objects.filter(account=account, person__sample=True),
        Note.objects.filter(**theirs),
        Promise.objects.filter(**theirs),
    ):
        _drop(rows)


def _notices(account: Account, messages: "QuerySet[Message]") -> None:
    leads = Lead.objects.filter(account=account, person__sample=True)
    promises = Promise.objects.filter(account=account, lead__person__sample=True)
    about = [
        f"{word}:{key}"
        for word, rows in zip(ABOUT, (leads, messages, promises), strict=True)
        for key in rows.values_list("pk", flat=True)
    ]
    for start in range(0, len(about), 400):
        Notice.objects.filter(account=account, about__in=about[start : start + 400]).delete()


def _forget_what_was_done(account: Account, imports: list[int]) -> None:
    person = {"account": account, "person__sample": True}
    lead = {"account": account, "lead__person__sample": True}
    at_their_points = Q(contact_point__reaches__person__sample=True) & ~Q(contact_point__reaches__person__sample=False)
    invented = set(Lead.objects.filter(account=account, person__sample=True).values_list("pk", flat=True))
    for change in BulkChange.objects.filter(account=account):
        if change.lead_ids and invented.issuperset(change.lead_ids):
            change.delete()
    for rows in (
        Action.objects.filter(**lead),
        Attempt.objects.filter(**person),
        Permission.objects.filter(**person),
        PlaceClue.objects.filter(**person),
        Withdrawal.objects.filter(account=account).filter(Q(person__sample=True) | at_their_points),
        Pause.objects.filter(account=account, enrollment__person__sample=True),
        Event.objects.filter(account=account).filter(Q(person__sample=True) | Q(lead__person__sample=True)),
        Event.objects.filter(account=account, kind__startswith="import.", data__import__in=imports),
        Capture.objects.filter(**lead),
        Recall.objects.filter(account=account, touch__person__sample=True),
        Touch.objects.filter(**person),
        Enrollment.objects.filter(**person),
        Import.objects.filter(account=account, pk__in=imports),
    ):
        _drop(rows)


def _forget_who_they_were(account: Account, before: dict[str, list[int]]) -> None:
    persons = Person.objects.filter(account=account, sample=True)
    points = ContactPoint.objects.filter(account=account, reaches__person__sample=True)
    only_theirs = list(points.exclude(reaches__person__sample=False).values_list("pk", flat=True))
    _drop(Lead.objects.filter(account=account, person__sample=True))
    _drop(Reach.objects.filter(account=account, person__sample=True))
    for start in range(0, len(only_theirs), 400):
        ContactPoint.objects.filter(account=account, pk__in=only_theirs[start : start + 400]).delete()
    ContactPoint.objects.filter(account=account, key__in=_strangers(), reaches=None).delete()
    persons.delete()
    names = {one["name"] for one in words()["source"]} | {"Past inquiries"}
    offers = {name for one in words()["source"] for name in one["offers"]}
    for rows, named, kept in ((Source.objects, names, "sources"), (Offer.objects, offers, "offers")):
        unused = rows.filter(account=account, name__in=named, lead=None).exclude(pk__in=before.get(kept, []))
        unused.delete()
    _cadences(account, before.get("cadences", []))
    SmartList.objects.filter(account=account, name__in=words()["lists"]).delete()


def _cadences(account: Account, kept: list[int]) -> None:
    """Those that came with it and that nobody real is on, wrote a version of, or is editing."""
    fresh = Cadence.objects.filter(account=account).exclude(pk__in=kept)
    used = Enrollment.objects.filter(account=account).values("version__cadence")
    drafts = Draft.objects.filter(account=account, by__sample=False).values("cadence")
    own = fresh.filter(versions__by__isnull=False, versions__by__sample=False).values("pk")
    fresh.exclude(pk__in=used).exclude(pk__in=drafts).exclude(pk__in=own).delete()


def _let_go(members: "QuerySet[Member]") -> None:
    SignInLink.objects.filter(member__in=members).delete()
    PushSubscription.objects.filter(member__in=members).delete()
    members.delete()


def _restore(member: dict[str, Any] | None) -> None:
    """Whoever had no name and no hours before has none again, unless they said since."""
    if not member or member["hours"]:
        return
    first = words()["member"][0]["name"]
    Member.objects.filter(pk=member["id"], name=first).update(
        name=member["name"], zone=member["zone"], working_hours=member["hours"]
    )


def _drop(rows: "QuerySet[Model]") -> None:
    """One statement, without looking for what hangs on the rows: that is gone already, or goes next."""
    keys = rows.order_by().values("pk")
    unfiltered = rows.model._default_manager.filter(pk__in=keys)
    unfiltered._raw_delete(unfiltered.db)
