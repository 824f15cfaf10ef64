"""The list as a file for a spreadsheet: streamed page by page, each cell safe to open."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.intake import set_aside
from nextcall.team.models import Member
from nextcall.timeline.record import record
from nextcall.web.access import SignedIn, leads_seen_by, manager
from nextcall.web.leads import asked
from nextcall.worklist import finding
from nextcall.worklist.sifting import Filter

ROWS = 500  # in one query
MOST = 100_000
COLUMNS = (
    "Name",
    "Phone",
    "Email",
    "Source",
    "Offer",
    "Stage",
    "Owner",
    "Cadence",
    "Tries",
    "Latest try",
    "Arrived",
    "Waiting since",
)


@require_GET
@manager
def export(request: SignedIn) -> HttpResponse:
    """Who fits the filter, in the order of the list; that it was taken along is written down."""
    at, member, wanted = timezone.now(), request.member, asked.read(request.GET)
    record(account_id=member.account_id, kind="leads.exported", at=at, by=member, data={"query": asked.written(wanted)})
    answer = StreamingHttpResponse(_lines(member, wanted, at=at), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="leads-{at:%Y-%m-%d}.csv"'
    return answer  # type: ignore[return-value]


def _lines(member: Member, wanted: Filter, *, at: datetime) -> Iterator[str]:
    """Line by line from keyset pages, so that a long list holds neither memory nor a transaction."""
    yield set_aside.lines([COLUMNS])
    seen, after, left = leads_seen_by(member), None, MOST
    while left > 0:
        found = finding.find(seen, member, wanted, at=at, after=after, size=min(ROWS, left))
        yield set_aside.lines(_cells(row) for row in found.rows)
        after, left = found.after, left - len(found.rows)
        if after is None:
            return


def _cells(row: finding.Row) -> tuple[str | int, ...]:
    def instant(at: datetime | None) -> str:
        return at.strftime("%Y-%m-%d %H:%M") if at else ""

    return (
        row.name,
        row.phone,
        row.email,
        row.source,
        row.offer,
        row.stage,
        row.owner,
        row.cadence,
        row.attempts,
        instant(row.latest_attempt_at),
        instant(row.arrived_at),
        instant(row.waiting_since),
    )
