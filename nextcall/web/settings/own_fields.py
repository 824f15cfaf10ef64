"""Settings, Company: the account's own fields on its leads."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.leads import own_fields
from nextcall.leads.own_fields import OwnField
from nextcall.team.models import Account
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager


@require_POST
@manager
def add(request: SignedIn) -> HttpResponse:
    """One more field, with its kind and what may be chosen."""
    there = own_fields.read_all(request.member.account.own_fields)
    try:
        new = own_fields.made(
            request.POST.get("label", ""),
            request.POST.get("kind", "text"),
            request.POST.get("choices", "").splitlines(),
            among=there,
        )
    except own_fields.Wrong as wrong:
        messages.error(request, str(wrong))
        return _back()
    _keep(request, [*there, new])
    messages.success(request, f"{new.label} is a field of every lead now. The detailed style shows it.")
    return _back()


@require_POST
@manager
def removal(request: SignedIn, key: str) -> HttpResponse:
    """The field goes from the pages; what was written in it stays stored, and is there again when it comes back."""
    there = own_fields.read_all(request.member.account.own_fields)
    gone = next((one for one in there if one.key == key), None)
    if gone is None:
        raise Http404
    _keep(request, [one for one in there if one.key != key])
    messages.success(request, f"{gone.label} is shown no more. What was written in it is kept.")
    return _back()


def _keep(request: SignedIn, fields: list[OwnField]) -> None:
    account = request.member.account
    Account.objects.filter(pk=account.pk).update(own_fields=[own_fields.stored(one) for one in fields])
    record.record(
        account_id=account.pk,
        kind="account.changed",
        at=timezone.now(),
        by=request.member,
        data={"fields": ["own_fields"]},
    )


def _back() -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('settings_account')}#own-fields")
