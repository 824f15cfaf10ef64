"""Proof: asked for on a page, made by the engine, fetched by those who may."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.leads.models import Source
from nextcall.proof import archive, verifying, waiting
from nextcall.proof.models import ProofPack
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_account, make_lead, make_member
from tests.proof import packs
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def asked(client: Client, **choices: Any) -> ProofPack:
    answer = client.post("/proof/", choices)
    assert answer.status_code == 302, answer.content.decode()
    return ProofPack.objects.get(pk=int(answer["Location"].split("/")[2]))


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_pack_is_asked_for_made_and_fetched(account: Account, member: Member, client: Client) -> None:
    packs.live(account, member)
    row = asked(client, begins="2026-11-23", ends="2026-11-24", member=member.pk)
    page = f"/proof/{row.pk}/"
    assert "Waits for its turn" in body(client.get(page))
    assert client.get(f"{page}file/").status_code == 404
    waiting.make_next(at=timezone.now())
    assert client.get(f"{page}?part=progress").status_code == 204
    assert "records, signed" in body(client.get(page))
    answer = client.get(f"{page}file/")
    assert answer["Content-Disposition"].startswith("attachment")
    verdict = verifying.verify(answer.content)
    assert verdict.whole
    assert verdict.records > 10
    assert Event.objects.get(kind="proof.asked").data["member"] == member.pk


def test_its_progress_survives_a_reload(client: Client) -> None:
    row = asked(client)
    ProofPack.objects.filter(pk=row.pk).update(state="running", done=120, total=400, tended_at=timezone.now())
    for _ in range(2):
        assert "120 of 400 records" in body(client.get(f"/proof/{row.pk}/"))


def test_a_maker_that_died_is_followed_by_another(client: Client) -> None:
    row = asked(client)
    ProofPack.objects.filter(pk=row.pk).update(state="running", tended_at=timezone.now())
    assert waiting.make_next(at=timezone.now()) is None
    made = waiting.make_next(at=timezone.now() + waiting.SILENT * 2)
    assert made is not None
    assert ProofPack.objects.get(pk=row.pk).state == "done"


def test_a_file_is_let_go_after_a_week_and_the_page_says_so(client: Client) -> None:
    row = asked(client)
    waiting.make_next(at=timezone.now())
    waiting.make_next(at=timezone.now() + waiting.KEPT * 2)
    assert "The file was let go" in body(client.get(f"/proof/{row.pk}/"))
    assert client.get(f"/proof/{row.pk}/file/").status_code == 404


def test_a_last_day_before_the_first_is_said_in_its_field(client: Client) -> None:
    answer = client.post("/proof/", {"begins": "2026-11-24", "ends": "2026-11-23"})
    assert answer.status_code == 422
    assert "The last day is before the first" in body(answer)
    assert not ProofPack.objects.exists()


def test_three_at_once_are_enough(client: Client) -> None:
    for _ in range(3):
        asked(client)
    answer = client.post("/proof/", {})
    assert answer.status_code == 422
    assert "3 packs are being made" in body(answer)


def test_another_accounts_rows_are_none_of_ours(client: Client) -> None:
    other = make_account("Other Homes")
    theirs, source = make_member(other), Source.objects.create(account=other, name="Theirs")
    for choice in ({"member": theirs.pk}, {"source": source.pk}):
        assert client.post("/proof/", choice).status_code == 422
    lead = make_lead(other)
    row = waiting.ask(wanted=waiting.asked.Asked(other.pk, lead=lead.pk), by=theirs, at=timezone.now())
    waiting.make_next(at=timezone.now())
    for path in (f"/proof/{row.pk}/", f"/proof/{row.pk}/file/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/leads/{lead.pk}/proof/").status_code == 404


def test_a_rep_has_packs_of_their_own_leads_and_no_others(account: Account, member: Member, client: Client) -> None:
    mine, bens, nobodys = (
        make_lead(account, owner=member),
        make_lead(account, owner=make_member(account, name="Ben")),
        make_lead(account, owner=None),
    )
    rep = signed(member)
    assert rep.get("/proof/").status_code == 403
    assert "Make a proof pack" in body(rep.get(f"/leads/{mine.pk}/"))
    assert "Make a proof pack" not in body(rep.get(f"/leads/{nobodys.pk}/"))
    for lead in (bens, nobodys):
        assert rep.post(f"/leads/{lead.pk}/proof/").status_code == 404
    path = rep.post(f"/leads/{mine.pk}/proof/")["Location"]
    waiting.make_next(at=timezone.now())
    assert archive.read(rep.get(f"{path}file/").content)[1] == []
    managers = asked(client)
    waiting.make_next(at=timezone.now())
    assert rep.get(f"/proof/{managers.pk}/file/").status_code == 404
    assert client.get(path).status_code == 200


def test_the_key_is_shown_to_be_told_on(client: Client, nextcall: Any) -> None:
    from django.conf import settings

    from nextcall.proof import signing

    assert signing.own_fingerprint(settings.PROOF_KEY) in body(client.get("/proof/"))
    assert signing.own_fingerprint(settings.PROOF_KEY) in nextcall("doctor").out
