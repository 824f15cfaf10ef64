"""Settings, Who you are to leads: trade, ids, licences, terms, and where leads come from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.leads.models import Offer, Source
from nextcall.team.models import Account, Member
from nextcall.timeline import record
from nextcall.web.access import SignedIn, found_or_404, manager, signed_in
from nextcall.web.settings import licences
from nextcall.web.settings.sections import section

TRADES = (
    ("", "Not said"),
    ("mortgage", "Mortgage"),
    ("real_estate", "Real estate"),
    ("builder", "Builder"),
    ("other", "Something else"),
)
KINDS = (
    ("", "Not said: taken as our own"),
    ("own", "They asked us"),
    ("purchased", "Bought or shared"),
    ("credit_trigger", "A credit bureau sold it"),
)
MOST = 100  # sources and offers shown
COMPANY = ("trade", "nmls_id", "licences", "broker_name", "disclosures")


class CompanyForm(forms.Form):
    trade = forms.ChoiceField(label="Trade", required=False, choices=TRADES, help_text="Which rules on words apply.")
    nmls_id = licences.nmls_field("NMLS id of the company")
    broker_name = forms.CharField(
        max_length=120,
        required=False,
        label="Brokerage",
        help_text="Named on first contacts. Empty: the name that leads know.",
    )
    licences = licences.licences_field("Licences of the company")
    disclosures = forms.CharField(
        max_length=5_000,
        required=False,
        label="Terms of credit",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stand under a message that advertises credit: down payment, repayment, annual percentage rate.",
    )

    def clean_nmls_id(self) -> str:
        return licences.read_nmls(self.cleaned_data["nmls_id"])

    def clean_licences(self) -> dict[str, str]:
        estate = self.cleaned_data.get("trade") == "real_estate"
        return licences.read(self.cleaned_data["licences"], eight_in_california=estate)


class MemberForm(forms.Form):
    nmls_id = licences.nmls_field("NMLS id")
    licences = licences.licences_field("Licences")

    def __init__(self, *args: object, trade: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.trade = trade

    clean_nmls_id = CompanyForm.clean_nmls_id

    def clean_licences(self) -> dict[str, str]:
        return licences.read(self.cleaned_data["licences"], eight_in_california=self.trade == "real_estate")


@require_GET
@signed_in
def identity(request: SignedIn) -> HttpResponse:
    return _page(request)


@require_POST
@manager
def company(request: SignedIn) -> HttpResponse:
    account, form = request.member.account, CompanyForm(request.POST)
    if not form.is_valid():
        return _page(request, company_form=form)
    changed = {name: form.cleaned_data[name] for name in COMPANY if getattr(account, name) != form.cleaned_data[name]}
    if changed:
        Account.objects.filter(pk=account.pk).update(**changed)
        _note(request, "account.changed", {"fields": sorted(changed)})
    return _saved(request)


@require_POST
@signed_in
def person(request: SignedIn, pk: int) -> HttpResponse:
    """A member's own id and licences; owners and managers write anybody's."""
    row = found_or_404(Member, request.member.account, pk=pk)
    if row.pk != request.member.pk and not request.member.manages:
        return HttpResponse("Only owners and managers change another member's licences.", status=403)
    form = MemberForm(request.POST, trade=row.account.trade, auto_id=f"id_{row.pk}_%s")
    if not form.is_valid():
        return _page(request, person_form=form, person_id=row.pk)
    Member.objects.filter(pk=row.pk).update(**form.cleaned_data)
    _note(request, "member.licences_changed", {"member": row.pk})
    return _saved(request)


@require_POST
@manager
def source(request: SignedIn, pk: int) -> HttpResponse:
    """What kind of leads a source brings, and why bought ones may be contacted."""
    row = found_or_404(Source, request.member.account, pk=pk)
    kind, basis = request.POST.get("kind", ""), " ".join(request.POST.get("basis", "").replace("\0", "").split())
    if kind not in dict(KINDS):
        return _page(request, problem="Choose what kind of leads it brings from the list.")
    if len(basis) > 300:
        return _page(request, problem=f"The basis of {row.name} is longer than 300 characters; say it shorter.")
    Source.objects.filter(pk=row.pk).update(kind=kind, basis=basis)
    _note(request, "source.changed", {"source": row.pk, "kind": kind, "basis": basis})
    return _saved(request)


@require_POST
@manager
def offer(request: SignedIn, pk: int) -> HttpResponse:
    """The terms that stand beside an offer."""
    row = found_or_404(Offer, request.member.account, pk=pk)
    terms = request.POST.get("disclosures", "").replace("\0", "").strip()
    if len(terms) > 5_000:
        return _page(request, problem=f"The terms of {row.name} are longer than 5,000 characters.")
    Offer.objects.filter(pk=row.pk).update(disclosures=terms)
    _note(request, "offer.changed", {"offer": row.pk})
    return _saved(request)


def _page(
    request: SignedIn,
    *,
    company_form: CompanyForm | None = None,
    person_form: MemberForm | None = None,
    person_id: int = 0,
    problem: str = "",
) -> HttpResponse:
    me, account = request.member, request.member.account
    context: dict[str, Any] = {"me": me, "problem": problem}
    rows = [me]
    if me.manages:
        context["company_form"] = company_form or CompanyForm(initial=_initial(account, COMPANY))
        context |= {"kinds": KINDS, "sources": Source.objects.filter(account=account).order_by("name")[:MOST]}
        context["offers"] = Offer.objects.filter(account=account).order_by("name")[:MOST]
        rows += Member.objects.filter(account=account, is_active=True).exclude(pk=me.pk).order_by("name")[:MOST]
    context["people"] = [
        (row, person_form if person_form and row.pk == person_id else _form_of(row, account)) for row in rows
    ]
    wrong = problem or company_form or person_form
    return section(request, "identity", context, status=422 if wrong else 200)


def _form_of(row: Member, account: Account) -> MemberForm:
    return MemberForm(
        initial=_initial(row, ("nmls_id", "licences")), trade=account.trade, auto_id=f"id_{row.pk}_%s"
    )  # fmt: skip


def _initial(row: Account | Member, names: tuple[str, ...]) -> dict[str, object]:
    return {name: licences.show(row.licences) if name == "licences" else getattr(row, name) for name in names}


def _note(request: SignedIn, kind: str, data: dict[str, object]) -> None:
    record.record(
        account_id=request.member.account_id, kind=kind, at=timezone.now(), by=request.member, data=data
    )  # fmt: skip


def _saved(request: SignedIn) -> HttpResponse:
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("settings_identity"))
