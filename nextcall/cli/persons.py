"""Which person a command means: by number, by address, or by id."""

from nextcall.cli import Wrong
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import email_address, phone
from nextcall.team.models import Account


def person_of(said: str, account_name: str) -> Person:
    """Raises Wrong where nobody, or more than one, is meant."""
    account = _account(account_name)
    rows = Person.objects.filter(account=account).select_related("account")
    if said.isdecimal() and len(said) < 10:
        found = list(rows.filter(pk=int(said), reaches__isnull=False).distinct())
    else:
        point = _point(said, account)
        found = list(rows.filter(reaches__contact_point=point).order_by("pk")) if point else []
    if not found:
        raise Wrong(f"{said}: nobody here has that id, number or address")
    if len(found) > 1:
        who = ", ".join(f"{one.pk} ({one})" for one in found[:10])
        raise Wrong(f"{said}: several persons are reached there; name one by id: {who}")
    return found[0]


def _account(name: str) -> Account:
    rows = Account.objects.order_by("pk")
    found = list((rows.filter(name__iexact=name) if name else rows)[:2])
    if not found:
        raise Wrong(f"--account {name}: there is no such account" if name else "there is no account yet")
    if len(found) > 1:
        raise Wrong("there are several accounts; say --account NAME")
    return found[0]


def _point(said: str, account: Account) -> ContactPoint | None:
    if "@" in said:
        address = email_address.read(said)
        kind, key = "email", address.key if address else ""
    else:
        number = phone.read(said, country=account.country)
        kind, key = "phone", number.e164 if number else ""
    return ContactPoint.objects.filter(account=account, kind=kind, key=key).first()
