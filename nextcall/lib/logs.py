"""Structured logs without personal data: JSON for machines, colours on a terminal.

Nothing that names a person may be logged, but exceptions and addresses carry such things by accident. So every
value passes `masked` last: email addresses, telephone numbers and secrets in addresses are replaced by what they are.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Fields whose whole value is personal, whatever it looks like.
PERSONAL = frozenset({"body", "cookie", "email", "from", "name", "password", "phone", "said", "subject", "text", "to"})
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)*")
PHONE = re.compile(r"\+\d{8,15}\b|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|(?<![\w.-])1?\d{10}(?![\w-])")
# /in/<key>/form, /sign-in/<token>/, /u/<token>/: whoever reads the log must not be able to use them
SECRET_PATH = re.compile(r"/(in|sign-in|u|unsubscribe|hooks)/[\w.=:~-]{12,}")


def masked(value: Any) -> Any:
    """The value without addresses, numbers and secrets, whatever it is made of."""
    if isinstance(value, str):
        value = SECRET_PATH.sub(r"/\1/[secret]", value)
        return PHONE.sub("[phone]", EMAIL.sub("[email]", value))
    if isinstance(value, Mapping):
        return {key: "[personal]" if key in PERSONAL else masked(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner) for inner in value]
    return value if isinstance(value, (int, float, bool, type(None))) else masked(str(value))


def mask_all(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event.keys() - {"timestamp", "level", "logger", "_record", "_from_structlog"}:
        event[key] = "[personal]" if key in PERSONAL else masked(event[key])
    return event


def configure(config: Mapping[str, Any]) -> None:
    """Called by Django with settings.LOGGING: {"level": "INFO"}."""
    before: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    after: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # before the mask: a traceback quotes what it stumbled over
        mask_all,
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=after))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.get("level", "INFO"))
    for name in ("httpx", "httpcore"):  # they log the whole address of every request: whom it was about
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("django", "django.server"):  # Django has hung its own handlers there
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a 404 is no news; RequestLog counts it
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
