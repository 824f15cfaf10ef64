"""Names as people write them. Never a reason to refuse a lead: when the parts are unsure, only the whole is kept."""

import re
from dataclasses import dataclass

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u20e3\U000e0000-\U000e007f]")
_MISSING = frozenset(
    {
        "",
        "n/a",
        "na",
        "none",
        "-",
        "--",
        ".",
        "?",
        "unknown",
        "undefined",
        "not provided",
        "[not provided]",
        "no name",
        "nan",
        "#n/a",
        "(no name)",
        "anonymous",
        "name unknown",
    }
)
_MERGE_FIELD = re.compile(r"^(\{.*\}|%.*%|\*\|.*\|\*|<<.*>>|\[\[.*\]\])$")
_COMPANY = re.compile(
    r"\b(llc|l\.l\.c\.?|inc|incorporated|ltd|limited|corp|corporation|llp|plc|gmbh|s\.?a\.?r\.?l|pty|company|"
    r"holdings?|properties|realty|investments?|enterprises|trust|trustee|"
    r"partnership|associates|association|estate of|bank|church|foundation|hoa|ministries)\b\.?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:&|and|und|et|e|\+)\s+", re.IGNORECASE)
_TITLE = re.compile(r"^(mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|sr|sra|m|mme)\.?$", re.IGNORECASE)
_PLAIN = re.compile(r"^[^\W\d_]+(?:[-'][^\W\d_]+)*$")
_PARTICLES = frozenset(
    {
        "van",
        "von",
        "der",
        "den",
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "di",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "y",
        "e",
        "ter",
        "zu",
        "du",
    }
)
_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii"})
# A first word that is usually half of a double given name when two more words follow.
_DOUBLE = frozenset({"maria", "maría", "josé", "jose", "juan", "ana", "luis", "miguel", "jean", "marie", "anne"})
_MARY = frozenset({"ann", "anne", "beth", "jo", "lou", "kay", "ellen", "jane", "alice", "kate", "pat", "sue"})
MAX = 200


@dataclass(frozen=True, slots=True)
class Name:
    """`full` is what to show and, when the parts are None, what to greet with. `people` holds a couple's two names."""

    full: str | None
    given: str | None = None
    family: str | None = None
    middle: str | None = None
    title: str | None = None
    suffix: str | None = None
    people: tuple[str, ...] = ()
    company: bool = False
    suspect: bool = False  # "test test": shown as doubtful, kept as it is


NOBODY = Name(full=None)


def read(text: str) -> Name:
    """The parts of a whole name: "Smith, John", "Dr. Priya R. Raman, MD", "Sam & Alex Pruitt", "Kim Homes LLC"."""
    text = tidy(text)
    if is_missing(text):
        return NOBODY
    words = text.split()
    suspect = len(words) > 1 and len({word.lower() for word in words}) == 1
    if suspect:
        return Name(text, given=words[0], family=words[-1], suspect=True)
    if re.search(r"[<>{};=@|\\\d]", text) or text[0] in "=+-":
        return Name(text)
    if _COMPANY.search(text):
        return Name(text, company=True)
    text = cased(text)
    if _JOINED.search(text):
        return _couple(text)
    return _one_person(text)


def joined(given: str | None, family: str | None, *, middle: str | None = None, suffix: str | None = None) -> Name:
    """A name whose parts came apart already; a company or a whole name in one part is noticed."""
    given, family = _part(given), _part(family)
    if given and not family:
        read_whole = read(given)
        simple = len(given.split()) <= 2 and not read_whole.company
        return Name(read_whole.full, given=read_whole.full) if simple else read_whole
    if family and not given:
        return read(family) if len(family.split()) > 2 or "," in family else Name(cased(family), family=cased(family))
    if not given or not family:
        return NOBODY
    if {given.lower(), family.lower()} & {"llc", "inc"} or _COMPANY.search(f"{given} {family}"):
        return Name(f"{given} {family}", company=True)
    whole = " ".join(part for part in (given, _part(middle), family, _part(suffix)) if part)
    if given.lower() == family.lower():
        return Name(whole, given=given, family=family, suspect=True)
    return Name(
        _cased_whole(whole, given, family),
        given=cased(given),
        family=cased(family),
        middle=_part(middle),
        suffix=_part(suffix),
    )


def tidy(text: str) -> str:
    """One line, straight apostrophes, no pictures, controls or invisible marks."""
    text = _PICTURES.sub("", _UNSEEN.sub(" ", text[: MAX * 4]))
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("`", "'").replace("\u00b4", "'")
    return " ".join(text.split())[:MAX].strip(" ,\t")


def is_missing(text: str) -> bool:
    """Whether this stands for no name. "Null" stays: people are called so."""
    return text.strip().lower() in _MISSING or bool(_MERGE_FIELD.match(text.strip()))


def cased(text: str) -> str:
    """JOHN SMITH and john smith become John Smith; a name with both cases is as its owner writes it."""
    if len(text) < 2 or not (text.isupper() or text.islower()):
        return text
    words = text.split()
    return " ".join(_cased_word(word, first=place == 0) for place, word in enumerate(words))


def _cased_word(word: str, *, first: bool) -> str:
    low = word.lower()
    if low in _ROMAN:
        return low.upper()
    if low in _PARTICLES and not first:
        return low
    capital = re.sub(r"(^|[-'.(+])([^\W\d_])", lambda found: found[1] + found[2].upper(), low)
    capital = re.sub(r"'S\b", "'s", capital)
    return re.sub(r"^Mc([a-z])(?=[a-z])", lambda found: "Mc" + found[1].upper(), capital)


def _cased_whole(whole: str, given: str, family: str) -> str:
    return (
        cased(whole)
        if whole.isupper() or whole.islower()
        else whole.replace(given, cased(given), 1).replace(family, cased(family), 1)
    )


def _part(text: str | None) -> str | None:
    text = tidy(text or "")
    # "Na" is a family name; alone in a whole name it would mean "not available".
    return None if is_missing(text) and text != "Na" else text


def _couple(text: str) -> Name:
    """ "Sam & Alex Pruitt" are two people; "Mr. and Mrs. Smith" are two whose given names nobody said."""
    if "," in text and not _JOINED.search(text.partition(",")[0]):
        family, _, rest = text.partition(",")
        text = f"{rest.strip()} {family.strip()}"
    halves = [half.split() for half in _JOINED.split(text) if half.split()]
    if len(halves) != 2:
        return Name(text)
    first, second = halves
    family = second[-1] if len(second) > 1 else ""
    first_given = [word for word in first if not _TITLE.match(word)]
    second_given = [word for word in second[:-1] or second if not _TITLE.match(word)]
    if not first_given or not second_given or not family:
        return Name(text, family=family or None)
    whole_first = " ".join(first_given) if len(first_given) > 1 else f"{first_given[0]} {family}"
    people = (whole_first, f"{' '.join(second_given)} {family}")
    if len(first_given) > 1:  # two whole names: no shared family name
        return Name(text, people=people)
    return Name(text, given=f"{first_given[0]} & {' '.join(second_given)}", family=family, people=people)


def _one_person(text: str) -> Name:
    words = text.split()
    if (
        len(words) == 2
        and all(_PLAIN.match(word) for word in words)
        and not _TITLE.match(words[0])
        and words[1].lower() not in ("jr", "sr", "md", "phd", "esq")
    ):
        return Name(text, given=words[0], family=words[1])
    from nameparser import HumanName  # 0.15 s of loading, spared where names are plain

    parsed = HumanName(text)
    given, middle, family = parsed.first, parsed.middle, parsed.last
    middles = middle.split()
    first = given.lower()
    if (
        middles
        and "." not in middles[0]
        and len(middles[0]) > 1
        and (first in _DOUBLE or (first == "mary" and middles[0].lower() in _MARY))
    ):
        given, middle = f"{given} {middles[0]}", " ".join(middles[1:])
    shown = text
    if "," in text and given and family and text.find(given) > text.find(","):
        shown = " ".join(part for part in (given, middle, family, parsed.suffix) if part)
    return Name(
        shown,
        given=given or None,
        family=family or None,
        middle=middle or None,
        title=parsed.title or None,
        suffix=parsed.suffix or None,
    )
