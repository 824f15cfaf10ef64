"""A small pack of every kind of record, for the tests of this folder."""

from datetime import timedelta

from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.engine import answering, outcome, write
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.proof import making
from nextcall.proof.asked import Asked
from nextcall.team.models import Account, Member
from nextcall.timeline import sealing
from tests.builders import MONDAY, T, make_lead, make_touch

AT = MONDAY + timedelta(hours=30)


def live(account: Account, member: Member) -> Lead:
    """Texts, mails and calls, a refusal by the gate and one by hand, a wait, a withdrawal; sealed. The first lead."""
    lead = make_lead(account, name="Łukasz Zoë 李", owner=member)
    for channel in ("text", "email"):
        make_touch(lead, channel)
    make_touch(lead, "text", due_at=T("2026-11-23 23:30"))
    refused = make_lead(account, name="=HYPERLINK(evil)", permission="none", owner=member)
    make_touch(refused, "text")
    others = [make_lead(account, name=f"Person {n}", owner=member) for n in range(6)]
    for one in others:
        make_touch(one, "text")
        make_touch(one, "email")
    Worker(everything=Memory(), threads=0).run_until(AT - timedelta(hours=2), start=MONDAY)
    for one in others:
        outcome.log(lead=one, outcome="no_answer", by=member, at=MONDAY + timedelta(hours=2))
    try:
        answering.answer(lead=refused, channel="text", body="Hi", by=member, at=MONDAY, seen=None, page="inbox")
    except write.Refused:
        pass
    ledger.withdraw(
        account=account, person=lead.person, scope=["text"], reason="opt_out", said="STOP, please", via="text",
        at=MONDAY + timedelta(hours=3),
    )  # fmt: skip
    sealing.seal_some(at=AT)
    return lead


def whole(account: Account) -> bytes:
    return making.make(Asked(account.pk), by=None, at=AT).file
