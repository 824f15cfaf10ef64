"""What every provider is built on: nothing is delivered without a permit, whoever writes the provider."""

from abc import ABC, abstractmethod
from typing import Any, final

from nextcall.channels import permit as permits
from nextcall.channels.contract import Found, Handed, Outgoing, OwnNumber, Receipt, SendError, TakenBack
from nextcall.channels.permit import Permit


class Provider(ABC):
    """Sends on one or more channels. Thread-safe; keeps its connection between calls.

    `send` is not to be written anew: it checks the permit and calls `_deliver`.
    """

    name: str
    finds_later = False  # whether `look_up` may find later what it does not find now

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "send" in vars(cls):
            raise TypeError(f"{cls.__name__}.send would pass the permit by: write {cls.__name__}._deliver instead")

    @final
    def send(self, message: Outgoing, permit: Permit | None) -> Receipt:
        """Hand it over, once for each permit.

        Raises NotPermitted, SendError when it has certainly not left, Uncertain when nobody knows.
        """
        permits.redeem(permit, message)
        return self._deliver(message)

    @abstractmethod
    def _deliver(self, message: Outgoing) -> Receipt:
        """The provider's own part of `send`; nothing else calls it."""

    @abstractmethod
    def look_up(self, handed: Handed) -> Found:
        """After a crash: did this message leave? "unknown" if the provider cannot tell."""

    def take_back(self, handed: Handed) -> TakenBack:
        """They withdrew while it stood in the provider's queue: "stopped", "gone", or "unknown" (cannot be taken back).

        May be asked again; raises SendError when the provider cannot be reached.
        """
        return "unknown"

    def check(self) -> None:  # noqa: B027 - a provider without a sign-in has nothing to check
        """Signs in and sends nothing. Raises SendError with what is wrong."""

    def numbers(self) -> tuple[OwnNumber, ...]:
        """The account's numbers, where the provider lists them. Raises SendError."""
        return ()

    def fetch(self, url: str, *, most: int) -> tuple[bytes, str]:
        """A file that came along, `most` bytes at the most, and the type its server names. Raises SendError."""
        raise SendError(f"{self.name} keeps no files for us", permanent=True)

    @abstractmethod
    def close(self) -> None:
        """May be called twice."""
