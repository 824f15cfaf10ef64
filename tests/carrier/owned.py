"""What the carrier knows about its customer's own numbers, as Twilio's and Telnyx's published lists give it.

Twilio: IncomingPhoneNumbers; messaging services with their PhoneNumbers, ShortCodes, AlphaSenders and Usa2p compliance;
toll-free verifications. Telnyx: phone_numbers/messaging, 10dlc/phone_number_campaigns, toll-free verification requests.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import Any

ACCOUNT, TOKEN, KEY = "AC00000000000000000000000000000001", "12345", "KEY-telnyx"
PAGE = 50  # Twilio gives no more at once here, so that pages are asked for
Answer = tuple[int, dict[str, Any]]


@dataclass
class OwnedNumber:
    """A number of the customer's. `toll_free`: its verification as Twilio names it."""

    number: str
    service: str = ""
    sms: bool = True
    toll_free: str = ""
    campaign: str = ""  # Telnyx: the assignment's status
    country: str = "US"


@dataclass
class Owned:
    """`campaigns`: by messaging service, Twilio's campaign_status."""

    numbers: list[OwnedNumber] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)  # sid: name
    campaigns: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # alphanumeric sender: service

    def sid(self, number: str) -> str:
        return f"PN{abs(hash(number)):032x}"[:34]


def answer(known: Owned, path: list[str], query: Mapping[str, list[str]], headers: HTTPMessage) -> Answer | None:
    """None: these addresses are somebody else's."""
    if path[:1] == ["v1"] or (path[:2] == ["2010-04-01", "Accounts"] and path[3:4] == ["IncomingPhoneNumbers.json"]):
        if headers.get("Authorization") != "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode():
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        return _twilio(known, path, query)
    if path[:1] == ["v2"] and path[1:2] not in (["messages"], ["detail_records"]):
        if headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {"errors": [{"code": "10009", "title": "Authentication failed"}]}
        return _telnyx(known, path)
    return None


def _twilio(known: Owned, path: list[str], query: Mapping[str, list[str]]) -> Answer:
    if path[0] != "v1":
        rows = [
            {"sid": known.sid(one.number), "phone_number": one.number, "account_sid": ACCOUNT,
             "capabilities": {"voice": True, "sms": one.sms, "mms": one.sms}}
            for one in known.numbers
        ]  # fmt: skip
        return _paged("incoming_phone_numbers", rows, query, old=True)
    if path[1:] == ["Services"]:
        rows = [{"sid": sid, "friendly_name": name, "account_sid": ACCOUNT} for sid, name in known.services.items()]
        return _paged("services", rows, query)
    if path[1:] == ["Tollfree", "Verifications"]:
        rows = [
            {"sid": f"HH{n}", "tollfree_phone_number_sid": known.sid(one.number), "status": one.toll_free}
            for n, one in enumerate(known.numbers)
            if one.toll_free
        ]
        return _paged("verifications", rows, query)
    sid = path[2] if len(path) > 3 else ""
    if sid not in known.services:
        return 404, {"code": 20404, "message": "The requested resource was not found", "status": 404}
    if path[3:] == ["PhoneNumbers"]:
        rows = [
            {"sid": known.sid(one.number), "service_sid": sid, "phone_number": one.number, "country_code": one.country,
             "capabilities": ["SMS", "MMS"]}
            for one in known.numbers
            if one.service == sid
        ]  # fmt: skip
        return _paged("phone_numbers", rows, query)
    if path[3:] == ["AlphaSenders"]:
        rows = [
            {"sid": f"AI{name}", "service_sid": sid, "alpha_sender": name}
            for name, of in known.names.items()
            if of == sid
        ]
        return _paged("alpha_senders", rows, query)
    if path[3:] == ["Compliance", "Usa2p"]:
        status = known.campaigns.get(sid)
        rows = (
            [{"sid": f"QE{sid}", "campaign_id": "CMABC12", "campaign_status": status, "errors": []}] if status else []
        )
        return _paged("compliance", rows, query)
    return _paged("short_codes", [], query)


def _paged(name: str, rows: list[dict[str, Any]], query: Mapping[str, list[str]], *, old: bool = False) -> Answer:
    size = min(int(query.get("PageSize", ["50"])[0]), PAGE)
    nth = int(query.get("Page", ["0"])[0])
    if nth and query.get("PageToken", [""])[0] != f"PT{nth}":
        return 400, {"code": 20006, "message": "Page tokens are required", "status": 400}
    here, more = rows[nth * size : (nth + 1) * size], len(rows) > (nth + 1) * size
    following = f"?PageSize={size}&Page={nth + 1}&PageToken=PT{nth + 1}" if more else None
    if old:
        return 200, {name: here, "page": nth, "page_size": size, "next_page_uri": following}
    meta = {"page": nth, "page_size": size, "key": name, "next_page_url": f"https://x/{following}" if more else None}
    return 200, {name: here, "meta": meta}


def _telnyx(known: Owned, path: list[str]) -> Answer:
    if path[1:] == ["messaging_profiles"]:
        return 200, {"data": [], "meta": {"total_results": 0}}
    if path[1:] == ["phone_numbers", "messaging"]:
        kind = {True: "toll-free", False: "long-code"}
        rows = [
            {"phone_number": one.number, "type": kind[bool(one.toll_free)], "country_code": one.country,
             "messaging_profile_id": one.service or None}
            for one in known.numbers
        ]  # fmt: skip
        return 200, {"data": rows, "meta": {"total_results": len(rows)}}
    if path[1:] == ["10dlc", "phone_number_campaigns"]:
        rows = [
            {"phoneNumber": one.number, "campaignId": "C-1", "assignmentStatus": one.campaign}
            for one in known.numbers
            if one.campaign
        ]
        return 200, {"records": rows, "page": 1, "totalRecords": len(rows)}
    rows = [
        {"verificationStatus": one.toll_free, "phoneNumbers": [{"phoneNumber": one.number}]}
        for one in known.numbers
        if one.toll_free
    ]
    return 200, {"records": rows, "total_records": len(rows)}
