"""Rules are kept short with each decision, and read at length with the words of then."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.consent.models import PolicyText
from nextcall.engine import write
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.proof import words
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_touch

pytestmark = pytest.mark.django_db


def test_the_rules_words_and_sources_can_be_read_again_as_they_were(lead: Lead) -> None:
    make_touch(lead, "text")
    decision = write.may(lead=lead, channel="text", at=MONDAY + timedelta(minutes=10), automated=True)
    Worker(everything=Memory(), threads=0).run_until(MONDAY + timedelta(minutes=30), start=MONDAY)
    gate = Event.objects.get(kind="touch.sent").data["gate"]
    kept = PolicyText.objects.get(account=lead.account, digest=gate["policy_text"])
    read = words.rules_of({"rules": gate["rules"], "policy": kept.digest}, {kept.digest: kept.text})
    assert read == [
        {"id": rule.id, "effect": rule.effect, "says": rule.says, "source": rule.source} for rule in decision.rules
    ]
    assert all(rule["source"] for rule in read)


def test_a_decision_of_before_the_words_were_kept_is_read_too() -> None:
    rules = [{"id": "US-01.hours", "effect": "allow", "says": "8 am to 9 pm"}]
    assert words.rules_of({"rules": rules}, {}) == [{**rules[0], "source": ""}]
