"""Any mail server, by SMTP (RFC 5321), over connections that are kept."""

import re
import smtplib
import ssl
import threading
from datetime import UTC, datetime
from typing import Literal

from nextcall.channels.contract import Found, Handed, Outgoing, Receipt, SendError, Uncertain
from nextcall.channels.email import hosts
from nextcall.channels.email.copies import Filed
from nextcall.channels.email.message import compose, message_id
from nextcall.channels.provider import Provider

Security = Literal["starttls", "ssl", "plain"]
LATER_SECONDS = 300  # the server refuses us, not the lead: somebody has to mend the connection
PROBLEMS_OF_THE_ADDRESS = (550, 551, 553)
LEADING_DOT = re.compile(rb"(?m)^\.")


class Smtp(Provider):
    """One account's mail server. Several threads may send at once, each over a connection of its own."""

    name = "smtp"

    def __init__(
        self,
        *,
        host: str,
        port: int = 587,
        user: str = "",
        password: str = "",
        token: str = "",
        security: Security = "starttls",
        timeout_seconds: float = 30.0,
        keep: int = 8,
        copies: Filed | None = None,
    ) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password
        self._token = token  # an access token in place of the password (XOAUTH2)
        self._security: Security = security
        self._timeout = timeout_seconds
        self._keep = keep
        self._copies = copies  # into a mailbox's Sent folder
        self._idle: list[smtplib.SMTP] = []
        self._lock = threading.Lock()

    def _deliver(self, message: Outgoing) -> Receipt:
        email = compose(message)
        try:
            envelope_to = email["To"].addresses[0].addr_spec
            wire = email.as_bytes()
        except (UnicodeError, IndexError, ValueError) as error:
            raise SendError(f"cannot be written as an email: {error}", permanent=True) from error
        server = self._greet(message.from_address)
        try:
            self._hand_over(server, envelope_to, wire)
        except (SendError, Uncertain):
            self._drop(server)
            raise
        self._put_back(server)
        if self._copies is not None:
            self._copies.add(wire, at=message.at or datetime.now(UTC), by=message.whose)
        return Receipt(message_id(message))

    def look_up(self, handed: Handed) -> Found:
        """SMTP has no way to ask."""
        return "unknown"

    def check(self) -> None:
        """Connects and signs in, sends nothing. Raises SendError with what is wrong."""
        self._put_back(self._connect())

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for server in idle:
            self._drop(server)
        if self._copies is not None:
            self._copies.close()

    def _greet(self, sender: str) -> smtplib.SMTP:
        """A connection that has accepted MAIL FROM: a kept one if it still lives."""
        while True:
            with self._lock:
                server = self._idle.pop() if self._idle else None
            fresh = server is None
            server = server or self._connect()
            try:
                code, words = server.mail(sender)
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                self._drop(server)
                if fresh:
                    raise SendError(f"mail server hung up: {error}", permanent=False) from error
                continue
            if code == 250:
                return server
            self._drop(server)
            if fresh or code != 421:  # a kept connection may have been told to go (421)
                raise SendError(
                    f"sender refused: {_words(code, words)}", permanent=False, retry_after_seconds=LATER_SECONDS
                )

    def _hand_over(self, server: smtplib.SMTP, to: str, wire: bytes) -> None:
        try:
            code, words = server.rcpt(to)
            if code not in (250, 251):
                raise _refusal(code, words, of_address=True)
            code, words = server.docmd("DATA")
            if code != 354:
                raise _refusal(code, words)
        except (smtplib.SMTPServerDisconnected, OSError, UnicodeError) as error:
            raise SendError(f"mail server hung up: {error}", permanent=False) from error
        try:  # from here on nobody knows, unless the server answers
            server.send(LEADING_DOT.sub(b"..", wire) + b".\r\n")
            code, words = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Uncertain(f"connection broke after the message was handed over: {error}") from error
        if code != 250:
            raise _refusal(code, words)

    def _connect(self) -> smtplib.SMTP:
        hosts.check(self._host, self._port)
        try:
            if self._security == "ssl":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self._host, self._port, timeout=self._timeout, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
            if server.sock is not None:
                hosts.check_peer(self._host, server.sock)
            if self._security == "starttls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if self._token:
                server.auth("XOAUTH2", self._xoauth2)
            elif self._user and (self._password or server.has_extn("auth")):  # else it wants no sign-in
                server.login(self._user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            words = _words(error.smtp_code, error.smtp_error)
            raise SendError(f"sign-in refused: {words}", permanent=False, retry_after_seconds=LATER_SECONDS) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendError(f"cannot reach {self._host}:{self._port}: {error}", permanent=False) from error
        return server

    def _xoauth2(self, challenge: bytes | None = None) -> str:
        """What we say first; to the reasons of a refusal an empty line, which ends it."""
        return "" if challenge else f"user={self._user}\1auth=Bearer {self._token}\1\1"

    def _put_back(self, server: smtplib.SMTP) -> None:
        with self._lock:
            if len(self._idle) < self._keep:
                self._idle.append(server)
                return
        self._drop(server)

    @staticmethod
    def _drop(server: smtplib.SMTP) -> None:
        server.close()


def _refusal(code: int, words: bytes, *, of_address: bool = False) -> SendError:
    """5xx is permanent; a mailbox that does not exist marks the address (enhanced status 5.1.x or 5.2.1)."""
    said = _words(code, words)
    permanent = 500 <= code < 600
    enhanced = re.search(r"\b5\.(\d)\.(\d+)\b", said)
    if enhanced:
        gone = enhanced[1] == "1" or (enhanced[1], enhanced[2]) == ("2", "1")
    else:
        gone = of_address and code in PROBLEMS_OF_THE_ADDRESS
    return SendError(f"refused: {said}", permanent=permanent, problem="bounced" if permanent and gone else "")


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:200]
