"""The cadences a member may choose from."""

from nextcall.cadences import parse
from nextcall.cadences.models import Cadence
from nextcall.team.models import Account


def cadence_choices(account: Account) -> list[tuple[str, str]]:
    """(slug, name) of every shipped cadence and of the account's own, by name."""
    shipped = {slug: cadence.name for slug, cadence in parse.library().items()}
    own = dict(Cadence.objects.filter(account=account).values_list("slug", "name"))
    return sorted((shipped | own).items(), key=lambda item: item[1])
