"""Telnyx Messaging, both directions. https://developers.telnyx.com/api/messaging

Telnyx takes no reference of ours and lists no words. What it has sent stands in its detail records, a while later, by
number and time: one of ours to that number around then is the text. That none stands there proves nothing.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nextcall.channels import clocks
from nextcall.channels.contract import (
    DeliveryReport,
    Found,
    Handed,
    Heard,
    InboundMessage,
    Outgoing,
    OwnNumber,
    Posted,
    Receipt,
    SendError,
    Uncertain,
)
from nextcall.channels.provider import Provider
from nextcall.channels.sms import telnyx_numbers
from nextcall.channels.sms.media import download

MEDIA = (".telnyx.com", ".telnyxstorage.com")
API = "https://api.telnyx.com"
FRESH = timedelta(minutes=5)  # an older timestamp may be a replay
AROUND = (timedelta(minutes=2), timedelta(minutes=5))  # before and after its claim: nothing leaves later than that
LONGEST_POST = 1_000_000
# https://developers.telnyx.com/docs/messaging/messages/error-codes: (permanent, problem of the number, ours)
_CODES: Mapping[str, tuple[bool, str, str]] = {
    "40300": (True, "withdrawn", ""),  # blocked due to STOP
    "40301": (True, "landline", ""),  # not routable
    "40310": (True, "disconnected", ""),  # invalid "to" address
    "40302": (True, "", "filtered"),  # rejected as spam by the carrier
    "40308": (True, "", "filtered"),
    "40329": (True, "", "not registered"),  # 10DLC
    "40333": (False, "", ""),  # limit of the day
    "10009": (False, "", "credentials refused"),
    "10011": (False, "", ""),  # too fast
    "40008": (False, "", ""),  # undeliverable now
}
_STATES = {"sent": "sent", "delivered": "delivered", "sending_failed": "failed", "delivery_failed": "failed"}


class Telnyx(Provider):
    """One account at Telnyx. `from_address` of a message is our number; a messaging profile may choose it."""

    name = "telnyx"
    finds_later = True

    def __init__(
        self,
        *,
        api_key: str,
        messaging_profile: str = "",
        status_url: str = "",
        base_url: str = API,
        timeout_seconds: float = 15.0,
    ) -> None:
        self._profile, self._status_url = messaging_profile, status_url
        self._client = httpx.Client(
            base_url=f"{base_url}/v2/",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, 5.0)),
            follow_redirects=False,
        )

    def _deliver(self, message: Outgoing) -> Receipt:
        said: dict[str, Any] = {"to": message.to, "text": message.body}
        if message.from_address:
            said["from"] = message.from_address
        if message.media:
            said["media_urls"] = list(message.media)
        if self._profile:
            said["messaging_profile_id"] = self._profile
        if self._status_url:
            said["webhook_url"] = self._status_url
        try:
            answer = self._client.post("messages", json=said)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendError(f"the carrier cannot be reached: {type(error).__name__}", permanent=False) from error
        except httpx.HTTPError as error:
            raise Uncertain(f"the carrier took it and did not answer: {type(error).__name__}") from error
        if answer.status_code >= 500 and answer.status_code != 503:
            raise Uncertain(f"the carrier broke while it had it ({answer.status_code})")
        data = _read(answer).get("data", {})
        sender = data.get("from", {})
        return Receipt(str(data.get("id", "")), our_point=str(sender.get("phone_number", "") or message.from_address))

    def look_up(self, handed: Handed) -> Found:
        """By its own id, or among the records of what left to that number at that time; never "never_arrived".

        https://developers.telnyx.com/api-reference/detail-records/search-detail-records
        """
        if handed.provider_reference:
            return "sent"
        if not handed.to or handed.at is None:
            return "unknown"
        asked = {
            "filter[record_type]": "messaging",
            "filter[direction]": "outbound",
            "filter[created_at][gte]": (handed.at - AROUND[0]).date().isoformat(),
            "filter[cld][contains]": handed.to.removeprefix("+"),
            "sort": "-created_at",
            "page[size]": "50",
        }
        records = self._get("detail_records", asked).get("data", [])
        return "sent" if any(_is_it(one, handed) for one in records if isinstance(one, dict)) else "unknown"

    def check(self) -> None:
        """Signs in, sends nothing. Raises SendError with what is wrong."""
        self._get("messaging_profiles", {"page[size]": "1"})

    def numbers(self) -> tuple[OwnNumber, ...]:
        """All that can send texts, of the profile if one is named, with what their registration says."""
        return telnyx_numbers.listed(self._get, profile=self._profile)

    def fetch(self, url: str, *, most: int) -> tuple[bytes, str]:
        """A picture that came along, and its type. Telnyx keeps them at addresses of its own storage, unsigned."""
        host = urlsplit(url).hostname or ""
        if not (host == self._client.base_url.host or host.endswith(MEDIA)):
            raise SendError(f"{host} is not the carrier", permanent=True)
        return download(url, most=most)

    def close(self) -> None:
        self._client.close()

    def _get(self, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            return _read(self._client.get(path, params=dict(asked)))
        except httpx.HTTPError as error:
            raise SendError(f"the carrier cannot be reached: {type(error).__name__}", permanent=False) from error


def _read(answer: httpx.Response) -> dict[str, Any]:
    clocks.hear(str(answer.url), answer.headers.get("date"))
    try:
        found = answer.json()
    except ValueError:
        found = {}
    if answer.status_code < 300 and isinstance(found, dict):
        return found
    first: dict[str, Any] = next(iter(found.get("errors") or []), {}) if isinstance(found, dict) else {}
    code, title = (
        str(first.get("code", "")),
        str(first.get("title", "") or f"the carrier answered {answer.status_code}"),
    )
    permanent, problem, sender = _CODES.get(code, (answer.status_code in (400, 404, 422) and bool(code), "", ""))
    wait = answer.headers.get("retry-after", "")
    raise SendError(
        f"{title} ({code})" if code else title,
        permanent=permanent,
        problem=problem,
        sender=sender,
        retry_after_seconds=int(wait) if wait.isdigit() else None,
    )


def _is_it(record: Mapping[str, Any], handed: Handed) -> bool:
    made = _instant(record.get("created_at"))
    if made is None or handed.at is None or record.get("direction") != "outbound":
        return False
    if str(record.get("uuid") or record.get("id") or "") in handed.others:
        return False
    ours = not handed.ours or record.get("cli") == handed.ours
    return ours and record.get("cld") == handed.to and handed.at - AROUND[0] <= made <= handed.at + AROUND[1]


class TelnyxListener:
    """What Telnyx posts to us, signed with Ed25519 over its timestamp and the body."""

    name = "telnyx"

    def __init__(self, *, public_key: str, **_others: Any) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        except ValueError as error:
            raise TypeError("public_key is the base64 key of the account's webhooks") from error

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        stamp = posted.headers.get("telnyx-timestamp", "")
        if not stamp.isdigit() or abs(at.timestamp() - int(stamp)) > FRESH.total_seconds():
            return False
        try:
            shown = base64.b64decode(posted.headers.get("telnyx-signature-ed25519", ""), validate=True)
            self._key.verify(shown, f"{stamp}|".encode() + posted.body)
        except (ValueError, InvalidSignature):
            return False
        return True

    def once(self, posted: Posted) -> bytes:
        return posted.body + posted.headers.get("telnyx-signature-ed25519", "").encode()

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        return hear(posted)


def hear(posted: Posted) -> tuple[Heard, ...]:
    """An answer or a report. Raises ValueError when it is neither."""
    if len(posted.body) > LONGEST_POST:
        raise ValueError(f"a post of more than {LONGEST_POST // 1_000_000} MB is no message")
    try:
        data = json.loads(posted.body)["data"]
        event, payload = str(data["event_type"]), data["payload"]
        if event == "message.received":
            return (_message(payload),)
        return _reports(payload) if event in ("message.sent", "message.finalized") else ()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"no post of Telnyx's: {type(error).__name__}") from error


def _message(payload: Mapping[str, Any]) -> InboundMessage:
    return InboundMessage(
        channel="text",
        sender=str(payload["from"]["phone_number"]),
        to=str(payload["to"][0]["phone_number"]),
        text=str(payload.get("text") or ""),
        reference=str(payload["id"]),
        at=_instant(payload.get("received_at")),
        file_urls=tuple(str(one["url"]) for one in (payload.get("media") or [])[:10] if one.get("url")),
        answered_by_provider=bool(payload.get("autoresponse_type")),
    )


def _reports(payload: Mapping[str, Any]) -> tuple[Heard, ...]:
    to = payload["to"][0]
    state = _STATES.get(str(to.get("status", "")))
    if state is None:
        return ()
    first: dict[str, Any] = next(iter(payload.get("errors") or []), {})
    code = str(first.get("code", ""))
    permanent, problem, sender = _CODES.get(code, (False, "", ""))
    report = DeliveryReport(
        provider_reference=str(payload["id"]),
        state=state,  # type: ignore[arg-type]
        recipient=str(to.get("phone_number", "")),
        permanent=permanent,
        problem=problem,
        sender=sender,
        code=code,
        reason=str(first.get("title", "")),
        at=_instant(payload.get("completed_at") or payload.get("sent_at")),
    )
    return (report,)


def _instant(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else None
