"""What was texted to a person lately: whether a text is the first, and whether the hint at STOP is due again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, Value
from django.db.models.functions import StrIndex

from nextcall.conversations.models import Message

HINT_EVERY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Texted:
    """When the latest text left to a person, and the latest that said how to end them."""

    latest: datetime | None = None
    hinted: datetime | None = None

    def hint_is_due(self, at: datetime) -> bool:
        return self.hinted is None or at - self.hinted >= HINT_EVERY


NEVER = Texted()


def texted(person_ids: Iterable[int]) -> Mapping[int, Texted]:
    """By person, in one query; none for nobody. Persons without a text are left out."""
    persons = set(person_ids)
    if not persons:
        return {}
    ours = Message.objects.filter(person__in=persons, channel="text", outbound=True)
    rows = ours.annotate(hint=StrIndex("body", Value("STOP"))).values("person_id").order_by()
    found = rows.annotate(latest=Max("at"), hinted=Max("at", filter=Q(hint__gt=0)))
    return {row["person_id"]: Texted(row["latest"], row["hinted"]) for row in found}
