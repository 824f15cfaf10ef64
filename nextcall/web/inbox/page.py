"""The pages: the list with one conversation beside it, a sender nobody knows, and focus mode."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.conversations import inbox as items
from nextcall.conversations import seen
from nextcall.conversations.models import InboxItem
from nextcall.team.models import Member
from nextcall.web import chips, watch
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by, signed_in
from nextcall.web.frame import QUIETLY
from nextcall.web.going_back import number
from nextcall.web.inbox import listing, talk
from nextcall.worklist.items import UNDOABLE, deeds_since

STACK = 200  # people in focus mode at once
KEYS = (
    ("J K", "Next, previous"),
    ("Enter", "Open"),
    ("X", "Select"),
    ("D", "Done"),
    ("A", "Assign"),
    ("U", "Until they reply"),
    ("M", "Mark as new to you"),
    ("T E", "Write a text, an email"),
    ("Ctrl Enter", "Send"),
    ("Ctrl Shift Enter", "Send and next"),
)
FOUND = 8


@require_GET
@signed_in
def inbox(request: SignedIn) -> HttpResponse:
    """The list. On a wide screen the first conversation stands beside it."""
    at, member = timezone.now(), request.member
    wanted = listing.read(request.GET)
    first = listing.found(member, wanted).values_list("pk", "lead_id").first()
    shown: dict[str, object] = {}
    if first and not wanted.after:
        shown = _beside(request, first[0], first[1], at=at)
    return render(request, "inbox/page.html", _list(request, wanted, shown, at=at) | shown)


def _beside(request: SignedIn, item_id: int, lead_id: int | None, *, at: datetime) -> dict[str, object]:
    if lead_id is not None:
        return talk.talk(talk.lead_for(request, lead_id), request.member, at=at)
    return talk.stranger(_stranger(request, item_id), request.member, at=at)


@require_GET
@signed_in
def lead(request: SignedIn, lead_id: int) -> HttpResponse:
    """One lead's conversation, beside the list; alone and at full height on a phone."""
    talk.look(request, talk.lead_for(request, lead_id), at=timezone.now())
    return conversation(request, lead_id)


def conversation(
    request: SignedIn, lead_id: int, *, status: int = 200, crossed: Mapping[str, str] | None = None
) -> HttpResponse:
    """`crossed`: it was not sent and the words are kept; who answered meanwhile, if anybody did."""
    at, member = timezone.now(), request.member
    wanted = listing.read(request.GET if crossed is None else request.POST)
    found = talk.lead_for(request, lead_id)
    again = crossed is not None
    typed = {name: request.POST.get(name, "") for name in ("body", "subject")} if again else {}
    mode = request.POST.get("channel", "") if again else request.GET.get("mode", "")
    shown = talk.talk(found, member, at=at, mode=mode, words=typed, put=_put(request))
    shown |= {"open": True, "write": again or "write" in request.GET or "saved" in request.GET, "crossed": crossed}
    return render(request, "inbox/page.html", _list(request, wanted, shown, at=at) | shown, status=status)


def _put(request: SignedIn) -> str:
    """What the composer opens with: the offered question, free times, or a saved answer by its number."""
    return next((name for name in (talk.QUESTION, talk.TIMES) if name in request.GET), request.GET.get("saved", ""))


@require_GET
@signed_in
def stranger(request: SignedIn, item_id: int) -> HttpResponse:
    """A number or address that nobody has: who is it? `?q=` looks among the leads."""
    at, member, wanted = timezone.now(), request.member, listing.read(request.GET)
    item, sought = _stranger(request, item_id), request.GET.get("q", "").replace("\x00", "").strip()[:100]
    seen.look(item=item, by=member, at=at, opened=True)
    shown = talk.stranger(item, member, at=at) | {"open": True, "sought": sought}
    if sought:
        rows = leads_seen_by(member).filter(search__contains=sought.lower()).select_related("person", "offer")
        shown["matches"] = rows.order_by("-arrived_at", "-pk")[:FOUND]
    return render(request, "inbox/page.html", _list(request, wanted, shown, at=at) | shown)


def _stranger(request: SignedIn, item_id: int) -> InboxItem:
    rows = items.seen_by(request.member).filter(lead=None).select_related("contact_point")
    return found_or_404(rows, request.member.account, pk=item_id)


def _list(request: SignedIn, wanted: listing.Wanted, shown: dict[str, object], *, at: datetime) -> dict[str, object]:
    member, here = request.member, shown.get("item")
    rows, further = listing.page(member, wanted, here=here.pk if isinstance(here, InboxItem) else None, at=at)
    return {
        "wanted": wanted,
        "rows": rows,
        "further": further,
        "states": listing.states(member, wanted, at=at),
        "whose": listing.whose(wanted),
        "list_url": reverse("inbox") + wanted.query(),
        "problems": listing.problems(member, at=at),
        "watch": watch.halts(member),
        "pinned": chips.pinned(member, at=at),
        "mates": _mates(member),
        "page_keys": KEYS,
        **told(request, at=at),
    }


def _mates(member: Member) -> list[tuple[int, str]]:
    rows = Member.objects.filter(account_id=member.account_id, is_active=True).exclude(pk=member.pk)
    return list(rows.order_by("name").values_list("pk", "name")[:100])


def told(request: SignedIn, *, at: datetime) -> dict[str, object]:
    """The last-action line. What it says is said once, to somebody who is there."""
    quietly = QUIETLY in request.headers
    return {
        "said": "" if quietly else request.session.pop("said", ""),
        "problem": "" if quietly else request.session.pop("problem", ""),
        "latest": next(iter(deeds_since(request.member, since=at - UNDOABLE, most=1)), None),
    }


@require_GET
@signed_in
def focus(request: SignedIn) -> HttpResponse:
    """Everyone who waits, one at a time, who waits longest first. `done` and `skip` say what is behind."""
    at, member, wanted = timezone.now(), request.member, listing.read(request.GET)
    done = min(number(request.GET.get("done", "")) or 0, 999)
    skipped = [int(one) for one in request.GET.get("skip", "").split(",")[:STACK] if number(one)]
    stack = listing.found(member, wanted).filter(waiting_since__isnull=False, lead__isnull=False)
    left = list(
        stack.exclude(lead__in=skipped).order_by("waiting_since", "pk").values_list("lead_id", flat=True)[:STACK]
    )
    behind = done + len(skipped)
    context: dict[str, object] = {
        "wanted": wanted,
        "position": behind + 1,
        "of": f"{behind + len(left)}{'+' if len(left) == STACK else ''}",
        "behind": done,
        "page_keys": (("S", "Skip"), *KEYS[-3:]),
        "list_url": reverse("inbox") + wanted.query(),
        **told(request, at=at),
    }
    if left:
        found = talk.lead_for(request, left[0])
        talk.look(request, found, at=at)
        context |= talk.talk(found, member, at=at, mode=request.GET.get("mode", ""), put=_put(request))
        context |= _stacked(wanted, done, skipped, left)
    return render(request, "inbox/focus.html", context)


def _stacked(wanted: listing.Wanted, done: int, skipped: list[int], left: list[int]) -> dict[str, object]:
    """Where one goes from here: on with it answered, on without, or to stay."""

    def url(done: int, skipped: list[int]) -> str:
        whose = f"&whose={wanted.whose}" if wanted.whose != "all" else ""
        return f"{reverse('inbox_focus')}?done={done}&skip={','.join(map(str, skipped))}{whose}"

    return {
        "write": True,
        "focus": True,
        "next_url": url(done + 1, skipped),
        "here_url": url(done, skipped),
        "again": f"{url(done, skipped)}&",  # the same person, with something else open
        "skip_url": url(done, [*skipped, left[0]]) if len(left) > 1 else "",
    }


def following(member: Member, wanted: listing.Wanted, lead_id: int) -> str:
    """Whom to answer after this lead: the next further down, else the first who waits; the list if nobody does."""
    rows = listing.found(member, wanted).filter(waiting_since__isnull=False, lead__isnull=False).exclude(lead=lead_id)
    was = items.seen_by(member).filter(lead=lead_id).values_list("waiting_since", flat=True).first()
    found = (rows.filter(waiting_since__lt=was).first() if was else None) or rows.first()
    if found is None:
        return reverse("inbox") + wanted.query()
    return reverse("inbox_lead", args=[found.lead_id]) + wanted.query(write="1")
