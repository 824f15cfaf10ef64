"""Messages from numbers and addresses that nobody has: their wishes are kept for whomever they belong to later."""

from datetime import datetime

from nextcall.consent import ledger
from nextcall.consent.keywords import Meaning
from nextcall.consent.models import Withdrawal
from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem
from nextcall.engine import snapshot, stopping
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads import people
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.lib import email_address, phone
from nextcall.team.models import Account, Member


def meet(account: Account, channel: str, sender: str) -> ContactPoint | None:
    """The number or address as a contact point of nobody's yet; None if it is neither."""
    if channel == "email":
        address = email_address.read(sender)
        wanted = ("email", address.key, {"value": address.value}) if address else None
    else:
        number = phone.read(sender, country=account.country)
        line = "" if number is None or number.line_type == "fixed_or_mobile" else number.line_type[:10]
        wanted = ("phone", number.e164, {"value": number.e164, "line_type": line}) if number else None
    if wanted is None:
        return None
    kind, key, values = wanted
    return ContactPoint.objects.get_or_create(account=account, kind=kind, key=key, defaults=values)[0]


def obey(
    account: Account,
    meaning: Meaning,
    point: ContactPoint | None,
    *,
    text: str,
    channel: str,
    via: str,
    by: Member | None,
    at: datetime,
) -> list[Withdrawal]:
    """STOP stops the number at once, for whomever it is imported or asks later; START lets texts to it again."""
    if point is None:
        return []
    if meaning.verdict in ("reply", "help", "opt_in"):
        ledger.inquired_anew([point], account=account, at=at)
    if meaning.verdict == "opt_in":
        stopping.start_again(contact_point=point, said=text, channel=channel, by=by, at=at)
    if meaning.verdict != "opt_out":
        return []
    return ledger.withdraw(
        account=account,
        contact_point=point,
        scope=meaning.scope or ledger.EVERYTHING,
        reason="wrong_number" if "wrong number" in meaning.because else "opt_out",
        said=text[:2000],
        via=via,
        by=by,
        at=at,
    )


class Known(ValueError):
    """Somebody has said already who this is."""


def join(*, item: InboxItem, lead: Lead, by: Member, at: datetime) -> Action:
    """This sender is that lead's person: the point becomes theirs, what it wrote moves, and acts as it would have then.

    Words that wait pause the plan; a wish to be left alone becomes the person's. Raises Known.
    """
    says = f"{item.unknown_sender} is {lead.person}."
    with undoable(lead=lead, kind="join", by=by, at=at, says=says, of_the_record=True) as deed:
        rows = InboxItem.objects.select_for_update(of=("self",)).select_related("contact_point")
        found = rows.filter(account_id=lead.account_id, pk=item.pk, lead=None).order_by("pk").first()
        if found is None:
            raise Known(f"Somebody has said already who {item.unknown_sender} is.")
        deed.moved += _moving(found, lead)
        if found.contact_point is not None:
            _reach(lead, found.contact_point)
            _wishes(lead, found.contact_point, by=by, at=at)
        inbox.join(item=found, lead=lead, by=by, at=at)
        if found.waiting_since is not None:
            stopping.pause_all(person=lead.person, because="reply", by=by, at=at)
            if lead.stage in stopping.REACHED:
                stopping.set_stage(lead=lead, stage="talking", by=by, at=at)
    return deed.action


def _moving(item: InboxItem, lead: Lead) -> list[dict[str, object]]:
    """What undoing puts back: the messages of nobody, and the item they had."""
    now = {"lead_id": lead.pk, "person_id": lead.person_id}
    messages = inbox.from_stranger(item).values_list("pk", flat=True)
    return [
        *({"model": "Message", "pk": pk, "was": dict.fromkeys(now), "now": now} for pk in messages),
        snapshot.leaving(item),
    ]


def _reach(lead: Lead, point: ContactPoint) -> None:
    """The person is reached there too, after what we know already."""
    rank = lead.person.reaches.filter(contact_point__kind=point.kind).count()
    Reach.objects.get_or_create(
        account_id=lead.account_id, person=lead.person, contact_point=point, defaults={"rank": min(rank, 99)}
    )
    points = [one.contact_point.value for one in lead.person.reaches.select_related("contact_point").order_by("pk")]
    rows = Lead.objects.filter(account_id=lead.account_id, person=lead.person)
    rows.update(search=people.search_text(lead.person, points))


def _wishes(lead: Lead, point: ContactPoint, *, by: Member, at: datetime) -> None:
    """They asked to be left alone when nobody knew who they were: it holds for the person from now on."""
    standing = Withdrawal.objects.filter(
        account_id=lead.account_id, contact_point=point, person=None, reason="opt_out", lifted_at=None
    )
    for row in standing.order_by("pk"):
        stopping.withdraw(
            lead=lead,
            contact_point=point,
            scope=[channel for channel in ledger.SCOPES if channel in row.channels],
            reason="opt_out",
            said=row.said,
            via=row.via,
            by=by,
            at=at,
        )
