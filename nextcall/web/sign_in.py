"""Sign in by one-time link or password, and sign out."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.team import mail
from nextcall.team import sign_in as team_sign_in
from nextcall.team.models import Member
from nextcall.web.access import member_of, open_session
from nextcall.web.frame import same_site

WRONG = "That address and password do not belong together. Try again, or ask for a link."
TOO_MANY = "Too many tries from here or for this address. Wait 15 minutes, or use a link printed where Nextcall runs."


class SignInForm(forms.Form):
    email = forms.EmailField(max_length=254, label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        max_length=200,
        strip=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AskForm(forms.Form):
    email = forms.EmailField(max_length=254, label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username"}))


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    there = same_site(request.POST.get("next") or request.GET.get("next") or "", reverse("home"))
    if request.method == "GET":
        if member_of(request):
            return HttpResponseRedirect(there)
        return _page(request, SignInForm(), there)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, there, status=422)
    try:
        member = team_sign_in.with_password(
            form.cleaned_data["email"], form.cleaned_data["password"], ip=_ip(request), at=timezone.now()
        )
    except team_sign_in.TooManyTries:
        return _page(request, form, there, status=429, problem=TOO_MANY)
    if member is None:
        return _page(request, form, there, status=422, problem=WRONG)
    return _let_in(request, member, there)


@never_cache
@require_POST
def ask_link(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody: who is a member is nobody's business."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, form, "", status=422)
    try:
        team_sign_in.note_attempt(form.cleaned_data["email"], ip=_ip(request), at=timezone.now())
    except team_sign_in.TooManyTries:
        return _page(request, form, "", status=429, problem=TOO_MANY)
    mail.mail_link(form.cleaned_data["email"], base_url=settings.URL, at=timezone.now())
    return render(request, "sign_in/asked.html", {"mails": mail.somebody_mails()})


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and POST signs in, so that a scanner that follows the link does not use it up."""
    if request.method == "GET":
        return render(request, "sign_in/link.html", {"works": team_sign_in.link_works(token, at=timezone.now())})
    member = team_sign_in.use_link(token, at=timezone.now())
    if member is None:
        return render(request, "sign_in/link.html", {"works": False}, status=410)
    return _let_in(request, member, reverse("home"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    messages.success(request, "You are signed out.")
    return HttpResponseRedirect(reverse("sign_in"))


def _let_in(request: HttpRequest, member: Member, there: str) -> HttpResponse:
    open_session(request, member)
    request.session.clear_expired()  # other people's, long over
    team_sign_in.signed_in(member, at=timezone.now())
    # Nobody who has not said when they work has seen the first screen.
    return HttpResponseRedirect(there if member.working_hours else reverse("welcome"))


def _page(request: HttpRequest, form: forms.Form, there: str, *, status: int = 200, problem: str = "") -> HttpResponse:
    context = {"form": form, "next": there, "problem": problem}
    return render(request, "sign_in/page.html", context, status=status)


def _ip(request: HttpRequest) -> str | None:
    """Where the request comes from. Behind https a proxy stands before us, and its own entry is the latest."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE else ""
    found = forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(forms.GenericIPAddressField(required=False).clean(found)) or None
    except forms.ValidationError:
        return None
