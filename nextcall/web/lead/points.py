"""Numbers and addresses: how each is doing, since when, how we know, and who else is reached there."""

from dataclasses import dataclass

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Call
from nextcall.engine.editing import KIND
from nextcall.engine.repointing import LABELS, PROBLEMS
from nextcall.engine.repointing import shown as written
from nextcall.leads.models import ContactPoint, Reach
from nextcall.web.lead.modes import BETTER_NUMBER
from nextcall.web.lead.rows import Wrong
from nextcall.web.lead.shown import Shown
from nextcall.worklist import say

SAID = {
    "wrong": "wrong: someone else\u2019s",
    "reassigned": "someone else\u2019s now",
    "disconnected": "disconnected",
    "landline": "a landline, no texts",
    "bounced": "mail comes back",
}
MARKS = {
    "wrong": "Wrong: someone else\u2019s",
    "disconnected": "Disconnected",
    "landline": "A landline",
    "bounced": "Mail comes back",
    "": "It works",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One number or address."""

    id: int
    kind: str
    value: str
    label: str
    health: str  # "mobile, no problem known"
    bad: bool
    since: str  # since when, and how we know
    heard: str  # when they last used it
    shared: str
    first: bool  # of its kind, the one tried first
    alone: bool  # the only one of its kind
    marks: tuple[tuple[str, str], ...]
    typed: str
    wrong: str


def points(shown: Shown, wrong: Wrong | None) -> dict[str, object]:
    """Everything about how they are reached. At most two queries more where something is the matter."""
    others = shown.sharers
    bad = [one.contact_point for one in shown.reaches if one.contact_point.problem]
    known = _how_we_know(bad, shown) if bad else {}
    kinds = [one.contact_point.kind for one in shown.reaches]
    seen: set[str] = set()
    found = []
    for reach in shown.reaches:
        point = reach.contact_point
        names = ", ".join(str(one) for one in others.get(point.pk, [])[:3])
        first = point.kind not in seen
        seen.add(point.kind)
        found.append(_point(reach, shown, known, names, first, kinds.count(point.kind) == 1, wrong))
    numbers = [one for one in found if one.kind == "phone"]
    stranded = bool(numbers) and all(one.bad for one in numbers) and shown.reach["email"].decision.verdict != "deny"
    mine = wrong if wrong and wrong.name == "point-new" else None
    return {
        "points": found,
        "labels": LABELS[1:],
        "better_number": f"?mode=email&reason={BETTER_NUMBER}#write" if stranded else "",
        "new_point": mine,
    }


def _point(
    reach: Reach, shown: Shown, known: dict[int, str], names: str, first: bool, alone: bool, wrong: Wrong | None
) -> Point:
    point, at = reach.contact_point, shown.at
    mine = wrong if wrong and wrong.name == f"point-{point.pk}" else None
    line = point.line_type.replace("_", " ") if point.line_type not in ("", "unknown") else ""
    health = SAID.get(point.problem, point.problem.replace("_", " ")) or "no problem known"
    since = f"Since {say.when(point.problem_at, shown.member.zone, at=at)}" if point.problem_at else ""
    how = known.get(point.pk, "")
    marks = [(key, MARKS[key]) for key, (_, kinds) in PROBLEMS.items() if point.kind in kinds and key != point.problem]
    heard = point.latest_inbound_at
    return Point(
        id=point.pk,
        kind=point.kind,
        value=written(point),
        label=reach.label,
        health=", ".join(part for part in (line, reach.label if reach.label != line else "", health) if part),
        bad=bool(point.problem) and point.problem != "landline",
        since=f"{since}{', ' if since and how else ''}{how}." if since or how else "",
        heard=f"They last wrote or rang from it {say.when(heard, shown.member.zone, at=at)}." if heard else "",
        shared=f"Also reaches {names}." if names else "",
        first=first,
        alone=alone,
        marks=tuple(marks),
        typed=mine.value if mine else written(point),
        wrong=mine.says if mine else "",
    )


def _how_we_know(bad: list[ContactPoint], shown: Shown) -> dict[int, str]:
    """Who marked it, which call said so, or which message came back."""
    ids = [one.pk for one in bad]
    found: dict[int, str] = {}
    for event in shown.events:
        if event.kind == KIND and event.data.get("point") in ids and event.data.get("field") in ("phone", "email"):
            found.setdefault(int(event.data["point"]), f"marked by {event.by.name if event.by else 'hand'}")
    calls = Call.objects.filter(account_id=shown.lead.account_id, contact_point__in=ids, outcome="wrong_number")
    for point_id, who in calls.order_by("-at").values_list("contact_point_id", "by__name")[:20]:
        found.setdefault(point_id or 0, f"a call that {who or 'somebody'} logged")
    back = Touch.objects.filter(
        account_id=shown.lead.account_id, contact_point__in=ids, state=Touch.State.BOUNCED
    ).order_by("-finished_at")
    for point_id, channel in back.values_list("contact_point_id", "channel")[:20]:
        found.setdefault(point_id or 0, f"the {channel} came back")
    return found
