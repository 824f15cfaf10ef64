"""What an account may change: tighten freely, loosen only with basis, name and end."""

from datetime import timedelta

import pytest

from nextcall.consent import policy, revising
from nextcall.consent.models import PolicyChange
from nextcall.consent.places import place_of
from nextcall.timeline.models import Event
from tests.builders import make_account, make_member
from tests.consent.cases import ask, ids, known, there

AT = there("2026-11-23 12:00", "America/New_York")
FLORIDA = known(place_of(phones=["+13055550142"], postal_code="33101"))
LATE = there("2026-11-23 20:10", "America/New_York")
LOOSER = {"mon_fri": "08:00-21:00"}


def test_nothing_changed_is_the_shipped_policy_itself() -> None:
    assert policy.for_account({}, at=AT) is policy.shipped()
    assert policy.for_account({"rules": {}}, at=AT) is policy.shipped()


def test_a_tighter_window_holds_at_once_and_changes_the_version() -> None:
    tighter = policy.for_account({"rules": {"US-FL.hours": {"value": {"mon_fri": "10:00-17:00"}}}}, at=AT)
    assert ask("text", there("2026-11-23 09:00", "America/New_York"), FLORIDA, tighter).verdict == "wait"
    assert tighter.version != policy.VERSION
    again = policy.for_account({"rules": {"US-FL.hours": {"value": {"mon_fri": "10:00-17:00"}}}}, at=AT)
    assert again is tighter  # the same settings share one object and its caches


def test_an_accounts_own_hours_for_calls_and_texts_can_be_set() -> None:
    own = policy.for_account({"rules": {"account.hours.phone": {"value": {"sun": "closed"}}}}, at=AT)
    sunday = there("2026-11-22 12:00", "America/New_York")
    assert ids(ask("text", sunday, FLORIDA, own), "wait") == {"account.hours.phone"}


def test_caps_are_tightened_too() -> None:
    none = policy.for_account({"rules": {"account.cap.text": {"value": {"max": 0, "hours": 24}}}}, at=AT)
    assert ids(ask("text", AT, FLORIDA, none), "deny") == {"account.cap.text"}


@pytest.mark.parametrize("missing", ["legal_basis", "approved_by", "ends_at", ""])
def test_a_looser_rule_holds_only_with_basis_name_and_an_end_ahead(missing: str) -> None:
    row = {
        "value": LOOSER,
        "legal_basis": "written advice of 2026-10-01",
        "approved_by": "Ann",
        "ends_at": (AT + timedelta(days=30)).isoformat(),
    }
    row.pop(missing, None)
    settings = {"rules": {"US-FL.hours": row}}
    verdict = ask("text", LATE, FLORIDA, policy.for_account(settings, at=AT)).verdict
    assert verdict == ("wait" if missing else "allow")
    after = policy.for_account(settings, at=AT + timedelta(days=31))
    assert after is policy.shipped()


def test_garbage_in_the_settings_is_ignored() -> None:
    for value in ({"mon_fri": "99:00-10:00"}, {"monday": "08:00-09:00"}, None, 7, {"max": "many"}):
        assert policy.for_account({"rules": {"US-FL.hours": {"value": value}}}, at=AT) is policy.shipped()
    assert policy.for_account({"rules": {"no.such.rule": {"value": {"max": 1}}}}, at=AT) is policy.shipped()


@pytest.mark.parametrize(
    ("rule_id", "value", "loosens"),
    [
        ("US-FL.hours", {"mon_fri": "09:00-19:00"}, False),
        ("US-FL.hours", {"mon_fri": "07:00-19:00"}, True),
        ("US-UT.hours", {"sun": "10:00-12:00"}, True),
        ("US-FL.cap.24h", {"max": 2}, False),
        ("US-FL.cap.24h", {"max": 4}, True),
        ("US-FL.cap.24h", {"hours": 12}, True),
        ("account.cap.email", {"max": 5, "hours": 24}, True),
    ],
)
def test_what_loosens_is_told_apart(rule_id: str, value: dict[str, object], loosens: bool) -> None:
    assert policy.loosens(rule_id, value) is loosens


@pytest.mark.django_db
def test_a_change_is_logged_and_so_is_a_refusal() -> None:
    account = make_account()
    ann = make_member(account, "owner")
    tighter = revising.change(account, "US-FL.hours", {"mon_fri": "09:00-19:00"}, by=ann, at=AT)
    assert (tighter.loosens, tighter.refused_because) == (False, "")
    refused = revising.change(account, "US-FL.hours", LOOSER, by=ann, at=AT)
    assert "legal basis" in refused.refused_because and "end date" in refused.refused_because
    account.refresh_from_db()
    assert account.policy["rules"]["US-FL.hours"]["value"] == {"mon_fri": "09:00-19:00"}
    allowed = revising.change(
        account, "US-FL.hours", LOOSER, by=ann, at=AT, legal_basis="advice", ends_at=AT + timedelta(days=9)
    )
    assert allowed.refused_because == ""
    assert ask("text", LATE, FLORIDA, policy.for_account(account.policy, at=AT)).verdict == "allow"
    assert PolicyChange.objects.filter(account=account).count() == 3
    kinds = list(Event.objects.filter(account=account).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["policy.changed", "policy.refused", "policy.changed"]


@pytest.mark.django_db
def test_a_rule_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no rule"):
        revising.change(make_account(), "US-XX.hours", LOOSER, by=None, at=AT)
