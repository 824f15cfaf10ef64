"""`nextcall doctor` on what ages: each line ok, or how to mend it."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from nextcall.consent import law
from nextcall.consent.models import NumberList
from nextcall.lib import copies, second_clock, zone_data
from nextcall.team.models import Account, MailboxFolder
from nextcall.timeline.models import Event
from tests.builders import make_lead, make_permission
from tests.conftest import Ran
from tests.engine.mailbox_rows import make_mailbox

pytestmark = pytest.mark.django_db
Doctor = Callable[[], dict[str, dict[str, Any]]]
DAY = timedelta(days=1)


@pytest.fixture
def doctor(nextcall: Callable[..., Ran]) -> Doctor:
    """Its lines by what they are about."""
    second_clock.forget()

    def ask() -> dict[str, dict[str, Any]]:
        ran = nextcall("doctor", "--json")
        lines = json.loads(ran.out)["lines"]
        assert ran.code == int(any(line["state"] == "mend" for line in lines))
        return {line["what"]: line for line in lines}

    return ask


def test_everything_that_ages_has_a_line(account: Account, doctor: Doctor) -> None:
    lines = doctor()
    assert {"clock", "time zone data", "holiday file", "backup"} <= lines.keys()
    assert lines[f"permissions, account {account.pk}"]["state"] == "ok"
    zones = lines["time zone data"]
    assert (zones["state"], zones["says"], zones["hint"]) == (
        "ok",
        f"Release {zone_data.version()}. The oldest to decide on is 2026e.",
        "",
    )


def test_a_stale_list_is_to_be_mended_and_says_what_is_refused(account: Account, doctor: Doctor) -> None:
    now = timezone.now()
    NumberList.objects.create(account=account, place="US", obtained_at=now - 32 * DAY, stored_at=now, ready_at=now)
    line = doctor()[f"do-not-call list, us, account {account.pk}"]
    assert (line["state"], "32 days old, 31 allowed" in line["says"]) == ("mend", True)
    assert "Refused when over: calls and texts in US" in line["says"]
    assert "nextcall lists add FILE" in line["hint"]


def test_a_list_that_was_replaced_counts_no_more(account: Account, doctor: Doctor) -> None:
    now = timezone.now()
    for age, replaced in ((40, now), (2, None)):
        NumberList.objects.create(
            account=account, place="US", obtained_at=now - age * DAY, stored_at=now, ready_at=now, replaced_at=replaced
        )
    assert doctor()[f"do-not-call list, us, account {account.pk}"]["state"] == "ok"


def test_a_list_that_is_still_being_stored_counts_not_yet(account: Account, doctor: Doctor) -> None:
    now = timezone.now()
    NumberList.objects.create(account=account, place="US", obtained_at=now - 40 * DAY, stored_at=now)
    assert f"do-not-call list, us, account {account.pk}" not in doctor()


def test_a_clock_behind_the_record_is_to_be_mended(account: Account, doctor: Doctor) -> None:
    Event.objects.create(account=account, kind="touch.sent", at=timezone.now() + timedelta(hours=2))
    line = doctor()["clock"]
    assert (line["state"], "NTP" in line["hint"]) == ("mend", True)
    assert "behind what is recorded already" in line["says"]


def test_old_zone_data_and_an_old_holiday_file_are_to_be_mended(
    account: Account, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_data, "in_use", lambda: "2025b")
    lines = doctor()
    assert (lines["time zone data"]["state"], "2025b" in lines["time zone data"]["says"]) == ("mend", True)
    assert law.calendar().valid_until.year >= 2027
    assert lines["holiday file"]["state"] == "ok"


def test_a_loosening_about_to_end_is_noted(account: Account, doctor: Doctor) -> None:
    ends = (timezone.now() + 5 * DAY).isoformat()
    row = {"value": {"mon_fri": "08:00-20:30"}, "legal_basis": "x", "approved_by": "Olga", "ends_at": ends}
    Account.objects.filter(pk=account.pk).update(policy={"rules": {"US-FL.hours": row}})
    line = doctor()[f"loosened rule us-fl.hours, account {account.pk}"]
    assert (line["state"], "Olga answers for it" in line["says"]) == ("note", True)


def test_permissions_that_run_out_this_month_are_counted(account: Account, doctor: Doctor) -> None:
    now = timezone.now()
    for days in (3, 20, 40):
        make_permission(make_lead(account).person, "email", expires_at=now + days * DAY)
    line = doctor()[f"permissions, account {account.pk}"]
    assert (line["state"], line["says"].startswith("2 run out within a month")) == ("note", True)


@pytest.mark.parametrize(("age", "there", "state"), [(0, True, "ok"), (5, True, "mend"), (0, False, "note")])
def test_a_backup_grows_old_in_two_days(
    account: Account, doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, there: bool, state: str
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    file = tmp_path / "copy.zip"
    if there:
        file.touch()
    latest = {"at": (timezone.now() - age * DAY).isoformat(), "path": str(file)}
    (tmp_path / copies.LATEST).write_text(json.dumps(latest))
    assert doctor()["backup"]["state"] == state


def test_each_mailbox_has_a_line(account: Account, doctor: Doctor) -> None:
    now = timezone.now()
    box = make_mailbox(account, looked_at=now - timedelta(minutes=2))
    what = f"mailbox {box.pk}, account {account.pk}"
    assert doctor()[what]["state"] == "ok"
    Event.objects.create(account=account, kind="mailbox.skipped", at=now, data={"mailbox": box.pk, "uid": 7})
    assert doctor()[what]["says"] == "mails that could not be read in a week: 1"
    box.looked_at = now - timedelta(hours=1)
    box.save()
    assert (doctor()[what]["state"], "looked at" in doctor()[what]["says"]) == ("mend", True)
    box.problem = "sign-in refused: no"
    box.save()
    line = doctor()[what]
    assert (line["state"], line["says"]) == ("mend", "sign-in refused: no") and "Settings, Email" in line["hint"]
    folder = MailboxFolder.objects.create(account=account, mailbox=box, name="Portals", problem="cannot open it")
    assert doctor()[f"{what}, Portals"]["state"] == "mend"
    folder.delete()
    box.enabled = False
    box.save()
    assert doctor()[what]["state"] == "mend", "its sign-in was taken back: nobody reads it"
    box.problem = ""
    box.save()
    assert what not in doctor()
