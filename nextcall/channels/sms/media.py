"""Pictures that a carrier keeps for us: fetched with a limit, wherever the carrier's own address leads."""

import httpx

from nextcall.channels.contract import SendError

SECONDS = 15.0


def download(url: str, *, most: int, client: httpx.Client | None = None) -> tuple[bytes, str]:
    """The bytes and the type that its server names; `most` bytes. Raises SendError.

    `client` carries the account's own sign-in, which httpx leaves out once a redirect leaves the carrier's host.
    """
    mine = client or httpx.Client(timeout=SECONDS)
    try:
        with mine.stream("GET", url, follow_redirects=True) as answer:
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
