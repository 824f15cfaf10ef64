"""Action: what a member did, with what it takes to undo it. Pace: how fast a sender may send."""

from django.db import models

from nextcall.leads.models import Lead
from nextcall.team.models import Account, Connection, Member


class Action(models.Model):
    """One undoable deed. `before` holds the rows it changed, `made` the rows it created (see engine/undo.py)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)  # outcome, pause, send, hand_over …
    says = models.CharField(max_length=200)  # "Voicemail left, Hazel Thorne. Next call Wed 9:30 am"
    at = models.DateTimeField()
    before = models.JSONField(default=list)
    made = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "member", "-at"])]


class Pace(models.Model):
    """When a connection may send its next message: one row that all engines share, so that the rate holds for all."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    next_at = models.DateTimeField()
