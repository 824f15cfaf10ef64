"""nextcall demo: an invented team with its leads and half a year behind it, in an empty database."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nextcall.cli import Wrong
from nextcall.leads.models import Lead
from nextcall.sample import bringing
from nextcall.sample.people import MOST
from nextcall.team import members, sign_in
from nextcall.team.models import Account, Member

LEADS = 300


def command(
    leads: Annotated[int, typer.Option(help=f"how many invented leads, up to {MOST - 50}")] = LEADS,
    seed: Annotated[int, typer.Option(help="another number, another story")] = 1,
    written: Annotated[str, typer.Option("--at", hidden=True, help="the end of the story, ISO 8601")] = "",
) -> int:
    """Fills an empty database with an invented team of four, their leads and half a year of work.

    Nothing is ever sent to invented people, everything is marked Sample, and one tap removes it.

    Example: NEXTCALL_HOME=try nextcall demo && NEXTCALL_HOME=try nextcall serve
    """
    if not 10 <= leads <= MOST - 50:
        raise Wrong(f"--leads {leads}: between 10 and {MOST - 50}")
    at = _instant(written)
    if found := _in_use():
        raise Wrong(f"{found} has leads already; a sample needs an empty database, such as NEXTCALL_HOME=try")
    owner = members.first_owner(at=at)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(f"{leads} leads, half a year", total=1.0)
        team = bringing.half_a_year(
            owner=owner, at=at, seed=seed, leads=leads, follow=lambda part: progress.update(task, completed=part)
        )
    _tell(owner, team, leads)
    return 0


def _in_use() -> str:
    with_leads = Lead.objects.order_by("account").values_list("account__name", flat=True).first()
    brought = Account.objects.filter(sample_at__isnull=False).values_list("name", flat=True).first()
    return with_leads or brought or ""


def _tell(owner: Member, team: list[Member], leads: int) -> None:
    owner.refresh_from_db()
    print(
        f"{leads} invented leads and a team of {len(team)} are at {owner.account.name}. Nothing is sent to any of them."
    )
    print(f"Start `nextcall serve` and sign in as {owner.name}, once, within 15 minutes:")
    print(f"  {settings.URL}{sign_in.make_link(owner, at=datetime.now(UTC))}")
    for member in team:
        if member.pk != owner.pk:
            print(f"  as {member.name}, {member.role}: {settings.URL}{sign_in.make_link(member, at=datetime.now(UTC))}")
    print("`nextcall sign-in` prints another link. More, Sample, Remove takes everything invented away again.")


def _instant(written: str) -> datetime:
    if not written:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise Wrong(f"--at {written}: write a time like 2026-11-23T10:42-07:00") from error
    if found.tzinfo is None:
        raise Wrong(f"--at {written}: the offset is missing; write {written}-07:00")
    return found.astimezone(UTC)
