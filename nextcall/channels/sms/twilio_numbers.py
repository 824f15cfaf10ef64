"""The numbers of an account at Twilio, and what their registration says.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
https://www.twilio.com/docs/messaging/api/service-resource (and its PhoneNumbers, ShortCodes, AlphaSenders)
https://www.twilio.com/docs/messaging/api/usapptoperson-resource, .../tollfree-verification-resource
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from nextcall.channels.contract import OwnNumber, SendError
from nextcall.lib import phone

Get = Callable[[str, Mapping[str, str]], dict[str, Any]]
Registration = Literal["unknown", "pending", "registered", "refused"]
MOST_PAGES = 20
CAMPAIGN: Mapping[str, Registration] = {"VERIFIED": "registered", "PENDING": "pending", "IN_PROGRESS": "pending",
                                        "FAILED": "refused", "SUSPENDED": "refused"}  # fmt: skip
TOLL_FREE: Mapping[str, Registration] = {"TWILIO_APPROVED": "registered", "PENDING_REVIEW": "pending",
                                         "IN_REVIEW": "pending", "TWILIO_REJECTED": "refused"}  # fmt: skip
NEEDS_NONE = "needs no registration with the carriers"


def listed(get: Get, *, messaging_url: str, service: str = "") -> tuple[OwnNumber, ...]:
    """Of that messaging service, or of the whole account. Raises SendError."""
    root = f"{messaging_url}/v1"
    services = [service] if service else [one["sid"] for one in _all(get, f"{root}/Services", "services")]
    verified = _toll_free(get, root)
    found: dict[str, OwnNumber] = {}
    for sid in services:
        campaign, says = _campaign(get, f"{root}/Services/{sid}/Compliance/Usa2p")
        for row in _all(get, f"{root}/Services/{sid}/PhoneNumbers", "phone_numbers"):
            number = str(row["phone_number"])
            found[number] = _judged(number, sid, campaign, says, verified.get(str(row.get("sid", ""))))
        for row in _all(get, f"{root}/Services/{sid}/ShortCodes", "short_codes"):
            found[str(row["short_code"])] = OwnNumber(str(row["short_code"]), "short_code", "registered", "", sid)
        for row in _all(get, f"{root}/Services/{sid}/AlphaSenders", "alpha_senders"):
            found[str(row["alpha_sender"])] = OwnNumber(str(row["alpha_sender"]), "name", "registered", "", sid)
    if not service:
        for row in _all(get, "IncomingPhoneNumbers.json", "incoming_phone_numbers"):
            number = str(row["phone_number"])
            if number not in found and row.get("capabilities", {}).get("sms"):
                none = "it is in no messaging service with a registered campaign"
                found[number] = _judged(number, "", "unknown", none, verified.get(str(row.get("sid", ""))))
    return tuple(found.values())


def _judged(number: str, service: str, campaign: Registration, says: str, verified: Registration | None) -> OwnNumber:
    """10DLC is for numbers of the United States and Canada alone; toll-free ones are verified each by itself."""
    read = phone.read(number, country="")
    if read is not None and read.line_type == "toll_free":
        word = verified or "unknown"
        return OwnNumber(number, "toll_free", word, f"toll-free verification: {word}", service)
    if read is None or read.country not in ("US", "CA"):
        return OwnNumber(number, "long_code", "registered", NEEDS_NONE, service)
    return OwnNumber(number, "long_code", campaign, says, service)


def _campaign(get: Get, path: str) -> tuple[Registration, str]:
    for row in _all(get, path, "compliance"):
        status = str(row.get("campaign_status", ""))
        errors = "; ".join(str(one.get("description", "")) for one in row.get("errors") or [])
        name = row.get("campaign_id") or row.get("sid", "")
        return CAMPAIGN.get(status, "unknown"), f"campaign {name} is {status.lower()}{f': {errors}' if errors else ''}"
    return "unknown", "its messaging service has no campaign"


def _toll_free(get: Get, root: str) -> dict[str, Registration]:
    """By the id of the number; an account without any may not be allowed to ask."""
    try:
        rows = list(_all(get, f"{root}/Tollfree/Verifications", "verifications"))
    except SendError as error:
        if not error.permanent:
            raise
        return {}
    return {str(row["tollfree_phone_number_sid"]): TOLL_FREE.get(str(row["status"]), "unknown") for row in rows}


def _all(get: Get, path: str, name: str) -> Iterator[dict[str, Any]]:
    """Every page of a list: both of Twilio's ways to name the next one."""
    asked: Mapping[str, str] = {"PageSize": "100"}
    for page in range(1, MOST_PAGES + 1):
        answer = get(path, asked)
        yield from answer.get(name, [])
        following = answer.get("next_page_uri") or (answer.get("meta") or {}).get("next_page_url")
        if not following:
            return
        asked = {"PageSize": "100", "Page": str(page)} | _token(str(following))


def _token(following: str) -> dict[str, str]:
    _, _, rest = following.partition("PageToken=")
    return {"PageToken": rest.partition("&")[0]} if rest else {}
