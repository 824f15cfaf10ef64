"""Which account a command works on."""

from datetime import UTC, datetime

from nextcall.cli import Wrong
from nextcall.team import members
from nextcall.team.models import Account


def account_of(name: str) -> Account:
    """The account of that name; the only one, or a first one made now, without a name. Wrong says what there is."""
    accounts = Account.objects.order_by("pk")
    if name:
        accounts = accounts.filter(name__iexact=name)
    found = list(accounts[:2])
    if not found and name:
        raise Wrong(f"--account {name}: there is no such account")
    if not found:
        return members.first_owner(at=datetime.now(UTC)).account
    if len(found) > 1:
        names = ", ".join(Account.objects.order_by("name").values_list("name", flat=True)[:10])
        raise Wrong(f"there are several accounts; say --account with one of {names}")
    return found[0]
