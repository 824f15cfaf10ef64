"""Texts that have left: the lead knows the number they left from now, and their pictures are the message's."""

from collections.abc import Sequence

from nextcall.conversations.models import Attachment, Message
from nextcall.engine.due import Ready
from nextcall.lib import sql
from nextcall.team.models import SenderNumber

KNOWS = (
    "UPDATE nextcall_contactpoint SET our_number_id = %s WHERE id = %s AND COALESCE(our_number_id, 0) <> %s"
    " AND account_id = %s"
)


def note(sent: Sequence[tuple[Ready, str]]) -> None:
    """`sent`: each with the number that the provider says it left from, "" if it does not say."""
    texts = [(ready, ours) for ready, ours in sent if ready.due.channel == "text"]
    others = {ours for ready, ours in texts if ours and (not ready.number_id or ours != ready.outgoing.from_address)}
    chosen: dict[tuple[int, str], int] = {}
    if others:  # a messaging service chose
        rows = SenderNumber.objects.filter(number__in=others, account__in={ready.due.account_id for ready, _ in texts})
        chosen = {(account_id, number): key for key, account_id, number in rows.values_list("pk", "account", "number")}
    known = []
    for ready, ours in texts:
        number = chosen.get((ready.due.account_id, ours)) or ready.number_id
        if number is not None:
            known.append((number, ready.contact_point_id, number, ready.due.account_id))
    sql.execute_many(KNOWS, known)
    pictured = [ready.due.id for ready, _ in texts if ready.outgoing.media]
    if pictured:
        for key, touch_id in Message.objects.filter(touch__in=pictured).values_list("pk", "touch_id"):
            Attachment.objects.filter(touch=touch_id).update(message=key)
