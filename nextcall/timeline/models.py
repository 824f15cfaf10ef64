"""Event: one thing that happened, kept for ever."""

from django.db import models

from nextcall.leads.models import Lead, Person
from nextcall.team.models import Account, Member


class Event(models.Model):
    """Written once, when it happens; never edited, never deleted (erasure empties `data`)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)  # touch.sent, cadence.paused, permission.withdrawn …
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)  # null: the machine
    touch_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["account", "lead", "at"]), models.Index(fields=["account", "kind", "at"])]
