"""Settings, Notices: what is pushed to this member's devices, and to which."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.channels.browser import Device, NoDevice
from nextcall.engine import notify
from nextcall.lib import keys
from nextcall.team import devices
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.settings.sections import section


class NoticesForm(forms.Form):
    """One switch for each kind."""

    new_lead = forms.BooleanField(
        required=False, label="A new lead", help_text="Mine, or nobody\u2019s. Not those of an imported file."
    )
    reply = forms.BooleanField(required=False, label="A reply", help_text="From a lead of mine, or given to me.")
    promise = forms.BooleanField(required=False, label="A promise due", help_text="When I said I would call or write.")
    mailbox = forms.BooleanField(
        required=False, label="A mailbox that is not read", help_text="For ten minutes: nobody sees the replies in it."
    )

    def __init__(self, *args: Any, manages: bool, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        if not manages:  # they could not mend it
            del self.fields["mailbox"]


@require_http_methods(["GET", "POST"])
@signed_in
def notices(request: SignedIn) -> HttpResponse:
    """The switches, this device, and all others that take notices."""
    member = request.member
    if request.method == "POST":
        form = NoticesForm(request.POST, manages=member.manages)
        form.is_valid()  # switches cannot be wrong
        switches = {f"push_{kind}": on for kind, on in form.cleaned_data.items()}
        member.settings = {**member.settings, **switches}
        member.save(update_fields=["settings"])
        messages.success(request, "Saved.")
        return _here()
    context = {
        "form": NoticesForm(
            initial={kind: notify.wants(member, kind) for kind in notify.KINDS}, manages=member.manages
        ),
        "devices": member.push_subscriptions.filter(account=member.account).order_by("-created_at", "-pk"),
        "public_key": keys.vapid_public(settings.VAPID_KEY),
    }
    return section(request, "notices", context)


@require_POST
@signed_in
def device(request: SignedIn) -> HttpResponse:
    """This browser takes notices from now on."""
    told = {name: request.POST.get(name, "")[:1000] for name in ("endpoint", "p256dh", "auth")}
    try:
        devices.remember(
            member=request.member, device=Device(**told), label=request.POST.get("label", ""), at=timezone.now()
        )
    except NoDevice as why:
        messages.error(request, f"Notices are not on: {why}.")
    else:
        messages.success(request, "Notices are on here.")
    return _here()


@require_POST
@signed_in
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """No more notices to that device."""
    if not devices.forget(member=request.member, pk=pk):
        raise Http404
    messages.success(request, "That device takes no more notices.")
    return _here()


@require_POST
@signed_in
def trial(request: SignedIn) -> HttpResponse:
    """A notice now, to see that it works."""
    sent = notify.test(member=request.member)
    if not sent.took and not sent.gone and not sent.failed:
        messages.error(request, "No device takes notices yet: turn them on here first.")
    elif sent.took:
        messages.success(request, f"On its way to {sent.took} device{'' if sent.took == 1 else 's'}.")
    if sent.gone:
        messages.error(
            request, f"{sent.gone} device{' has' if sent.gone == 1 else 's have'} turned notices off, and left."
        )
    if sent.failed:
        messages.error(request, f"{sent.failed} could not be reached just now. Try again in a minute.")
    return _here()


def _here() -> HttpResponse:
    return HttpResponseRedirect(reverse("settings_notices"))
