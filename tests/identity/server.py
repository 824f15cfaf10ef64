"""An identity server as Google and Microsoft publish theirs: authorize, token, refresh, revoke, tokeninfo.

It holds every request to the documents (RFC 6749 4.1, 5, 6; RFC 7636; OpenID Connect Core): what is missing or wrong
is refused as they say. Whoever opens the authorize page is `person` and says yes, unless `says_no`.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "nextcall.apps.example", "tests-only-secret"


@dataclass
class Identities:
    """What the server knows, and how it behaves."""

    url: str
    person: str
    redirect_uri: str
    expires_in: int = 3600
    rotates: bool = False  # each refresh ends the refresh token before, as Microsoft may
    says_no: bool = False
    away: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)  # token: person
    access: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # what came to /token

    def revoke_all(self) -> None:
        """The person takes the permission back."""
        self.refresh.clear()
        self.access.clear()

    def forget_access(self) -> None:
        """Access tokens end before our clock thinks they do."""
        self.access.clear()

    def authorize(self, asked: dict[str, str]) -> str:
        """The address that the browser is sent back to."""
        assert asked["client_id"] == CLIENT_ID and asked["redirect_uri"] == self.redirect_uri
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        if self.says_no:
            return f"{self.redirect_uri}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.away:
            return 503, {"error": "temporarily_unavailable"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if form.get("grant_type") == "authorization_code":
            return self._of_code(form)
        if form.get("grant_type") == "refresh_token":
            person = self.refresh.get(form.get("refresh_token", ""), "")
            if not person:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            if self.rotates:
                del self.refresh[form["refresh_token"]]
            return 200, self._issue(person, lasting=self.rotates)
        return 400, {"error": "unsupported_grant_type"}

    def _of_code(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)  # once
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "Bad Request"}
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "redirect_uri_mismatch"}
        claims = json.dumps({"aud": CLIENT_ID, "email": self.person, "iss": self.url}).encode()
        id_token = "e30." + base64.urlsafe_b64encode(claims).rstrip(b"=").decode() + ".c2ln"
        return 200, {**self._issue(self.person, lasting=True), "id_token": id_token}

    def _issue(self, person: str, *, lasting: bool) -> dict[str, Any]:
        access = secrets.token_urlsafe(24)
        self.access[access] = person
        said = {"access_token": access, "token_type": "Bearer", "expires_in": self.expires_in, "scope": "mail"}
        if lasting:
            said["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh[str(said["refresh_token"])] = person
        return said


@contextmanager
def identity_server(*, person: str, redirect_uri: str) -> Iterator[Identities]:
    known = Identities("", person, redirect_uri)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            asked = {key: values[0] for key, values in parse_qs(place.query).items()}
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", known.authorize(asked))
                self.end_headers()
            elif asked.get("access_token") in known.access:
                self._answer(200, {"email": known.access[asked["access_token"]], "aud": CLIENT_ID})
            else:
                self._answer(400, {"error": "invalid_token"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            self._answer(*known.token({key: values[0] for key, values in parse_qs(body).items()}))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
