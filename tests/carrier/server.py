"""A carrier on this machine: it takes messages as Twilio's and Telnyx's published APIs say, and reports as they do.

Twilio: https://www.twilio.com/docs/messaging/api/message-resource (create, fetch, list, cancel), its test numbers and
error codes, Basic authentication, 429 with a Retry-After. Telnyx: https://developers.telnyx.com/api/messaging, Bearer.

Numbers decide how it behaves, as with Twilio's own test credentials, by their end: 5550001 is no valid number (21211),
5550004 opted out at the carrier (21610), 5550009 takes no texts (21614), 5550008 answers 503, and for 5550007 it takes
the text and lets the line go dead before it answers.
"""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nextcall.channels.sms.twilio_posts import signature
from tests.carrier.owned import ACCOUNT, KEY, TOKEN, Owned
from tests.carrier.owned import answer as numbers_answer

REFUSED = {"5550001": 21211, "5550004": 21610, "5550009": 21614}
SILENT, UNAVAILABLE = "5550007", "5550008"
CANCELLABLE = ("accepted", "scheduled", "queued")


@dataclass
class Sent:
    """A message that the carrier has."""

    sid: str
    to: str
    sender: str
    body: str
    created: datetime
    status: str = "queued"
    code: int | None = None
    callback: str = ""
    validity: int | None = None
    media: list[str] = field(default_factory=list)
    service: str = ""


@dataclass
class Carrier:
    """The carrier's own record. `post` carries its callbacks; tests look into `messages` and say what happens next."""

    url: str = ""
    post: Callable[[str, bytes, Mapping[str, str]], int] | None = None
    messages: list[Sent] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    per_second: int = 0  # 0: no limit
    opted_out: set[str] = field(default_factory=set)
    owned: Owned = field(default_factory=Owned)
    keep: Callable[[Sent], None] = lambda _: None  # called as a message is taken, before the answer or its delay
    answers_after: float = 0.0
    listed_after: timedelta = timedelta()  # its lists are that far behind
    out_of_order: bool = False  # its lists answer 503
    begins_as: str = "queued"  # the status of a message that was just taken
    requests: int = 0
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _recent: deque[float] = field(default_factory=deque)

    def take(self, to: str, sender: str, body: str, **more: Any) -> Sent:
        with self._lock:
            sid = f"SM{next(self._numbers):032x}"
            made = Sent(sid, to, sender, body, self.clock(), self.begins_as, **more)
            self.messages.append(made)
            self.keep(made)
        time.sleep(self.answers_after)
        return made

    def listed(self) -> list[Sent]:
        """What its lists have by now."""
        return [one for one in self.messages if one.created + self.listed_after <= self.clock()]

    def is_too_fast(self) -> bool:
        moment = self.clock().timestamp()
        with self._lock:
            while self._recent and self._recent[0] <= moment - 1:
                self._recent.popleft()
            if self.per_second and len(self._recent) >= self.per_second:
                return True
            self._recent.append(moment)
        return False

    @property
    def public_key(self) -> str:
        """Telnyx's, base64."""
        return base64.b64encode(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def report(self, message: Sent, status: str, code: int | None = None) -> int:
        """Twilio's status callback; the status of the answer that it got."""
        if status in ("delivered", "undelivered", "failed", "sent"):
            message.status, message.code = status, code
        form = {
            "SmsSid": message.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": message.to,
            "MessageSid": message.sid,
            "AccountSid": ACCOUNT,
            "From": message.sender,
            "ApiVersion": "2010-04-01",
        } | ({"ErrorCode": str(code)} if code else {})
        return self.posted(message.callback, form)

    def write(self, url: str, sender: str, to: str, body: str, **more: str) -> int:
        """A person writes to one of our numbers."""
        with self._lock:
            sid = more.pop("sid", "") or f"SM{next(self._numbers):032x}"
        form = {"MessageSid": sid, "SmsSid": sid, "SmsStatus": "received", "From": sender, "To": to, "Body": body}
        form |= {"NumMedia": "0", "NumSegments": "1", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"} | more
        return self.posted(url, form)

    def posted(self, url: str, form: Mapping[str, str], *, signed: str = "") -> int:
        assert self.post is not None, "tell the carrier how to post"
        body = urlencode(form).encode()
        shown = signed or signature(TOKEN, url, parse_qsl(body.decode(), keep_blank_values=True))
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Twilio-Signature": shown}
        return self.post(url, body, headers)

    def telnyx(self, url: str, event: str, payload: Mapping[str, Any], *, at: datetime | None = None) -> int:
        """Telnyx's webhook, signed with Ed25519 over timestamp and body."""
        assert self.post is not None
        said = {"event_type": event, "id": f"ev-{next(self._numbers)}", "payload": payload}
        body = json.dumps({"data": said}).encode()
        stamp = str(int((at or self.clock()).timestamp()))
        shown = base64.b64encode(self.key.sign(f"{stamp}|".encode() + body)).decode()
        headers = {"Content-Type": "application/json", "Telnyx-Signature-Ed25519": shown, "Telnyx-Timestamp": stamp}
        return self.post(url, body, headers)


class _Desk(BaseHTTPRequestHandler):
    carrier: Carrier
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(b"")

    def log_message(self, *_args: object) -> None: ...

    def _answer(self, body: bytes) -> None:
        self.carrier.requests += 1
        parts = urlsplit(self.path)
        path = [piece for piece in parts.path.split("/") if piece]
        if path[:1] == ["pictures"]:
            kind, content = self.carrier.pictures.get(path[-1], ("", b""))
            self._bytes(200 if content else 404, content, kind or "text/plain")
        elif (known := numbers_answer(self.carrier.owned, path, parse_qs(parts.query), self.headers)) is not None:
            self._json(*known)
        elif path[:2] == ["2010-04-01", "Accounts"]:
            self._twilio(path, parse_qsl(body.decode(), keep_blank_values=True), parse_qs(parts.query))
        elif path[:2] == ["v2", "messages"]:
            self._telnyx(path, body)
        elif path[:2] == ["v2", "detail_records"]:
            self._records(parse_qs(parts.query))
        else:
            self._problem(404, 20404, "The requested resource was not found")

    def _twilio(self, path: list[str], pairs: list[tuple[str, str]], query: dict[str, list[str]]) -> None:
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != expected or path[2] != ACCOUNT:
            self._problem(401, 20003, "Authenticate")
        elif self.carrier.is_too_fast():
            self._problem(429, 20429, "Too Many Requests", {"Retry-After": "1"})
        elif path[3] == "Messages.json" and self.command == "POST":
            self._create(dict(pairs), [value for name, value in pairs if name == "MediaUrl"])
        elif path[3] == "Messages.json":
            self._list(query)
        else:
            self._one(path[4].removesuffix(".json"), dict(pairs))

    def _create(self, form: dict[str, str], media: list[str]) -> None:
        to, body = form.get("To", ""), form.get("Body", "")
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return self._problem(400, 21603, "A 'From' phone number is required.")
        if not body and not media:
            return self._problem(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return self._problem(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if code := REFUSED.get(to[-7:]) or (21610 if to in self.carrier.opted_out else None):
            return self._problem(400, code, f"refused with {code}")
        if to.endswith(UNAVAILABLE):
            return self._problem(503, 20503, "Service unavailable")
        validity = int(form["ValidityPeriod"]) if "ValidityPeriod" in form else None
        if validity is not None and not 1 <= validity <= 36_000:
            return self._problem(400, 21626, "Invalid ValidityPeriod")
        made = self.carrier.take(
            to,
            form.get("From") or "+18005550100",
            body,
            callback=form.get("StatusCallback", ""),
            validity=validity,
            media=media,
            service=form.get("MessagingServiceSid", ""),
        )
        if to.endswith(SILENT):
            self.close_connection = True
            return None
        return self._json(201, _resource(made))

    def _list(self, query: dict[str, list[str]]) -> None:
        if self.carrier.out_of_order:
            return self._problem(503, 20503, "Service unavailable")
        found = list(reversed(self.carrier.listed()))
        for name, value in ((name, values[0]) for name, values in query.items()):
            if name == "To":
                found = [one for one in found if one.to == value]
            elif name == "DateSent>":
                left = [one for one in found if one.status not in CANCELLABLE]  # the others were sent on no day yet
                found = [one for one in left if one.created.date().isoformat() >= value[:10]]
        size = int(query.get("PageSize", ["50"])[0])
        return self._json(
            200, {"messages": [_resource(one) for one in found[:size]], "page_size": size, "next_page_uri": None}
        )

    def _one(self, sid: str, form: dict[str, str]) -> None:
        found = next((one for one in self.carrier.messages if one.sid == sid), None)
        if found is None:
            return self._problem(404, 20404, f"The requested resource {sid} was not found")
        if form.get("Status") == "canceled":
            if found.status not in CANCELLABLE:
                return self._problem(400, 30409, "Message can not be canceled")
            found.status = "canceled"
        return self._json(200, _resource(found))

    def _telnyx(self, path: list[str], body: bytes) -> None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._json(401, {"errors": [{"code": "10009", "title": "Authentication failed"}]})
        if self.carrier.is_too_fast():
            return self._json(429, {"errors": [{"code": "10011", "title": "Too many requests"}]}, {"Retry-After": "1"})
        if self.command == "GET":
            found = any(one.sid == path[2] for one in self.carrier.messages)
            return self._json(200 if found else 404, {"data": {"id": path[2], "to": []}} if found else {"errors": []})
        said = json.loads(body)
        to = said.get("to", "")
        codes = {"5550001": ("40310", "Invalid 'to' address"), "5550004": ("40300", "Blocked due to STOP message"),
                 "5550009": ("40301", "Not routable: landline")}  # fmt: skip
        if to[-7:] in codes:
            code, title = codes[to[-7:]]
            return self._json(400, {"errors": [{"code": code, "title": title}]})
        if to.endswith(UNAVAILABLE):
            return self._json(503, {"errors": [{"code": "10016", "title": "Service unavailable"}]})
        more = {"callback": said.get("webhook_url", ""), "media": said.get("media_urls", [])}
        made = self.carrier.take(to, said.get("from", ""), said.get("text", ""), **more)
        if to.endswith(SILENT):
            self.close_connection = True
            return None
        to_list = [{"phone_number": to, "status": "queued"}]
        return self._json(200, {"data": {"id": made.sid, "from": {"phone_number": made.sender}, "to": to_list}})

    def _records(self, query: dict[str, list[str]]) -> None:
        """https://developers.telnyx.com/api-reference/detail-records/search-detail-records: no words, no references."""
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._json(401, {"errors": [{"code": "10009", "title": "Authentication failed"}]})
        if query.get("filter[record_type]") != ["messaging"]:
            return self._json(422, {"errors": [{"code": "10015", "title": "filter[record_type] is required"}]})
        if self.carrier.out_of_order:
            return self._json(503, {"errors": [{"code": "10016", "title": "Service unavailable"}]})
        contains = query.get("filter[cld][contains]", [""])[0]
        found = [one for one in self.carrier.listed() if contains in one.to]
        rows = [
            {"record_type": "message_detail_record", "uuid": one.sid, "direction": "outbound", "cli": one.sender,
             "cld": one.to, "created_at": one.created.isoformat().replace("+00:00", "Z"), "status": one.status}
            for one in reversed(found)
        ]  # fmt: skip
        return self._json(200, {"data": rows, "meta": {"total_results": len(rows), "page_number": 1}})

    def _problem(self, status: int, code: int, says: str, headers: Mapping[str, str] | None = None) -> None:
        info = f"https://www.twilio.com/docs/errors/{code}"
        self._json(status, {"code": code, "message": says, "more_info": info, "status": status}, headers)

    def _json(self, status: int, document: object, headers: Mapping[str, str] | None = None) -> None:
        self._bytes(status, json.dumps(document).encode(), "application/json", headers)

    def _bytes(self, status: int, content: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _resource(one: Sent) -> dict[str, object]:
    stamp = format_datetime(one.created)
    return {
        "sid": one.sid, "account_sid": ACCOUNT, "to": one.to, "from": one.sender, "body": one.body,
        "status": one.status,
        "messaging_service_sid": one.service or None, "num_segments": "1", "num_media": str(len(one.media)),
        "direction": "outbound-api", "api_version": "2010-04-01", "price": None, "price_unit": "USD",
        "error_code": one.code, "error_message": None, "date_created": stamp, "date_sent": stamp, "date_updated": stamp,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{one.sid}.json", "subresource_uris": {},
    }  # fmt: skip


@contextmanager
def carrier() -> Iterator[Carrier]:
    kept = Carrier()  # on a free port of this machine
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (_Desk,), {"carrier": kept}))
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
