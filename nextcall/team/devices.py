"""The devices on which a member takes notices."""

from datetime import datetime
from hashlib import sha256

from nextcall.channels.browser import Device, check
from nextcall.team.models import Member, PushSubscription

MOST = 10  # of one member; the oldest makes room


def remember(*, member: Member, device: Device, label: str, at: datetime) -> PushSubscription:
    """This browser takes notices for this member from now on, and for nobody else. Raises browser.NoDevice."""
    check(device)
    stored, _ = PushSubscription.objects.update_or_create(
        endpoint_hash=print_of(device.endpoint),
        defaults={
            "account_id": member.account_id,
            "member": member,
            "endpoint": device.endpoint,
            "p256dh": device.p256dh,
            "auth": device.auth,
            "label": label[:80],
            "created_at": at,
        },
    )
    mine = PushSubscription.objects.filter(account_id=member.account_id, member=member).order_by("-created_at", "-pk")
    PushSubscription.objects.filter(pk__in=[one.pk for one in mine[MOST:]]).delete()
    return stored


def forget(*, member: Member, pk: int) -> bool:
    """Whether it was one of theirs."""
    found, _ = PushSubscription.objects.filter(account_id=member.account_id, member=member, pk=pk).delete()
    return bool(found)


def print_of(endpoint: str) -> str:
    """Tells one browser from another."""
    return sha256(endpoint.encode()).hexdigest()
