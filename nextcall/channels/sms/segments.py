"""How many segments a text is, and which letters make it dearer. Pure.

3GPP TS 23.038 (https://www.3gpp.org/dynareport/23038.htm): the GSM 7-bit alphabet with its extension table, whose
letters take two septets, or else UCS-2. 3GPP TS 23.040: 160 septets or 70 units in one message; joined messages carry
a header and hold 153 or 67. Neither an extension letter nor a surrogate pair is cut in two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ONE = {"GSM-7": 160, "UCS-2": 70}
JOINED = {"GSM-7": 153, "UCS-2": 67}
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Segments:
    """`left`: septets or units that fit into the last segment still. `letters`: those that GSM-7 lacks, once each."""

    count: int
    encoding: Literal["GSM-7", "UCS-2"]
    left: int
    letters: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """ "2 parts, 12 left, because ’ leaves room for 67 letters instead of 153 in each"."""
        parts = f"{self.count} part{'' if self.count == 1 else 's'}, {self.left} left"
        if not self.letters:
            return parts
        sizes = ONE if self.count <= 1 else JOINED
        shown = " ".join(self.letters[:MOST_SHOWN]) + (" …" if len(self.letters) > MOST_SHOWN else "")
        leave = "leaves" if len(self.letters) == 1 else "leave"
        return f"{parts}; {shown} {leave} room for {sizes['UCS-2']} letters a part instead of {sizes['GSM-7']}"

    def costs(self, price: Decimal) -> str:
        """At so much a segment, in the currency of the carrier's bill."""
        return f"{(price * self.count).normalize():f}"


def segments(text: str) -> Segments:
    """Of a whole text as it leaves. An empty one is none."""
    letters = tuple(dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENSION))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if letters else "GSM-7"
    sizes = [_size(letter, encoding) for letter in text]
    if sum(sizes) <= ONE[encoding]:
        return Segments(1 if text else 0, encoding, ONE[encoding] - sum(sizes), letters)
    count, left = _joined(sizes, JOINED[encoding])
    return Segments(count, encoding, left, letters)


def _size(letter: str, encoding: str) -> int:
    if encoding == "UCS-2":
        return 2 if ord(letter) > 0xFFFF else 1
    return 2 if letter in EXTENSION else 1


def _joined(sizes: Iterable[int], room: int) -> tuple[int, int]:
    count, left = 1, room
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count, left
