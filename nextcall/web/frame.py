"""What every page's frame shows: navigation by role, counts, theme, style, keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from nextcall import __version__
from nextcall.conversations import inbox
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, member_of, signed_in

THEMES = ("auto", "light", "dark")
STYLES = ("simple", "detailed")
DENSITIES = ("comfortable", "compact")
SHEETS = tuple(
    f"css/{name}.css"
    for name in ("tokens", "base", "shell", "buttons", "forms", "panels", "tables", "keys", "menu", "sample")
)
FRAME_KEYS = (
    ("/", "Search"),
    ("Ctrl K", "Search or jump anywhere"),
    ("Ctrl Z", "Undo"),
    ("Ctrl Enter", "Send what you are writing"),
    ("?", "This list"),
)
MOST_COUNTED = 50
TO_GO = "to_go"  # of the session: how many cards Now had, and when
REMEMBERED_FOR = timedelta(hours=12)

# url name, word, icon, the letter after G
PAGES = {
    "now": ("Now", "call", "n"),
    "inbox": ("Inbox", "in", "i"),
    "leads": ("Leads", "people", "l"),
    "cadences": ("Cadences", "plan", "p"),
    "settings": ("Settings", "gear", "s"),
    "imports": ("Import", "upload", ""),
    "proof": ("Proof", "shield", ""),
    "more": ("More", "dots", ""),
}
TABS = ("now", "inbox", "leads", "more")
# what a page's name begins with -> the place that is lit
BELONGS = (
    ("now", "now"),
    ("welcome", "now"),
    ("inbox", "inbox"),
    ("lead", "leads"),
    ("add_lead", "leads"),
    ("import", "leads"),
    ("list", "leads"),
    ("bulk", "leads"),
    ("cadence", "cadences"),
    ("settings", "settings"),
    ("proof", "more"),
    ("more", "more"),
    ("deeds", "more"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation."""

    slug: str
    name: str
    url: str
    icon: str
    key: str
    here: bool


def style_of(member: Member | None) -> str:
    chosen = member.settings.get("style") if member else None
    return chosen if chosen in STYLES else "simple"


def density_of(member: Member | None) -> str:
    """Compact belongs to the detailed style; the choice is kept for the day it comes back."""
    chosen = member.settings.get("density") if member else None
    return chosen if chosen in DENSITIES and style_of(member) == "detailed" else "comfortable"


def theme_of(request: HttpRequest, member: Member | None) -> str:
    chosen = (member.settings.get("theme") if member else None) or request.COOKIES.get("theme")
    return chosen if chosen in THEMES else "auto"


def side_of(member: Member) -> tuple[str, ...]:
    """What stands in the navigation of a desktop: whom it is for, in the style they chose."""
    cadences = ("cadences",) if style_of(member) == "detailed" else ()
    return ("now", "inbox", "leads", *cadences, "settings")


def reach_of(member: Member) -> tuple[str, ...]:
    """Every page that the member may jump to, from More and from the command menu."""
    cadences = ("cadences",) if member.manages or style_of(member) == "detailed" else ()
    proof = ("proof",) if member.manages else ()
    return ("now", "inbox", "leads", *cadences, "settings", "imports", *proof, "more")


def _places(slugs: tuple[str, ...], here: str) -> list[Place]:
    return [Place(slug, PAGES[slug][0], reverse(slug), *PAGES[slug][1:], here == slug) for slug in slugs]


def frame(request: HttpRequest) -> dict[str, object]:
    """Given to every template."""
    member: Member | None = getattr(request, "member", None)
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    here = next((slug for begins, slug in BELONGS if name.startswith(begins)), "")
    return {
        "member": member,
        "served_at": timezone.now(),  # by our clock: the device's own may be wrong
        "theme": theme_of(request, member),
        "style": style_of(member),
        "detailed": style_of(member) == "detailed",
        "density": density_of(member),
        "single_keys": bool(member and member.settings.get("single_keys", True)),
        "places": _places(side_of(member), here) if member else [],
        "reach": _places(reach_of(member), here) if member else [],
        "tabs": _places(TABS, here if here in TABS else "more") if member else [],
        "counts": cache(lambda: counts(request, member)),  # asked when the navigation is drawn, once
        "frame_keys": FRAME_KEYS,
        "sheets": SHEETS,
    }


def counts(request: HttpRequest, member: Member | None) -> dict[str, str]:
    """What waits, beside the word in the navigation: one bounded query."""
    if member is None:
        return {}
    waiting = inbox.waiting_count(member, MOST_COUNTED)
    shown = {"inbox": f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else str(waiting or "")}
    kept = request.session.get(TO_GO)
    if kept and timezone.now() - datetime.fromisoformat(kept["at"]) < REMEMBERED_FOR:
        shown["now"] = str(kept["n"] or "")
    return shown


def note_to_go(request: HttpRequest, cards: int, *, at: datetime) -> None:
    """Now counted its cards: other pages show the figure without counting again."""
    if request.session.get(TO_GO, {}).get("n") != cards:
        request.session[TO_GO] = {"n": cards, "at": at.isoformat()}


def same_site(path: str, otherwise: str) -> str:
    """`path` if it leads to a page of ours, else `otherwise`: nobody is sent elsewhere by a link that starts here."""
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else otherwise


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the device says; kept in a cookie, and with the member when there is one."""
    chosen = request.POST.get("theme", "auto")
    chosen = chosen if chosen in THEMES else "auto"
    member = member_of(request)
    if member:
        _keep(member, "theme", chosen)
    answer = HttpResponseRedirect(same_site(request.POST.get("next", ""), "/"))
    answer.set_cookie("theme", chosen, max_age=400 * 24 * 3600, samesite="Lax", secure=settings.SECURE, httponly=True)
    return answer


@require_POST
@signed_in
def style(request: SignedIn) -> HttpResponse:
    """Simple or detailed, how close the rows stand, single keys: what the form names, with the member."""
    for name, known in (("style", STYLES), ("density", DENSITIES), ("single_keys", ("on", "off"))):
        chosen = request.POST.get(name)
        if chosen in known:
            _keep(request.member, name, chosen == "on" if name == "single_keys" else chosen)
    return HttpResponseRedirect(same_site(request.POST.get("next", ""), reverse("more")))


def _keep(member: Member, name: str, chosen: object) -> None:
    member.settings = {**member.settings, name: chosen}
    member.save(update_fields=["settings"])


@require_GET
@signed_in
def more(request: SignedIn) -> HttpResponse:
    """The fourth tab on a phone: everything that is not one of the other three, and help."""
    owners = Member.objects.filter(account=request.member.account, role=Member.Role.OWNER, is_active=True)
    context = {
        "owners": list(owners.order_by("name")[:3]),
        "version": __version__,
        "source_url": settings.SOURCE_URL if urlsplit(settings.SOURCE_URL).scheme in ("http", "https") else "",
    }
    return render(request, "base/more.html", context)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("now"))
