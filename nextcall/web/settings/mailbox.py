"""Settings, Email: the mailboxes that answers come to. Each is added, changed, looked at and removed by itself."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nextcall.engine import mailbox_places, mailbox_trial, tokens
from nextcall.lib import sealing
from nextcall.team.models import Connection, Mailbox, MailboxFolder
from nextcall.timeline import record
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.settings import mailbox_form, mailbox_words
from nextcall.web.settings.mail_servers import KEEP_COPIES_THEMSELVES, reading_in_words
from nextcall.web.settings.mailbox_form import NewForm, ReadingForm, SignInForm, unsealed
from nextcall.web.settings.sections import section

MOST = 100  # mailboxes of an account


@require_GET
@manager
def mailboxes(request: SignedIn) -> HttpResponse:
    """The list, each with its state."""
    rows = Mailbox.objects.filter(account=request.member.account).select_related("member").prefetch_related("folders")
    at = timezone.now()
    context = {
        "lines": [mailbox_words.line(one, at=at) for one in rows.order_by("pk")],
        "nobody_reads": mailbox_words.nobody_reads(_sending(request), list(rows)),
        "sign_ins": tokens.offered(),
    }
    return section(request, "mailboxes", context)


@require_http_methods(["GET", "POST"])
@manager
def new(request: SignedIn) -> HttpResponse:
    """POST signs in, looks around, and reads from the next mail on."""
    account, sending = request.member.account, _sending(request)
    if request.method == "GET":
        first = mailbox_form.sign_in_of(sending, None)
        taken = Mailbox.objects.filter(account=account, address__iexact=str(first["address"])).exists()
        return section(
            request, "mailbox_new", {"form": NewForm(account, initial=first | {"address": ""} if taken else first)}
        )
    form = NewForm(account, request.POST)
    if form.is_valid() and form.others.count() >= MOST:
        form.add_error(None, f"{MOST} mailboxes are connected; remove one first.")
    box = Mailbox(account=account, created_at=timezone.now())
    problem = "" if not form.is_valid() else _signed_in(request, form, box)
    if form.errors or problem:
        return section(request, "mailbox_new", {"form": form, "problem": problem}, status=422)
    return _there(box)


@require_http_methods(["GET", "POST"])
@manager
def one(request: SignedIn, pk: int) -> HttpResponse:
    """POST signs in anew; without a sign-in what was there stays."""
    row = _mine(request, pk)
    if request.method == "GET" or unsealed(row).get("oauth"):
        return _page(request, row)
    form = SignInForm(request.member.account, row, request.POST)
    problem = _signed_in(request, form, row) if form.is_valid() else ""
    if form.errors or problem:
        return _page(request, _mine(request, pk), form=form, problem=problem, status=422)
    return _there(row)


@require_POST
@manager
def reading(request: SignedIn, pk: int) -> HttpResponse:
    """Whose it is, and which folders are read; at once, without a sign-in."""
    row = _mine(request, pk)
    form = ReadingForm(row, request.POST)
    if not form.is_valid():
        return _page(request, row, reading_form=form, status=422)
    _keep_reading(request, row, form.cleaned_data)
    messages.success(request, "Saved.")
    return _there(row)


@require_POST
@manager
def check(request: SignedIn, pk: int) -> HttpResponse:
    """Signs in and looks around now, whatever went wrong before; reading goes on at once if that works."""
    row, now = _mine(request, pk), timezone.now()
    try:
        found = mailbox_trial.look(mailbox_places.place_of(row))
    except (mailbox_trial.Unreachable, mailbox_places.NoPlace) as error:
        problem = str(error)[:300]
        _rows(row).filter(problem="").update(problem_at=now)
        _rows(row).update(problem=problem)
        messages.error(request, reading_in_words(problem))
        return _there(row)
    kept = unsealed(row) | {"sent": found.sent_folder[:120]}
    sealed = sealing.seal(kept)  # other bytes: whoever waits to try again begins anew
    well = {"enabled": True, "problem": "", "problem_at": None, "offers": list(found.offers)}
    _rows(row).filter(sealed=row.sealed).update(sealed=sealed, **well)
    messages.success(request, f"It answers: {mailbox_words.found(found)}.")
    return _there(row)


@require_POST
@manager
def answers(request: SignedIn, pk: int) -> HttpResponse:
    """Emails ask for their answers here."""
    row = _mine(request, pk)
    mailbox_places.choose(row)
    _note(request, "mailbox.changed", row, answers=True)
    messages.success(request, f"Your emails ask for answers at {row.address} from now on.")
    return _there(row)


@require_POST
@manager
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """Stops reading and forgets the password. What was taken in stays."""
    row = _mine(request, pk)
    with transaction.atomic():
        _note(request, "mailbox.removed", row, address=row.address)
        row.delete()
        mailbox_places.settle(request.member.account)
    messages.success(request, f"{row.address} is no longer read, and its password is forgotten.")
    return HttpResponseRedirect(reverse("settings_email_mailbox"))


def _signed_in(request: SignedIn, form: SignInForm, box: Mailbox) -> str:
    """What is wrong, in words; "" once it is kept. A mailbox that is new, or another one, begins with its next mail."""
    draft = mailbox_form.draft(form, box if box.pk else None)
    place = mailbox_trial.Place(**{key: draft[key] for key in (*mailbox_form.KEPT, "password")})
    try:
        found = mailbox_trial.look(place)
    except mailbox_trial.Unreachable as error:
        return reading_in_words(str(error))
    same = (box.address, unsealed(box).get("host")) == (form.cleaned_data["address"], draft["host"])
    if not same or box.uid_validity != found.standing.uid_validity:
        box.uid_validity, box.uid_next = found.standing.uid_validity, found.standing.uid_next
    copies = form.cleaned_data.get("copies", bool(box.sent_folder)) and draft["host"] not in KEEP_COPIES_THEMSELVES
    box.address, box.sealed = form.cleaned_data["address"], sealing.seal(draft | {"sent": found.sent_folder[:120]})
    box.sent_folder, box.offers = found.sent_folder[:120] if copies else "", list(found.offers)
    box.enabled, box.looked_at, box.problem, box.problem_at = True, timezone.now(), "", None
    if "member" in form.cleaned_data:
        box.member = mailbox_form.member_of(request.member.account, form.cleaned_data["member"])
    with transaction.atomic():
        box.save()
        mailbox_places.settle(request.member.account)
        _note(request, "mailbox.connected", box, address=box.address)
    messages.success(request, f"Signed in: {mailbox_words.found(found)}. Answers are read from now on.")
    return ""


def _keep_reading(request: SignedIn, row: Mailbox, values: dict[str, Any]) -> None:
    kept, account = unsealed(row), request.member.account
    sent = (kept.get("sent") or row.sent_folder) if values.get("copies") else ""
    with transaction.atomic():
        if kept and bool(kept.get("plus")) != values["plus"]:
            _rows(row).filter(sealed=row.sealed).update(sealed=sealing.seal(kept | {"plus": values["plus"]}))
        _rows(row).update(member=mailbox_form.member_of(account, values["member"]), sent_folder=sent)
        row.folders.exclude(name__in=values["folders"]).delete()
        for name in values["folders"]:
            MailboxFolder.objects.get_or_create(account=account, mailbox=row, name=name)
        _note(request, "mailbox.changed", row, folders=values["folders"], member=int(values["member"] or 0) or None)


def _page(
    request: SignedIn,
    row: Mailbox,
    *,
    form: SignInForm | None = None,
    reading_form: ReadingForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    sending, boxes = _sending(request), list(Mailbox.objects.filter(account=row.account).order_by("pk"))
    initial = mailbox_form.sign_in_of(sending, row)
    context = {
        "row": row,
        "line": mailbox_words.line(row, at=timezone.now()),
        "problem": problem,
        "form": form or SignInForm(row.account, row, initial=initial),
        "reading_form": reading_form or ReadingForm(row, initial=mailbox_form.reading_of(row)),
        "signed_in_at": tokens.IDENTITIES.get(unsealed(row).get("oauth", "")),
        "others": len(boxes) > 1 and sending is not None,
        "effect": mailbox_words.effect(row, sending, boxes),
        "lately": mailbox_words.lately(row, zone=request.member.zone, at=timezone.now()),
    }
    return section(request, "mailbox", context, status=status)


def _sending(request: SignedIn) -> Connection | None:
    return Connection.objects.filter(account=request.member.account, channel="email").first()


def _mine(request: SignedIn, pk: int) -> Mailbox:
    rows = Mailbox.objects.select_related("account", "member", "connection").prefetch_related("folders")
    return found_or_404(rows, request.member.account, pk=pk)


def _rows(row: Mailbox) -> Any:
    return Mailbox.objects.filter(account_id=row.account_id, pk=row.pk)


def _there(row: Mailbox) -> HttpResponse:
    return HttpResponseRedirect(reverse("settings_email_mailbox_one", args=[row.pk]))


def _note(request: SignedIn, kind: str, row: Mailbox, **data: object) -> None:
    data = {"mailbox": row.pk, **data}
    record.record(account_id=row.account_id, kind=kind, at=timezone.now(), by=request.member, data=data)
