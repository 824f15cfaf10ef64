"""Settings, Calendar: the company's booking page, whose posts are believed by their signature."""

import secrets

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.lib import sealing
from nextcall.team import addresses
from nextcall.team.models import Connection, Member
from nextcall.timeline.record import record
from nextcall.web.access import SignedIn, manager

CHANNEL, PROVIDER = "booking", "calendly"
SHORTEST = 16  # characters of a signing key


def shown(member: Member) -> dict[str, str]:
    """The address to post to; "" while there is none."""
    row = Connection.objects.filter(account_id=member.account_id, channel=CHANNEL).first()
    path = reverse("provider_posts", args=[row.provider, row.hook_key]) if row else ""
    return {"address": addresses.public(path) if path else ""}


@require_POST
@manager
def bookings(request: SignedIn) -> HttpResponse:
    """A key makes the address, another one changes it; `remove` forgets both."""
    account, key = request.member.account, request.POST.get("signing_key", "").strip()[:200]
    rows = Connection.objects.filter(account=account, channel=CHANNEL)
    at = timezone.now()
    if request.POST.get("remove"):
        rows.delete()
        messages.success(request, "The booking page is removed. What was booked stays.")
    elif len(key) < SHORTEST:
        messages.error(request, f"A signing key has at least {SHORTEST} characters; the one you gave Calendly.")
        return HttpResponseRedirect(reverse("settings_calendar"))
    elif not rows.update(sealed=sealing.seal({"signing_key": key})):
        Connection.objects.create(
            account=account, channel=CHANNEL, provider=PROVIDER, sealed=sealing.seal({"signing_key": key}),
            hook_key=secrets.token_urlsafe(24), created_at=at,
        )  # fmt: skip
        messages.success(request, "The address is below. Give it to Calendly with the same key.")
    else:
        messages.success(request, "The key is changed.")
    record(account_id=account.pk, kind="bookings.changed", at=at, by=request.member, data={"provider": PROVIDER})
    return HttpResponseRedirect(reverse("settings_calendar"))
