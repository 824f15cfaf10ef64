"""Twilio Programmable Messaging: texts out. https://www.twilio.com/docs/messaging/api

Twilio gives no idempotency key. After a crash we look for the text among those it sent to that number since: the same
words to the same number are the same text, because a person's touches go one at a time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from nextcall.channels import clocks
from nextcall.channels.contract import Found, Handed, Outgoing, OwnNumber, Receipt, SendError, TakenBack, Uncertain
from nextcall.channels.provider import Provider
from nextcall.channels.sms import twilio_numbers
from nextcall.channels.sms.media import download
from nextcall.channels.sms.twilio_errors import Trouble, trouble
from nextcall.channels.sms.twilio_posts import date

API = "https://api.twilio.com"
MESSAGING = "https://messaging.twilio.com"
LONGEST_VALIDITY = 36_000  # seconds; Twilio's own limit


class Twilio(Provider):
    """One account at Twilio. `from_address` of a message is our number; without one the messaging service chooses."""

    name = "twilio"
    finds_later = True

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
        messaging_url: str = MESSAGING,
        timeout_seconds: float = 15.0,
    ) -> None:
        self._account, self._service, self._status_url = account_sid, messaging_service, status_url
        self._messaging = messaging_url
        self._client = httpx.Client(
            base_url=f"{base_url}/2010-04-01/Accounts/{account_sid}/",
            auth=(api_key, api_secret) if api_key else (account_sid, auth_token),
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, 5.0)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
            follow_redirects=False,
        )

    def _deliver(self, message: Outgoing) -> Receipt:
        form: dict[str, str | list[str]] = {"To": message.to, "Body": message.body, **self._sender(message)}
        if message.media:
            form["MediaUrl"] = list(message.media)
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
        """Among the latest to that number. Not by day: what still stands in Twilio's queue was sent on none."""
        if handed.provider_reference:
            return "sent"
        if not handed.to or handed.at is None:
            return "unknown"
        answer = self._get("Messages.json", {"To": handed.to, "PageSize": "100"})
        for one in answer.get("messages", []):
            made = date(str(one.get("date_created", "")))
            if one.get("sid") in handed.others:
                continue
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

    def numbers(self) -> tuple[OwnNumber, ...]:
        """Those of the messaging service that is named, or all, with what their registration says."""
        return twilio_numbers.listed(self._get, messaging_url=self._messaging, service=self._service)

    def fetch(self, url: str, *, most: int) -> tuple[bytes, str]:
        """A picture that came along, and its type. Only from Twilio itself, `most` bytes at the most."""
        if urlsplit(url).hostname != self._client.base_url.host:
            raise SendError(f"{urlsplit(url).hostname} is not the carrier", permanent=True)
        return download(url, most=most, client=self._client)

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, form: Mapping[str, str | list[str]]) -> dict[str, Any]:
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
    clocks.hear(str(answer.url), answer.headers.get("date"))
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
