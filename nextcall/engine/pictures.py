"""Pictures that leave with a text: checked, kept, and shown to the carrier at a signed, short-lived address."""

from collections.abc import Iterable
from datetime import timedelta

from django.core import signing

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Attachment
from nextcall.lib import file_type
from nextcall.team import addresses

# What both carriers pass on, and the size that the US networks take:
# https://www.twilio.com/docs/messaging/guides/accepted-mime-types, https://developers.telnyx.com/docs/messaging/mms
KINDS = ("image/jpeg", "image/png", "image/gif")
LARGEST = 600_000  # bytes of one
MOST = 3
GOOD_FOR = timedelta(hours=1)  # carriers fetch within seconds; they try again within minutes
signer = signing.TimestampSigner(salt="nextcall.picture", sep=".")


class Unfit(ValueError):
    """It cannot leave with a text; says why and what would be right."""


def check(content: bytes) -> str:
    """Its type. Raises Unfit."""
    kind = file_type.of(content)
    if kind not in KINDS:
        raise Unfit("Only JPEG, PNG and GIF pictures can go with a text.")
    if len(content) > LARGEST:
        raise Unfit(
            f"The picture has {len(content) // 1000:,} kB; carriers take {LARGEST // 1000} kB. Make it smaller."
        )
    return kind


def keep(touch: Touch, files: Iterable[tuple[str, bytes]]) -> list[Attachment]:
    """Pictures that leave with this text. Raises Unfit; in the transaction that writes the touch."""
    chosen = list(files)
    if len(chosen) > MOST:
        raise Unfit(f"At most {MOST} pictures go with one text.")
    rows = [
        Attachment(
            account_id=touch.account_id,
            touch=touch,
            name=name[:200],
            content_type=check(content),
            size=len(content),
            content=content,
        )
        for name, content in chosen
    ]
    return Attachment.objects.bulk_create(rows)


def leaving(touch_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The addresses of the pictures of these texts, by touch; one query."""
    ids = set(touch_ids)
    found: dict[int, tuple[str, ...]] = {}
    kept = Attachment.objects.filter(touch__in=ids).order_by("pk").values_list("touch_id", "account_id", "pk")
    for touch_id, account_id, key in kept if ids else ():
        if touch_id is not None:
            found[touch_id] = (*found.get(touch_id, ()), url(account_id=account_id, attachment_id=key))
    return found


def url(*, account_id: int, attachment_id: int) -> str:
    return addresses.public(f"/pictures/{signer.sign(f'{account_id}-{attachment_id}')}")


def read(token: str) -> Attachment | None:
    """The picture that a carrier asks for; None for an address that we did not make or that ran out."""
    try:
        account_id, key = (int(part) for part in signer.unsign(token, max_age=GOOD_FOR).split("-"))
    except (signing.BadSignature, ValueError):
        return None
    return Attachment.objects.filter(account_id=account_id, pk=key, touch__isnull=False).first()
