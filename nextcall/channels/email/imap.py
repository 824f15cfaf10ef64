"""One mailbox by IMAP (RFC 9051, 3501): mail is only read. Nothing is deleted, moved or marked as seen."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from imap_tools import BaseMailBox, FolderInfo, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError
from imap_tools.idle import get_socket_poller

from nextcall.channels.contract import SendError
from nextcall.channels.email import hosts

Security = Literal["ssl", "starttls", "plain"]
LARGEST = 30_000_000  # bytes of a mail that is fetched whole
BEGINNING = 1_000_000  # bytes fetched of a larger one: its words stand before its files
WINDOW = 50_000  # UIDs asked about at once
DONT_IDLE_SECONDS = 15.0  # how often a server without IDLE is asked
SENT_NAMES = ("sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete elemente", "gesendete objekte",
              "envoyés", "messages envoyés", "éléments envoyés", "enviados", "elementos enviados")  # fmt: skip
NO_PLACES = frozenset({"\\noselect", "\\nonexistent", "\\sent", "\\drafts", "\\trash", "\\all"})  # RFC 3501, 5258, 6154
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
_RECEIVED = re.compile(rb'INTERNALDATE "([^"]{20,40})"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Unreachable(Exception):
    """The server cannot be reached, hung up or refused us: nothing can be read now. Says what is wrong.

    `refused`: it was our sign-in. Trying again soon cannot help, and locks accounts up.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class NoFolder(Unreachable):
    """There is no such folder, or it cannot be opened; the others may be."""


class CannotFetch(Exception):
    """This one mail cannot be had; the others can."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox is and how one signs in: with a password, or with an access token (XOAUTH2)."""

    host: str
    user: str
    port: int = 993
    security: Security = "ssl"
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a folder stands. While `uid_validity` is the same, every new mail has a UID of `uid_next` or more."""

    uid_validity: int
    uid_next: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server holds it; `whole` False: it is too large, and only its beginning was fetched."""

    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime | None  # by the server's clock
    size: int
    whole: bool


class Imap:
    """A signed-in connection for one thread; `interrupt` may be called from any other. Raises Unreachable."""

    def __init__(self, place: Place) -> None:
        self._place = place
        if _CONTROL.search(place.user + place.password + place.token):
            raise Unreachable("sign-in refused: a user name or password with a control character", refused=True)
        with _speaking(f"cannot reach {place.host}:{place.port}"):
            hosts.check(place.host, place.port)
            self._box = _connected(place)
        try:
            self._sign_in()
        except Unreachable:
            self.close()
            raise

    def look(self, folder: str) -> Standing:
        """Opens the folder for reading alone. Raises NoFolder."""
        with _speaking(f"cannot open the folder {folder}"):
            self._box.folder.set(folder, readonly=True)
            told: dict[str, list[Any]] = self._box.client.untagged_responses
            validity, following = told.get("UIDVALIDITY"), told.get("UIDNEXT")
            if not validity or not following:  # servers before RFC 3501
                status = self._box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
                return Standing(status["UIDVALIDITY"], status["UIDNEXT"])
            return Standing(int(validity[-1]), int(following[-1]))

    def uids(self, first: int, end: int) -> list[int]:
        """The mails from `first` on and below `end`, at most of one window, in order."""
        return self._search(f"UID {first}:{end - 1}")

    def since(self, day: datetime) -> list[int]:
        """The mails that arrived on that day or later, by the server's calendar."""
        return self._search(f"SINCE {imaplib.Time2Internaldate(day)[1:12].strip()}")

    def fetch(self, uid: int) -> Fetched:
        """Raises CannotFetch when this one cannot be had."""
        size, received_at = self._about(uid)
        whole = size <= LARGEST
        wanted = LARGEST + 1 if whole else BEGINNING
        for part in self._fetch(uid, f"(UID BODY.PEEK[]<0.{wanted}>)"):
            if isinstance(part, tuple) and len(part) > 1:
                return Fetched(uid, part[1], received_at, size, whole)
        raise CannotFetch(f"mail {uid} is no longer there")

    def wait(self, seconds: float) -> None:
        """Until the server says that something changed (IDLE, RFC 2177), somebody interrupts, or the time is over."""
        client = self._box.client
        with _speaking("the server hung up while we waited"):
            if "IDLE" not in client.capabilities:
                get_socket_poller(client.sock, min(seconds, DONT_IDLE_SECONDS))  # type: ignore[arg-type]
                return
            self._box.idle.start()  # type: ignore[no-untyped-call]
            if not self._said_already():
                get_socket_poller(client.sock, seconds)  # type: ignore[arg-type]
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    def folders(self) -> list[str]:
        with _speaking("cannot list the folders"):
            return [one.name for one in self._box.folder.list()]

    def others(self) -> list[str]:
        """The folders beside the inbox that answers may lie in: not what we wrote, threw away, or all mail at once."""
        with _speaking("cannot list the folders"):
            found = self._box.folder.list()
        return [one.name for one in found if one.name.upper() != "INBOX" and not _is_no_place(one)]

    def sent_folder(self) -> str:
        """Where this mailbox keeps what was sent: as it says itself (RFC 6154), else by the usual names; "" if none."""
        with _speaking("cannot list the folders"):
            found = self._box.folder.list()
        marked = [one.name for one in found if "\\sent" in (flag.lower() for flag in one.flags)]
        named = [one.name for one in found if one.name.split(one.delim or "/")[-1].lower() in SENT_NAMES]
        return next(iter([*marked, *named]), "")

    def append(self, folder: str, raw: bytes, *, at: datetime) -> None:
        """Puts a mail there, as seen."""
        with _speaking(f"cannot put a copy into {folder}"):
            self._box.append(raw, folder, at, "\\Seen")

    def interrupt(self) -> None:
        """Ends whatever it is doing; the connection is of no use afterwards."""
        with suppress(OSError):
            self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """May be called twice."""
        with suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
            self._box.client.shutdown()

    def _sign_in(self) -> None:
        place = self._place
        try:
            if place.token:
                self._box.xoauth2(place.user, place.token, initial_folder=None)
            elif place.password.isascii() and place.user.isascii():
                self._box.login(place.user, place.password, initial_folder=None)
            else:
                self._box.login_utf8(place.user, place.password, initial_folder=None)
            _, told = self._box.client.capability()  # most servers say what they can only after the sign-in
            self._box.client.capabilities = tuple((told[-1] or b"").decode("ascii", "replace").upper().split())
        except imaplib.IMAP4.abort as error:
            raise Unreachable(f"the server hung up at the sign-in: {_words(error)}") from error
        except (imaplib.IMAP4.error, MailboxLoginError) as error:
            if "UNAVAILABLE" in str(error) or "INUSE" in str(error):  # RFC 5530: for now
                raise Unreachable(f"the server is not available: {_words(error)}") from error
            raise Unreachable(f"sign-in refused: {_words(error)}", refused=True) from error
        except OSError as error:
            raise Unreachable(f"the server hung up at the sign-in: {_words(error)}") from error

    def _search(self, what: str) -> list[int]:
        with _speaking("cannot search"):
            _, found = self._box.client.uid("SEARCH", what)
            words = b" ".join(one for one in found if isinstance(one, bytes)).split()
        return sorted(int(one) for one in words if one.isdigit())

    def _about(self, uid: int) -> tuple[int, datetime | None]:
        for part in self._fetch(uid, "(UID RFC822.SIZE INTERNALDATE)"):
            said = part[0] if isinstance(part, tuple) else part
            named, size, received = _UID.search(said), _SIZE.search(said), _RECEIVED.search(said)
            if named and size and int(named[1]) == uid:
                return int(size[1]), _instant(received[1]) if received else None
        raise CannotFetch(f"mail {uid} is no longer there")

    def _fetch(self, uid: int, what: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            status, parts = self._box.client.uid("FETCH", str(uid), what)
        except imaplib.IMAP4.abort as error:
            raise Unreachable(f"the server hung up at mail {uid}: {_words(error)}") from error
        except imaplib.IMAP4.error as error:
            raise CannotFetch(f"mail {uid}: {_words(error)}") from error
        except OSError as error:
            raise Unreachable(f"the server hung up at mail {uid}: {_words(error)}") from error
        if status != "OK":
            raise CannotFetch(f"mail {uid}: {_words(parts[0] if parts else status)}")
        return [one for one in parts if one]

    def _said_already(self) -> bool:
        """Whether the server's word came together with its consent to IDLE: no socket would tell of it again."""
        client = self._box.client
        before = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            return bool(client.file.peek(1))  # type: ignore[union-attr]
        except OSError:  # TLS has nothing to read yet
            return False
        finally:
            client.sock.settimeout(before)


def _connected(place: Place) -> BaseMailBox:
    timeout, context = place.timeout_seconds, ssl.create_default_context()
    box: BaseMailBox
    if place.security == "ssl":
        box = MailBox(place.host, place.port, timeout=timeout, ssl_context=context)
    elif place.security == "starttls":
        box = MailBoxStartTls(place.host, place.port, timeout=timeout, ssl_context=context)
    else:
        box = MailBoxUnencrypted(place.host, place.port, timeout=timeout)
    try:
        hosts.check_peer(place.host, box.client.sock)
        if place.security == "plain":
            hosts.check_not_public(place.host, box.client.sock)
    except SendError:
        box.client.shutdown()
        raise
    return box


@contextmanager
def _speaking(doing: str) -> Iterator[None]:
    """What goes wrong on the wire, in one kind of words."""
    try:
        yield
    except SendError as error:  # of hosts
        raise Unreachable(str(error)) from error
    except MailboxFolderSelectError as error:
        raise NoFolder(f"{doing}: {_words(error)}") from error
    except (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError, KeyError) as error:
        raise Unreachable(f"{doing}: {_words(error)}") from error


def _is_no_place(folder: FolderInfo) -> bool:
    named = folder.name.split(folder.delim or "/")[-1].lower() in SENT_NAMES
    return named or bool({flag.lower() for flag in folder.flags} & NO_PLACES)


def _words(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]


def _instant(written: bytes) -> datetime | None:
    try:
        return datetime.strptime(written.decode().strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
