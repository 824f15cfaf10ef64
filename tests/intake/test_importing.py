"""A file of leads, from its first look to its undoing."""

from pathlib import Path

import pytest

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission, Withdrawal
from nextcall.intake import importing, opened, previewing
from nextcall.intake.choices import Choices, Summary
from nextcall.intake.importing import BadChoices
from nextcall.intake.models import Import
from nextcall.intake.parsers.new_lead import CannotRead
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account, Member
from tests import builders
from tests.intake.files import MONDAY, PERMISSION, begin, many, run_all, take


def test_a_file_ends_in_one_plain_sentence(account: Account) -> None:
    import_, summary = take(account)
    assert summary.sentence() == "3 new, 1 merged, 2 set aside, no messages will be sent"
    assert (summary.rows, import_.rows_done, import_.rows_total) == (6, 6, 6)
    assert import_.state == "done"
    assert not Enrollment.objects.exists()
    hazel = Lead.objects.get(person__name="Hazel Thorne")
    assert hazel.message == "wants a call\n\nagain"
    assert Lead.objects.get(person__name="Omar Weaver").arrived_at.date().isoformat() == "2024-06-13"


def test_problems_are_grouped_by_cause_with_an_example(account: Account) -> None:
    _, summary = take(account)
    assert {problem["cause"]: (problem["rows"], problem["example"]) for problem in summary.problems} == {
        "no_area_code": (1, "555-0143"),
        "number_destroyed": (1, "5.03555E+09"),
        "no_reach": (1, ""),
    }


def test_set_aside_rows_come_back_as_a_file_safe_to_open(account: Account) -> None:
    body = b'first_name,last_name,notes\n"=HYPERLINK(""http://x.example"",""a"")",+1,@SUM(1+1)\n'
    import_, _ = take(account, body)
    assert import_.set_aside_file.splitlines() == [
        "Line,Reason,first_name,last_name,notes",
        '2,no phone number and no email address that can be used,"\'=HYPERLINK(""http://x.example"",""a"")",\'+1,\'@SUM(1+1)',
    ]


def test_an_area_code_mends_what_lacks_one(account: Account) -> None:
    take(account, choices=Choices(area_code="303"))
    assert ContactPoint.objects.filter(value="+13035550143").exists()


def test_the_preview_says_what_will_happen_and_stores_nothing(account: Account) -> None:
    import_ = begin(account)
    shown = previewing.preview(import_)
    assert shown.sentence == "3 new, 1 merged, 2 set aside, no messages will be sent"
    by_header = {column.header: column for column in shown.columns}
    assert by_header["Cell #"].field == "phone_mobile" and by_header["Cell #"].read_as[0] == "(303) 555-0142"
    assert by_header["Cell #"].samples[0] == "(303) 555-0142"
    assert by_header["Created"].read_as == ("30 May 2024", "13 June 2024", "14 June 2024")
    assert by_header["Do Not Call"].read_as == ("no call, voicemail",)
    assert [
        (problem.cause, problem.rows, problem.lines) for problem in shown.problems if problem.cause == "no_area_code"
    ] == [("no_area_code", 1, (3,))]
    assert shown.problems[0].choices
    [pair] = shown.pairs
    assert (pair.line, pair.by) == (6, "email")
    assert not Lead.objects.exists() and not ContactPoint.objects.exists()
    run_all(import_)  # nothing happens before it is confirmed
    assert not Lead.objects.exists()


def test_a_column_can_be_named_by_hand(account: Account) -> None:
    body = b"column a,reach,misc\nHazel Thorne,hazel@example.com,x\n"
    import_ = begin(account, body)
    assert [column.header for column in previewing.preview(import_).doubtful] == ["column a", "misc"]
    importing.confirm(import_, choices=Choices(columns={0: "full_name", 2: "source"}), by=None, at=MONDAY)
    run_all(import_)
    lead = Lead.objects.get()
    assert (lead.person.name, lead.source and lead.source.name) == ("Hazel Thorne", "x")


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        (Choices(columns={0: "shoe_size"}), "shoe_size"),
        (Choices(permission={"channels": ["text"]}), "words"),
        (Choices(area_code="30"), "three digits"),
        (Choices(owner_id=999_999), "no member"),
        (Choices(cadence="nonsense"), "no cadence"),
    ],
)
def test_a_wrong_choice_is_refused_in_words(account: Account, choices: Choices, wrong: str) -> None:
    import_ = begin(account)
    with pytest.raises(BadChoices, match=wrong):
        importing.confirm(import_, choices=choices, by=None, at=MONDAY)


def test_without_a_wording_nobody_may_be_texted_by_machine(account: Account) -> None:
    body = b"name,phone,email,sms consent,email consent\nHazel Thorne,303-555-0142,hazel@example.com,yes,yes\n"
    take(account, body)
    assert list(Permission.objects.values_list("channel", "automated")) == [("email", False)]


def test_permission_is_asked_once_and_kept_with_who_attests_to_it(account: Account, member: Member) -> None:
    import_, _ = take(account, choices=Choices(permission=PERMISSION), by=member)
    given = Permission.objects.filter(person__name="Hazel Thorne")
    assert set(given.values_list("channel", "tier")) == {("call", "written"), ("text", "written"), ("email", "written")}
    assert all(
        permission.proof["attested_by"] == member.name and permission.import_id == import_.pk for permission in given
    )
    assert not Permission.objects.filter(person__name="Noor Banks", channel="call").exists()


def test_opt_outs_hold_even_for_rows_that_are_skipped(account: Account) -> None:
    known = builders.make_lead(account, name="Noor Banks", email="noor@example.com")
    take(account, choices=Choices(duplicates="skip"))
    assert all("call" in withdrawal.channels for withdrawal in Withdrawal.objects.filter(person=known.person))
    assert Withdrawal.objects.filter(person=known.person).exists()
    assert Lead.objects.filter(person=known.person).count() == 1


def test_duplicates_are_merged_skipped_or_kept_as_chosen(account: Account) -> None:
    known = builders.make_lead(account, name="Hazel Thorne", email="hazel@example.com", phone="+13035550142")
    for duplicates, sentence, leads in (
        ("skip", "2 new, 0 merged, 2 left as they are, 2 set aside, no messages will be sent", 1),
        ("keep", "4 new, 0 merged, 2 set aside, no messages will be sent", 3),
    ):
        _, summary = take(account, choices=Choices(duplicates=duplicates))
        assert summary.sentence() == sentence
        assert Lead.objects.filter(person=known.person).count() == leads


def test_a_cadence_begins_at_the_import_not_at_the_old_inquiry(account: Account) -> None:
    import_, summary = take(account, choices=Choices(cadence="steady", permission=PERMISSION))
    enrollments = Enrollment.objects.all()
    assert len(enrollments) == 3 and {enrollment.anchor_at for enrollment in enrollments} == {MONDAY}
    assert summary.touches_planned == Touch.objects.filter(import_id=import_.pk).count() > 0
    assert Summary.from_json(import_.summary).to_json()["messages_sent"] == 0


def test_who_is_won_elsewhere_is_not_followed_up(account: Account) -> None:
    body = b"name,email,Lead Status\nHazel Thorne,hazel@example.com,Closed Won\nOmar Weaver,omar@example.com,New\n"
    take(account, body, choices=Choices(cadence="steady"))
    assert list(Enrollment.objects.values_list("person__name", flat=True)) == ["Omar Weaver"]


def test_owners_named_in_the_file_become_owners_here(account: Account, member: Member) -> None:
    take(account, f"name,email,Lead Owner\nHazel Thorne,hazel@example.com,{member.name}\n".encode())
    assert Lead.objects.get().owner == member


def test_a_file_goes_on_where_a_dead_process_left_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    import_ = begin(account, many(100))
    importing.confirm(import_, choices=Choices(), by=None, at=MONDAY)
    assert importing.run(import_, at=MONDAY, chunk=30) is True

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(importing, "_count", die)  # after its rows were written, before it was committed
        importing.run(import_, at=MONDAY, chunk=30)
    assert Lead.objects.count() == 30
    opened._sheets.clear()
    summary = run_all(import_, chunk=30)
    assert (summary.new, summary.merged, Lead.objects.count(), Person.objects.count()) == (100, 0, 100, 100)


def test_two_files_take_turns(account: Account) -> None:
    for start in (0, 100):
        importing.confirm(begin(account, many(40, start)), choices=Choices(), by=None, at=MONDAY)
    for _ in range(2):
        importing.run_waiting(at=MONDAY, chunk=20)
    assert list(Import.objects.values_list("rows_done", flat=True)) == [20, 20]
    while importing.run_waiting(at=MONDAY, chunk=20) or Import.objects.exclude(state="done").exists():
        pass
    assert Lead.objects.count() == 80


def test_what_is_no_list_of_leads_is_refused_and_not_stored(account: Account) -> None:
    activities = (
        b"Contact Email,Activity Type,Direction,Activity Date\na@example.com,Call,Outbound,2024-06-08 19:49:00\n"
    )
    for body, why in (
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0", "old Excel"),
        (b"<html>", "web page"),
        (activities, "activities"),
    ):
        with pytest.raises(CannotRead, match=why):
            begin(account, body)
    assert not Import.objects.exists()


def test_unterminated_quotes_are_set_aside_with_their_line(account: Account) -> None:
    body = (
        b'name,email,notes\nHazel Thorne,hazel@example.com,"never closed\nOmar Weaver,omar@example.com,"said ""hi"""\n'
    )
    import_, summary = take(account, body)
    assert (summary.new, summary.set_aside, summary.rows) == (1, 1, 2)
    assert import_.set_aside_file.splitlines()[1].startswith("2,unterminated quote,Hazel Thorne,hazel@example.com")


@pytest.mark.skipif(
    not (Path(__file__).resolve().parents[2].parent / "shared").exists(),
    reason="the shared fixtures are not beside this checkout",
)
def test_an_export_of_hubspot_is_taken_as_it_is(account: Account) -> None:
    file = Path(__file__).resolve().parents[2].parent / "shared/fixtures/crm_csv/hubspot_contacts_export.csv"
    _, summary = take(account, file.read_bytes(), choices=Choices(cadence="steady"))
    assert (summary.new, summary.set_aside) == (3, 0)
    assert Withdrawal.objects.count() and set(Withdrawal.objects.first().channels) == {"email"}  # type: ignore[union-attr]
