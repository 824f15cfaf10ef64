"""What owners see of the sending itself: what ages, campaigns that stand still, late arrivals."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nextcall.cadences import halting
from nextcall.cadences.models import Cadence, Halt
from nextcall.consent.models import NumberList
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_account, make_enrollment, make_lead, make_member, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Reyes")


def told(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def halt(account: Account, level: str = "paused") -> Halt:
    cadence = Cadence.objects.get_or_create(account=account, slug="steady", defaults={"name": "Steady"})[0]
    because = "1 complaint on 40 sent in 30 days (counted as 1,000)"
    return halting.begin(
        cadence, "email", level=level, rule="CX-07.complaints", because=because, by=None, at=timezone.now() - DAY
    )


def a_list(account: Account, *, days_old: int, place: str = "US") -> None:
    now = timezone.now()
    NumberList.objects.create(
        account=account, place=place, obtained_at=now - days_old * DAY, stored_at=now, ready_at=now, count=3
    )


def test_the_page_shows_what_is_over_first_with_how_to_mend_it(account: Account, owner: Member) -> None:
    a_list(account, days_old=40)
    page = told(signed(owner).get("/settings/ages/"))
    assert "40 days old, 31 allowed" in page
    assert page.index("Do-not-call list, US") < page.index("Time zone data")
    assert "Obtain the list again" in page
    assert "Release 2026" in page


def test_a_rep_does_not_open_it_and_other_accounts_lists_are_not_on_it(account: Account, owner: Member) -> None:
    assert signed(make_member(account, "rep")).get("/settings/ages/").status_code == 403
    a_list(make_account("Harbor Homes"), days_old=40)
    assert "40 days old" not in told(signed(owner).get("/settings/ages/"))


def test_an_owner_is_told_on_now_what_is_over(account: Account, owner: Member) -> None:
    assert "How to mend it" not in told(signed(owner).get("/now/"))
    a_list(account, days_old=40)
    assert "Do-not-call list, US: Obtained" in told(signed(owner).get("/now/"))
    assert "Do-not-call list" not in told(signed(make_member(account, "rep")).get("/now/"))


def test_a_day_proclaimed_is_kept_and_closes_the_state(account: Account, owner: Member) -> None:
    make_lead(account, region="LA", postal_code="70112", zone="America/Chicago")
    client = signed(owner)
    assert "Nobody has looked yet" in told(client.get("/settings/ages/"))
    page = told(
        client.post(
            "/settings/ages/US-LA/", {"found": "1", "day": "2026-12-31", "kind": "proclaimed_days"}, follow=True
        )
    )
    assert "Dec 31, 2026 is closed in Louisiana." in page
    account.refresh_from_db()
    assert account.policy["proclaimed_days"] == {"US-LA": ["2026-12-31"]}
    assert Event.objects.filter(account=account, kind="policy.changed", by=owner).exists()
    assert "Nothing new, noted." in told(client.post("/settings/ages/US-LA/", {}, follow=True))


@pytest.mark.parametrize(
    ("place", "body", "says"),
    [
        ("US-LA", {"found": "1"}, "Write the day as a date"),
        ("US-LA", {"found": "1", "day": "yesterday"}, "Write the day as a date"),
    ],
)
def test_what_cannot_be_a_proclamation_is_refused_in_words(
    account: Account, owner: Member, place: str, body: dict[str, str], says: str
) -> None:
    page = told(signed(owner).post(f"/settings/ages/{place}/", body, follow=True))
    assert says in page
    account.refresh_from_db()
    assert account.policy == {}


def test_a_paused_campaign_goes_on_with_a_tap_and_back_with_another(account: Account, owner: Member) -> None:
    standing, client = halt(account), signed(owner)
    page = told(client.get("/cadences/"))
    assert "Emails of Steady are paused" in page
    assert "1 complaint on 40 sent" in page
    assert "Emails of Steady goes on" not in page
    page = told(client.post(f"/halts/{standing.pk}/end/", follow=True))
    assert "Steady goes on by email." in page
    standing.refresh_from_db()
    assert (standing.ended_by, standing.ended_because) == (owner, "somebody looked at it")
    action = owner.action_set.get()
    assert f"/undo/{action.pk}/" in page
    client.post(f"/undo/{action.pk}/")
    standing.refresh_from_db()
    assert standing.ended_at is None


def test_a_stopped_campaign_asks_for_the_reason(account: Account, owner: Member) -> None:
    standing, client = halt(account, "stopped"), signed(owner)
    assert "write why it may go on" in told(client.post(f"/halts/{standing.pk}/end/", follow=True))
    client.post(f"/halts/{standing.pk}/end/", {"because": "The bought list is gone"})
    standing.refresh_from_db()
    assert standing.ended_because == "The bought list is gone"


def test_reps_see_it_and_other_accounts_do_not_touch_it(account: Account, owner: Member) -> None:
    standing = halt(account)
    rep = signed(make_member(account, "rep"))
    assert "An owner or a manager lets it go on." in told(rep.get("/cadences/"))
    assert rep.post(f"/halts/{standing.pk}/end/").status_code == 403
    stranger = signed(make_member(make_account("Harbor Homes"), "owner", name="Sid Vale"))
    assert stranger.post(f"/halts/{standing.pk}/end/").status_code == 404
    assert "are paused" not in told(stranger.get("/cadences/"))


@pytest.mark.parametrize("path", ["/now/", "/inbox/"])
def test_owners_and_managers_are_told_where_they_work(account: Account, owner: Member, path: str) -> None:
    halt(account)
    for member in (owner, make_member(account, "manager", name="Mia Stone")):
        assert "Emails of Steady are paused: 1 complaint" in told(signed(member).get(path))
    assert "are paused" not in told(signed(make_member(account, "rep")).get(path))


def test_whoever_writes_by_hand_is_warned_on_the_lead(account: Account, lead: Lead, member: Member) -> None:
    make_enrollment(lead, slug="steady")
    halt(account)
    page = told(signed(member).get(f"/leads/{lead.pk}/"))
    assert "What you write yourself goes on; think twice about it." in page


def test_an_owner_is_told_of_messages_that_arrived_late(account: Account, owner: Member, lead: Lead) -> None:
    touch = make_touch(lead, "text", state="delivered")
    Event.objects.create(
        account=account, kind="touch.delivered_late", at=timezone.now(), touch_id=touch.pk, lead=lead,
        person=lead.person, data={"channel": "text"},
    )  # fmt: skip
    page = told(signed(owner).get("/now/"))
    assert "A message was delivered after the hours had closed there." in page
    assert f'href="/leads/{lead.pk}/"' in page


@pytest.mark.parametrize("place", ["US-TX", "<script>", "account"])
def test_a_place_that_proclaims_nothing_is_not_found(account: Account, owner: Member, place: str) -> None:
    assert signed(owner).post(f"/settings/ages/{place}/", {"found": "1", "day": "2026-12-31"}).status_code == 404
