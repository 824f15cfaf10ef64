"""`nextcall sign-in`: prints a one-time sign-in link for a member."""

import json
from typing import Annotated

import typer

from nextcall.cli import Wrong, set_up


def command(
    email: Annotated[str, typer.Argument(help="the member's address; left out: the first owner's")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> None:
    """Print a link that signs a member in once, within 15 minutes. For whoever runs Nextcall.

    Example: nextcall sign-in ann@example.com
    """
    set_up()
    from django.conf import settings
    from django.utils import timezone

    from nextcall.team import members, sign_in

    member = sign_in.find_member(email) if email else members.first_owner(at=timezone.now())
    if member is None:
        raise Wrong(f"{email} belongs to no active member; add them in Settings, Members")
    url = settings.URL + sign_in.make_link(member, at=timezone.now())
    print(json.dumps({"member": member.email, "url": url}) if as_json else url)
