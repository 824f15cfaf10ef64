"""Signing in: one-time links, passwords, and limits on tries that tell nothing about who is a member."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from nextcall.team.models import Member, SignInAttempt, SignInLink

LINK_LIVES = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)
FAILURES_AN_ADDRESS = 8  # in one WINDOW
FAILURES_A_PLACE = 40  # one IP address may be a whole office
ATTEMPTS_KEPT = timedelta(days=30)


class TooManyTries(Exception):
    """Said alike for a member's address and for a stranger's."""


def make_link(member: Member, *, at: datetime) -> str:
    """The path of a link that signs `member` in once, within 15 minutes. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(member=member, token_hash=_hash(token), created_at=at, expires_at=at + LINK_LIVES)
    return f"/sign-in/link/{token}/"


def link_works(token: str, *, at: datetime) -> bool:
    """Whether the link can still be used. Looking does not use it up: mail scanners look at every link."""
    return _usable(token, at).exists()


def use_link(token: str, *, at: datetime) -> Member | None:
    """The member the link signs in, at most once; None when it is used, too old, or the member is gone."""
    with transaction.atomic():
        link = _usable(token, at).select_related("member__account").first()
        if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at):
            return None
        return link.member


def with_password(email: str, password: str, *, ip: str | None, at: datetime) -> Member | None:
    """The member with this address and password. Raises TooManyTries; takes as long for a stranger's address."""
    attempt = note_attempt(email, ip=ip, at=at)
    member = find_member(email)
    if member is None:
        make_password(password)  # the time that checking a real one takes
        return None
    if not member.check_password(password):
        return None
    SignInAttempt.objects.filter(pk=attempt.pk).update(succeeded=True)
    return member


def note_attempt(email: str, *, ip: str | None, at: datetime) -> SignInAttempt:
    """Write the try down first, then count: tries made side by side are all counted. Raises TooManyTries."""
    hashed = salted_hmac("nextcall.sign_in", email.strip().lower(), algorithm="sha256").hexdigest()
    attempt = SignInAttempt.objects.create(email_hash=hashed, ip=ip, at=at, succeeded=False)
    failed = SignInAttempt.objects.filter(at__gt=at - WINDOW, at__lte=at, succeeded=False)
    if failed.filter(email_hash=hashed).count() > FAILURES_AN_ADDRESS:
        raise TooManyTries
    if ip and failed.filter(ip=ip).count() > FAILURES_A_PLACE:
        raise TooManyTries
    return attempt


def find_member(email: str) -> Member | None:
    """The active member with this address, in any spelling of its case."""
    return Member.objects.select_related("account").filter(email__iexact=email.strip(), is_active=True).first()


def signed_in(member: Member, *, at: datetime) -> None:
    """Remember when, and forget old tries and links."""
    Member.objects.filter(pk=member.pk).update(last_login=at)
    SignInAttempt.objects.filter(at__lt=at - ATTEMPTS_KEPT).delete()
    SignInLink.objects.filter(expires_at__lt=at - ATTEMPTS_KEPT).delete()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _usable(token: str, at: datetime) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=at, member__is_active=True)
