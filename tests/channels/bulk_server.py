"""A bulk mail service on this machine: the documented send endpoints of Postmark and Mailgun, with their answers.

https://postmarkapp.com/developer/api/email-api#send-a-single-email
https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "postmark-server-token"
KEY = "mailgun-key"
DOMAIN = "seller.example"


@dataclass
class Taken:
    """One message that it accepted."""

    to: str
    reference: str
    headers: dict[str, str]
    fields: dict[str, Any]


@dataclass
class BulkService:
    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0


class Cut(Exception):
    """The line breaks after the message came."""


def postmark(kept: BulkService, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    if headers.get("x-postmark-server-token") != TOKEN:
        return 401, {"ErrorCode": 10, "Message": "Request does not contain a valid Server token."}
    sent = json.loads(body)
    to = parseaddr(sent["To"])[1]
    if to.startswith("gone"):
        inactive = f"Found inactive addresses: {to}. Inactive recipients are ones that have generated a hard bounce."
        said = f"You tried to send to recipient(s) that have been marked as inactive. {inactive}"
        return 422, {"ErrorCode": 406, "Message": said}
    if to.startswith("busy"):
        return 503, {"ErrorCode": 100, "Message": "Maintenance"}
    if to.startswith("broken"):
        return 500, {"ErrorCode": 0, "Message": "Internal server error"}
    if not sent["From"].endswith(f"@{DOMAIN}>"):
        return 422, {"ErrorCode": 400, "Message": "The 'From' address you supplied is not a Sender Signature."}
    named = {one["Name"]: one["Value"] for one in sent.get("Headers", [])}
    kept.taken.append(Taken(to, sent["Metadata"]["reference"], named, sent))
    if to.startswith("cut"):
        raise Cut
    return 200, {"To": to, "SubmittedAt": "2026-06-09T14:22:31.0000000-04:00", "MessageID": f"pm-{len(kept.taken)}",
                 "ErrorCode": 0, "Message": "OK"}  # fmt: skip


def mailgun(kept: BulkService, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    if headers.get("authorization") != "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode():
        return 401, {"message": "Forbidden"}
    sent = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
    to = parseaddr(sent["to"])[1]
    if to.startswith("gone"):
        return 400, {"message": "to parameter is not a valid address. please check documentation"}
    if to.startswith("busy"):
        return 429, {"message": "Domain is not allowed to send: request limit exceeded, try again after 1 hour."}
    named = {name[2:]: value for name, value in sent.items() if name.startswith("h:")}
    kept.taken.append(Taken(to, sent["v:reference"], named, sent))
    if to.startswith("cut"):
        raise Cut
    return 200, {"id": named["Message-Id"], "message": "Queued. Thank you."}


@contextmanager
def bulk_service() -> Iterator[BulkService]:
    kept = BulkService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            kept.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            plays = {"/email": postmark, f"/v3/{DOMAIN}/messages": mailgun}.get(self.path)
            if plays is None:
                return self._answer(404, {"message": "Domain not found"})
            try:
                self._answer(*plays(kept, headers, body))
            except Cut:
                self.close_connection = True

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            written = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/"
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    running.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
