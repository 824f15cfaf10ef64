"""The bulk mail services, over django-anymail: one request a message, with keys of the account's own.

Anymail knows each service's interface; it is built on Django's email classes, which is why Django is let in here. Both
are imported when the first message leaves, so that who uses another provider loads neither.
"""

import importlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from nextcall.channels.contract import Found, Handed, Outgoing, Receipt, SendError, Uncertain
from nextcall.channels.email.message import compose, message_id
from nextcall.channels.email.refusals import judged
from nextcall.channels.provider import Provider

REFERENCE = "reference"  # what our reference is called in a service's metadata
_OF_THEIR_OWN = frozenset("from to subject reply-to date mime-version content-type content-transfer-encoding".split())


@dataclass(frozen=True, slots=True)
class Service:
    """`keeps_id`: it sends with our Message-ID. `tracking`: opens and clicks can be switched off a message."""

    title: str
    keys: tuple[str, ...]  # the settings of its backend, the secrets first
    keeps_id: bool = True
    tracking: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    europe: str = ""  # the interface for accounts in the EU


SERVICES: Mapping[str, Service] = {
    # Postmark sends with an id of its own unless it is told to keep ours.
    "postmark": Service("Postmark", ("server_token", "message_stream"), headers=(("X-PM-KeepID", "true"),)),
    "mailgun": Service("Mailgun", ("api_key", "sender_domain"), europe="https://api.eu.mailgun.net/v3"),
    "sendgrid": Service("SendGrid", ("api_key",), europe="https://api.eu.sendgrid.com/v3/"),
    "brevo": Service("Brevo", ("api_key",), keeps_id=False, tracking=False),
    "resend": Service("Resend", ("api_key",), keeps_id=False, tracking=False),
    "mailjet": Service("Mailjet", ("api_key", "secret_key"), keeps_id=False),
    "sparkpost": Service("SparkPost", ("api_key",), europe="https://api.eu.sparkpost.com/api/v1/"),
}


class Bulk(Provider):
    """One account at a bulk service. Several threads may send at once, each over a connection of its own."""

    def __init__(
        self,
        service: str,
        *,
        region: str = "",
        api_url: str = "",
        timeout_seconds: float = 30.0,
        keep: int = 8,
        **keys: str,
    ) -> None:
        self.name = service
        self._service = SERVICES[service]
        missing = self._service.keys[0]
        if not keys.get(missing):
            raise TypeError(f"{missing} is missing: {self._service.title} gives you one")
        url = api_url or (self._service.europe if region == "eu" else "")
        known = {key: value for key, value in keys.items() if key in self._service.keys and value}
        self._options: dict[str, Any] = {**known, **({"api_url": url} if url else {}), "timeout": timeout_seconds}
        self._keep = keep
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def _deliver(self, message: Outgoing) -> Receipt:
        email = compose(message)  # refuses what cannot be written in a header
        with self._backend() as backend:
            sent = self._written(message, email, backend)
            try:
                backend.send_messages([sent])
            except Exception as error:
                raise judged(error, self._service.title) from error
        theirs = str(sent.anymail_status.message_id or "")
        if not theirs and not self._service.keeps_id:
            raise Uncertain(f"{self._service.title} did not say what it made of the message")
        return Receipt(message_id(message) if self._service.keeps_id else theirs)

    def look_up(self, handed: Handed) -> Found:
        """None of them finds a message by our reference without delay: its own report, which carries it, tells."""
        return "sent" if handed.provider_reference else "unknown"

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for backend in idle:
            backend.close()

    def payload(self, message: Outgoing) -> Any:
        """What the service would be posted, as anymail builds it; nothing leaves."""
        backend = self._make()
        return backend.build_message_payload(self._written(message, compose(message), backend), backend.send_defaults)

    def _written(self, message: Outgoing, email: EmailMessage, backend: Any) -> Any:
        """Django's message with anymail's additions; header values are those that `compose` made safe."""
        from django.core.mail import EmailMultiAlternatives

        headers = {name: str(value) for name, value in email.items() if name.lower() not in _OF_THEIR_OWN}
        if not self._service.keeps_id:
            headers.pop("Message-ID", None)
        written: Any = EmailMultiAlternatives(
            subject=str(email["Subject"]),
            body=message.body,
            from_email=str(email["From"]),
            to=[str(email["To"])],
            reply_to=[str(email["Reply-To"])] if email["Reply-To"] else None,
            headers=headers | dict(self._service.headers),
            connection=backend,
        )
        if message.html:
            written.attach_alternative(message.html, "text/html")
        written.metadata = {REFERENCE: message.reference}
        if self._service.tracking:
            written.track_clicks = written.track_opens = False
        return written

    @contextmanager
    def _backend(self) -> Iterator[Any]:
        """One that no other thread uses; after an error its connection is not kept."""
        with self._lock:
            backend = self._idle.pop() if self._idle else None
        backend = backend or self._make()
        backend.open()
        backend.session.max_redirects = 0  # a key must not follow wherever an answer points
        try:
            yield backend
        except BaseException:
            backend.close()
            raise
        with self._lock:
            if len(self._idle) < self._keep:
                self._idle.append(backend)
                return
        backend.close()

    def _make(self) -> Any:
        module = importlib.import_module(f"anymail.backends.{self.name}")
        try:
            return module.EmailBackend(**self._options)
        except Exception as error:
            raise SendError(f"{self._service.title} cannot be used: {error}", permanent=False) from error
