"""What comes along with a message: files, kept with limits and by what their bytes say; the number they know."""

from typing import Any

from nextcall.channels.contract import File, InboundMessage
from nextcall.conversations.models import Attachment, Message
from nextcall.leads.models import ContactPoint
from nextcall.lib import file_type
from nextcall.team.models import SenderNumber

MOST_FILES = 25
LONGEST_URL = 1000  # characters
LARGEST = 10_000_000  # bytes of a file that are kept


def keep(message: Message, carried: InboundMessage, point: ContactPoint | None) -> None:
    """In the transaction that stores the message."""
    Attachment.objects.bulk_create([_attachment(message, one) for one in carried.files[:MOST_FILES]])
    Attachment.objects.bulk_create([_to_fetch(message, url) for url in carried.file_urls[:MOST_FILES]])
    if point is not None and carried.to and point.kind == ContactPoint.Kind.PHONE:
        ours = SenderNumber.objects.filter(account_id=message.account_id, number=carried.to).first()
        if ours is not None and point.our_number_id != ours.pk:
            ContactPoint.objects.filter(account_id=message.account_id, pk=point.pk).update(our_number=ours)


def checked(one: File) -> dict[str, Any]:
    """What is kept of a file: its type by its bytes, and its bytes unless they are refused."""
    refused = one.refused[:120]
    if len(one.content) > LARGEST:
        refused = f"larger than {LARGEST // 1_000_000} MB"
    elif file_type.is_program(one.content, one.name):
        refused = "a program, or a file that can run one"
    return {
        "content_type": file_type.of(one.content),
        "size": len(one.content),
        "content": b"" if refused else one.content,
        "refused": refused,
    }


def _attachment(message: Message, one: File) -> Attachment:
    return Attachment(account_id=message.account_id, message=message, name=one.name[:200], **checked(one))


def _to_fetch(message: Message, url: str) -> Attachment:
    """Its bytes come when the engine asks the carrier for them; see fetching.py."""
    too_long = len(url) > LONGEST_URL
    return Attachment(
        account_id=message.account_id,
        message=message,
        fetch_url="" if too_long else url,
        fetch_at=None if too_long else message.at,
        refused="its address is too long" if too_long else "",
    )
