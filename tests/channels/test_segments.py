"""Segments, against the tables of 3GPP TS 23.038 and 23.040."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.channels.sms.segments import BASIC, EXTENSION, Segments, segments

# The default alphabet by its code points, as the standard's table prints it; 0x1B is the escape to the extension.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def test_the_alphabet_is_the_standards() -> None:
    assert len(TABLE) == 128
    assert frozenset(TABLE) - {"\x1b"} == BASIC
    assert frozenset("\f^{}\\[~]|€") == EXTENSION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(0, "GSM-7", 160)),
        ("a" * 160, Segments(1, "GSM-7", 0)),
        ("a" * 161, Segments(2, "GSM-7", 2 * 153 - 161)),
        ("a" * 306, Segments(2, "GSM-7", 0)),
        ("a" * 307, Segments(3, "GSM-7", 152)),
        ("€" * 80, Segments(1, "GSM-7", 0)),
        ("a" + "€" * 80, Segments(2, "GSM-7", 153 * 2 - 1 - 160)),
        ("a" * 152 + "€" + "a" * 7, Segments(2, "GSM-7", 153 - 9)),  # the euro is not cut in two
        ("é" * 160, Segments(1, "GSM-7", 0)),
        ("ê", Segments(1, "UCS-2", 69, ("ê",))),
        ("ж" * 70, Segments(1, "UCS-2", 0, ("ж",))),
        ("ж" * 71, Segments(2, "UCS-2", 2 * 67 - 71, ("ж",))),
        ("ж" * 134, Segments(2, "UCS-2", 0, ("ж",))),
        ("ж" * 135, Segments(3, "UCS-2", 66, ("ж",))),
        ("😀" * 35, Segments(1, "UCS-2", 0, ("😀",))),
        ("😀" * 36, Segments(2, "UCS-2", 67 - 2 * 3, ("😀",))),  # 33 of them in the first: a pair is not cut in two
        ("It’s — “fine”", Segments(1, "UCS-2", 70 - 13, ("’", "—", "“", "”"))),
    ],
)
def test_a_text_has_so_many(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@given(st.text(max_size=700))
def test_any_text_fits_into_its_segments_and_not_into_fewer(text: str) -> None:
    found = segments(text)
    room = 153 if found.encoding == "GSM-7" else 67
    wide = [ord(letter) > 0xFFFF if found.encoding == "UCS-2" else letter in EXTENSION for letter in text]
    size = len(text) + sum(wide)
    assert found.left >= 0
    if found.count > 1:
        assert size <= found.count * room - found.left
        assert size > (found.count - 1) * (room - 1)


def test_what_makes_a_text_dearer_is_said_with_its_price() -> None:
    found = segments("It’s fine" + "!" * 70)
    assert found.says == "2 parts, 55 left; ’ leaves room for 67 letters a part instead of 153"
    assert segments("Fine").says == "1 part, 156 left"
    assert found.costs(Decimal("0.0083")) == "0.0166"
