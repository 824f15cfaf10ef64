"""What the sections of Settings have in common: their list, and how one is shown."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from nextcall.engine import mailbox_watch
from nextcall.web.access import SignedIn

# url name, word, whether only owners and managers have it
SECTIONS = (
    ("settings", "You", False),
    ("settings_notices", "Notices", False),
    ("settings_calendar", "Calendar", False),
    ("settings_account", "Company", True),
    ("settings_identity", "Who you are to leads", False),
    ("settings_questions", "Questions", True),
    ("settings_email", "Email", True),
    ("settings_text", "Text", True),
    ("settings_lead_ins", "Lead-in keys", True),
    ("settings_members", "Members", True),
    ("settings_rules", "Hours and caps", False),
    ("settings_ages", "What ages", True),
    ("settings_lists", "Do-not-call lists", True),
)


def section(request: SignedIn, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """One section's page, with the links to the others that this member may open."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    unread = request.member.manages and bool(mailbox_watch.unread([request.member.account_id], at=timezone.now()))
    sections = [
        {
            "name": word,
            "url": reverse(name),
            "look": name == "settings_email" and unread,
            "here": (here or "").startswith(name) and (name != "settings" or here == name),
        }
        for name, word, managers in SECTIONS
        if request.member.manages or not managers
    ]
    return render(request, f"settings/{template}.html", {"sections": sections, **context}, status=status)
