"""Trying a mailbox before it is read: can we sign in, what is there, where does sent mail lie?"""

from dataclasses import dataclass

from nextcall.channels.email.imap import Imap, Place, Standing, Unreachable

__all__ = ["Found", "Place", "Unreachable", "look"]
MOST, LONGEST = 200, 250  # folders that are offered, and the letters of a name


@dataclass(frozen=True, slots=True)
class Found:
    """What a sign-in showed. `sent_folder` "" if there is none."""

    folders: int
    sent_folder: str
    standing: Standing
    offers: tuple[str, ...] = ()  # what may be read beside the inbox


def look(place: Place, *, folder: str = "INBOX") -> Found:
    """Blocks until the server answered: never inside a transaction. Reads no mail. Raises Unreachable."""
    imap = Imap(place)
    try:
        others = tuple(name for name in imap.others() if len(name) <= LONGEST)[:MOST]
        return Found(len(imap.folders()), imap.sent_folder(), imap.look(folder), others)
    finally:
        imap.close()
