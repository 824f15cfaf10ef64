"""A real CalDAV server (Radicale) on a free port, with one user and what the tests put there."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.request import parse_http_list
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from radicale import Application
from radicale.config import load

USER, PASSWORD = "ann", "right"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Digest:
    """In front of a server: takes the proof of a password alone (RFC 7616, MD5 and qop=auth), never the password."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        scheme, _, written = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "digest" or not self._proves(environ["REQUEST_METHOD"], _fields(written)):
            start("401 Unauthorized", [("WWW-Authenticate", 'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5')])
            return [b""]
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.inner({**environ, "HTTP_AUTHORIZATION": f"Basic {basic}"}, start)

    def _proves(self, method: str, said: dict[str, str]) -> bool:
        def md5(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        ours = md5(USER, "r", PASSWORD), "n1", said.get("nc", ""), said.get("cnonce", ""), "auth"
        return said.get("response") == md5(*ours, md5(method, said.get("uri", "")))


def _fields(written: str) -> dict[str, str]:
    """The fields of such a proof."""
    return {name: value.strip('"') for name, _, value in (one.partition("=") for one in parse_http_list(written))}


@contextmanager
def radicale(folder: Path, *, digest: bool = False) -> Iterator[str]:
    """Its address; the user has two calendars, "work" and "home". `digest`: signed in to by Digest alone."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    configuration = load()
    configuration.update(
        {
            "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
            "storage": {"filesystem_folder": str(folder / "collections")},
            "logging": {"level": "critical"},
        },
        "tests",
    )
    application = Digest(Application(configuration)) if digest else Application(configuration)
    auth = httpx.DigestAuth(USER, PASSWORD) if digest else httpx.BasicAuth(USER, PASSWORD)
    server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        for name in ("work", "home"):
            made = httpx.request("MKCALENDAR", f"{address}/{USER}/{name}/", auth=auth)
            assert made.status_code == 201, made.text
        yield address
    finally:
        server.shutdown()
        server.server_close()


def put(address: str, calendar: str, name: str, ics: bytes) -> None:
    answer = httpx.put(f"{address}/{USER}/{calendar}/{name}.ics", content=ics, auth=(USER, PASSWORD))
    assert answer.status_code == 201, answer.text


def stored(address: str, calendar: str) -> str:
    """Everything in a calendar, as one file."""
    return httpx.get(f"{address}/{USER}/{calendar}/", auth=(USER, PASSWORD)).text
