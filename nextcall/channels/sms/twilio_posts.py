"""What Twilio's machines post to us: answers, reports about texts, calls. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from nextcall.channels.contract import CallReport, DeliveryReport, Heard, InboundMessage, Posted
from nextcall.channels.sms.twilio_errors import Trouble, trouble

LONGEST_POST = 1_000_000  # bytes
_STATES = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed",
           "canceled": "failed"}  # fmt: skip
_CALLS = {"no-answer": "no_answer", "busy": "busy", "failed": "failed", "canceled": "no_answer", "ringing": "ringing",
          "initiated": "ringing", "queued": "ringing", "in-progress": "answered"}  # fmt: skip


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

    def once(self, posted: Posted) -> bytes:
        return posted.body

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        """An answer, a report about a text, or a call. Raises ValueError when it is none of them."""
        if len(posted.body) > LONGEST_POST:
            raise ValueError(f"a post of more than {LONGEST_POST // 1_000_000} MB is no message")
        form = dict(_pairs(posted.body))
        if "CallSid" in form:
            of_a_talk = "CallStatus" not in form and form.get("RecordingSource", "RecordVerb") != "RecordVerb"
            return () if of_a_talk else (_call(form),)
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
    """`DialCallStatus` is how the call went that an inbound one was put through by; it counts before its own."""
    early = "AnsweredBy" in form and "CallStatus" not in form  # who answers an outbound call, told while it goes on
    outbound = early or form.get("Direction", "").startswith("outbound")
    seconds = form.get("DialCallDuration") or form.get("CallDuration") or form.get("RecordingDuration", "")
    return CallReport(
        provider_reference=form["CallSid"],
        outbound=outbound,
        other=_number(form.get("To" if outbound else "From", "")),
        ours=_number(form.get("From" if outbound else "To", "")),
        outcome=_outcome(form, outbound=outbound, early=early),  # type: ignore[arg-type]
        seconds=int(seconds) if seconds.isdigit() else 0,
        transcript=form.get("TranscriptionText", ""),
        recording_url=form.get("RecordingUrl", ""),
        at=date(form.get("Timestamp", "")),
    )


def _outcome(form: Mapping[str, str], *, outbound: bool, early: bool) -> str:
    dialled = form.get("DialCallStatus", "")
    left = form.get("RecordingUrl") and form.get("RecordingSource", "RecordVerb") == "RecordVerb"
    if form.get("TranscriptionText") or (left and not outbound and not dialled):
        return "voicemail"
    if form.get("AnsweredBy", "human").startswith(("machine", "fax")):
        return "voicemail"
    status = dialled or form.get("CallStatus", "")
    if status in ("completed", "answered"):
        return "answered" if outbound or dialled else "no_answer"
    return "ringing" if early else _CALLS.get(status, "ringing")


def date(written: str) -> datetime | None:
    """A time as mail writes it; None if it cannot be read."""
    try:
        return parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError):
        return None


def signature(auth_token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """What Twilio would sign; for the local carrier of the tests and for doctor."""
    return TwilioListener(auth_token=auth_token)._sign(url, pairs)
