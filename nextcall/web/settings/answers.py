"""Settings, Do-not-call lists: the reassigned-numbers database, what to ask it and what it answered."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.consent import list_files
from nextcall.engine import reassigned
from nextcall.engine.reassigned import Summary
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.web.access import SignedIn, manager


class AnswersForm(forms.Form):
    """A file of answers, and the day on which it was asked."""

    answers = forms.FileField(
        max_length=200, label="File", error_messages={"required": "Choose the file that the database gave back."}
    )
    checked_on = forms.DateField(
        label="Asked on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day on which the database was asked.",
    )
    reference = forms.CharField(max_length=120, required=False, label="Reference", help_text="Of the query there.")

    def clean_checked_on(self) -> datetime:
        day = datetime.combine(self.cleaned_data["checked_on"], time(), UTC)
        if day > timezone.now():
            raise forms.ValidationError("That day is still ahead.")
        return day


def take_in(form: AnswersForm, *, account: Account, by: Member, at: datetime) -> Summary | None:
    """What became of the file; None when the form has something to say."""
    if not form.is_valid():
        return None
    values, file = form.cleaned_data, form.cleaned_data["answers"]
    if file.size > settings.IMPORT_MAX_BYTES:
        form.add_error("answers", f"Larger than {settings.IMPORT_MAX_BYTES // 1024**2} MB. Split it.")
        return None
    try:
        return reassigned.take_in(
            list_files.text(file.read()),
            account=account,
            checked_at=values["checked_on"],
            reference=values["reference"],
            by=by,
            at=at,
        )
    except list_files.Unreadable as why:
        form.add_error("answers", f"{str(why)[:1].upper()}{str(why)[1:]}.")
    return None


@require_GET
@manager
def numbers(request: SignedIn) -> HttpResponse:
    """What the database is asked with: ten digits and the day of the consent, a line each."""
    lines = reassigned.lines_to_ask(request.member.account, at=timezone.now())
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="numbers-to-ask-{timezone.now():%Y-%m-%d}.csv"'
    return answer


def context(account: Account, form: AnswersForm | None) -> dict[str, Any]:
    """What the section says about it."""
    latest = Event.objects.filter(account=account, kind="numbers.checked").select_related("by").order_by("-at").first()
    return {"answers_form": form or AnswersForm(), "latest_answers": latest}
