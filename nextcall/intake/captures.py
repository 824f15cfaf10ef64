"""Raw first, meaning second: a delivery is safe before anybody tries to understand it."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import structlog
from django.db import IntegrityError, OperationalError, transaction

from nextcall.intake import accept
from nextcall.intake.accept import NoWayToReach
from nextcall.intake.models import Capture
from nextcall.intake.parsers import any_format
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import CannotRead, NewLead
from nextcall.intake.placing import Placing
from nextcall.intake.rights import Wording
from nextcall.leads.models import Lead
from nextcall.lib import bulk, wake
from nextcall.team.models import LeadInKey, Member

# Builders repeat a delivery that they think was lost for up to a day; the same words later are a new enquiry.
SAME_FOR = timedelta(hours=24)
AT_ONCE = 100  # captures that one turn of the worker accepts

log = structlog.get_logger(__name__)


def keep(
    *, key: LeadInKey, format: str, content_type: str, body: bytes, at: datetime, ip: str | None, delivery: str = ""
) -> tuple[Capture, bool]:
    """Store a delivery; committed when this returns, unless the caller has a transaction open. (capture, is it new?)

    `delivery`: the sender's own id of it (Idempotency-Key), where there is one.
    """
    today, yesterday = (_hash(delivery, format, body, at - back) for back in (timedelta(), SAME_FOR))
    same = Capture.objects.filter(
        account=key.account_id, key=key, body_hash__in=(today, yesterday), received_at__gt=at - SAME_FOR
    ).order_by("-received_at")
    if before := same.defer("body").first():
        return before, False
    capture = Capture(
        account_id=key.account_id,
        key=key,
        format=format[:20],
        content_type=content_type[:120],
        body=body,
        body_hash=today,
        received_at=at,
        ip=ip,
    )
    try:
        with transaction.atomic():
            capture.save(force_insert=True)
    except IntegrityError:  # the same delivery in another process, this moment
        return Capture.objects.defer("body").get(account=key.account_id, key=key, body_hash=today), False
    transaction.on_commit(wake.wake)
    return capture, True


def _hash(delivery: str, format: str, body: bytes, at: datetime) -> str:
    said = f"id {delivery}".encode() if delivery else f"{format} ".encode() + body
    return hashlib.sha256(f"{at:%Y-%m-%d} ".encode() + said).hexdigest()


def accept_capture(capture: Capture, *, at: datetime) -> list[Lead]:
    """Understand a kept delivery and accept its leads; their list, empty when it stays for a person to mend.

    Never raises for what the delivery holds. Accepting one again is harmless: another process may have been quicker.
    """
    try:
        with transaction.atomic():
            kept = (
                Capture.objects.select_for_update(of=("self",))
                .select_related("account", "key__owner")
                .filter(pk=capture.pk)
                .exclude(state="accepted")
                .first()
            )
            if kept is None:
                return []
            leads = _accept(kept, at=at)
            capture.state, capture.problem, capture.lead = kept.state, "", leads[0]
            return leads
    except (CannotRead, NoWayToReach) as problem:
        _set_aside(capture, str(problem))
    except OperationalError:  # a busy or broken database: it stays new, and the engine tries again
        log.warning("capture.postponed", capture=capture.pk)
    except Exception as error:  # whatever it holds, the next delivery must not suffer
        log.exception("capture.failed", capture=capture.pk)
        _set_aside(capture, f"could not be accepted ({type(error).__name__}); open it and accept it by hand")
    return []


def accept_mended(capture: Capture, new_lead: NewLead, *, by: Member, at: datetime) -> Lead | None:
    """Accept a delivery that could not be read as what a member read in it; None if it was accepted meanwhile.

    Where it came in counts as for any other: its key's source, owner and cadence. What the key says of permission does
    not: nobody knows whether the box was ticked, so only what the member attests counts. Raises NoWayToReach.
    """
    with transaction.atomic():
        unread = Capture.objects.select_for_update(of=("self",)).select_related("account", "key__owner")
        kept = unread.filter(pk=capture.pk, state=Capture.State.UNREADABLE).first()
        if kept is None:
            return None
        if not (new_lead.emails or new_lead.phones):
            raise NoWayToReach(_why(new_lead, ()))
        placing = replace(_placing(kept), shown=Wording.from_json({}), via="hand")
        [accepted] = accept.accept_many([new_lead], placing, account=kept.account, by=by, at=at, captures=[kept.pk])
        lead = cast(Lead, accepted.lead)
        _accepted(kept, lead)
        kept.save(update_fields=["state", "problem", "lead"])
        return lead


def _accept(capture: Capture, *, at: datetime) -> list[Lead]:
    arrivals = _understand(capture)
    accepted = accept.accept_many(
        arrivals, _placing(capture), account=capture.account, by=None, at=at, captures=[capture.pk] * len(arrivals)
    )
    leads = [one.lead for one in accepted if one.lead is not None]
    _accepted(capture, leads[0])
    capture.save(update_fields=["state", "problem", "lead"])
    return leads


def _understand(capture: Capture) -> list[NewLead]:
    """The leads in a delivery that can be reached. Raises CannotRead and NoWayToReach."""
    account = capture.account
    reading = Reading(zone=account.zone, country=account.country)
    parse = any_format.POSTED.get(capture.format, any_format.POSTED["auto"])
    understood = parse(bytes(capture.body), capture.content_type, reading)
    arrivals = [lead for lead in understood.leads if lead.emails or lead.phones]
    if not arrivals:
        raise NoWayToReach(_why(understood.leads[0], understood.warnings))
    return arrivals


def _placing(capture: Capture) -> Placing:
    key = capture.key
    return Placing(
        source=key.source_name if key else "",
        offer=key.offer_name if key else "",
        owner=key.owner if key else None,
        cadence=(key.cadence_slug if key else "") or capture.account.default_cadence,
        shown=Wording.from_json(key.permission if key else {}),
        via="form",
    )


def _accepted(capture: Capture, lead: Lead) -> None:
    capture.state, capture.problem, capture.lead = Capture.State.ACCEPTED, "", lead


def _why(lead: NewLead, warnings: tuple[str, ...]) -> str:
    return "no phone number and no email address that can be used" + (f": {'; '.join(warnings)}" if warnings else "")


def _set_aside(capture: Capture, problem: str) -> None:
    capture.state, capture.problem = Capture.State.UNREADABLE, problem[:300]
    Capture.objects.filter(pk=capture.pk).exclude(state="accepted").update(state=capture.state, problem=capture.problem)


def run_waiting(*, at: datetime) -> bool:
    """Accept the oldest deliveries that nobody looked at yet; True while there may be more. For the engine's worker."""
    new = Capture.objects.filter(state=Capture.State.NEW).order_by("received_at", "pk")
    waiting = list(new.select_related("account", "key__owner")[:AT_ONCE])
    if len(waiting) == 1:
        accept_capture(waiting[0], at=at)
    elif waiting:
        try:
            _accept_together(_readable(waiting, at=at), at=at)
        except OperationalError:  # busy: they stay new
            log.warning("captures.postponed", captures=len(waiting))
            return True
        except Exception as error:  # one of them spoils it, and nothing is changed: each fares as it deserves
            log.info("captures.apart", captures=len(waiting), because=type(error).__name__)
            for capture in waiting:
                accept_capture(capture, at=at)
    return len(waiting) == AT_ONCE


def _readable(waiting: Sequence[Capture], *, at: datetime) -> dict[Capture, list[NewLead]]:
    """What each says; the others are set aside. Outside any transaction: new deliveries can be stored meanwhile."""
    found = {}
    for capture in waiting:
        try:
            found[capture] = _understand(capture)
        except Exception:  # it is known there what becomes of it
            accept_capture(capture, at=at)
    return found


def _accept_together(understood: Mapping[Capture, list[NewLead]], *, at: datetime) -> None:
    """Accept many in one transaction, except those that another process has at hand."""
    with transaction.atomic():
        ids = [capture.pk for capture in understood]
        still_new = Capture.objects.filter(pk__in=ids, state=Capture.State.NEW)
        mine = set(still_new.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        of_key: dict[int | None, list[Capture]] = defaultdict(list)
        for capture in understood:
            if capture.pk in mine:
                of_key[capture.key_id].append(capture)
        for captures in of_key.values():
            _accept_of_key(captures, understood, at=at)


def _accept_of_key(captures: Sequence[Capture], understood: Mapping[Capture, list[NewLead]], *, at: datetime) -> None:
    """What came through one key is placed alike."""
    arrived = [(capture, new) for capture in captures for new in understood[capture]]
    accepted = accept.accept_many(
        [new for _, new in arrived],
        _placing(captures[0]),
        account=captures[0].account,
        by=None,
        at=at,
        captures=[capture.pk for capture, _ in arrived],
    )
    for (capture, _), one in zip(reversed(arrived), reversed(accepted), strict=True):  # the first of each stays
        _accepted(capture, cast(Lead, one.lead))
    bulk.update(captures, ["state", "problem", "lead"])
