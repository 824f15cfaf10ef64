"""A message made ready for the checks, once: its fields in plain letters, and the names in it that are no statement."""

from dataclasses import dataclass
from functools import lru_cache

from nextcall.consent.content.message import Field, Message, Recipient, Sender
from nextcall.consent.content.plain import Plain, plain

SHORTEST_NAME = 3  # letters


@dataclass(frozen=True, slots=True)
class Read:
    """What every check is given."""

    message: Message
    sender: Sender
    recipient: Recipient
    plains: dict[Field, Plain]
    foot: str  # in plain letters
    names: tuple[str, ...]  # in plain letters, the longest first

    @property
    def everything(self) -> str:
        """Body and foot in plain letters: where an id or a name may stand."""
        return f"{self.plains['body'].text} {self.foot}"

    @property
    def written(self) -> bool:
        """Whether it is a message in words, a text or an email."""
        return self.message.channel in ("text", "email")


def read(message: Message, sender: Sender, recipient: Recipient) -> Read:
    """Read a message, in time proportional to its length."""
    plains: dict[Field, Plain] = {"body": plain(message.body)}
    if message.subject:
        plains = {"subject": plain(message.subject), **plains}
    foot = plain(message.foot).text if message.foot else ""
    names = _names((sender.seller, sender.broker_name), (sender.name, recipient.name))
    return Read(message, sender, recipient, plains, foot, names)


@lru_cache(maxsize=1024)
def _names(companies: tuple[str, ...], persons: tuple[str, ...]) -> tuple[str, ...]:
    whole = {plain(name).text.strip() for name in companies if name}
    of_persons = {word for name in persons if name for word in plain(name).text.split()}
    return tuple(sorted((one for one in whole | of_persons if len(one) >= SHORTEST_NAME), key=len, reverse=True))
