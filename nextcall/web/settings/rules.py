"""Settings, Hours and caps: every rule the gate decides by, its source, and what the account changed."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from nextcall.consent import policy, revising
from nextcall.consent.law import DAYS, Cap, Hours
from nextcall.consent.models import PolicyChange
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.settings.sections import section

DAY_WORDS = {"mon_fri": "Monday to Friday", "sat": "Saturday", "sun": "Sunday", "holiday": "Holidays"}


class ChangeForm(forms.Form):
    """A rule's value, and what loosening needs."""

    legal_basis = forms.CharField(
        max_length=300,
        required=False,
        label="Legal basis",
        help_text="Only to loosen: which consent, exemption or advice allows it. Kept in the log.",
    )
    ends_on = forms.DateField(
        required=False,
        label="Ends on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Only to loosen: the shipped rule holds again from that day.",
    )

    def __init__(self, *args: object, rule: Hours | Cap, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.rule = rule
        if isinstance(rule, Cap):
            self.fields["max"] = forms.IntegerField(min_value=0, max_value=1000, label="At most")
            self.fields["hours"] = forms.IntegerField(min_value=1, max_value=8784, label="In how many hours")
        else:
            for day, word in DAY_WORDS.items():
                self.fields[day] = forms.CharField(
                    max_length=60, label=word, help_text="Like 09:00-18:00, or closed." if day == "holiday" else ""
                )

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (("max", "hours") if isinstance(self.rule, Cap) else DAYS)]

    def value(self) -> dict[str, object]:
        return {field.name: self.cleaned_data[field.name] for field in self.value_fields}


@require_GET
@signed_in
def rules(request: SignedIn) -> HttpResponse:
    account = request.member.account
    in_force = policy.for_account(account.policy, at=timezone.now())
    packs = [in_force.account, *sorted(in_force.packs.values(), key=lambda pack: (pack.place != "US", pack.name))]
    counted = [(pack, len(pack.hours) + len(pack.caps) + len(pack.needs)) for pack in packs]
    changes = PolicyChange.objects.filter(account=account).select_related("approved_by").order_by("-at")[:20]
    changed = set(account.policy.get("rules", {}))
    context = {"packs": counted, "changes": changes, "changed": changed, "version": in_force.version}
    return section(request, "rules", context)


@require_http_methods(["GET", "POST"])
@manager
def rule(request: SignedIn, rule_id: str) -> HttpResponse:
    """One rule of hours or caps. Tightening is free; loosening is refused without basis and end."""
    account = request.member.account
    shipped = policy.rule(rule_id)
    if shipped is None:
        raise Http404
    stored = account.policy.get("rules", {}).get(rule_id, {}).get("value")
    form = ChangeForm(rule=shipped, initial={**policy.value_of(shipped), **(stored or {})})
    context = {"form": form, "rule": shipped, "shipped": _said(policy.value_of(shipped)), "changed": stored is not None}
    if request.method == "GET":
        return section(request, "rule", context)
    back = bool(request.POST.get("shipped"))
    form = ChangeForm({**policy.value_of(shipped)} if back else request.POST, rule=shipped)
    problem = _change(request, form) if form.is_valid() else ""
    if problem or form.errors:
        return section(request, "rule", {**context, "form": form, "problem": problem}, status=422)
    messages.success(request, "The shipped rule holds again." if back else "Changed, and written in the log below.")
    return HttpResponseRedirect(reverse("settings_rules"))


def _change(request: SignedIn, form: ChangeForm) -> str:
    """What was wrong or refused; "" when the change holds."""
    values = form.cleaned_data
    day = values["ends_on"]
    ends_at = datetime.combine(day, time.min, ZoneInfo(request.member.account.zone)) if day else None
    try:
        made = revising.change(
            request.member.account,
            form.rule.id,
            form.value(),
            by=request.member,
            at=timezone.now(),
            legal_basis=values["legal_basis"],
            ends_at=ends_at,
        )
    except ValueError as wrong:
        return f"That cannot be read: {wrong}."
    return made.refused_because


def _said(value: dict[str, object]) -> str:
    if "max" in value:
        return f"at most {value['max']} in {value['hours']} hours"
    return ", ".join(f"{DAY_WORDS[day]} {window}" for day, window in value.items())
