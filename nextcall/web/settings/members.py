"""Settings, Members: who belongs to the account."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.team import members as team
from nextcall.team.models import Member
from nextcall.timeline import record
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.settings.sections import section

ROLES = (
    ("rep", "Rep: their own leads"),
    ("manager", "Manager: every lead, and settings"),
    ("owner", "Owner: all, owners too"),
)


class MemberForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name")
    email = forms.EmailField(max_length=254, label="Email")
    role = forms.ChoiceField(choices=ROLES, label="Role")


@require_http_methods(["GET", "POST"])
@manager
def members(request: SignedIn) -> HttpResponse:
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            member = team.add(account=request.member.account, by=request.member, at=timezone.now(), **values)
        except team.Refused as why:
            form.add_error("email", str(why))
        else:
            _note(request, "member.added", member)
            messages.success(request, f"{member.name} is added. Make them a sign-in link below.")
            return HttpResponseRedirect(reverse("settings_members"))
    return _page(request, form)


@require_POST
@manager
def role(request: SignedIn, pk: int) -> HttpResponse:
    member = found_or_404(Member, request.member.account, pk=pk)
    wanted = request.POST.get("role", "")
    if wanted not in Member.Role.values:
        return _refused(request, "Choose rep, manager or owner.")
    try:
        team.change_role(member=member, role=wanted, by=request.member)
    except team.Refused as why:
        return _refused(request, str(why))
    _note(request, "member.role_changed", member, role=wanted)
    messages.success(request, f"{member.name} is now {Member.Role(wanted).label.lower()}.")
    return HttpResponseRedirect(reverse("settings_members"))


@require_POST
@manager
def deactivation(request: SignedIn, pk: int) -> HttpResponse:
    member = found_or_404(Member, request.member.account, pk=pk, is_active=True)
    try:
        team.deactivate(member=member, by=request.member, at=timezone.now())
    except team.Refused as why:
        return _refused(request, str(why))
    _note(request, "member.deactivated", member)
    messages.success(request, f"{member.name} is signed out everywhere and cannot sign in.")
    return HttpResponseRedirect(reverse("settings_members"))


@require_POST
@manager
def activation(request: SignedIn, pk: int) -> HttpResponse:
    member = found_or_404(Member, request.member.account, pk=pk, is_active=False)
    try:
        team.reactivate(member=member, by=request.member)
    except team.Refused as why:
        return _refused(request, str(why))
    _note(request, "member.reactivated", member)
    messages.success(request, f"{member.name} can sign in again.")
    return HttpResponseRedirect(reverse("settings_members"))


@require_POST
@manager
def sign_in_link(request: SignedIn, pk: int) -> HttpResponse:
    """Shown once, on this answer only; never kept in a session or a log."""
    member = found_or_404(Member, request.member.account, pk=pk, is_active=True)
    try:
        path = team.link_for(member=member, by=request.member, at=timezone.now())
    except team.Refused as why:
        return _refused(request, str(why))
    _note(request, "member.link_made", member)
    return _page(request, MemberForm(), link={"member": member, "url": settings.URL + path})


def _page(request: SignedIn, form: MemberForm, *, link: dict[str, object] | None = None) -> HttpResponse:
    rows = (
        Member.objects.filter(account=request.member.account)
        .order_by("-is_active", "name")
        .annotate(lead_count=Count("leads", filter=Q(leads__removed_at__isnull=True)))
    )
    context = {"form": form, "rows": rows, "roles": ROLES, "link": link}
    return section(request, "members", context, status=422 if form.errors else 200)


def _refused(request: SignedIn, why: str) -> HttpResponse:
    messages.warning(request, why)
    return HttpResponseRedirect(reverse("settings_members"))


def _note(request: SignedIn, kind: str, member: Member, **data: object) -> None:
    record.record(
        account_id=member.account_id,
        kind=kind,
        at=timezone.now(),
        by=request.member,
        data={"member": member.pk, **data},
    )
