"""What arrived, exactly as it arrived; and files that were imported."""

from django.db import models

from nextcall.leads.models import Lead
from nextcall.team.models import Account, LeadInKey, Member


class Capture(models.Model):
    """The raw bytes of one delivery, safe before they are understood."""

    class State(models.TextChoices):
        NEW = "new"
        ACCEPTED = "accepted"
        UNREADABLE = "unreadable"  # kept for a person to open, mend and accept

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    key = models.ForeignKey(LeadInKey, null=True, on_delete=models.SET_NULL)
    format = models.CharField(max_length=20)
    content_type = models.CharField(max_length=120, blank=True)
    body = models.BinaryField()
    body_hash = models.CharField(max_length=64)  # the same delivery again is the same capture
    received_at = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    problem = models.CharField(max_length=300, blank=True)
    lead = models.ForeignKey(Lead, null=True, on_delete=models.SET_NULL)

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="capture_new", condition=models.Q(state="new"))]
        constraints = [models.UniqueConstraint(fields=["account", "key", "body_hash"], name="one_capture_a_delivery")]


class Import(models.Model):
    """One file of leads: what was asked, how far it is, and what became of it."""

    class State(models.TextChoices):
        READING = "reading"  # uploaded, columns being recognised
        ASKING = "asking"  # waits for a member to confirm columns, permission, duplicates
        WAITING = "waiting"  # confirmed, waits for the engine
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    file_name = models.CharField(max_length=200)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    # columns, permission wording and channels, source, offer, cadence, owner, duplicates: see intake.importing.Choices
    choices = models.JSONField(default=dict, blank=True)
    # rows, new, merged, set_aside, touches_planned, problems: see intake.importing.Summary
    summary = models.JSONField(default=dict, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    set_aside_file = models.TextField(blank=True)  # CSV
    undo_data = models.JSONField(default=dict, blank=True)  # what merges changed, so that undo can put it back
    created_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"])]
