"""The file that a pack is: a zip of stored members, byte for byte as one writer makes it. Pure.

Nothing is compressed and every date is the same, so that the members alone decide every byte of the file: whatever
else was changed in it, a date, a flag, a comment, bytes behind the end, shows when the file is written again.
"""

import io
import zipfile
from collections.abc import Mapping

MOST_BYTES = 2 * 1024**3
MOST_MEMBERS = 100
EPOCH = (1980, 1, 1, 0, 0, 0)
ORDER = ("proof.json", "contacts.csv", "proof.pdf", "manifest.json")


class NotAPack(Exception):
    """The file is no pack of ours, or is refused unread; says why."""


def written(members: Mapping[str, bytes]) -> bytes:
    """The file with these members, in our order; what is none of ours comes behind."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(members, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            file.writestr(entry, members[name])
    return out.getvalue()


def read(raw: bytes) -> tuple[dict[str, bytes], list[str]]:
    """The members in their order, and what is wrong with single ones. Raises NotAPack.

    Nothing is ever unpacked to a disk. Sizes are believed only as far as they stand in the limits.
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(raw))
        entries = file.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError, OSError) as error:
        raise NotAPack(f"it is no zip file, or only a part of one: {error}") from None
    _limits(entries)
    members: dict[str, bytes] = {}
    wrong = []
    for entry in entries:
        if entry.filename in members:
            wrong.append(f"{entry.filename} is in the file twice")
            continue
        try:
            with file.open(entry) as opened:
                members[entry.filename] = opened.read(entry.file_size + 1)
        except Exception as error:  # zipfile has a dozen ways to say that a member is damaged
            members[entry.filename] = b""
            wrong.append(f"{entry.filename} cannot be read: {_words(error)}")
    return members, wrong


def _limits(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_MEMBERS:
        raise NotAPack(f"it holds {len(entries)} files; a pack holds four")
    for entry in entries:
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name or ":" in name or "\\" in name or name.endswith("/"):
            raise NotAPack(f"it holds a file named {name[:80]!r}, which would land outside of where it is opened")
    size, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if size > MOST_BYTES or size > 100 * max(packed, 1000):
        raise NotAPack(f"it says that it unpacks to {size:,} bytes; that is refused unread")


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
