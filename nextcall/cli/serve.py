"""`nextcall serve`: pages, hooks and the engine."""

from typing import Annotated

import typer

from nextcall import serve
from nextcall.cli import Wrong


def command(
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="the port to listen on")] = 8000,
    engine: Annotated[bool, typer.Option("--engine/--no-engine", help="run the engine beside the pages")] = True,
) -> int:
    """Serve pages, hooks and the engine as one command; ends on SIGTERM within five seconds.

    On the first start it prints a one-time link to sign in with.

    Example: nextcall serve --host 0.0.0.0 --port 8000
    """
    try:
        return serve.serve(host=host, port=port, engine=engine)
    except serve.CannotServe as problem:
        raise Wrong(str(problem)) from problem
