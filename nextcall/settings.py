"""One settings file; everything comes from the environment, and `checks.py` says what is amiss.

| variable | means | default |
|---|---|---|
| NEXTCALL_HOME | where the SQLite database, keys and backups live | ./var |
| DATABASE_URL | postgresql://user:password@host/name for a team | SQLite in NEXTCALL_HOME |
| NEXTCALL_URL | the address people open, for links in email | http://localhost:8000 |
| NEXTCALL_SECRET_KEY | signs sessions and links | made once in NEXTCALL_HOME/secret.key |
| NEXTCALL_SEALING_KEY | encrypts provider credentials | made once in NEXTCALL_HOME/sealing.key |
| NEXTCALL_VAPID_KEY | signs notices: a P-256 key, base64url | made once in NEXTCALL_HOME/vapid.key |
| NEXTCALL_PROOF_KEY | signs proof packs: an Ed25519 key, base64url | made once in NEXTCALL_HOME/proof.key |
| NEXTCALL_HOSTS | further host names that may be asked for, with commas between | none |
| NEXTCALL_METRICS_TOKEN | lets another machine read /metrics with `Authorization: Bearer` | this machine only |
| NEXTCALL_SQLITE_SYNC | FULL never loses the latest commit at a power cut, and is slower | NORMAL |
| NEXTCALL_LOG_LEVEL | DEBUG, INFO, WARNING, ERROR | INFO |
| NEXTCALL_ALLOW_PRIVATE_SMTP | 1 lets accounts use mail servers in private networks | 0; on localhost, its own |
| NEXTCALL_GOOGLE_CLIENT_ID | lets members connect Gmail: the client registered at Google | none |
| NEXTCALL_GOOGLE_CLIENT_SECRET | its secret | none |
| NEXTCALL_MICROSOFT_CLIENT_ID | lets members connect Microsoft mail: the application registered there | none |
| NEXTCALL_MICROSOFT_CLIENT_SECRET | its secret | none |
| NEXTCALL_STOP_MODEL | package.module:function that may add a stop to a message, never clear one | none |
| NEXTCALL_SOURCE_URL | where people read the source of what runs here (AGPL) | none: More says whom to ask |
| NEXTCALL_DEBUG | 1 shows tracebacks in the browser | 0 |
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from nextcall.lib import keys, zone_data

zone_data.use_shipped()

HOME = Path(os.environ.get("NEXTCALL_HOME", "var")).resolve()
URL = os.environ.get("NEXTCALL_URL", "http://localhost:8000").rstrip("/")
DEBUG = os.environ.get("NEXTCALL_DEBUG") == "1"
SECRET_KEY = os.environ.get("NEXTCALL_SECRET_KEY") or keys.read_or_make(HOME / "secret.key")
SEALING_KEY = os.environ.get("NEXTCALL_SEALING_KEY") or keys.read_or_make(HOME / "sealing.key", keys.fernet)
VAPID_KEY = os.environ.get("NEXTCALL_VAPID_KEY") or keys.read_or_make(HOME / "vapid.key", keys.vapid)
PROOF_KEY = os.environ.get("NEXTCALL_PROOF_KEY") or keys.read_or_make(HOME / "proof.key", keys.ed25519)
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    urlsplit(URL).hostname or "localhost",
    *filter(None, os.environ.get("NEXTCALL_HOSTS", "").split(",")),
]
CSRF_TRUSTED_ORIGINS = [URL]

INSTALLED_APPS = ["django.contrib.sessions", "django.contrib.messages", "nextcall"]
AUTH_USER_MODEL = "nextcall.Member"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MIDDLEWARE = [
    "nextcall.web.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages and static files; its padding keeps tokens from being guessed
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "nextcall.web.middleware.BoundedBody",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "nextcall.urls"
WSGI_APPLICATION = "nextcall.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "nextcall.web.frame.frame",
            ],
            "builtins": ["nextcall.web.tags"],
            "libraries": {},
        },
    }
]

SQLITE_SYNC = "FULL" if os.environ.get("NEXTCALL_SQLITE_SYNC", "").upper() == "FULL" else "NORMAL"


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "nextcall.sqlite3",
            # IMMEDIATE takes the write lock at BEGIN: no deadlock by upgrade, and claims are atomic.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SQLITE_SYNC};"
                " PRAGMA mmap_size=268435456; PRAGMA cache_size=-32768;"
                " PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY;",
            },
            "CONN_MAX_AGE": 600,  # a new connection sees new statistics (engine/statistics.py)
            "TEST": {"NAME": os.environ.get("NEXTCALL_TEST_SQLITE") or None},
        }
    parts = urlsplit(url)
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = str(options.pop("host", parts.hostname or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "HOST": host,
        "PORT": parts.port or "",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = Path(__file__).parent / "web" / "static"  # served as they lie here: there is no build
WHITENOISE_MAX_AGE = 31_536_000  # every address carries the hash of its content (web.tags.asset)

SECURE = URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
IMPORT_MAX_BYTES = 50 * 1024 * 1024  # one file of leads
LIST_MAX_BYTES = 200 * 1024 * 1024  # one do-not-call list: fifteen million numbers; read a part at a time
MAIL_MAX_BYTES = 25 * 1024 * 1024  # a mail with its files, as a bulk service posts it
CAPTURE_MAX_BYTES = 1024 * 1024  # one posted lead
# Mail servers that an account may name: on a laptop its own are fine, on a server only public ones,
# unless the operator says so.
SMTP_REACH = (
    "private"
    if os.environ.get("NEXTCALL_ALLOW_PRIVATE_SMTP") == "1"
    else "own"
    if urlsplit(URL).hostname in ("localhost", "127.0.0.1", "::1")
    else "public"
)
LOGIN_URL = "/sign-in/"
CSRF_FAILURE_VIEW = "nextcall.web.errors.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING_CONFIG = "nextcall.lib.logs.configure"
LOGGING = {"level": os.environ.get("NEXTCALL_LOG_LEVEL", "INFO").upper()}
SOURCE_URL = os.environ.get("NEXTCALL_SOURCE_URL", "")
METRICS_TOKEN = os.environ.get("NEXTCALL_METRICS_TOKEN", "")
MAIL_CLIENTS = {  # who we are to those who let members sign in to their mailboxes
    "google": (os.environ.get("NEXTCALL_GOOGLE_CLIENT_ID", ""), os.environ.get("NEXTCALL_GOOGLE_CLIENT_SECRET", "")),
    "microsoft": (
        os.environ.get("NEXTCALL_MICROSOFT_CLIENT_ID", ""),
        os.environ.get("NEXTCALL_MICROSOFT_CLIENT_SECRET", ""),
    ),
}
