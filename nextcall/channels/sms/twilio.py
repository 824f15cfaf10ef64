"""Twilio Programmable Messaging, and what its machines post to us. https://www.twilio.com/docs/messaging/api

Twilio gives no idempotency key. After a crash we look for the text among those it sent to that number since: the same
words to the same number are the same text, because a person's touches go one at a time.
"""

import base64
import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx

from nextcall.channels.contract import (
    CallReport,
    DeliveryReport,
    Found,
    Handed,
    Heard,
    InboundMessage,
    Outgoing,
    Posted,
    Receipt,
    SendError,
    TakenBack,
    Uncertain,
)
from nextcall.channels.provider import Provider

API = "https://api.twilio.com"
LONGEST_VALIDITY = 36_000  # seconds; Twilio's own limit
LONGEST_POST = 1_000_000  # bytes
_STATES = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed",
           "canceled": "failed"}  # fmt: skip
_CALLS = {"no-answer": "no_answer", "busy": "busy", "failed": "failed", "canceled": "no_answer", "ringing": "ringing",
          "initiated": "ringing", "queued": "ringing", "in-progress": "answered"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error code means."""

    says: str
    permanent: bool
    problem: str = ""  # of the lead's number
    sender: str = ""  # of ours
    retries: int = 0
    hours_apart: int = 0


@cache
def _troubles() -> Mapping[str, Trouble]:
    listed = tomllib.loads((Path(__file__).parent / "twilio_errors.toml").read_text())
    return {code: Trouble(**row) for code, row in listed.items()}


def trouble(code: str) -> Trouble:
    """What that code means; an unknown one may pass."""
    return _troubles().get(code, Trouble(f"error {code} at the carrier", permanent=False))


class Twilio(Provider):
    """One account at Twilio. `from_address` of a message is our number; without one the messaging service chooses."""

    name = "twilio"

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        api_key: str = "",
        api_secret: str = "",
        messaging_service: str = "",
        status_url: str = "",
        base_url: str = API,
        timeout_seconds: float = 15.0,
    ) -> None:
        self._account, self._service, self._status_url = account_sid, messaging_service, status_url
        self._client = httpx.Client(
            base_url=f"{base_url}/2010-04-01/Accounts/{account_sid}/",
            auth=(api_key, api_secret) if api_key else (account_sid, auth_token),
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, 5.0)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
            follow_redirects=False,
        )

    def _deliver(self, message: Outgoing) -> Receipt:
        form = {"To": message.to, "Body": message.body, **self._sender(message)}
        if self._status_url:
            form["StatusCallback"] = self._status_url
        if message.valid_until and message.at:
            left = int((message.valid_until - message.at).total_seconds())
            form["ValidityPeriod"] = str(max(1, min(left, LONGEST_VALIDITY)))
        answer = self._post("Messages.json", form)
        return Receipt(str(answer.get("sid", "")), our_point=str(answer.get("from") or message.from_address))

    def _sender(self, message: Outgoing) -> dict[str, str]:
        """A lead keeps the number it knows; a messaging service sends from it when both are named."""
        named = {"From": message.from_address} if message.from_address else {}
        if self._service:
            named["MessagingServiceSid"] = self._service
        if not named:
            raise SendError("no number to send from: name one, or a messaging service", permanent=False)
        return named

    def look_up(self, handed: Handed) -> Found:
        """Among what went to that number since it was handed over."""
        if handed.provider_reference:
            return "sent"
        if not handed.to or handed.at is None:
            return "unknown"
        since = (handed.at - timedelta(days=1)).date()  # Twilio asks for days, UTC
        answer = self._get("Messages.json", {"To": handed.to, "DateSent>": since.isoformat(), "PageSize": "100"})
        for one in answer.get("messages", []):
            made = _date(str(one.get("date_created", "")))
            if one.get("body") == handed.body and made and made >= handed.at - timedelta(minutes=2):
                return "sent"
        return "never_arrived"

    def take_back(self, handed: Handed) -> TakenBack:
        """Only what Twilio has not given to a carrier yet can be cancelled."""
        if not handed.provider_reference:
            return "unknown"
        try:
            answer = self._post(f"Messages/{handed.provider_reference}.json", {"Status": "canceled"})
        except SendError as error:
            if error.permanent:
                return "gone"
            raise
        return "stopped" if answer.get("status") == "canceled" else "gone"

    def check(self) -> None:
        """Signs in, sends nothing. Raises SendError with what is wrong."""
        self._get("Messages.json", {"PageSize": "1"})

    def fetch(self, url: str, *, most: int) -> tuple[bytes, str]:
        """A picture that came along, and its type. Only from Twilio itself, `most` bytes at the most."""
        if urlsplit(url).hostname != self._client.base_url.host:
            raise SendError(f"{urlsplit(url).hostname} is not the carrier", permanent=True)
        try:
            with self._client.stream("GET", url, follow_redirects=True) as answer:
                content = b""
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > most:
                        raise SendError(f"larger than {most // 1_000_000} MB", permanent=True)
        except httpx.HTTPError as error:
            raise SendError(f"the carrier did not give the picture: {error}", permanent=False) from error
        if answer.status_code != 200:
            raise SendError(f"the carrier has no such picture ({answer.status_code})", permanent=True)
        return content, answer.headers.get("content-type", "")

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, form: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._client.post(path, data=dict(form))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendError(f"the carrier cannot be reached: {type(error).__name__}", permanent=False) from error
        except httpx.HTTPError as error:
            raise Uncertain(f"the carrier took it and did not answer: {type(error).__name__}") from error
        if answer.status_code >= 500 and answer.status_code != 503:
            raise Uncertain(f"the carrier broke while it had it ({answer.status_code})")
        return _read(answer)

    def _get(self, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._client.get(path, params=dict(asked))
        except httpx.HTTPError as error:
            raise SendError(f"the carrier cannot be reached: {type(error).__name__}", permanent=False) from error
        return _read(answer)


def _read(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON; SendError with what its code means."""
    try:
        found = answer.json()
    except ValueError:
        found = {}
    if answer.status_code < 300 and isinstance(found, dict):
        return found
    code = str(found.get("code", "")) if isinstance(found, dict) else ""
    means = trouble(code) if code else Trouble(f"the carrier answered {answer.status_code}", permanent=False)
    wait = answer.headers.get("retry-after", "")
    raise SendError(
        f"{means.says} ({code})" if code else means.says,
        permanent=means.permanent or (not code and answer.status_code in (400, 404)),
        problem=means.problem,
        sender=means.sender,
        retry_after_seconds=int(wait) if wait.isdigit() else 10 if answer.status_code == 429 else None,
    )


class TwilioListener:
    """What Twilio posts to us. https://www.twilio.com/docs/usage/security#validating-requests"""

    name = "twilio"

    def __init__(self, *, auth_token: str, **_others: Any) -> None:
        self._token = auth_token.encode()

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        """Twilio signs the address it called with the form's values; with and without the port, as proxies have it."""
        shown = posted.headers.get("x-twilio-signature", "")
        is_json = "json" in posted.headers.get("content-type", "")
        if is_json:
            wanted = dict(parse_qsl(urlsplit(posted.url).query)).get("bodySHA256", "")
            if not hmac.compare_digest(wanted.lower(), hashlib.sha256(posted.body).hexdigest()):
                return False
        pairs = [] if is_json else _pairs(posted.body)
        return any(hmac.compare_digest(shown, self._sign(url, pairs)) for url in _spellings(posted.url))

    def _sign(self, url: str, pairs: list[tuple[str, str]]) -> str:
        said = url + "".join(key + value for key, value in sorted(set(pairs)))
        return base64.b64encode(hmac.digest(self._token, said.encode("utf-8", "surrogateescape"), "sha1")).decode()

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        """An answer, a report about a text, or a call. Raises ValueError when it is none of them."""
        if len(posted.body) > LONGEST_POST:
            raise ValueError(f"a post of more than {LONGEST_POST // 1_000_000} MB is no message")
        form = dict(_pairs(posted.body))
        if "CallSid" in form:
            return (_call(form),)
        state = form.get("MessageStatus") or form.get("SmsStatus", "")
        if form.get("MessageSid") and state in ("received", "receiving", "") and "From" in form:
            return (_message(form),)
        if form.get("MessageSid") or form.get("SmsSid"):
            return (_report(form, state),) if state in _STATES else ()
        raise ValueError("neither MessageSid nor CallSid: this is no post of Twilio's")


def _pairs(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)


def _spellings(url: str) -> list[str]:
    """As called, without its port, and with the usual one: which of them was signed depends on what stands between."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = 443 if parts.scheme == "https" else 80
    with_port, without = (urlunsplit(parts._replace(netloc=netloc)) for netloc in (f"{host}:{port}", host))
    return list(dict.fromkeys((url, without, with_port)))


def _number(written: str) -> str:
    return written.partition(":")[2] if written.startswith(("whatsapp:", "messenger:", "rcs:")) else written


def _message(form: Mapping[str, str]) -> InboundMessage:
    count = int(form["NumMedia"]) if form.get("NumMedia", "").isdigit() else 0
    return InboundMessage(
        channel="text",
        sender=_number(form.get("From", "")),
        to=_number(form.get("To", "")),
        text=form.get("Body", ""),
        reference=form["MessageSid"],
        sender_name=form.get("ProfileName", ""),
        answers=tuple(filter(None, [form.get("OriginalRepliedMessageSid", "")])),
        file_urls=tuple(filter(None, (form.get(f"MediaUrl{index}", "") for index in range(min(count, 10))))),
        answered_by_provider=form.get("OptOutType", "").upper() in ("STOP", "HELP", "START"),
    )


def _report(form: Mapping[str, str], state: str) -> DeliveryReport:
    code = form.get("ErrorCode", "")
    means = trouble(code) if code else Trouble("", permanent=False)
    return DeliveryReport(
        provider_reference=form.get("MessageSid") or form["SmsSid"],
        state=_STATES[state],  # type: ignore[arg-type]
        recipient=_number(form.get("To", "")),
        permanent=means.permanent,
        problem=means.problem,
        sender=means.sender,
        code=code,
        reason=means.says,
        retries=means.retries,
        hours_apart=means.hours_apart,
    )


def _call(form: Mapping[str, str]) -> CallReport:
    outbound = form.get("Direction", "").startswith("outbound")
    seconds = form.get("CallDuration", "") or form.get("RecordingDuration", "")
    status, transcript = form.get("CallStatus", ""), form.get("TranscriptionText", "")
    if transcript or (form.get("RecordingUrl") and not outbound):
        outcome = "voicemail"
    elif status == "completed":
        answered_by = form.get("AnsweredBy", "human")
        outcome = "voicemail" if answered_by.startswith(("machine", "fax")) else "answered" if outbound else "no_answer"
    else:
        outcome = _CALLS.get(status, "ringing")
    return CallReport(
        provider_reference=form["CallSid"],
        outbound=outbound,
        other=_number(form.get("To" if outbound else "From", "")),
        ours=_number(form.get("From" if outbound else "To", "")),
        outcome=outcome,  # type: ignore[arg-type]
        seconds=int(seconds) if seconds.isdigit() else 0,
        transcript=transcript,
        recording_url=form.get("RecordingUrl", ""),
        at=_date(form.get("Timestamp", "")),
    )


def _date(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError):
        return None


def signature(auth_token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """What Twilio would sign; for the local carrier of the tests and for doctor."""
    return TwilioListener(auth_token=auth_token)._sign(url, pairs)
