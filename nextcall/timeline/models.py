"""Event: one thing that happened, kept for ever. Seal: its place in the account's chain of hashes."""

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


class Seal(models.Model):
    """An event's place in its account's chain: changed, taken out or put in between, and the chain no longer closes.

    `hash` binds `number`, the hash before it and `content`, the hash of the event's own values. An erased event keeps
    its `content`, so that the chain closes without the words.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    number = models.PositiveBigIntegerField()  # 1, 2, 3 … in the account
    # null: the event is gone, which no deed of ours does but the removal of an account
    event = models.OneToOneField(Event, null=True, on_delete=models.SET_NULL, related_name="seal")
    content = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)  # the event's values were emptied since

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_seal_a_number")]
