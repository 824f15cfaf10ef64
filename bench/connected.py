"""What the team of the pictures is connected to: a carrier with its numbers, mailboxes, a do-not-call list."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nextcall.team.models import Member


def texting(mara: "Member", *, at: datetime) -> None:
    """A carrier with a number that sends, a new one, one that waits for its registration and one that rests."""
    from datetime import timedelta

    from nextcall.lib import sealing
    from nextcall.team.models import Connection, SenderNumber

    line = Connection.objects.create(
        account=mara.account, channel="text", provider="twilio", per_minute=0, created_at=at,
        hook_key="Yc1t-example", sealed=sealing.seal({"account_sid": "AC" + "0" * 32, "auth_token": "x"}),
    )  # fmt: skip
    says = "campaign CMABC12 is verified"
    numbers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("+13035550100", {"registration": "registered", "registration_says": says}),
        ("+13035550101", {"registration": "registered", "registration_says": says, "ramp_from": at.date()}),
        ("+18005550142", {"kind": "toll_free", "registration": "pending"}),
        ("+12085550100", {"registration": "registered", "paused_because": "filtered (30007); nothing leaves from it"
                          " until you have looked", "paused_until": at + timedelta(days=3650)}),
    )  # fmt: skip
    for number, fields in numbers:
        SenderNumber.objects.create(account=mara.account, connection=line, number=number, created_at=at, **fields)


def mailboxes(mara: "Member", *, at: datetime) -> None:
    """One for all, and one of Mara's own that has not been read since breakfast."""
    from datetime import timedelta

    from nextcall.lib import sealing
    from nextcall.team.models import Mailbox, MailboxFolder
    from nextcall.timeline.record import record

    kept = {"host": "imap.example.com", "port": 993, "security": "ssl", "password": "x"}
    since = at - timedelta(hours=3)
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        ("hello@example.com", {"looked_at": at - timedelta(minutes=1), "sent_folder": "Sent", "offers": ["Archive"]}),
        ("mara@example.com", {"looked_at": since, "problem": "sign-in refused: no", "problem_at": since,
                              "member": mara, "offers": ["Archive", "Portals/Homes", "Portals/Rentals"]}),
    )  # fmt: skip
    for address, fields in rows:
        sealed = sealing.seal({**kept, "user": address})
        box = Mailbox.objects.create(account=mara.account, address=address, sealed=sealed, created_at=at, **fields)
        told = {"mailbox": box.pk, "address": address}
        record(account_id=mara.account_id, kind="mailbox.connected", at=since, by=mara, data=told)
    MailboxFolder.objects.create(account=mara.account, mailbox=box, name="Portals/Homes", looked_at=since)
    stopped = {"mailbox": box.pk, "because": "sign-in refused: invalid credentials"}
    record(account_id=mara.account_id, kind="mailbox.stopped", at=since + timedelta(minutes=15), data=stopped)


def number_list(mara: "Member", *, at: datetime) -> None:
    """A do-not-call list of two days ago with some of the team's own leads on it."""
    from datetime import timedelta

    from nextcall.consent import number_lists
    from nextcall.leads.models import ContactPoint

    phones = (
        ContactPoint.objects.filter(account=mara.account, kind="phone").order_by("pk").values_list("key", flat=True)
    )
    row = number_lists.start(
        account=mara.account, place="US", obtained_at=at - timedelta(days=2), by=mara, at=at,
        chunks=["\n".join(phones[:80:4]).encode()], subscription="SAN 104238", file_name="national.txt",
    )  # fmt: skip
    while number_lists.run(row.pk, at=at):
        pass
