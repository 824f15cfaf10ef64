"""Saved answers: words that are used again, and that never leave as they are. Each is made personal by who sends it."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from nextcall.conversations.log import clean
from nextcall.conversations.models import SavedAnswer
from nextcall.team.models import Account, Member

FEWEST_WORDS, LONGEST = 5, 1600  # below that it is a phrase, and would be found in everything
MOST = 200  # that one member may use; the most used first
OFFERED = 20  # in a composer
# "[[what you saw on their street]]", "[one line only you could write]": what a draft leaves to its writer
GAP = re.compile(r"\[\[(.*?)\]\]|\[([^\[\]]*\bonly you\b[^\[\]]*)\]", re.DOTALL)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_MADE_OF = 0.7  # of the saved words that a message holds: then it was made of them
_BARELY = 0.5  # of the saved words, with nothing beside them: then nothing was made of them


class Wrong(ValueError):
    """It cannot be saved so; the message says what would be right."""


def yours(member: Member) -> QuerySet[SavedAnswer]:
    """Their own and what is shared, the most used first."""
    rows = SavedAnswer.objects.filter(Q(by=member) | Q(shared=True), account_id=member.account_id)
    return rows.select_related("by").order_by("-used", "name", "pk")


def may_change(answer: SavedAnswer, member: Member) -> bool:
    """One's own; what is shared, managers too."""
    return answer.by_id == member.pk or (answer.shared and member.manages)


def make(*, member: Member, name: str, body: str, shared: bool, at: datetime) -> SavedAnswer:
    """Keep words to be used again. Raises Wrong."""
    name, body = _checked(name, body)
    if SavedAnswer.objects.filter(account_id=member.account_id, by=member, name=name).exists():
        raise Wrong(f"You have an answer called \u201c{name}\u201d already. Give this one another name.")
    return SavedAnswer.objects.create(
        account_id=member.account_id, by=member, name=name, body=body, shared=shared, created_at=at
    )


def change(answer: SavedAnswer, *, name: str, body: str, shared: bool) -> None:
    """Raises Wrong."""
    name, body = _checked(name, body)
    others = SavedAnswer.objects.filter(account_id=answer.account_id, by=answer.by_id, name=name).exclude(pk=answer.pk)
    if others.exists():
        raise Wrong(f"There is an answer called \u201c{name}\u201d already. Give this one another name.")
    rows = SavedAnswer.objects.filter(account_id=answer.account_id, pk=answer.pk)
    rows.update(name=name, body=body, shared=shared)


def _checked(name: str, body: str) -> tuple[str, str]:
    name, body = " ".join(clean(name).split())[:80], clean(body).strip()
    if not name:
        raise Wrong("Give it a name that you will find it by.")
    if len(body) > LONGEST:
        raise Wrong(f"At most {LONGEST:,} letters: what is longer is no answer.")
    if len(words_of(GAP.sub(" ", body))) < FEWEST_WORDS:
        raise Wrong(f"Write at least {FEWEST_WORDS} words besides the gap. Shorter ones are quicker to type.")
    return name, body


def words_of(text: str) -> list[str]:
    return [word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)]


def share(template: str, body: str) -> float:
    """How much of the saved words stands in a message: 0 to 1."""
    saved = Counter(words_of(GAP.sub(" ", template)))
    return sum((saved & Counter(words_of(body))).values()) / max(sum(saved.values()), 1)


def is_personal(template: str, body: str) -> bool:
    """Whether a word stands in it that the saved answer does not have: a filled gap, a name, a line of their own."""
    return bool(Counter(words_of(body)) - Counter(words_of(GAP.sub(" ", template))))


def made_of(body: str, answers: Sequence[SavedAnswer]) -> SavedAnswer | None:
    """The saved answer that a message was made of."""
    best = max(answers, key=lambda one: share(one.body, body), default=None)
    return best if best and share(best.body, body) >= _MADE_OF else None


def impersonal(body: str, answers: Sequence[SavedAnswer]) -> SavedAnswer | None:
    """The saved answer that a message is, or most of it, with no word beside it."""
    return next((one for one in answers if share(one.body, body) >= _BARELY and not is_personal(one.body, body)), None)


def used(answer: SavedAnswer, *, account: Account) -> None:
    """It was sent, made personal."""
    SavedAnswer.objects.filter(account=account, pk=answer.pk).update(used=F("used") + 1)
