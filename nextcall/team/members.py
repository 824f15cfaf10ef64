"""Who belongs to an account: opening one, adding members, their roles, and letting them go."""

from datetime import datetime

from django.db import IntegrityError, transaction

from nextcall.team.models import Account, Member, SignInLink
from nextcall.team.sign_in import make_link


class Refused(Exception):
    """Says why in a sentence a member can read."""


def open_account(*, company: str, name: str, email: str, at: datetime, zone: str = "America/New_York") -> Member:
    """A new account with its first owner, who has no password yet and signs in by a link."""
    with transaction.atomic():
        account = Account.objects.create(name=company, zone=zone, created_at=at)
        return _create(account, name=name, email=email, role=Member.Role.OWNER, zone=zone, at=at)


def first_owner(*, at: datetime) -> Member:
    """The owner who signs in on the very first start; an account is opened when there is none."""
    owner = Member.objects.filter(role=Member.Role.OWNER, is_active=True).order_by("pk").first()
    return owner or open_account(company="My company", name="Owner", email="owner@localhost", at=at)


def add(*, account: Account, name: str, email: str, role: str, by: Member, at: datetime) -> Member:
    """Raises Refused when the address is taken or `by` may not give that role."""
    _may_manage(by, role)
    try:
        with transaction.atomic():
            return _create(account, name=name, email=email, role=role, zone=account.zone, at=at)
    except IntegrityError as error:
        raise Refused(f"{email} already belongs to a member. Each member has an address of their own.") from error


def change_role(*, member: Member, role: str, by: Member) -> None:
    """Raises Refused for the last owner, and for what only an owner may do."""
    _may_manage(by, member.role, role)
    with transaction.atomic():
        _keep_an_owner(member, leaves_owners=role != Member.Role.OWNER)
        Member.objects.filter(pk=member.pk).update(role=role)


def deactivate(*, member: Member, by: Member, at: datetime) -> None:
    """Ends their sessions with the next click, and their unused links now. Their leads keep their name."""
    _may_manage(by, member.role)
    if member.pk == by.pk:
        raise Refused("You cannot deactivate yourself. Another owner can.")
    with transaction.atomic():
        _keep_an_owner(member, leaves_owners=True)
        Member.objects.filter(pk=member.pk).update(is_active=False)
        SignInLink.objects.filter(member=member, used_at=None).update(used_at=at)


def reactivate(*, member: Member, by: Member) -> None:
    _may_manage(by, member.role)
    Member.objects.filter(pk=member.pk).update(is_active=True)


def link_for(*, member: Member, by: Member, at: datetime) -> str:
    """The path of a sign-in link, to hand over in person. Only an owner makes one for an owner."""
    _may_manage(by, member.role)
    return make_link(member, at=at)


def _create(account: Account, *, name: str, email: str, role: str, zone: str, at: datetime) -> Member:
    member = Member(account=account, name=name, email=email.strip().lower(), role=role, zone=zone, created_at=at)
    member.set_unusable_password()
    member.save()
    return member


def _may_manage(by: Member, *roles: str) -> None:
    if not by.manages:
        raise Refused("Only owners and managers change members.")
    if Member.Role.OWNER in roles and by.role != Member.Role.OWNER:
        raise Refused("Only an owner changes owners.")


def _keep_an_owner(member: Member, *, leaves_owners: bool) -> None:
    """Locks the account's row, so that two owners cannot demote each other at once."""
    account = Account.objects.select_for_update().get(pk=member.account_id)
    owners = Member.objects.filter(account=account, role=Member.Role.OWNER, is_active=True)
    if leaves_owners and member.role == Member.Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise Refused(f"{member.name} is the only owner. Make somebody else an owner first.")
