"""The text of an HTML mail, with what is quoted marked as in plain mail. Pure; linear in its input."""

from html.parser import HTMLParser

LONGEST = 1_000_000  # characters of HTML that are read
_DEEPEST = 100  # levels of quotation and of nesting that are told apart
_INSIDE = 10  # levels up to the element that keeps line breaks
_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li"
    " main nav ol p pre section table tbody td th tr ul".split()
)
_HIDDEN = frozenset(("style", "script", "head", "title", "template", "noscript"))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# What mail programs put around, or in front of, the message that is answered; and around their signatures. Not what
# Gmail and Proton put around quotations and the words between them: those are told apart inside.
_QUOTES = (
    "yahoo_quoted", "moz-cite-prefix", "wordsection_quote",
    "tutanota_quote", "messagereplysection", "gmail_signature", "moz-signature", "composer_signature", "bloop_sign",
    "protonmail_signature", "outlook-mobile-signature", "messagesignaturesection", "applemailsignature",
    "ymail_android_signature", "zmail_extra",
)  # fmt: skip
_FOLLOWS = (
    "divrplyfwdmsg", "appendonsend", "ms-outlook-mobile-reference", "mail-editor-reference-message-container",
    "olk_src_body_section",
)  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.open: list[tuple[str, bool, bool]] = []  # tag, whether it quotes, whether it hides
        self.quotes = 0
        self.hidden = 0
        self.rest_is_quoted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = " ".join(values.get(key) or "" for key in ("id", "class", "name")).lower()
        if any(mark in name for mark in _FOLLOWS):
            self._break()
            self.rest_is_quoted = True
        if tag == "br" or tag in _BLOCKS:
            self._break(always=tag == "br")
        if tag in _VOID:
            return
        quotes = tag == "blockquote" or any(mark in name for mark in _QUOTES)
        hides = tag in _HIDDEN or "display:none" in (values.get("style") or "").replace(" ", "").lower()
        if len(self.open) < _DEEPEST:
            self.open.append((tag, quotes, hides))
            self.quotes += quotes
            self.hidden += hides

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()
        if not any(name == tag for name, _, _ in self.open):
            return
        while self.open:
            name, quotes, hides = self.open.pop()
            self.quotes -= quotes
            self.hidden -= hides
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if "\n" in data and any(tag == "pre" for tag, _, _ in self.open[-_INSIDE:]):
            for index, line in enumerate(data.split("\n")):
                if index:
                    self._break(always=True)
                self._add(line)
        else:
            self._add(data)

    def _add(self, data: str) -> None:
        words = " ".join(data.split())
        if not words:
            if self.lines[-1] and not self.lines[-1].endswith((" ", "> ")):
                self.lines[-1] += " "
            return
        if not self.lines[-1]:
            self.lines[-1] = "> " if self.quotes or self.rest_is_quoted else ""
        elif data[0].isspace() and not self.lines[-1].endswith(" "):
            self.lines[-1] += " "
        self.lines[-1] += words + (" " if data[-1].isspace() else "")

    def _break(self, *, always: bool = False) -> None:
        if self.lines[-1] or (always and len(self.lines) > 1):
            self.lines.append("")


def text_of(html: str) -> str:
    """What a reader sees, line by line; quoted lines begin with "> ". Never raises."""
    reader = _Reader()
    try:
        reader.feed(html[:LONGEST])
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # the standard parser gives up on some broken declarations
        pass
    return "\n".join(line.rstrip() for line in reader.lines).strip("\n")
