"""The page server on the bench's clock: granian opens `bench.pages:application`."""

from bench import clock  # sets the doors' clock before they are opened
from nextcall.asgi import application

__all__ = ["application", "clock"]
