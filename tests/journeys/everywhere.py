"""Every page that can be opened without a number, found by walking the addresses: a new one is tried by itself."""

from datetime import timedelta
from pathlib import Path

from nextcall.cadences.models import Touch
from nextcall.conversations import log
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_touch
from tests.journeys.conftest import Clock
from tests.web.signed import signed
from tests.web.walk import Address, addresses

NAMES = ("Alder Wynn", "Briar Cole", "Clove Dale", "Dahlia Frost", "Elder Hale", "Fern Ives", "Gale Judd", "Hazel Knox")
NO_PAGE = {"sign_out", "home", "live", "live_now", "search"}


def lay(account: Account, owner: Member, clock: Clock) -> list[Lead]:
    """Eight leads, each with a call due, in this order; the last one wrote."""
    leads = []
    for n, name in enumerate(NAMES):
        arrived = clock.now() - timedelta(days=9)
        lead = make_lead(account, name=name, owner=owner, arrived_at=arrived, message="What would our place sell for?")
        make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=30 - n), state=Touch.State.OPEN)
        leads.append(lead)
    log.noted(lead=leads[0], body="Two homes on Larkspur sold in spring.", by=owner, at=clock.now())
    return leads


def paths(member: Member, lead: Lead) -> list[str]:
    """The pages that answer this member with a page of their own."""
    client = signed(member)
    found = []
    for address in addresses():
        path = path_of(address, lead)
        if path and address.name not in NO_PAGE:
            answer = client.get(path)
            if answer.status_code == 200 and not answer.streaming and b"<main" in answer.content:
                found.append(path)
    assert len(found) > 8, found
    return found


def path_of(address: Address, lead: Lead) -> str:
    if not address.name or address.parts not in ((), ("lead_id",)):
        return ""
    return address.path(dict.fromkeys(address.parts, lead.pk))


def look(name: str) -> str:
    """What a page is looked at with: a function in JavaScript that tells what is wrong, or null."""
    return (Path(__file__).parent / "looks" / f"{name}.js").read_text()
