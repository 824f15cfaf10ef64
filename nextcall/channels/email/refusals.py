"""What a bulk service's refusal means: of the recipient, of our credentials, of the moment, or unknown."""

import re
from typing import Any

from nextcall.channels.contract import SendError, Uncertain

_OF_RECIPIENT = re.compile(
    r"\b(?:to|recipient|address)\b.{0,60}\b(?:not a valid|invalid|inactive|suppress|does not exist|bounced|rejected)"
    r"|\b(?:invalid|inactive|not a valid|illegal)\b.{0,40}\b(?:to|recipients?|email address|address)\b",
    re.I | re.S,
)
_OF_SENDER = re.compile(r"\bfrom\b|\bsender\b|signature|domain|not verified|unverified|verified sender", re.I)
# Postmark's codes, https://postmarkapp.com/developer/api/overview#error-codes
_POSTMARK_ACCOUNT = {10, 11, 400, 401, 405, 412, 413}
_LATER_SECONDS = 300


def judged(error: Exception, title: str) -> SendError | Uncertain:
    """The error of the contract for what anymail raised while it sent one message to one recipient."""
    status = getattr(error, "status_code", None)
    names = {kind.__name__ for kind in type(error).__mro__}
    if "AnymailRecipientsRefused" in names:
        return SendError(f"{title} will not write to this address", permanent=True, problem="bounced")
    if isinstance(status, int):
        return _answered(status, error, title)
    if "RequestException" in names:
        if _never_connected(error, names):
            return SendError(f"{title} cannot be reached: {_short(error.__cause__ or error)}", permanent=False)
        return Uncertain(f"{title} took the message and did not answer: {_short(error.__cause__ or error)}")
    if "AnymailInvalidAddress" in names:
        return SendError(f"not an email address: {_short(error)}", permanent=True, problem="bounced")
    if "AnymailError" in names:  # before anything was sent: what cannot be written as this service wants it
        return SendError(f"{title} cannot take this message: {_short(error)}", permanent=True)
    return Uncertain(f"{title}: {_short(error)}")


def _answered(status: int, error: Any, title: str) -> SendError | Uncertain:
    said = _said(error)
    says = f"{title} answered {status}: {said}" if said else f"{title} answered {status}"
    if status < 300:
        return Uncertain(f"{title} took the message, its answer cannot be read")
    if status in (429, 503):
        return SendError(says, permanent=False, retry_after_seconds=_wait(error) or (10 if status == 429 else None))
    if status >= 500:
        return Uncertain(f"{says}; it may have the message")
    if status == 401 or _code(error) in _POSTMARK_ACCOUNT:
        refused = "credentials refused" if status == 401 or _code(error) == 10 else "not registered"
        return SendError(says, permanent=False, sender=refused, retry_after_seconds=_LATER_SECONDS)
    if status in (402, 403, 404):
        return SendError(says, permanent=False, sender="not registered", retry_after_seconds=_LATER_SECONDS)
    if _OF_RECIPIENT.search(said):
        return SendError(says, permanent=True, problem="bounced")
    if _OF_SENDER.search(said):
        return SendError(says, permanent=False, sender="not registered", retry_after_seconds=_LATER_SECONDS)
    return SendError(says, permanent=True)


def _never_connected(error: Exception, names: set[str]) -> bool:
    """No connection was made, so nothing was sent: no such name, nobody listens, no trust in its certificate."""
    if names & {"ConnectTimeout", "SSLError", "ProxyError", "InvalidURL", "MissingSchema", "InvalidSchema"}:
        return True
    looked_at: Any = error
    for _ in range(6):
        reason = getattr(looked_at, "reason", None)
        known = {type(looked_at).__name__, type(reason).__name__}
        if known & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}:
            return True
        looked_at = looked_at.__cause__ or looked_at.__context__ or next(iter(looked_at.args), None)
        if not isinstance(looked_at, Exception):
            return False
    return False


def _said(error: Any) -> str:
    response = getattr(error, "response", None)
    return " ".join(str(getattr(response, "text", "") or "").split())[:160]


def _code(error: Any) -> int:
    try:
        return int(error.response.json().get("ErrorCode", 0))
    except (AttributeError, ValueError, TypeError):
        return 0


def _wait(error: Any) -> int | None:
    named = str(getattr(getattr(error, "response", None), "headers", {}).get("Retry-After", ""))
    return int(named) if named.isdigit() else None


def _short(error: BaseException) -> str:
    return f"{type(error).__name__} {' '.join(str(error).split())}"[:160]
