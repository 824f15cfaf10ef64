"""Signing in to Gmail and Microsoft without their password: authorization code with PKCE (RFC 6749, 7636), refresh.

Endpoints and scopes as Google ("Using OAuth 2.0 for Web Server Applications", "OAuth 2.0 Mechanism") and Microsoft
("Authenticate an IMAP, POP or SMTP connection using OAuth") publish them.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

TIMEOUT_SECONDS = 10.0
LONGEST = 100_000  # bytes of an answer
OVER = ("invalid_grant", "interaction_required", "consent_required", "access_denied")  # RFC 6749, 5.2, and Microsoft's
USUAL_LIFE = 3600  # seconds of an access token that says nothing of its own


class Refused(Exception):
    """They no longer let us in, or never did: somebody has to sign in again. Says what they said."""


class Away(Exception):
    """Their server cannot be reached now, or is not well."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Where one provider's people sign in, and where their mail is: (server, port, encryption)."""

    name: str
    says: str
    authorize_url: str
    token_url: str
    scope: str
    smtp: tuple[str, int, str]
    imap: tuple[str, int, str]
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Client:
    """What the operator registered at the provider."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_at` by our own clock. `address` is whose mailbox it is, "" if they did not say."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    address: str = ""


IDENTITIES: dict[str, Identity] = {
    "google": Identity(
        "google",
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "openid email https://mail.google.com/",
        ("smtp.gmail.com", 587, "starttls"),
        ("imap.gmail.com", 993, "ssl"),
        {"access_type": "offline", "prompt": "consent"},  # else a second sign-in brings no refresh token
    ),
    "microsoft": Identity(
        "microsoft",
        "Microsoft",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "openid email offline_access https://outlook.office.com/IMAP.AccessAsUser.All"
        " https://outlook.office.com/SMTP.Send",
        ("smtp.office365.com", 587, "starttls"),
        ("outlook.office365.com", 993, "ssl"),
        {"prompt": "select_account"},
    ),
}


def begin(identity: Identity, client: Client, *, redirect_uri: str) -> tuple[str, str, str]:
    """(address to send the member to, state, verifier): the last two stay in their session until they are back."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": identity.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **identity.extra,
    }
    return f"{identity.authorize_url}?{urlencode(asked)}", state, verifier


def exchange(
    identity: Identity, client: Client, *, code: str, verifier: str, redirect_uri: str, at: datetime
) -> Tokens:
    """A code for tokens. Raises Refused or Away."""
    said = _ask(
        identity,
        client,
        {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri},
    )
    tokens = _tokens(said, at, address=_address(str(said.get("id_token", "")), client))
    if not tokens.refresh:
        raise Refused(f"{identity.says} gave no lasting permission: remove Nextcall there, and sign in again")
    return tokens


def refresh(identity: Identity, client: Client, tokens: Tokens, *, at: datetime) -> Tokens:
    """Fresh ones; a provider may replace the refresh token too. Raises Refused or Away."""
    said = _ask(identity, client, {"grant_type": "refresh_token", "refresh_token": tokens.refresh})
    return _tokens(said, at, address=tokens.address, before=tokens.refresh)


def _ask(identity: Identity, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    wanted = {"client_id": client.client_id, "client_secret": client.client_secret, **form}
    try:
        answer = httpx.post(identity.token_url, data=wanted, timeout=TIMEOUT_SECONDS, follow_redirects=False)
    except httpx.HTTPError as error:
        raise Away(f"{identity.says} cannot be reached: {type(error).__name__}") from error
    said = _read(answer.content)
    if answer.status_code == httpx.codes.OK and isinstance(said.get("access_token"), str):
        return said
    words = " ".join(str(said.get(key, "")) for key in ("error", "error_description")).strip()[:150]
    if said.get("error") in OVER:
        raise Refused(f"{identity.says} does not let us in: {words}")
    raise Away(f"{identity.says} answered {answer.status_code} {words}".strip())


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content[:LONGEST])
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _tokens(said: Mapping[str, Any], at: datetime, *, address: str, before: str = "") -> Tokens:
    try:
        seconds = min(max(int(said.get("expires_in", USUAL_LIFE)), 0), 86_400)
    except (TypeError, ValueError):
        seconds = USUAL_LIFE
    fresh = str(said.get("refresh_token") or before)
    return Tokens(str(said["access_token"]), fresh, at + timedelta(seconds=seconds), address)


def _address(id_token: str, client: Client) -> str:
    """Whose mailbox it is. The token came from their own server over TLS: its signature needs no second look (OpenID
    Connect Core 3.1.3.7, 6), its audience does."""
    try:
        body = id_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return ""
    if not isinstance(claims, dict) or claims.get("aud") != client.client_id:
        return ""
    return str(claims.get("email") or claims.get("preferred_username") or "")[:254]
