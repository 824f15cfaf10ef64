"""What comes along with a message: files, kept with limits and by what their bytes say; the number they know."""

from nextcall.channels.contract import File, InboundMessage
from nextcall.conversations.models import Attachment, Message
from nextcall.leads.models import ContactPoint
from nextcall.lib import file_type
from nextcall.team.models import SenderNumber

MOST_FILES = 25
LARGEST = 10_000_000  # bytes of a file that are kept


def keep(message: Message, carried: InboundMessage, point: ContactPoint | None) -> None:
    """In the transaction that stores the message."""
    Attachment.objects.bulk_create([_attachment(message, one) for one in carried.files[:MOST_FILES]])
    if point is not None and carried.to and point.kind == ContactPoint.Kind.PHONE:
        ours = SenderNumber.objects.filter(account_id=message.account_id, number=carried.to).first()
        if ours is not None and point.our_number_id != ours.pk:
            ContactPoint.objects.filter(account_id=message.account_id, pk=point.pk).update(our_number=ours)


def _attachment(message: Message, one: File) -> Attachment:
    kind = file_type.of(one.content)
    refused = one.refused
    if len(one.content) > LARGEST:
        refused = f"larger than {LARGEST // 1_000_000} MB"
    elif file_type.is_program(one.content, one.name):
        refused = "a program, or a file that can run one"
    return Attachment(
        account_id=message.account_id,
        message=message,
        name=one.name[:200],
        content_type=kind,
        size=len(one.content),
        content=b"" if refused else one.content,
        refused=refused[:120],
    )
