"""The filter as a sentence: "From any source, tried under 6 times, untouched for 14 days, can be called." """

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nextcall.leads.models import Lead, Offer, Source
from nextcall.team.models import Member
from nextcall.web.leads import asked
from nextcall.worklist.sifting import ME, NOBODY, Filter, span_of

UNTOUCHED = (3, 7, 14, 30, 60, 90)
TRIES = ("0", "0-2", "0-5", "6-")
ARRIVED: Mapping[str, str] = {"week": "this week", "30": "in the last 30 days", "180": "in the last 6 months"}
CADENCE: Mapping[str, str] = {
    "active": "on a running cadence",
    "paused": "on a paused cadence",
    "none": "on no cadence",
}
CAN: Mapping[str, str] = {"call": "can be called", "text": "can be texted", "email": "can be emailed"}
WAITING: Mapping[str, str] = {"yes": "waiting for our answer"}
ALWAYS = ("source", "owner", "tries", "untouched", "can")  # the others join the sentence once they are chosen


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    word: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """One choice in the sentence."""

    name: str
    label: str
    before: str
    choices: tuple[Choice, ...]

    @property
    def on(self) -> bool:
        return not self.choices[0].chosen

    @property
    def word(self) -> str:
        """What is chosen, with what stands before it."""
        return " ".join(filter(None, (self.before, next(one.word for one in self.choices if one.chosen))))


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts that are read, and those that may be added."""

    parts: tuple[Pick, ...]
    more: tuple[Pick, ...]


def sentence(member: Member, wanted: Filter) -> Sentence:
    """The filter as it is read and changed. Three queries: sources, offers, members."""
    picks = _picks(member, wanted)
    parts = tuple(one for one in picks if one.name in ALWAYS or one.on)
    return Sentence(parts, tuple(one for one in picks if one not in parts))


def words(member: Member, wanted: Filter) -> dict[str, str]:
    """Each part that leaves leads out, in words, by its name in the filter."""
    said = {one.name: one.word for one in _picks(member, wanted) if one.on} | {"q": f"“{wanted.search}”"}
    return {name: said[asked.NAMES.get(name, name)] for name in asked.turned_on(wanted)}


def tried(tries: str) -> str:
    """ "0-5" is "tried under 6 times"."""
    least, most = span_of(tries) or (0, None)
    if most is None:
        return f"tried {least} times or more"
    if (least, most) == (0, 0):
        return "never tried"
    if (least, most) == (1, 2):
        return "tried once or twice"
    if least == most:
        return "tried once" if least == 1 else f"tried {least} times"
    return f"tried under {most + 1} times" if least == 0 else f"tried {least} to {most} times"


def leads(n: int) -> str:
    """ "1 lead", "2,000 leads"."""
    return "1 lead" if n == 1 else f"{n:,} leads"


def members_of(member: Member) -> list[tuple[int, str]]:
    """Everyone who may own leads, by name."""
    rows = Member.objects.filter(account=member.account, is_active=True).order_by("name")
    return list(rows.values_list("id", "name")[:200])


def _picks(member: Member, wanted: Filter) -> list[Pick]:
    sources = Source.objects.filter(account=member.account).order_by("name").values_list("id", "name")[:200]
    offers = Offer.objects.filter(account=member.account).order_by("name").values_list("id", "name")[:200]
    owners = [(ME, "me"), (NOBODY, "nobody yet")]
    if member.manages:
        owners += [(str(pk), name) for pk, name in members_of(member) if pk != member.pk]
    days = [(days, f"for {days} days") for days in UNTOUCHED]
    stages = [(one.value, f"stage {one.value}") for one in Lead.Stage]
    tries, untouched = wanted.tries, wanted.untouched_days
    return [
        _pick("source", "Source", "From", "any source", sources, wanted.source_id),
        _pick("offer", "Offer", "about", "any offer", offers, wanted.offer_id),
        _pick("owner", "Owner", "owned by", "anyone", owners, wanted.owner),
        _pick("stage", "Stage", "at", "any stage", stages, wanted.stage),
        _pick("arrived", "Arrived", "arrived", "any time", ARRIVED.items(), wanted.arrived),
        _pick("tries", "Tries", "", "tried or not", [(one, tried(one)) for one in TRIES], tries, tried(tries)),
        _pick("cadence", "Cadence", "", "with or without a cadence", CADENCE.items(), wanted.cadence),
        _pick("untouched", "Untouched", "untouched", "or not", days, untouched, f"for {untouched} days"),
        _pick("waiting", "Answer", "", "waiting for us or not", WAITING.items(), wanted.waiting),
        _pick("can", "Reach", "", "reachable or not", CAN.items(), wanted.can),
    ]


def _pick(
    name: str,
    label: str,
    before: str,
    any_word: str,
    values: Iterable[tuple[object, str]],
    chosen: object,
    odd: str = "",
) -> Pick:
    """`odd`: how a value is said that is not among those offered, so that the sentence never leaves it out."""
    choices = [Choice("", any_word, chosen in (None, ""))]
    choices += [Choice(str(value), word, value == chosen) for value, word in values]
    if not any(one.chosen for one in choices):
        choices.append(Choice(str(chosen), odd or f"that {label.lower()}", True))
    return Pick(name, label, before, tuple(choices))
