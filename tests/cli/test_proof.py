"""nextcall proof: from the command line to a file that nextcall verify calls whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_account
from tests.proof import packs

pytestmark = pytest.mark.django_db
Command = Callable[..., Any]


def test_it_writes_a_pack_that_verifies(account: Account, member: Member, nextcall: Command, tmp_path: Path) -> None:
    packs.live(account, member)
    out = str(tmp_path / "pack.zip")
    ran = nextcall(
        "proof", "--member", member.email, "--client", "website", "--from", "2026-11-01", "--until", "2026-12-01",
        "--out", out,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "records (" in ran.out
    key = ran.out.splitlines()[1].removeprefix("signed by ")
    assert nextcall("verify", out, "--key", key).code == 0
    assert nextcall("verify", out, "--key", "0" * 64).code == 1
    assert nextcall("proof", "--out", out).code == 2, "it overwrites nothing unasked"


def test_a_pack_tells_when_the_record_was_rewritten_since(
    account: Account, member: Member, nextcall: Command, tmp_path: Path
) -> None:
    from nextcall.timeline import sealing
    from nextcall.timeline.models import Seal

    packs.live(account, member)
    out = str(tmp_path / "pack.zip")
    nextcall("proof", "--out", out)
    assert nextcall("verify", out, "--database").code == 0
    Event.objects.filter(kind="touch.refused").delete()
    Seal.objects.all().delete()
    sealing.seal_some(at=packs.AT)  # the whole chain anew: it closes, but it is not the one of then
    assert nextcall("verify", "--database").code == 0
    ran = nextcall("verify", out, "--database")
    assert (ran.code, "when the pack was made the chain ended otherwise" in ran.out) == (1, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--lead", "999"], "no lead 999"),
        (["--member", "nobody@example.com"], "no member 'nobody@example.com'"),
        (["--source", "a", "--client", "b"], "give one"),
        (["--from", "soon"], "is not a day"),
        (["--from", "2026-11-01T09:00"], "needs its offset"),
        (["--account", "999"], "there is no account 999"),
    ],
)
def test_what_cannot_be_is_one_line(
    account: Account, nextcall: Command, tmp_path: Path, wrong: list[str], says: str
) -> None:
    ran = nextcall("proof", *wrong, "--out", str(tmp_path / "p.zip"))
    assert (ran.code, says in ran.err) == (2, True), ran
    assert not list(tmp_path.iterdir())


def test_where_there_are_several_accounts_one_is_named(account: Account, nextcall: Command, tmp_path: Path) -> None:
    make_account("Other Homes")
    ran = nextcall("proof", "--out", str(tmp_path / "p.zip"))
    assert (ran.code, "--account" in ran.err) == (2, True)
