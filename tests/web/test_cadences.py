"""Cadences: who may change them, what strangers see, files in and out, and without scripts."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences import drafts, editing, enroll, parse, versions
from nextcall.cadences.models import Cadence, CadenceVersion, Draft
from nextcall.engine import bulk_changes
from nextcall.engine.models import BulkChange
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
STEADY = "/cadences/steady/"
DEEDS = ("change", "undo", "drop", "save", "copy", "default", "leads", "versions/1")


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "owner", name="Ann")


def steps() -> list[str]:
    return [step.key for step in parse.read(Draft.objects.get().source).steps]


def test_eight_presets_are_there_before_anything_is_made(account: Account, ann: Member) -> None:
    body = signed(ann).get("/cadences/").content.decode()
    for name in ("Fast start", "Steady", "Three and one", "Letter first", "Gentle", "Second wind", "Long view"):
        assert f">{name}</a>" in body
    assert "12 touches in 21 days: 4 emails, 5 calls, 3 texts" in body
    assert "New leads start on this" in body


def test_a_change_without_scripts_comes_back_to_the_bead(account: Account, ann: Member) -> None:
    client = signed(ann)
    answer = client.post(f"{STEADY}change/", {"do": "day-later", "key": "d2-text-1"})
    assert (answer.status_code, answer["Location"]) == (303, f"{STEADY}?at=d2-text-1")
    body = client.get(answer["Location"]).content.decode()
    assert "Moved: Day 3, text, midday." in body
    assert 'data-bead="d2-text-1" aria-label="Day 3, text, midday"' in body
    assert re.findall(r'data-bead="([^"]+)"[^>]* autofocus>', body) == ["d2-text-1"]
    client.post(f"{STEADY}undo/")
    assert Draft.objects.get().source == parse.library()["steady"].source


def test_what_cannot_be_done_is_said_with_what_was_written(account: Account, ann: Member) -> None:
    client = signed(ann)
    answer = client.post(
        f"{STEADY}change/",
        {"do": "keep", "key": "d2-text-1", "open": "d2-text-1", "timing": "day", "day": "0", "hour": "morning",
         "wording": ["Something new, {{ seller }} STOP"]},
    )  # fmt: skip
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "The day is a number from 1" in body
    assert "Something new, {{ seller }} STOP" in body
    assert not Draft.objects.exists()
    for wrong in (
        {"do": "remove", "key": "nobody"},
        {"do": "explode"},
        {},
        {"do": "drop-wording:x", "key": "d2-text-1"},
    ):
        assert client.post(f"{STEADY}change/", wrong).status_code == 422
    assert not Draft.objects.exists()


def test_a_call_may_become_a_text_and_waits_for_a_person(account: Account, ann: Member) -> None:
    signed(ann).post(f"{STEADY}change/", {"do": "keep", "key": "d3-call-1", "channel": "text"})
    step = next(one for one in parse.read(Draft.objects.get().source).steps if one.key == "d3-call-1")
    assert (step.channel, step.by, bool(step.wording)) == ("text", "person", True)


def test_rules_are_switches(account: Account, ann: Member) -> None:
    data = {"do": "rules", "pause_on": ["reply"], "stop_stages": ["won"], "then": "gentle"}
    signed(ann).post(f"{STEADY}change/", data)
    found = parse.read(Draft.objects.get().source)
    assert (found.pause_on, found.stop_stages, found.then) == (("reply",), ("won",), "gentle")


def test_two_touches_outside_allowed_hours_are_moved_with_one_press(account: Account, ann: Member) -> None:
    client, source = signed(ann), parse.library()["steady"].source
    for key, at in (("d3-call-1", "22:30"), ("d7-call-1", "05:00")):
        source = editing.set_step(source, key, {"at": at, "part": None})
    steady = versions.add(account, source, by=ann, at=timezone.now()).cadence
    body = client.get(STEADY).content.decode()
    assert "Two touches fall outside allowed hours." in body
    assert "Move both" in body
    client.post(f"{STEADY}change/", {"do": "mend", "step": ["d3-call-1", "d7-call-1"]})
    assert "outside allowed hours" not in client.get(STEADY).content.decode()
    assert drafts.newest(steady).number == 1 or Draft.objects.exists()


def test_a_rep_sees_everything_and_changes_nothing(account: Account, ann: Member) -> None:
    rep = signed(make_member(account, "rep", name="Rita"))
    for path in ("/cadences/", f"{STEADY}?step=d2-text-1", f"{STEADY}versions/", f"{STEADY}law/", f"{STEADY}file/"):
        assert rep.get(path).status_code == 200
    body = rep.get(f"{STEADY}?step=d2-text-1").content.decode()
    assert "Hazel, Ann" not in body
    assert "Save for new leads" not in body
    for deed in DEEDS:
        assert rep.post(f"{STEADY}{deed}/", {"do": "remove", "key": "d2-text-1"}).status_code == 403
    assert rep.post("/new-cadence/", {"name": "Mine"}).status_code == 403
    assert not Draft.objects.exists()


def test_another_accounts_cadence_does_not_exist(account: Account, ann: Member) -> None:
    versions.add(account, editing.empty(slug="secret", name="Secret"), by=ann, at=timezone.now())
    eve = signed(make_member(make_account("Other"), "owner", name="Eve"))
    assert "Secret" not in eve.get("/cadences/").content.decode()
    for path in ("", "versions/", "law/", "file/", "leads/"):
        assert eve.get(f"/cadences/secret/{path}").status_code == 404
    for deed in DEEDS:
        assert eve.post(f"/cadences/secret/{deed}/", {"do": "remove", "key": "d1-call-1"}).status_code == 404


def test_drafts_are_each_members_own(account: Account, ann: Member) -> None:
    ben = make_member(account, "manager", name="Ben")
    signed(ann).post(f"{STEADY}change/", {"do": "remove", "key": "d2-text-1"})
    assert "Draft, not saved" not in signed(ben).get(STEADY).content.decode()
    signed(ben).post(f"{STEADY}change/", {"do": "remove", "key": "d3-call-1"})
    signed(ben).post(f"{STEADY}save/")
    client = signed(ann)
    body = client.get(client.post(f"{STEADY}save/")["Location"]).content.decode()
    assert "Version 2 was saved by Ben since you began" in body
    assert "Removed: Day 3, call, evening." in body
    client.post(f"{STEADY}save/", {"over": "2"})
    assert CadenceVersion.objects.filter(cadence__slug="steady").count() == 3


def test_files_go_out_and_come_in(account: Account, ann: Member) -> None:
    client = signed(ann)
    out = client.get(f"{STEADY}file/")
    assert out["Content-Disposition"] == 'attachment; filename="steady-1.toml"'
    assert out.content.decode() == parse.library()["steady"].source
    changed = out.content.replace(b'name = "Steady"', b'name = "Steady as she goes"')
    client.post("/cadence-file/", {"file": BytesIO(changed)})
    assert CadenceVersion.objects.get(cadence__slug="steady", number=2).source == changed.decode()
    for wrong in (b"\xff\xfe", b"slug = 1", b"x" * 300_000, b""):
        client.post("/cadence-file/", {"file": BytesIO(wrong)})
    assert CadenceVersion.objects.filter(account=account).count() == len(parse.library()) + 1


def test_a_copy_and_an_empty_one_get_names_of_their_own(account: Account, ann: Member) -> None:
    client = signed(ann)
    assert client.post(f"{STEADY}copy/", {"name": "Steady"})["Location"] == "/cadences/steady-2/"
    assert client.post("/new-cadence/", {"name": "Après ski!"})["Location"] == "/cadences/apres-ski/"
    assert client.post("/new-cadence/", {"name": "???"})["Location"] == "/cadences/cadence/"
    assert client.get("/cadences/apres-ski/").status_code == 200


def test_new_leads_start_on_the_one_that_is_chosen(account: Account, ann: Member) -> None:
    client = signed(ann)
    client.post(f"{STEADY}default/")
    client.post("/cadences/appointment-reminders/default/")
    account.refresh_from_db()
    assert account.default_cadence == "steady"


def test_leads_are_moved_once_however_often_it_is_pressed(account: Account, ann: Member) -> None:
    client, at = signed(ann), timezone.now()
    for name in ("Hazel", "Rowan"):
        lead = make_lead(account, name=name, owner=ann, arrived_at=at)
        enroll.begin(lead=lead, slug="steady", by=None, at=at)
    client.post(f"{STEADY}change/", {"do": "remove", "key": "d2-text-1"})
    assert client.post(f"{STEADY}save/")["Location"] == f"{STEADY}leads/"
    assert "2 leads are on version 1. Move them to version 2?" in client.get(f"{STEADY}leads/").content.decode()
    client.post(f"{STEADY}leads/", {"version": "1", "to": "1"})
    assert not BulkChange.objects.exists()
    for _ in range(2):
        client.post(f"{STEADY}leads/", {"version": "1", "to": "2"})
    assert BulkChange.objects.count() == 1
    while bulk_changes.run_some(at=timezone.now()):
        pass
    assert "Everybody on Steady is on version 2" in client.get(f"{STEADY}leads/").content.decode()


@pytest.mark.parametrize("path", ["/cadences/", STEADY, f"{STEADY}leads/", f"{STEADY}versions/"])
def test_pages_ask_the_same_number_of_questions_however_many_leads(account: Account, ann: Member, path: str) -> None:
    client, at = signed(ann), timezone.now()
    client.get(path)

    def questions(count: int) -> int:
        for n in range(count):
            arrived = at - timedelta(days=n % 20)
            lead = make_lead(account, name=f"Lead {n}", owner=ann, arrived_at=arrived)
            enroll.begin(lead=lead, slug="steady", by=None, at=arrived)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    assert questions(5) == questions(40)
    assert Cadence.objects.filter(account=account).count() == len(parse.library())
