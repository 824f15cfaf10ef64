"""Asking servers that a member named: never inside our own network, never for long, never for much.

The name is looked up here and the connection goes to the address that was checked, so no second answer of a name
server leads elsewhere. The time limit counts for the whole exchange, however slowly the server drips.
"""

import ipaddress
import socket
import ssl
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from nextcall.channels.email.hosts import allowed
from nextcall.lib import ticking

SECONDS = 10.0  # for one exchange, redirects included
LARGEST = 5_000_000  # bytes of an answer
MOST_REDIRECTS = 4
OURS = {"user-agent": "Nextcall", "accept-encoding": "identity"}


class CannotReach(Exception):
    """Why a calendar cannot be used, in words for its member. `status`: what the server answered, 0 if nothing."""

    def __init__(self, words: str, *, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Access:
    """How a server is reached; `reach` as channels.email.hosts.allowed has it."""

    user: str = ""
    password: str = field(default="", repr=False)
    reach: str = "public"
    home: str = ""  # the host that the member named: the password goes there and to its neighbours alone


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered, and the address that it came from after redirects."""

    status: int
    body: bytes
    url: str
    headers: Mapping[str, str]


def address_of(written: str) -> str:
    """What a member typed as an address that can be asked. Raises CannotReach."""
    url = written.strip()
    if url.lower().startswith(("webcal://", "webcals://")):
        url = f"https://{url.split('://', 1)[1]}"
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, None
    if not host or parts is None or parts.scheme not in ("https", "http") or len(url) > 1000:
        raise CannotReach("That is no address of a calendar. It begins with https:// or webcal://.")
    if parts.username or parts.password:
        raise CannotReach("Leave user and password out of the address; there are fields for them.")
    return url


def fetch(
    method: str, url: str, access: Access, *, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Fetched:
    """One request, redirects followed. Any status is an answer; raises CannotReach when there is none."""
    until, digest = ticking.now() + SECONDS, False
    for _ in range(MOST_REDIRECTS + 1):
        found = _once(method, url, access, body, headers or {}, until, digest=digest)
        if not digest and found.status == 401 and "digest" in found.headers.get("www-authenticate", "").lower():
            digest = True  # a server that takes no password as it is, but a proof that one has it (RFC 7616)
            found = _once(method, url, access, body, headers or {}, until, digest=digest)
        if found.status not in (301, 302, 303, 307, 308) or not found.headers.get("location"):
            return found
        url = address_of(urljoin(url, found.headers["location"]))
    raise CannotReach("The server sends us from one address to the next. Use the address it ends at.")


def _once(
    method: str, url: str, access: Access, body: bytes, headers: Mapping[str, str], until: float, *, digest: bool
) -> Fetched:
    host = urlsplit(url).hostname or ""
    ours = (access.user, access.password) if access.user and neighbours(host, access.home) else None
    auth = httpx.DigestAuth(*ours) if ours and digest else ours
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(), max_connections=1, network_backend=_Backend(access.reach, url, until)
    )
    try:
        with (
            httpx.Client(transport=transport, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, content=body or None, headers=OURS | dict(headers), auth=auth) as answer,
        ):
            return Fetched(answer.status_code, _body(answer, until), url, dict(answer.headers))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, UnicodeError) as error:
        raise CannotReach(_why(error, host)) from error


def _body(answer: httpx.Response, until: float) -> bytes:
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > LARGEST:
            raise CannotReach(f"The calendar is larger than {LARGEST // 1_000_000} MB; we read no further.")
        if ticking.now() > until:
            raise CannotReach(f"The server took longer than {SECONDS:.0f} seconds.")
    return bytes(body)


def neighbours(host: str, home: str) -> bool:
    """Whether a host may be told the password that was given for `home`: itself, or one of the same domain."""
    host, home = host.lower(), home.lower()
    if host == home:
        return True
    theirs, ours = host.split("."), home.split(".")
    return len(ours) >= 3 and len(theirs) >= 3 and theirs[-2:] == ours[-2:] and len(ours[-2]) > 3


def _why(error: Exception, host: str) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _Forbidden):
            return str(cause)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not answer within {SECONDS:.0f} seconds."
    if "CERTIFICATE" in str(error).upper():
        return f"The certificate of {host} is not valid, so we did not sign in."
    return f"{host} could not be reached ({type(error).__name__}). Is the address right, and the server running?"


class _Forbidden(OSError):
    """A place we do not connect to."""


class _Backend(httpcore.SyncBackend):
    """Connects to the checked address itself, and watches the clock."""

    def __init__(self, reach: str, url: str, until: float) -> None:
        self._reach, self._url, self._until = reach, url, until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _Forbidden(f"No server has the name {host}.") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))[:4]
        for address in addresses:
            if not allowed(address, self._reach):
                raise _Forbidden(f"{host} is inside a private network, which only the operator can allow.")
            public = ipaddress.ip_address(address.partition("%")[0]).is_global
            if urlsplit(self._url).scheme != "https" and public:
                raise _Forbidden("Use an address with https://: a password or a calendar must not travel open.")
        problem: Exception | None = None
        for address in addresses:
            try:
                return _Stream(super().connect_tcp(address, port, self._left(5.0)), self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or httpcore.ConnectError(f"{host} has no address")

    def _left(self, most: float) -> float:
        return max(min(self._until - ticking.now(), most), 0.01)


class _Stream(httpcore.NetworkStream):
    """A stream whose every wait ends with the whole exchange's time."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def _left(self) -> float:
        left = self._until - ticking.now()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole exchange is over")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._until)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)
