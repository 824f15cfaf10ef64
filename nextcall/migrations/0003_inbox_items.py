"""An Inbox item for every lead whose messages were there before items were kept."""

from typing import Any

from django.db import migrations, transaction
from django.db.models import Q

BATCH = 500
FIRST_LINE = 200


def line_of(message: Any) -> str:
    lines = (" ".join(line.split()) for line in message.body[:2000].splitlines())
    return str(next((line for line in lines if line), message.subject))[:FIRST_LINE]


def fill(apps: Any, schema_editor: Any) -> None:
    """A batch of leads at a time, each in its own transaction: one that is killed goes on where it was."""
    lead_model, message_model, item_model = (
        apps.get_model("nextcall", name) for name in ("Lead", "Message", "InboxItem")
    )
    latest = 0
    while True:
        wrote = message_model.objects.filter(Q(outbound=False) | Q(by__isnull=False), lead__gt=latest)
        ids = list(wrote.order_by("lead").values_list("lead", flat=True).distinct()[:BATCH])
        if not ids:
            break
        latest = ids[-1]
        with transaction.atomic():
            leads = lead_model.objects.in_bulk(ids)
            messages = {}
            for message in message_model.objects.filter(lead__in=ids).order_by("at", "pk").iterator(chunk_size=2000):
                if message.by_id is not None or not message.outbound or message.lead_id in messages:
                    messages[message.lead_id] = message
            item_model.objects.bulk_create(
                [item(item_model, leads[pk], message) for pk, message in messages.items()], ignore_conflicts=True
            )
    asked_again(lead_model, item_model)
    strangers(message_model, item_model)


def item(item_model: Any, lead: Any, message: Any) -> Any:
    """What waits, waits on; what they wrote last and nobody has to answer is done; else it waits on them."""
    seen = not message.outbound and lead.waiting_since is None
    return item_model(
        account_id=lead.account_id,
        lead_id=lead.pk,
        latest_at=message.at,
        latest_outbound=message.outbound,
        channel=message.channel,
        first_line=line_of(message),
        waiting_since=lead.waiting_since,
        assignee_id=message.by_id if message.outbound else None,
        done_at=(message.answered_at or message.at) if seen else None,
    )


def asked_again(lead_model: Any, item_model: Any) -> None:
    """Leads that wait without a message: they asked again on a form."""
    rows = lead_model.objects.filter(waiting_since__isnull=False, inbox_item__isnull=True).order_by("pk")
    latest = 0
    while leads := list(rows.filter(pk__gt=latest)[:BATCH]):
        latest = leads[-1].pk
        made = [
            item_model(
                account_id=lead.account_id, lead_id=lead.pk, latest_at=lead.waiting_since, latest_outbound=False,
                channel="form", first_line=" ".join(lead.message[:2000].split())[:FIRST_LINE],
                waiting_since=lead.waiting_since,
            )
            for lead in leads
        ]  # fmt: skip
        item_model.objects.bulk_create(made, ignore_conflicts=True)


def strangers(message_model: Any, item_model: Any) -> None:
    """Messages of nobody whose number or address is known. Of the others nothing says where they came from."""
    rows = message_model.objects.filter(lead=None, outbound=False, contact_point__isnull=False)
    found: dict[int, Any] = {}
    for message in rows.select_related("contact_point").order_by("at", "pk").iterator(chunk_size=2000):
        before = found.get(message.contact_point_id)
        since = before.waiting_since if before else None
        found[message.contact_point_id] = item_model(
            account_id=message.account_id,
            contact_point_id=message.contact_point_id,
            unknown_sender=message.contact_point.value,
            latest_at=message.at,
            latest_outbound=False,
            channel=message.channel,
            first_line=line_of(message),
            waiting_since=since or (message.at if message.verdict in ("reply", "hold") else None),
        )
    item_model.objects.bulk_create(found.values(), batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("nextcall", "0002_pages_people_keep_using")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
