"""Settings, Calendar: when this member is busy, where appointments go, and their plan for their calendar program."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.channels.calendar.fetching import CannotReach
from nextcall.engine import calendars, feeding
from nextcall.lib import sealing
from nextcall.team import meeting
from nextcall.team.models import CalendarSource
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.settings import bookings
from nextcall.web.settings.sections import section
from nextcall.worklist import say

MOST = 10


class CalendarForm(forms.Form):
    """A calendar elsewhere."""

    kind = forms.ChoiceField(
        choices=(
            (CalendarSource.Kind.CALDAV, "CalDAV: read and written, with a sign-in"),
            (CalendarSource.Kind.FEED, "An iCalendar address (.ics): read only"),
        ),
        label="Kind",
    )
    url = forms.CharField(max_length=1000, label="Address", help_text="Begins with https:// or webcal://.")
    user = forms.CharField(max_length=254, required=False, label="User name", help_text="Empty for an .ics address.")
    password = forms.CharField(
        max_length=500,
        strip=False,
        required=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Big providers want an app password. It is encrypted with a key outside the database.",
    )


class MeetingForm(forms.Form):
    """How free times are found."""

    minutes = forms.IntegerField(min_value=10, max_value=480, label="An appointment takes, minutes")
    room = forms.IntegerField(
        min_value=0, max_value=240, label="Room before and after, minutes", help_text="Travel, or a breath."
    )
    notice = forms.IntegerField(min_value=0, max_value=20_160, label="Notice you want, minutes")


@require_http_methods(["GET", "POST"])
@signed_in
def calendar(request: SignedIn) -> HttpResponse:
    """POST tries the calendar, and keeps it when it answers."""
    if request.method == "GET":
        return _page(request, CalendarForm(initial={"kind": CalendarSource.Kind.CALDAV}))
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if request.member.calendars.count() >= MOST:
        form.add_error(None, f"{MOST} calendars are connected; remove one first.")
        return _page(request, form, status=422)
    try:
        source = calendars.connect(member=request.member, at=timezone.now(), **form.cleaned_data)
    except CannotReach as why:
        form.add_error("url", str(why))
        return _page(request, form, status=422)
    messages.success(request, f"{source.name} is connected. It is read in a moment, then every ten minutes.")
    return _here()


@require_POST
@signed_in
def meetings(request: SignedIn) -> HttpResponse:
    form, member = MeetingForm(request.POST), request.member
    if not form.is_valid():
        return _page(request, CalendarForm(), meeting_form=form, status=422)
    member.settings = {**member.settings, meeting.KEY: form.cleaned_data}
    member.save(update_fields=["settings"])
    messages.success(request, "Saved.")
    return _here()


@require_POST
@signed_in
def feed(request: SignedIn) -> HttpResponse:
    """A new secret address, or none."""
    if request.POST.get("close"):
        feeding.revoke(request.member)
        messages.success(request, "The address is revoked. Whoever has it sees nothing any more.")
    else:
        feeding.renew(request.member)
        messages.success(request, "There is a new address. An older one shows nothing any more.")
    return _here()


@require_POST
@signed_in
def reading(request: SignedIn, pk: int) -> HttpResponse:
    calendars.read_again(_mine(request, pk))
    messages.success(request, "It is read again in a moment.")
    return _here()


@require_POST
@signed_in
def writing(request: SignedIn, pk: int) -> HttpResponse:
    """Which calendar appointments go into."""
    source = _mine(request, pk)
    try:
        calendars.write_to(source=source, url=request.POST.get("to", ""))
    except sealing.CannotUnseal as why:
        messages.error(request, str(why))
    return _here()


@require_POST
@signed_in
def removal(request: SignedIn, pk: int) -> HttpResponse:
    source = _mine(request, pk)
    calendars.remove(source=source, by=request.member, at=timezone.now())
    messages.success(request, f"{source.name} is removed and its password forgotten.")
    return _here()


def _mine(request: SignedIn, pk: int) -> CalendarSource:
    return found_or_404(CalendarSource.objects.filter(member=request.member), request.member.account, pk=pk)


def _here() -> HttpResponse:
    return HttpResponseRedirect(reverse("settings_calendar"))


def _page(
    request: SignedIn, form: CalendarForm, *, meeting_form: MeetingForm | None = None, status: int = 200
) -> HttpResponse:
    how = meeting.of(request.member)
    initial = {"minutes": how.minutes, "room": how.room, "notice": how.notice}
    context = {
        "form": form,
        "meeting_form": meeting_form or MeetingForm(initial=initial),
        "sources": [_shown(one, request.member.zone) for one in request.member.calendars.order_by("created_at", "pk")],
        "feed": feeding.url(request.member),
        "bookings": bookings.shown(request.member) if request.member.manages else None,
    }
    return section(request, "calendar", context, status=status)


def _shown(source: CalendarSource, zone: str) -> dict[str, object]:
    try:
        secret = sealing.unseal(source.sealed)
    except sealing.CannotUnseal as why:
        secret, source.problem = {}, str(why)
    choices = [
        {**one, "here": source.writes and one["url"] == secret.get("writes_to")} for one in secret.get("calendars", [])
    ]
    read = say.when(source.read_at, zone, at=timezone.now()) if source.read_at else ""
    return {"row": source, "read": read, "choices": choices, "busy": len(source.busy)}
