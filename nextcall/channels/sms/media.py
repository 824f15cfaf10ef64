"""Pictures that a carrier keeps for us: fetched with a limit, from it or from where in public it sends us."""

import ipaddress
import socket
from contextlib import AbstractContextManager, closing

import httpx

from nextcall.channels.contract import SendError

SECONDS = 15.0
MOST_REDIRECTS = 3


def download(url: str, *, most: int, client: httpx.Client | None = None) -> tuple[bytes, str]:
    """The bytes and the type that its server names; `most` bytes. Raises SendError.

    `client` carries the account's own sign-in, which httpx leaves out once a redirect leaves the carrier's host.
    """
    mine = client or httpx.Client(timeout=SECONDS)
    try:
        with _open(mine, url) as answer:
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > most:
                    raise SendError(f"larger than {most // 1_000_000} MB", permanent=True)
    except httpx.HTTPError as error:
        raise SendError(f"the carrier did not give the picture: {type(error).__name__}", permanent=False) from error
    finally:
        if client is None:
            mine.close()
    if answer.status_code != 200:
        gone = answer.status_code in (401, 403, 404, 410)
        raise SendError(f"the carrier has no such picture ({answer.status_code})", permanent=gone)
    return content, answer.headers.get("content-type", "")


def _open(client: httpx.Client, url: str) -> AbstractContextManager[httpx.Response]:
    """The answer that holds the bytes. A redirect may lead to a public address by https and nowhere else."""
    request = client.build_request("GET", url)
    for first in (True, *[False] * MOST_REDIRECTS):
        # only the first is signed anew: httpx takes the sign-in out of a redirect to another host
        auth = httpx.USE_CLIENT_DEFAULT if first else None
        answer = client.send(request, stream=True, follow_redirects=False, auth=auth)
        if answer.next_request is None:
            return closing(answer)
        answer.close()
        request = answer.next_request
        if request.url.scheme != "https" or not _is_public(request.url.host):
            raise SendError(
                f"the carrier sends us to {request.url.host[:100]}, which is no public address", permanent=True
            )
    raise SendError("the carrier sends us round in circles", permanent=True)


def _is_public(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    places = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    bare = [(one.ipv4_mapped or one) if isinstance(one, ipaddress.IPv6Address) else one for one in places]
    return all(one.is_global and not one.is_multicast for one in bare)
