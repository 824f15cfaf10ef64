"""A notice to a member's own device (Web Push): encrypted for that browser, signed by us, left at its push service."""

import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from pywebpush import WebPushException, webpush
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from nextcall.channels import clocks
from nextcall.channels.browser import Device
from nextcall.channels.contract import SendError
from nextcall.channels.email.hosts import allowed

SECONDS = 5.0  # for each step: finding the service, the answer
LASTS = 3600  # a service keeps it this long for a device that is off; later it is no news


class Gone(Exception):
    """The browser wants no more notices: forget it."""


def push(device: Device, words: bytes, *, key: str, contact: str, reach: str, topic: str = "") -> None:
    """Leave it at the push service. Raises Gone, or SendError if it did not take it.

    `key`: our VAPID key; `contact`: an https or mailto address of ours, for the service's operators. `reach`: see
    `email.hosts.allowed`. A later one of the same `topic` replaces one that still waits.
    """
    if urlsplit(device.endpoint).scheme != "https":
        raise SendError("push services are reached by https only", permanent=True)
    with requests.Session() as session:
        session.mount("https://", _Guarded(reach))
        session.max_redirects = 0  # a service does not send us elsewhere
        session.trust_env = reach != "public"  # on a server no proxy from the environment leads around the guard
        try:
            answer = webpush(
                {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
                data=words.decode(),
                vapid_private_key=key,
                vapid_claims={"sub": contact},
                ttl=LASTS,
                timeout=SECONDS,
                headers={"Urgency": "high", **({"Topic": topic[:32]} if topic else {})},
                requests_session=session,
            )
        except WebPushException as refused:
            status = refused.response.status_code if refused.response is not None else None
            if status in (404, 410):
                raise Gone from refused
            raise SendError(f"the push service answered {status}", permanent=False) from refused
        except (requests.RequestException, OSError, ValueError) as error:
            raise SendError(f"the push service was not reached: {type(error).__name__}", permanent=False) from error
        clocks.hear(device.endpoint, getattr(answer, "headers", {}).get("Date"))


class _Guarded(HTTPAdapter):
    """Connects to no place inside our own network, whatever the name says by now."""

    def __init__(self, reach: str) -> None:
        self._reach = reach
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        reach = self._reach

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                made = super()._new_conn()
                if not allowed(str(made.getpeername()[0]), reach):
                    made.close()
                    raise ConnectionRefusedError(f"{self.host} is inside a private network")
                return made

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}
