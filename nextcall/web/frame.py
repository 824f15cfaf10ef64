"""What every page's frame shows: navigation, theme, keys; and the pages that belong to the frame itself."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from nextcall.team.models import Member
from nextcall.web.access import SignedIn, member_of, signed_in

THEMES = ("auto", "light", "dark")
SHEETS = tuple(
    f"css/{name}.css" for name in ("tokens", "base", "shell", "buttons", "forms", "panels", "tables", "keys")
)
FRAME_KEYS = (
    ("G then N", "Now"),
    ("G then L", "Leads"),
    ("G then M", "Import"),
    ("G then S", "Settings"),
    ("/", "Search"),
    ("Z", "Undo"),
    ("?", "This list"),
)
# url name, word, icon, module whose pages belong to it
PLACES = (
    ("now", "Now", "call"),
    ("leads", "Leads", "people"),
    ("imports", "Import", "upload"),
    ("settings", "Settings", "gear"),
)
TABS = (("now", "Now", "call"), ("leads", "Leads", "people"), ("imports", "Import", "upload"), ("more", "More", "dots"))
# pages that light another page's place
BELONGS = {"lead": "leads", "add_lead": "leads", "import": "imports", "welcome": "now"}


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation."""

    slug: str
    name: str
    url: str
    icon: str
    here: bool
    count: int = 0


def _places(names: tuple[tuple[str, str, str], ...], here: str) -> list[Place]:
    return [Place(name, word, reverse(name), icon, here.startswith(name)) for name, word, icon in names]


def theme_of(request: HttpRequest, member: Member | None) -> str:
    chosen = (member.settings.get("theme") if member else None) or request.COOKIES.get("theme")
    return chosen if chosen in THEMES else "auto"


def frame(request: HttpRequest) -> dict[str, object]:
    """Given to every template."""
    member: Member | None = getattr(request, "member", None)
    match = request.resolver_match
    here = (match.url_name or "") if match else ""
    here = BELONGS.get(here, here)
    return {
        "member": member,
        "theme": theme_of(request, member),
        "single_keys": bool(member and member.settings.get("single_keys", True)),
        "places": _places(PLACES, here) if member else [],
        "tabs": _places(TABS, here) if member else [],
        "frame_keys": FRAME_KEYS,
        "sheets": SHEETS,
    }


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
        member.settings = {**member.settings, "theme": chosen}
        member.save(update_fields=["settings"])
    answer = HttpResponseRedirect(same_site(request.POST.get("next", ""), "/"))
    answer.set_cookie("theme", chosen, max_age=400 * 24 * 3600, samesite="Lax", secure=settings.SECURE, httponly=True)
    return answer


@require_GET
@signed_in
def more(request: SignedIn) -> HttpResponse:
    """The fourth tab on a phone: everything that is not one of the other three."""
    return render(request, "base/more.html")


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("now"))
