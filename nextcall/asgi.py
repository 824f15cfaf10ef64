"""The door that the page server opens: /live is a stream, everything else goes to the pages over WSGI.

Django's views are never run under ASGI: each request would make and drop a thread and its database connection.
A page's answer crosses from its thread to the loop in one piece; only what is long crosses piece by piece.
"""

import asyncio
import io
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from a2wsgi.wsgi import Body, build_environ

from nextcall.wsgi import application as pages  # first: it reads the settings

from nextcall.web import live  # isort: skip

THREADS = 8  # pages under way at once
SMALL = 256 * 1024  # bytes that are taken, or given, in one piece
threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="pages")


async def application(scope: live.Message, receive: live.Receive, send: live.Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] == "/live" and scope["method"] == "GET":
        await live.stream(scope, receive, send)
    else:
        await _page(scope, receive, send)


async def _lifespan(receive: live.Receive, send: live.Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    live.feed.end()
    await send({"type": "lifespan.shutdown.complete"})


async def _page(scope: live.Message, receive: live.Receive, send: live.Send) -> None:
    loop = asyncio.get_running_loop()
    # A name with an underscore would pass for the header of a proxy.
    plain = {**scope, "headers": [header for header in scope["headers"] if b"_" not in header[0]]}
    environ: dict[str, Any] = dict(build_environ(plain, await _body(scope, receive, loop)))  # type: ignore[arg-type]
    answer = Answer(send, loop)
    await loop.run_in_executor(threads, answer.fill, environ | {"wsgi.errors": sys.stderr})
    await answer.give(more=False)


async def _body(scope: live.Message, receive: live.Receive, loop: asyncio.AbstractEventLoop) -> Body | io.BytesIO:
    """What was sent: read here if it is short, else by the page as it wants it."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    if scope["method"] in ("GET", "HEAD") and not lengths:
        return io.BytesIO()

    async def message() -> Any:
        return await receive()  # granian's own is awaitable but no coroutine, which a2wsgi insists on

    if not lengths or int(lengths[0]) > SMALL:
        return Body(loop, message)
    read = io.BytesIO()
    while True:
        part = await message()
        read.write(part.get("body", b""))
        if not part.get("more_body", False):
            read.seek(0)
            return read


class Answer:
    """What a page says, on its way from the page's thread to the client."""

    def __init__(self, send: live.Send, loop: asyncio.AbstractEventLoop) -> None:
        self.send, self.loop = send, loop
        self.start: dict[str, Any] | None = None
        self.held: list[bytes] = []

    def fill(self, environ: dict[str, Any]) -> None:
        """In the page's thread."""
        parts: Iterable[bytes] = pages(environ, self.begin)
        try:
            size = 0
            for part in parts:
                self.held.append(part)
                size += len(part)
                if size > SMALL:
                    asyncio.run_coroutine_threadsafe(self.give(more=True), self.loop).result()
                    size = 0
        finally:
            getattr(parts, "close", lambda: None)()

    def begin(self, status: str, headers: list[tuple[str, str]], _wrong: Any = None) -> Any:
        named = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        self.start = {"type": "http.response.start", "status": int(status[:3]), "headers": named}
        return self.held.append

    async def give(self, *, more: bool) -> None:
        """In the loop."""
        if self.start:
            await self.send(self.start)
            self.start = None
        body, self.held = b"".join(self.held), []
        await self.send({"type": "http.response.body", "body": body, "more_body": more})
