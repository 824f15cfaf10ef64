"""Rows of a CSV file imported, deduplicated and planned, per second."""

import csv
import io
import time

from bench import clock, floors, ground
from bench.figures import Figure
from nextcall.intake import importing
from nextcall.intake.choices import Choices
from nextcall.intake.models import Import
from nextcall.leads.models import Lead
from nextcall.team.models import Member


def measure(size: int, *, stored: int) -> list[Figure]:
    """A tenth of the rows are people we know already, a twentieth stand in the file twice."""
    floor = floors.inserts_a_second(size)
    owner = Member.objects.select_related("account").get(role="owner")
    before = Lead.objects.count()
    import_ = importing.start(
        account=owner.account, by=owner, file_name="leads.csv", body=file(size, stored), at=clock.now()
    )
    permission = {"channels": ["call", "text", "email"], "wording": ground.WORDING}
    choices = Choices(permission=permission, cadence=owner.account.default_cadence)
    importing.confirm(import_, choices=choices, by=owner, at=clock.now())
    began = time.perf_counter()
    while importing.run_waiting(at=clock.now()):
        pass
    took = time.perf_counter() - began
    done = Import.objects.get(pk=import_.pk)
    if done.state != "done":
        raise SystemExit(f"bench: the import ended {done.state}: {done.problem}")
    made = Lead.objects.count() - before
    return [
        Figure(
            f"rows imported a second ({size:,} rows, {made:,} new)",
            size / took,
            "/s",
            floor,
            "bulk insert of as many rows",
            "3,000",
        )
    ]


def file(size: int, stored: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Full name", "Phone", "Email", "Zip", "State", "Message"])
    for n in range(size):
        who = n // 3 if n % 10 == 0 else stored + 500_000 + (n - 1 if n % 20 == 7 else n)
        form = ground.form(who)
        writer.writerow([form["full_name"], form["phone"], form["email"], form["zip"], form["state"], form["message"]])
    return text.getvalue().encode()
