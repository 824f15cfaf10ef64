"""Sheets to write on from top to bottom: lines that wrap, headings, a foot on each page. Knows nothing of packs."""

import logging
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0  # A4, millimetres
FOOT = 12.0
POINT = 25.4 / 72
LEADING = 1.36
REGULAR, BOLD = "", "B"
FEW, MANY = 20_000, 200_000  # lines and words that are remembered: a long pack says the same over and over


@lru_cache
def _shade(grey: int) -> DeviceGray:
    return DeviceGray(grey / 255)


class Paper(FPDF):
    """A4 sheets; every font is embedded, with the signs that are used and no others."""

    def __init__(self, *, title: str, foot: str, at: datetime) -> None:
        super().__init__(format="A4")
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        self.set_auto_page_break(False)
        self.add_font("DejaVu", REGULAR, FONTS / "DejaVuSansCondensed.ttf")
        self.add_font("DejaVu", BOLD, FONTS / "DejaVuSansCondensed-Bold.ttf")
        fonts = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self._fonts = dict(zip((REGULAR, BOLD), fonts, strict=True))
        self._known = frozenset.intersection(*(frozenset(font.cmap) for font in fonts))
        self._foot, self._y, self.unprintable = foot, MARGIN, False
        self._styled: tuple[float, str, int] | None = None
        self._measured = lru_cache(MANY)(self._measure)
        self._lines = lru_cache(FEW)(self._wrapped)
        self.set_title(title)
        self.set_creation_date(at)
        self.set_lang("en")
        self.sheet()

    def sheet(self) -> None:
        """A fresh page, its foot written."""
        self.add_page()
        self._style(7.5, REGULAR, grey=110)
        self.text(MARGIN, HEIGHT - FOOT + 4, self._foot)
        number = f"Page {self.page_no()}"
        self.text(WIDTH - MARGIN - self.get_string_width(number), HEIGHT - FOOT + 4, number)
        self._y = MARGIN

    def room_for(self, lines: int, size: float = 8.5) -> None:
        """A fresh page, unless so many lines still fit on this one."""
        if self._y + lines * size * POINT * LEADING > HEIGHT - MARGIN - FOOT:
            self.sheet()

    def gap(self, millimetres: float) -> None:
        self._y += millimetres

    def rule(self) -> None:
        """A hairline across."""
        self.set_draw_color(190)
        self.line(MARGIN, self._y, WIDTH - MARGIN, self._y)
        self._y += 2.2

    def heading(self, words: str, size: float = 13.0) -> None:
        self.room_for(5)
        self.gap(size * 0.2)
        self.put(words, size=size, style=BOLD)
        self.gap(1.2)

    def put(self, words: str, *, size: float = 8.5, style: str = REGULAR, indent: float = 0.0, grey: int = 25) -> None:
        """A paragraph, wrapped; `indent` in millimetres."""
        height = size * POINT * LEADING
        for line in self._lines(self.printable(words), WIDTH - 2 * MARGIN - indent, size, style):
            if self._y + height > HEIGHT - MARGIN - FOOT:
                self.sheet()
            self._style(size, style, grey=grey)
            self._y += height
            self.text(MARGIN + indent, self._y, line)

    def pair(self, word: str, says: str, *, across: float = 32.0, size: float = 8.5) -> None:
        """A word at the left, what it says beside it."""
        self.room_for(1, size)
        start = self._y
        self._style(size, REGULAR, grey=100)
        self.text(MARGIN, start + size * POINT * LEADING, word)
        self.put(says or "\u2013", size=size, indent=across)

    def printable(self, words: str) -> str:
        """What the font cannot show stands as its code point, "[U+674E]": nothing is dropped, nothing is guessed."""
        if words.isascii() and words.isprintable():
            return words
        return "".join(self._sign(letter) for letter in words)

    def _sign(self, letter: str) -> str:
        if letter == "\n":
            return "\n"
        if letter == "\t" or letter == "\r":
            return " "
        if ord(letter) in self._known and letter.isprintable():
            return letter
        self.unprintable = True
        return f"[U+{ord(letter):04X}]"

    def _style(self, size: float, style: str, *, grey: int) -> None:
        if self._styled == (size, style, grey):
            return
        self.set_font("DejaVu", style, size)
        self.set_text_color(_shade(grey))
        self._styled = size, style, grey

    def _measure(self, word: str, size: float, style: str) -> float:
        _, points = self._fonts[style].get_text_width(word, size, None)
        return float(points / self.k)

    def _wrapped(self, words: str, width: float, size: float, style: str) -> list[str]:
        found = []
        for paragraph in words.split("\n"):
            line, used = "", 0.0
            for word in self._pieces(paragraph, width, size, style):
                more = self._measured(f" {word}" if line else word, size, style)
                if line and used + more > width:
                    found.append(line)
                    line, used = word, self._measured(word, size, style)
                else:
                    line, used = f"{line} {word}" if line else word, used + more
            found.append(line)
        return found

    def _pieces(self, paragraph: str, width: float, size: float, style: str) -> list[str]:
        """Words; one that is longer than a line is cut where it must be."""
        pieces = []
        for word in paragraph.split():
            while self._measured(word, size, style) > width:
                cut = max(1, int(len(word) * width / self._measured(word, size, style)) - 1)
                pieces.append(word[:cut])
                word = word[cut:]
            pieces.append(word)
        return pieces
