"""The walls between accounts and roles: every address of the product is tried, so a new one cannot be forgotten."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import CadenceVersion, Draft
from nextcall.conversations.models import Attachment, InboxItem, Message, SavedAnswer
from nextcall.engine.models import Action, BulkChange
from nextcall.intake.models import Capture, Import
from nextcall.leads.models import SmartList
from nextcall.proof.models import ProofPack
from nextcall.team.models import Account, Mailbox, Member, PushSubscription
from nextcall.web.access import leads_seen_by
from tests.builders import make_account, make_enrollment, make_lead, make_lead_in_key, make_member, make_touch
from tests.web.signed import signed
from tests.web.walk import OPEN, Address, addresses

SECRET = "Zebulon Quartermaine"  # stands in every row of the account that is looked into
# doors without a member
MACHINES = ("in/", "hooks/", "unsubscribe/", "u/", "calendar/", "you/", "pictures/", "healthz", "readyz", "metrics")
MANAGERS = (
    "leads_export",
    "lead_export",
    "lead_erase",
    "settings_account",
    "settings_email",
    "settings_lead_in",
    "settings_member",
    "settings_rule/",
)


def pages() -> list[Address]:
    return [address for address in addresses() if address.name not in OPEN and not address.route.startswith(MACHINES)]


def with_numbers() -> list[Address]:
    return [address for address in pages() if address.parts and "rule_id" not in address.parts]


@pytest.fixture
def victim(db: None) -> dict[str, object]:
    """Rows of account A, and the numbers that its addresses have."""
    account = make_account(SECRET)
    owner = make_member(account, "owner", name=SECRET)
    lead = make_lead(account, name=SECRET, owner=owner)
    touch = make_touch(lead, "call", enrollment=make_enrollment(lead), state="open")
    key = make_lead_in_key(account, label=SECRET)
    done = Import.objects.create(
        account=account,
        by=owner,
        file_name=f"{SECRET}.csv",
        body=b"",
        state="done",
        created_at=timezone.now(),
        set_aside_file=SECRET,
        finished_at=timezone.now(),
    )
    now = timezone.now()
    capture = Capture.objects.create(
        account=account, key=key, format="json", body=SECRET.encode(), body_hash="x", received_at=now,
        state="unreadable", problem=SECRET,
    )  # fmt: skip
    item = InboxItem.objects.create(
        account=account, lead=lead, latest_at=now, latest_outbound=False, channel="text", first_line=SECRET,
        waiting_since=now,
    )  # fmt: skip
    stranger = InboxItem.objects.create(
        pk=900, account=account, unknown_sender=SECRET, latest_at=now, latest_outbound=False, channel="text",
        first_line=SECRET, waiting_since=now,
    )  # fmt: skip
    bulk = BulkChange.objects.create(
        account=account, by=owner, kind="pause", lead_ids=[lead.pk], says=SECRET, state="done", created_at=now
    )
    device = PushSubscription.objects.create(
        account=account, member=owner, endpoint="https://push.example.com/1", endpoint_hash="x", label=SECRET,
        created_at=now,
    )  # fmt: skip
    message = Message.objects.create(
        account=account, lead=lead, person=lead.person, channel="text", outbound=False, body=SECRET, at=now, unsure=True
    )
    file = Attachment.objects.create(account=account, message=message, name=SECRET, content=SECRET.encode())
    version = CadenceVersion.objects.filter(account=account)[0]
    numbers = {
        "capture": capture.pk,
        "inbox_item": item.pk,
        "unknown_sender": stranger.pk,
        "smart_list": SmartList.objects.create(account=account, by=owner, name=SECRET, created_at=now).pk,
        "bulk": bulk.pk,
        "device": device.pk,
        "version": version.pk,
        "draft": Draft.objects.create(
            account=account, cadence=version.cadence, by=owner, source=SECRET, edited_at=now
        ).pk,
        "action": Action.objects.create(account=account, member=owner, lead=lead, kind="x", says=SECRET, at=now).pk,
        "lead": lead.pk,
        "message": message.pk,
        "saved": SavedAnswer.objects.create(
            account=account, by=owner, name=SECRET, body=SECRET, shared=True, created_at=now
        ).pk,
        "file": file.pk,
        "touch": touch.pk,
        "mailbox": Mailbox.objects.create(
            pk=901, account=account, address=SECRET, sealed=b"", problem=SECRET, created_at=now
        ).pk,
        "settings_lead_in": key.pk,
        "settings_member": owner.pk,
        "import": done.pk,
        "proof": ProofPack.objects.create(
            account=account, by=owner, asked={}, says=SECRET, state="done", file=b"x", created_at=now
        ).pk,
    }
    return {"account": account, "owner": owner, "numbers": numbers}


def paths(address: Address, victim: dict[str, object]) -> Iterator[str]:
    """The address with every number of the account in its place: whichever table it reads, one is a row of theirs."""
    numbers = victim["numbers"]
    assert isinstance(numbers, dict)
    for number in sorted(set(numbers.values())):
        yield address.path(dict.fromkeys(address.parts, number))


@pytest.mark.parametrize("address", with_numbers(), ids=lambda address: address.name or address.route)
def test_another_accounts_rows_do_not_exist(address: Address, victim: dict[str, object]) -> None:
    stranger = signed(make_member(make_account("Other"), "owner", name="Eve Other"))
    before = snapshot(victim)
    for path in paths(address, victim):
        for answer in (stranger.get(path), stranger.post(path, {"outcome": "no_answer", "role": "rep", "body": "x"})):
            assert answer.status_code in (404, 405), f"{path} answered {answer.status_code}"
            assert SECRET not in answer.content.decode()
    assert snapshot(victim) == before


def snapshot(victim: dict[str, object]) -> str:
    """What the account has, in a form that any change shows in."""
    account = victim["account"]
    assert isinstance(account, Account)
    models = [relation.related_model for relation in Account._meta.related_objects]
    return str(
        [sorted(str(row) for row in model._default_manager.filter(account=account).values()) for model in models]
    )


@pytest.mark.parametrize(
    "address", [a for a in pages() if not a.parts], ids=lambda address: address.name or address.route
)
def test_lists_show_no_other_account(address: Address, victim: dict[str, object]) -> None:
    stranger = signed(make_member(make_account("Other"), "owner", name="Eve Other"))
    answer = stranger.get(address.path({}))
    assert answer.status_code in (200, 302, 405)
    if not answer.streaming:
        assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("address", pages(), ids=lambda address: address.name or address.route)
def test_nobody_gets_in_without_signing_in(address: Address, victim: dict[str, object]) -> None:
    for path in paths(address, victim):
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code in (302, 405), f"{path} answered {answer.status_code}"
            if answer.status_code == 302 and address.name != "home":
                assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "address",
    [a for a in pages() if a.name.startswith(MANAGERS) or a.name == "settings_rule"],
    ids=lambda address: address.name,
)
def test_a_rep_does_not_open_what_managers_set(address: Address, victim: dict[str, object]) -> None:
    account = victim["account"]
    assert isinstance(account, Account)
    rep = signed(make_member(account, "rep", name="Rita Rep"))
    for path in paths(address, victim):
        for answer in (rep.get(path), rep.post(path)):
            assert answer.status_code in (403, 405), f"{path} answered {answer.status_code}"


def test_a_rep_sees_their_own_leads_and_nobodys(account: Account, member: Member) -> None:
    own, nobodys = make_lead(account, owner=member), make_lead(account)
    make_lead(account, owner=make_member(account))
    assert set(leads_seen_by(member)) == {own, nobodys}
    assert leads_seen_by(make_member(account, "manager")).count() == 3
