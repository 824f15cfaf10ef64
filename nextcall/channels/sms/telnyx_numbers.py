"""The numbers of an account at Telnyx, and what their registration says.

https://developers.telnyx.com/api/messaging/list-phone-numbers-with-messaging-settings
https://developers.telnyx.com/api/messaging/10dlc/get-all-phone-number-campaigns
https://developers.telnyx.com/api/messaging/toll-free-verification/list-verification-requests
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from nextcall.channels.contract import OwnNumber, SendError

Get = Callable[[str, Mapping[str, str]], dict[str, Any]]
Registration = Literal["unknown", "pending", "registered", "refused"]
MOST_PAGES = 20
CAMPAIGN: Mapping[str, Registration] = {
    "ASSIGNED": "registered",
    "PENDING_ASSIGNMENT": "pending",
    "FAILED_ASSIGNMENT": "refused",
    "FAILED_UNASSIGNMENT": "registered",
}
TOLL_FREE: Mapping[str, Registration] = {"Verified": "registered", "Rejected": "refused"}  # all others: pending
NEEDS_NONE = "needs no registration with the carriers"


def listed(get: Get, *, profile: str = "") -> tuple[OwnNumber, ...]:
    """Of that messaging profile, or of the whole account. Raises SendError."""
    rows = [
        row
        for row in _all(get, "phone_numbers/messaging", "data", {"page[size]": "250"}, "page[number]")
        if not profile or row.get("messaging_profile_id") == profile
    ]
    campaigns, verified = _campaigns(get), _toll_free(get)
    return tuple(_judged(row, campaigns, verified) for row in rows)


def _judged(
    row: Mapping[str, Any], campaigns: Mapping[str, tuple[Registration, str]], verified: Mapping[str, Registration]
) -> OwnNumber:
    number, kind = str(row["phone_number"]), str(row.get("type") or "long-code")
    service = str(row.get("messaging_profile_id") or "")
    if kind == "toll-free":
        word: Registration = verified.get(number, "unknown")
        return OwnNumber(number, "toll_free", word, f"toll-free verification: {word}", service)
    if kind == "short-code":
        return OwnNumber(number, "short_code", "registered", "", service)
    if row.get("country_code") not in ("US", "CA"):
        return OwnNumber(number, "long_code", "registered", NEEDS_NONE, service)
    campaign, says = campaigns.get(number, ("unknown", "it is assigned to no campaign"))
    return OwnNumber(number, "long_code", campaign, says, service)


def _campaigns(get: Get) -> dict[str, tuple[Registration, str]]:
    found: dict[str, tuple[Registration, str]] = {}
    for row in _all(get, "10dlc/phone_number_campaigns", "records", {"recordsPerPage": "100"}, "page"):
        status = str(row.get("assignmentStatus", ""))
        why = str(row.get("failureReasons") or "")
        says = f"campaign {row.get('campaignId', '')}: {status.lower().replace('_', ' ')}{f', {why}' if why else ''}"
        found[str(row.get("phoneNumber", ""))] = CAMPAIGN.get(status, "unknown"), says
    return found


def _toll_free(get: Get) -> dict[str, Registration]:
    return {
        str(one.get("phoneNumber", "")): TOLL_FREE.get(str(row.get("verificationStatus", "")), "pending")
        for row in _all(get, "messaging_tollfree/verification/requests", "records", {"page_size": "100"}, "page")
        for one in row.get("phoneNumbers") or []
    }


def _all(get: Get, path: str, name: str, size: Mapping[str, str], page: str) -> Iterator[dict[str, Any]]:
    """Every page; an account without such a thing may not be allowed to ask, and has none."""
    for nth in range(1, MOST_PAGES + 1):
        try:
            answer = get(path, {**size, page: str(nth)})
        except SendError as error:
            if nth == 1 and error.permanent and name == "records":
                return
            raise
        rows = answer.get(name, [])
        yield from rows
        if len(rows) < int(next(iter(size.values()))):
            return
