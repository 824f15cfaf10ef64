"""The words by which mail programs mark what was said before, as patterns over lower case lines. Pure."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LONGEST_LINE = 2000  # characters of a line that are looked at
_LABELLED = 80  # of them for a label
KINDS = ("from", "to", "date", "subject", "more")  # of the labels of a header block
_UNSEEN = {
    ord("\u2019"): "'",
    **dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)]),
}


@dataclass(frozen=True, slots=True)
class Marks:
    wrote: re.Pattern[str]
    between_dashes: re.Pattern[str]  # "---- Ann wrote ----"
    label: re.Pattern[str]  # one group for each of KINDS
    original: re.Pattern[str]
    above_this: re.Pattern[str]
    by_program: re.Pattern[str]
    advert: re.Pattern[str]
    verb_first: re.Pattern[str]  # "schrieb Ann Reyes:"
    legal: re.Pattern[str]
    maybe_legal: re.Pattern[str]
    legally: re.Pattern[str]


def plain(line: str) -> str:
    """A line as the patterns have it: lower case, without the marks that nobody sees (Windows puts them into dates)."""
    return line[:LONGEST_LINE].lower().translate(_UNSEEN)


@cache
def marks() -> Marks:
    words = tomllib.loads((Path(__file__).parent / "quoting.toml").read_text(encoding="utf-8"))
    any_of = {name: "|".join(sorted(listed, key=len, reverse=True)) for name, listed in words.items()}
    labels = "|".join(f"(?P<{kind}>{any_of[kind]})" for kind in KINDS)
    opens = r"\s*[<(*_]{0,2}"
    program = rf"(?<!\w)(?:{any_of['program']})(?!\w)"
    return Marks(
        wrote=re.compile(
            rf"(?:^|[\s,>)\"])(?:{any_of['wrote']})\b\W{{0,4}}(?:$|\S{{0,30}}[:：]?\s*$)|(?:のメール|写道|寫道|작성)"
        ),
        between_dashes=re.compile(rf"\s*-{{3,}}.{{0,300}}\s(?:{any_of['wrote']})\s?-{{3,}}\s*"),
        label=re.compile(rf"\s{{0,8}}[*>]{{0,2}}(?:{labels})\s?\*?\s?[:：]\*?"),
        original=re.compile(rf"\s*[-_=*>—–]*\s*(?:{any_of['original']})\s*[:：]?\s*[-_=*—–]*\s*"),
        above_this=re.compile(any_of["above_this"]),
        by_program=re.compile(rf"{opens}(?:{any_of['sent']})[^,.;:]{{0,40}}?{program}"),
        advert=re.compile(rf"{opens}(?:{any_of['adverts']})[\s.!*_>)]*"),
        verb_first=re.compile(rf".*\s(?:{any_of['verb_first']})\s.{{1,80}}:\s*"),
        legal=re.compile(rf"\W{{0,12}}(?:{any_of['legal']})"),
        maybe_legal=re.compile(rf"\W{{0,12}}(?:{any_of['maybe_legal']})"),
        legally=re.compile(any_of["legally"]),
    )  # fmt: skip


def label(line: str) -> str:
    """Of which of KINDS a line is, if it begins as one of a header block; "" if it does not."""
    return _label(line[:_LABELLED])


@lru_cache(maxsize=1000)
def _label(begins: str) -> str:
    found = marks().label.match(plain(begins))
    return found.lastgroup or "" if found else ""
