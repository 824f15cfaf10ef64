"""Proof: ask for a pack of a period, a rep, a source; and the packs before. For owners and managers."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.cadences.models import Cadence
from nextcall.leads.models import Source
from nextcall.proof import signing, waiting
from nextcall.proof.asked import Asked
from nextcall.proof.models import ProofPack
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, manager
from nextcall.worklist import say

WORDS = {
    ProofPack.State.WAITING: ("Waits for its turn", "sky"),
    ProofPack.State.RUNNING: ("Being made", "sky"),
    ProofPack.State.DONE: ("Ready", "pine"),
    ProofPack.State.FAILED: ("Not made", "gold"),
    ProofPack.State.GONE: ("File let go", ""),
}


class AskForm(forms.Form):
    """Which contacts: every choice left open means all."""

    begins = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(
        required=False, label="To", help_text="This day included.", widget=forms.DateInput(attrs={"type": "date"})
    )
    member = forms.ModelChoiceField(Member.objects.none(), required=False, label="Rep", empty_label="Everybody")
    source = forms.ModelChoiceField(
        Source.objects.none(),
        required=False,
        label="Client or source",
        empty_label="All",
        help_text="A client is the source that its leads come from.",
    )
    cadence = forms.ModelChoiceField(Cadence.objects.none(), required=False, label="Cadence", empty_label="All")

    def __init__(self, *args: Any, account_id: int, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account_id, self.zone = account_id, zone
        for name, rows in (("member", Member.objects), ("source", Source.objects), ("cadence", Cadence.objects)):
            choices: Any = self.fields[name]
            choices.queryset = rows.filter(account_id=account_id).order_by("name")
            choices.label_from_instance = lambda row: row.name

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("begins") and values.get("ends") and values["ends"] < values["begins"]:
            self.add_error("ends", "The last day is before the first. Choose a later one.")
        return values

    def wanted(self) -> Asked:
        values = self.cleaned_data
        return Asked(
            self.account_id,
            member=values["member"].pk if values["member"] else None,
            source=values["source"].pk if values["source"] else None,
            cadence=values["cadence"].pk if values["cadence"] else None,
            since=self._midnight(values["begins"], 0),
            until=self._midnight(values["ends"], 1),
        )

    def _midnight(self, day: Any, after: int) -> datetime | None:
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=after), time(), ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One pack before."""

    row: ProofPack
    when: str
    state: str
    tone: str


@require_http_methods(["GET", "POST"])
@manager
def proof(request: SignedIn) -> HttpResponse:
    account = request.member.account
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, account_id=account.pk, zone=account.zone)
    problem = ""
    if posted is not None and form.is_valid():
        try:
            row = waiting.ask(wanted=form.wanted(), by=request.member, at=timezone.now())
            return HttpResponseRedirect(reverse("proof_pack", args=[row.pk]))
        except waiting.Busy as busy:
            problem = str(busy)
    context = {
        "form": form,
        "problem": problem,
        "packs": [_line(row, request.member) for row in packs_seen_by(request.member).order_by("-created_at")[:30]],
        "fingerprint": signing.own_fingerprint(settings.PROOF_KEY),
    }
    return render(request, "proof/page.html", context, status=422 if problem or form.errors else 200)


def packs_seen_by(member: Member) -> QuerySet[ProofPack]:
    """Owners and managers see every pack of the account; a rep those they asked for."""
    rows = ProofPack.objects.filter(account=member.account).select_related("by").defer("file")
    return rows if member.manages else rows.filter(by=member)


def _line(row: ProofPack, member: Member) -> Line:
    state, tone = WORDS[ProofPack.State(row.state)]
    return Line(row, say.when(row.created_at, member.zone, at=timezone.now()), state, tone)
