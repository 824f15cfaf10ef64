"""Import: from a file to leads, and back."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.consent.models import Permission
from nextcall.consent.wordings import version_of
from nextcall.intake import importing
from nextcall.intake.models import Import
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.web.signed import signed

FILE = """Full Name,Phone,Email,ZIP,Mystery
Hazel Thorne,(303) 555-0142,hazel@example.com,80202,blue
Rowan Ashby,555-0143,rowan@example.com,80203,green
Nobody,,,80204,red
Indigo Marsh,(720) 555-0144,,80205,=cmd()
"""
WORDING = "I agree to calls, texts and emails from Acme Homes, also by automated means."


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def upload(client: Client, text: str = FILE, name: str = "leads.csv") -> Any:
    return client.post("/imports/", {"file": SimpleUploadedFile(name, text.encode())})


def decisions(**changes: Any) -> dict[str, Any]:
    return {"duplicates": "merge", "cadence": "", "source": "", "offer": "", "wording": "", **changes}


def started(client: Client, text: str = FILE) -> Import:
    pk = int(upload(client, text)["Location"].split("/")[2])
    return Import.objects.get(pk=pk)


def run_out() -> None:
    while importing.run_waiting(at=timezone.now()):
        pass


def read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_file_is_shown_before_anything_is_stored(client: Client, account: Account) -> None:
    page = read(client, upload(client)["Location"])
    assert "3 new, 0 merged, 1 set aside" in page
    assert page.index("Mystery") < page.index("columns we are sure of") < page.index("Full Name")  # doubts come first
    for value in ("blue", "green", "red"):
        assert value in page
    assert "phone lacks an area code" in page and "555-0143" in page
    assert not Lead.objects.filter(account=account).exists()


def test_pasted_rows_are_a_file_too(client: Client, account: Account) -> None:
    answer = client.post("/imports/", {"pasted": FILE.replace(",", "\t")})
    assert "3 new" in read(client, answer["Location"])
    assert Import.objects.get(account=account).file_name == "Pasted rows.tsv"


@pytest.mark.parametrize(
    ("body", "says"), [("", "Choose a file"), ("%PDF-1.7", "this is a PDF"), ("<html>", "this is a web page")]
)
def test_what_is_no_list_is_refused_in_words(client: Client, account: Account, body: str, says: str) -> None:
    answer = upload(client, body)
    assert answer.status_code == 422 and says.lower() in answer.content.decode().lower()
    assert not Import.objects.filter(account=account).exists()


def test_without_a_cadence_it_says_and_does_send_nothing(client: Client, account: Account) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/choices/", decisions())
    assert "3 new, 0 merged, 1 set aside, no messages will be sent." in read(client, f"/imports/{row.pk}/")
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    run_out()
    assert Lead.objects.filter(account=account).count() == 3
    assert not Touch.objects.filter(account=account).exists()


def test_with_a_cadence_it_says_that_messages_leave(client: Client) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/choices/", decisions(cadence="fast-start"))
    page = read(client, f"/imports/{row.pk}/")
    assert "no messages will be sent" not in page
    assert "If new leads start on Fast start, its texts and emails leave by themselves" in page
    assert "Import 4 rows, send nothing" in page and "Import and start Fast start" in page
    assert "Email is not connected yet, so no email leaves by machine." in page


def test_permission_is_asked_once_and_kept_with_words_and_name(client: Client, account: Account, owner: Member) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/confirmation/", decisions(channels=["call", "text", "email"], wording=WORDING))
    run_out()
    kept = Permission.objects.filter(account=account)
    assert {permission.wording for permission in kept} == {WORDING}
    assert {permission.proof["attested_by"] for permission in kept} == {owner.name}
    assert {permission.proof["file_hash"] for permission in kept} == {hashlib.sha256(bytes(row.body)).hexdigest()}
    assert {(permission.proof["file"], permission.wording_version) for permission in kept} == {
        (row.file_name, version_of(WORDING))
    }
    assert set(kept.values_list("channel", flat=True)) >= {"call", "text", "email"}


def test_words_that_name_another_seller_are_kept_and_permit_us_nothing(client: Client, account: Account) -> None:
    row = started(client)
    more = {"sellers": "Somebody Else LLC", "attested_by": "Omar Weaver"}
    client.post(f"/imports/{row.pk}/confirmation/", decisions(channels=["text"], wording=WORDING, **more))
    run_out()
    kept = list(Permission.objects.filter(account=account, channel="text"))
    assert kept and all(one.sellers == ["Somebody Else LLC"] for one in kept)
    assert {one.proof["attested_by"] for one in kept} == {"Omar Weaver"}
    wanted = [ledger.Wanted(one.person_id, one.contact_point_id, "text") for one in kept]
    at = timezone.now()
    assert {facts.tier for facts in ledger.facts_for(wanted, account_id=account.pk, at=at)} == {"none"}


def test_permission_without_words_is_not_taken(client: Client) -> None:
    row = started(client)
    answer = client.post(f"/imports/{row.pk}/confirmation/", decisions(channels=["text"]))
    assert answer.status_code == 422 and "Permission needs the words" in answer.content.decode()
    assert Import.objects.get(pk=row.pk).state == "asking"


def test_a_count_in_the_background_never_fails(client: Client) -> None:
    row = started(client)
    answer = client.post(f"/imports/{row.pk}/choices/", decisions(channels=["text"], background="1"))
    assert answer.status_code == 204


def test_an_area_code_mends_all_short_numbers_at_once(client: Client, account: Account) -> None:
    row = started(client)
    chosen = decisions(problem_no_area_code="area_code", problem_no_area_code_value="520")
    client.post(f"/imports/{row.pk}/choices/", chosen)
    assert 'value="520"' in read(client, f"/imports/{row.pk}/")  # still there to be changed
    client.post(f"/imports/{row.pk}/confirmation/", chosen)
    run_out()
    rowan = Lead.objects.get(account=account, person__name="Rowan Ashby")
    assert "+15205550143" in {reach.contact_point.value for reach in rowan.person.reaches.all()}


def test_rows_with_a_problem_can_be_set_aside_and_come_back_as_a_file(client: Client, account: Account) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/confirmation/", decisions(problem_no_area_code="skip"))
    run_out()
    assert "2 new, 0 merged, 2 set aside" in read(client, f"/imports/{row.pk}/")
    answer = client.get(f"/imports/{row.pk}/set-aside/")
    assert answer["Content-Disposition"] == 'attachment; filename="leads-set-aside.csv"'
    assert "Rowan Ashby" in answer.content.decode() and "Nobody" in answer.content.decode()


def test_a_doubtful_column_becomes_what_the_member_says(client: Client, account: Account) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/confirmation/", decisions(column_4="message"))
    run_out()
    assert Lead.objects.get(account=account, person__name="Hazel Thorne").message == "blue"


def test_people_you_have_are_shown_side_by_side_and_treated_as_chosen(
    client: Client, account: Account, owner: Member
) -> None:
    make_lead(account, name="Hazel Thorne", email="hazel@example.com", phone="+13035550142", owner=owner)
    row = started(client)
    page = read(client, f"/imports/{row.pk}/")
    assert "People you have already, side by side" in page and "2 new, 1 merged, 1 set aside" in page
    client.post(f"/imports/{row.pk}/confirmation/", decisions(duplicates="skip"))
    run_out()
    assert "2 new, 0 merged, 1 left as they are, 1 set aside" in read(client, f"/imports/{row.pk}/")


def test_progress_is_the_servers_and_survives_a_reload(client: Client) -> None:
    rows = "\n".join(f"Lead {n},lead{n}@example.com" for n in range(600))
    row = started(client, f"Name,Email\n{rows}\n")
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    assert "Waiting for its turn" in read(client, f"/imports/{row.pk}/")
    importing.run_waiting(at=timezone.now())
    page = read(client, f"/imports/{row.pk}/")
    assert "250 of 600 rows are in." in page and '<progress value="250" max="600"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "<html" not in read(client, f"/imports/{row.pk}/?part=progress")
    run_out()
    assert client.get(f"/imports/{row.pk}/?part=progress").status_code == 204
    assert "600 new" in read(client, f"/imports/{row.pk}/")


def test_confirming_twice_imports_once(client: Client, account: Account) -> None:
    row = started(client)
    for _ in range(2):
        assert client.post(f"/imports/{row.pk}/confirmation/", decisions()).status_code == 302
    run_out()
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    run_out()
    assert Lead.objects.filter(account=account).count() == 3


def test_one_tap_undoes_an_import_for_seven_days(client: Client, account: Account) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    run_out()
    assert "Undo this import" in read(client, f"/imports/{row.pk}/")
    client.post(f"/imports/{row.pk}/undo/")
    page = read(client, f"/imports/{row.pk}/")
    assert "Undone: 3 removed" in page and "Undo this import" not in page
    assert not Lead.objects.filter(account=account, removed_at__isnull=True).exists()


def test_after_seven_days_it_stays_and_says_so(client: Client, account: Account) -> None:
    row = started(client)
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    run_out()
    Import.objects.update(finished_at=timezone.now() - timedelta(days=7, minutes=1))
    assert "Undo this import" not in read(client, f"/imports/{row.pk}/")
    assert "can be undone for 7 days" in client.post(f"/imports/{row.pk}/undo/", follow=True).content.decode()
    assert Lead.objects.filter(account=account, removed_at__isnull=True).count() == 3


def test_the_imports_before_are_listed(client: Client) -> None:
    row = started(client)
    assert "Waits for you" in read(client, "/imports/")
    client.post(f"/imports/{row.pk}/confirmation/", decisions())
    run_out()
    page = read(client, "/imports/")
    assert "leads.csv" in page and "Olga Owner" in page and "3 new" in page


def test_a_rep_sees_their_own_imports_and_gives_leads_to_nobody_else(
    client: Client, account: Account, owner: Member
) -> None:
    owners = started(client)
    ann = make_member(account, "rep", name="Ann Weaver")
    rep = signed(ann)
    assert rep.get(f"/imports/{owners.pk}/").status_code == 404
    assert "leads.csv" not in read(rep, "/imports/")
    own = started(rep)
    assert rep.post(f"/imports/{own.pk}/confirmation/", decisions(owner=owner.pk)).status_code == 422
    rep.post(f"/imports/{own.pk}/confirmation/", decisions(owner=ann.pk))
    run_out()
    assert set(Lead.objects.filter(account=account).values_list("owner", flat=True)) == {ann.pk}


def test_a_hostile_file_shows_as_text(client: Client) -> None:
    page = read(
        client,
        upload(client, 'Name,Email,"<script>alert(1)</script>"\n<b>Bo</b>,bo@example.com,"""><img src=x>"\n')[
            "Location"
        ],
    )
    assert "<script>alert(1)" not in page and "<b>Bo</b>" not in page and "<img" not in page
