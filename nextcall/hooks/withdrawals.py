"""A wish not to be contacted, from any other program: POST /hooks/withdrawals/<key>, the key of a lead-in address.

    {"from": "+15205550142", "scope": ["text"], "said": "no more texts please", "id": "crm-17"}

"from" is a number or address, whether we know it or not; "scope" of text, call, email, or "all"; left out means all.
"at" may be left out: now.
What is queued is cancelled in the same moment. The same "id" again changes nothing.

200 {"withdrawals", "lead", "repeated"}; 404 for a wrong key; 400 with "error" for a body that cannot be read.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nextcall.consent.ledger import EVERYTHING
from nextcall.engine import revoking
from nextcall.hooks import posted
from nextcall.team.models import Account


@csrf_exempt  # the key in the address is what proves the sender
@require_POST
def withdrawals(request: HttpRequest, key: str) -> HttpResponseBase:
    account = posted.account_of(key)
    if account is None:
        return posted.no_such_key()
    try:
        return JsonResponse(_take_in(account, posted.body_of(request), now=timezone.now()))
    except posted.Unreadable as wrong:
        return JsonResponse({"error": str(wrong)}, status=HTTPStatus.BAD_REQUEST)


def _take_in(account: Account, body: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    scope = _scope(body.get("scope", "all"))
    try:
        revoked = revoking.revoke(
            account=account,
            sender=posted.text(body, "from", 254),
            scope=scope,
            reason="opt_out",
            said=posted.text(body, "said", 2000),
            via="hook",
            at=min(posted.instant(body, "at") or now, now),
            reference=posted.text(body, "id", 120),
        )
    except revoking.NoPoint as wrong:
        raise posted.Unreadable(f"from is {wrong}") from wrong
    return answer_of(revoked)


def answer_of(revoked: revoking.Revoked) -> dict[str, Any]:
    """What every hook that takes in a wish answers."""
    return {
        "withdrawals": [row.pk for row in revoked.withdrawals],
        "lead": revoked.lead.pk if revoked.lead else None,
        "repeated": revoked.repeated,
    }


def _scope(asked: object) -> list[str]:
    names = [asked] if isinstance(asked, str) else asked
    if not isinstance(names, list) or not names or not all(name in (*EVERYTHING, "all") for name in names):
        raise posted.Unreadable('scope is "all", or a list of text, call, email')
    return list(EVERYTHING) if "all" in names else [str(name) for name in names]
