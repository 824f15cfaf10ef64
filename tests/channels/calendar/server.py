"""A real CalDAV server (Radicale) on a free port, with one user and what the tests put there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
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


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """Its address; the user has two calendars, "work" and "home"."""
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
    server = make_server("127.0.0.1", 0, Application(configuration), server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        for name in ("work", "home"):
            made = httpx.request("MKCALENDAR", f"{address}/{USER}/{name}/", auth=(USER, PASSWORD))
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
