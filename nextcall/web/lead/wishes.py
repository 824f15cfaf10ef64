"""What the person asked for and may ask for: hours and days told to a member, their page, their data, erasure."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from nextcall.consent import preferred, preferring
from nextcall.engine import asking, their_page
from nextcall.engine import write as writing
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.privacy import choosing, erasing, hours_form, taking_along, telling
from nextcall.web.access import SignedIn, manager, signed_in
from nextcall.web.going_back import back, lead_of
from nextcall.web.lead.shown import Shown
from nextcall.web.once import once
from nextcall.worklist import wishing

LONGEST_WORDS = 500


def wishes(shown: Shown) -> dict[str, object]:
    """What stands, and the form that changes it."""
    lead, at = shown.lead, shown.at
    standing = preferring.standing([lead.person_id], account_id=lead.account_id, at=at)
    wish = standing.get(lead.person_id, preferring.Standing())
    day = hours.local(wish.not_before, shown.zone).date().isoformat() if wish.not_before else ""
    ways = [one for one in ("text", "email") if shown.reach[one].decision.verdict != "deny"]
    return {
        "asked_for": wishing.asked_for(shown.reach, wish, zone=shown.zone, at=at),
        "hours_groups": hours_form.groups(wish.hours),
        "hours_parts": hours_form.PARTS,
        "not_before_day": day,
        "page_ways": ways,
        "manages": shown.member.manages,
    }


@require_POST
@signed_in
@once
def asked_for(request: SignedIn, lead_id: int) -> HttpResponse:
    """What they told a member: it binds the machine and everybody here."""
    at, lead = timezone.now(), lead_of(request, lead_id)
    said, written = request.POST.get("said", "").strip()[:LONGEST_WORDS], request.POST.get("day", "")[:20]
    try:
        day = date.fromisoformat(written) if written else None
        wanted = hours_form.posted_hours(request.POST)
        telling.told(lead=lead, hours=wanted, day=day, said=said, by=request.member, at=at)
    except (preferred.BadHours, choosing.CannotChoose) as wrong:
        return back(request, lead, problem=f"{str(wrong).rstrip('.').capitalize()}.")
    except ValueError:
        return back(request, lead, problem="Write the day like 2027-03-01.")
    return back(request, lead)


@require_POST
@signed_in
@once
def send_page(request: SignedIn, lead_id: int) -> HttpResponse:
    """Send them the link to their own page, as a message of ours like any other: the gate is asked, undo works."""
    at, lead, channel = timezone.now(), lead_of(request, lead_id), request.POST.get("channel", "")
    point = asking.point_of(lead, channel) if channel in ("text", "email") else None
    if point is None:
        return back(request, lead, problem="There is no number or address to send it to.")
    link = their_page.url(account_id=lead.account_id, person_id=lead.person_id, contact_point_id=point.pk)
    try:
        writing.write(
            lead=lead, channel=channel, body=_words(lead, request, link), by=request.member, at=at,
            subject="How we may reach you",
        )  # fmt: skip
    except writing.Refused as refused:
        return back(request, lead, problem=f"Not sent: {str(refused).rstrip('.')}.")
    return back(request, lead)


def _words(lead: Lead, request: SignedIn, link: str) -> str:
    seller = lead.account.seller_name or lead.account.name
    hello = f"Hi {lead.person.given_name}, " if lead.person.given_name else ""
    who = f"{request.member.name.partition(' ')[0]} at {seller}"
    return f"{hello}{who}. Choose how we reach you, and see what we hold: {link}"


@require_GET
@manager
def export(request: SignedIn, lead_id: int) -> HttpResponse:
    """Everything about the person as a file; that it was taken along is written down."""
    lead, at = lead_of(request, lead_id), timezone.now()
    answer = HttpResponse(taking_along.pack(lead.person, by=request.member, at=at), content_type="application/zip")
    name = slugify(str(lead.person)) or f"person-{lead.person_id}"
    answer["Content-Disposition"] = f'attachment; filename="{name[:80]}.zip"'
    return answer


@require_POST
@manager
@once
def erase(request: SignedIn, lead_id: int) -> HttpResponse:
    """Forget them for good; asked by typing the name, so that nobody does it by a slip."""
    lead = lead_of(request, lead_id)
    typed, name = " ".join(request.POST.get("name", "").split()), str(lead.person)
    if typed.casefold() != " ".join(name.split()).casefold():
        return back(request, lead, problem="Nothing was erased: type the name exactly as it stands.")
    try:
        erasing.erase(lead.person, by=request.member, at=timezone.now(), via="hand")
    except erasing.JustLeaving as wrong:
        return back(request, lead, problem=str(wrong))
    return back(request, said="Erased. The counts stay, and the stop does.")
