"""Settings, You: name, working hours, zone, time away, password, single keys."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.cadences import away
from nextcall.lib import phone as phones
from nextcall.team.models import Member
from nextcall.web import working_hours
from nextcall.web.access import SignedIn, open_session, signed_in
from nextcall.web.settings.sections import section
from nextcall.web.zones import zone_choices


class ProfileForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        max_length=254,
        label="Email",
        help_text="You sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        max_length=40,
        label="Phone",
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    zone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    back_on = forms.DateField(
        label="Away until",
        required=False,
        help_text="Your first day back. The plans that run now are held until then.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    single_keys = forms.BooleanField(
        label="Single keys",
        required=False,
        help_text="C calls, 1 to 9 log an outcome, ? lists all. They pause while you type.",
    )

    def __init__(self, *args: object, member: Member, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.member = member

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if Member.objects.filter(email__iexact=email).exclude(pk=self.member.pk).exists():
            raise ValidationError("Another member signs in with this address.")
        return email

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"], country=self.member.account.country)


def read_phone(written: str, *, country: str) -> str:
    """E.164, or "" for nothing. Raises ValidationError with an example that works."""
    if not written.strip():
        return ""
    found = phones.read(written, country=country)
    if found is None:
        raise ValidationError("That is not a telephone number. Write it like (303) 555-0142.")
    return found.e164


class PasswordForm(forms.Form):
    current = forms.CharField(
        label="Password now",
        max_length=200,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    fresh = forms.CharField(
        label="New password",
        max_length=200,
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, member: Member, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.member = member
        if member.has_usable_password():
            self.fields["current"].required = True
        else:
            del self.fields["current"]

    def clean_current(self) -> str:
        current = str(self.cleaned_data["current"])
        if not self.member.check_password(current):
            raise ValidationError("That is not your password now.")
        return current

    def clean_fresh(self) -> str:
        fresh = str(self.cleaned_data["fresh"])
        validate_password(fresh, self.member)
        return fresh


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: SignedIn) -> HttpResponse:
    member = request.member
    if request.method == "GET":
        return _page(request, ProfileForm(member=member, initial=_initial(member)))
    form, days = ProfileForm(request.POST, member=member), working_hours.read(request.POST.dict())
    wrong = working_hours.wrong_in(days)
    if not form.is_valid() or wrong:
        return _page(request, form, days=days, wrong=wrong, status=422)
    _keep(member, form, days)
    messages.success(request, f"Saved. {_hold_or_release(member)}".strip())
    return HttpResponseRedirect(reverse("settings"))


@require_POST
@signed_in
def password(request: SignedIn) -> HttpResponse:
    """Sets it, and ends every other session of the member."""
    form = PasswordForm(request.POST, member=request.member)
    if not form.is_valid():
        profile_form = ProfileForm(member=request.member, initial=_initial(request.member))
        return _page(request, profile_form, password_form=form, status=422)
    request.member.set_password(form.cleaned_data["fresh"])
    request.member.save(update_fields=["password"])
    open_session(request, request.member)
    messages.success(request, "Your password is set. Other sessions of yours have ended.")
    return HttpResponseRedirect(reverse("settings"))


def _page(
    request: SignedIn,
    form: ProfileForm,
    *,
    days: list[working_hours.Day] | None = None,
    wrong: str = "",
    password_form: PasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "days": days or working_hours.days_of(request.member.working_hours),
        "wrong": wrong,
        "password_form": password_form or PasswordForm(member=request.member),
    }
    return section(request, "profile", context, status=status)


def _initial(member: Member) -> dict[str, object]:
    away = member.away_until if member.away_until and member.away_until > timezone.now() else None
    return {
        "name": member.name,
        "email": member.email,
        "phone": phones.show(member.phone) if member.phone else "",
        "zone": member.zone,
        "back_on": away.astimezone(ZoneInfo(member.zone)).date() if away else None,
        "single_keys": member.settings.get("single_keys", True),
    }


def _keep(member: Member, form: ProfileForm, days: list[working_hours.Day]) -> None:
    values = form.cleaned_data
    member.name, member.email, member.phone = values["name"], values["email"], values["phone"]
    member.zone, member.working_hours = values["zone"], working_hours.stored(days)
    member.away_until = _start_of(values["back_on"], member.zone)
    member.settings = {**member.settings, "single_keys": values["single_keys"]}
    member.save(update_fields=["name", "email", "phone", "zone", "working_hours", "away_until", "settings"])


def _hold_or_release(member: Member) -> str:
    """Plans follow the member's time away; says how many were held or go on."""
    now = timezone.now()
    if member.away_until and member.away_until > now:
        held = away.hold(owner=member, until=member.away_until, by=member, at=now)
        return f"{held} plan{'s' if held != 1 else ''} held until you are back." if held else ""
    released = away.release(owner=member, by=member, at=now)
    return f"{released} plan{'s' if released != 1 else ''} go on." if released else ""


def _start_of(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time.min, ZoneInfo(zone)) if day else None
