"""Which messages a member may see: those of leads they may see or are to answer, and those of nobody we know."""

from django.db.models import Q

from nextcall.team.models import Member


def of(member: Member, path: str = "") -> Q:
    """The wall as a condition on messages, or on rows that have one at `path` ("message__")."""

    def where(**lookups: object) -> Q:
        return Q(**{f"{path}{name}": value for name, value in lookups.items()})

    there = where(account=member.account_id) & (where(lead=None) | where(lead__removed_at=None))
    if member.manages:
        return there
    mine = where(lead=None) | where(lead__owner=None) | where(lead__owner=member)
    return there & (mine | where(lead__inbox_item__assignee=member))
