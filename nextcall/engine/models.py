"""What members did and how to undo it, changes of many leads at once, posts taken once, the pace of senders,
and messages to be taken back."""

from django.db import models

from nextcall.leads.models import Lead
from nextcall.team.models import Account, Connection, Member, SenderNumber


class BulkChange(models.Model):
    """One change of many leads: previewed, done by the engine a bite at a time, undone as one."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"
        FAILED = "failed"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=20)  # owner, cadence, pause, resume, finish, stage
    choices = models.JSONField(default=dict)  # what it sets: {"owner": 3}, {"cadence": "gentle-days"}
    lead_ids = models.JSONField(default=list)  # as previewed; those done already are before `done`
    says = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # changed since, or refused: nothing was done to them
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                name="bulk_change_to_do",
                condition=models.Q(state__in=["waiting", "running", "undoing"]),
            ),
            models.Index(fields=["account", "-created_at"]),
        ]


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
    bulk = models.ForeignKey(BulkChange, null=True, on_delete=models.CASCADE, related_name="actions")

    class Meta:
        indexes = [models.Index(fields=["account", "member", "-at"])]


class Taken(models.Model):
    """A post that was taken, by the key its sender gave it: the same one again changes nothing (Idempotency-Key)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    answer = models.JSONField(default=dict)  # {"said", "problem", "action"}: what the first one was told

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="one_taken_a_key")]


class Pace(models.Model):
    """When a connection may send its next message: one row that all engines share, so that the rate holds for all."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    next_at = models.DateTimeField()


class NumberPace(models.Model):
    """When a number may send its next text, and how many it sent on its day: one row that all engines share."""

    number = models.OneToOneField(SenderNumber, on_delete=models.CASCADE, primary_key=True)
    next_at = models.DateTimeField()
    day = models.DateField()
    sent = models.PositiveIntegerField(default=0)


class CarrierPost(models.Model):
    """What a provider posted to us, stored before it is understood; its words are kept only until then."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    provider = models.CharField(max_length=20)
    url = models.CharField(max_length=500)
    headers = models.JSONField(default=dict)  # those that its signature and its reading need
    body = models.BinaryField()
    key = models.CharField(max_length=64)  # of this very post; the same one again is the same row
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="carrier_post_to_read", condition=models.Q(read_at__isnull=True))]
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="one_row_a_post")]


class Notice(models.Model):
    """One notice pushed to a member's devices: once for each thing it is about, whatever crashes between."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10)  # new_lead, reply, promise, mailbox
    about = models.CharField(max_length=40)  # "lead:12", "message:99", "promise:5:…", "mailbox:3:…"
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind", "about"], name="one_notice_a_thing")]
