"""Settings, Email: connecting a mailbox by signing in at Google or Microsoft, to send by it or only to read it."""

import hmac
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.engine import mailbox_trial, tokens
from nextcall.team import addresses
from nextcall.web.access import SignedIn, manager
from nextcall.web.settings.mail_servers import reading_in_words

BEGUN = "mail_sign_in"  # in the session, until they are back
READS, SENDS = "is read from now on", "sends, and answers there are read from now on"
WITHIN = timedelta(minutes=15)


@require_GET  # a form could not: the security policy lets it post to us alone
@manager
def begin(request: SignedIn, provider: str) -> HttpResponse:
    """Sends the member to the provider; what proves their return stays in the session. `?reads`: it sends nothing."""
    reads = "reads" in request.GET
    if provider not in tokens.IDENTITIES:
        raise Http404
    try:
        url, state, verifier = tokens.begin(provider, redirect_uri=_return_address())
    except tokens.Refused as error:
        messages.error(request, f"{error}.")
        return _back(reads=reads)
    began = {"provider": provider, "state": state, "verifier": verifier, "at": timezone.now().isoformat()}
    request.session[BEGUN] = {**began, "reads": reads}
    return HttpResponseRedirect(url)


@require_GET
@manager
def authorized(request: SignedIn) -> HttpResponse:
    """They are back, with a code or a no. Each beginning ends once."""
    began = request.session.pop(BEGUN, None)
    now = timezone.now()
    reads = bool(began and began.get("reads"))
    if not _is_theirs(began, request.GET.get("state", ""), now):
        messages.error(request, "That sign-in was not begun here, or took too long. Begin it again.")
    elif "code" not in request.GET:
        messages.error(request, "The sign-in was broken off. Nothing has changed.")
    else:
        try:
            box = tokens.connect(
                request.member.account,
                began["provider"],
                code=request.GET["code"][:4000],
                verifier=began["verifier"],
                redirect_uri=_return_address(),
                by=request.member,
                at=now,
                reads_only=reads,
            )
            messages.success(request, f"Connected: {box.address} {READS if reads else SENDS}.")
        except (tokens.Refused, tokens.Away) as error:
            messages.error(request, f"{error}.")
        except mailbox_trial.Unreachable as error:
            messages.error(request, reading_in_words(str(error)))
    return _back(reads=reads)


def _back(*, reads: bool) -> HttpResponse:
    return HttpResponseRedirect(reverse("settings_email_mailbox" if reads else "settings_email"))


def _is_theirs(began: dict[str, Any] | None, state: str, now: datetime) -> bool:
    if not began or not hmac.compare_digest(began["state"].encode(), state.encode()):
        return False
    return now - datetime.fromisoformat(began["at"]) < WITHIN


def _return_address() -> str:
    return addresses.public(reverse("settings_email_authorized"))
