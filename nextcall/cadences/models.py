"""Cadences with their versions, who is on them, and the touches they plan."""

import uuid

from django.db import models

from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account, Member, SenderNumber


class Cadence(models.Model):
    """A cadence of an account; its steps are in its versions."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    slug = models.CharField(max_length=64)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "slug"], name="one_cadence_a_slug")]


class CadenceVersion(models.Model):
    """One version of a cadence, never edited: `source` is the whole TOML file."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    cadence = models.ForeignKey(Cadence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cadence", "number"], name="one_version_a_number")]


class Draft(models.Model):
    """A cadence being edited: the whole TOML file, kept with every change until it is saved or dropped."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    cadence = models.ForeignKey(Cadence, on_delete=models.CASCADE, related_name="drafts")
    by = models.ForeignKey(Member, on_delete=models.CASCADE)
    based_on = models.ForeignKey(CadenceVersion, null=True, on_delete=models.SET_NULL)
    source = models.TextField()
    undo = models.JSONField(default=list)  # the sources before, newest last
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cadence", "by"], name="one_draft_a_member")]


class Enrollment(models.Model):
    """One lead on one cadence version."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        FINISHED = "finished"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrollments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    version = models.ForeignKey(CadenceVersion, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    beside = models.BooleanField(default=False)  # the cadence may run beside others
    anchor_at = models.DateTimeField()  # day 1: the lead's arrival, or the enrollment if that came later
    shift_seconds = models.BigIntegerField(default=0)  # pauses push what follows
    calls_after_at = models.DateTimeField(null=True, blank=True)  # calls hold until then: a call-back window, a retry
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["account", "lead"]),
            models.Index(fields=["account", "person"]),
            # who is on a cadence now, counted in a list of cadences
            models.Index(fields=["version"], name="enrollment_running", condition=models.Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(ended_at__isnull=True, beside=False), name="one_cadence_at_a_time"
            )
        ]


class Pause(models.Model):
    """Why an enrollment waits, from when to when."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="pauses")
    because = models.CharField(max_length=120)  # reply, conversation, appointment, promise, away, hand, hold
    began_at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    until_at = models.DateTimeField(null=True, blank=True)  # resumes by itself then
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["until_at"], name="pause_due", condition=models.Q(ended_at__isnull=True))]


class Halt(models.Model):
    """A cadence's channel stands still: too many complaints or bounces, or somebody's word (CX-07).

    While it lasts the machine's touches of that cadence and channel wait. `stopped` ends only by a member's deed.
    """

    class Level(models.TextChoices):
        PAUSED = "paused"
        STOPPED = "stopped"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    cadence = models.ForeignKey(Cadence, on_delete=models.CASCADE, related_name="halts")
    channel = models.CharField(max_length=10)
    level = models.CharField(max_length=10, choices=Level.choices)
    rule = models.CharField(max_length=60)
    because = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account"], name="halt_in_force", condition=models.Q(ended_at__isnull=True))]


class Touch(models.Model):
    """One contact, planned or made. See docs/touch_states.md for how its state moves."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        BOUNCED = "bounced"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        OPEN = "open"  # due, and a person's to do
        DONE = "done"
        SKIPPED = "skipped"
        BLOCKED = "blocked"
        CANCELLED = "cancelled"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches")
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    enrollment = models.ForeignKey(Enrollment, null=True, on_delete=models.CASCADE, related_name="touches")
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)  # whose work, or in whose name
    step_key = models.CharField(max_length=80, blank=True)  # "" for one written by hand
    channel = models.CharField(max_length=10)
    by_machine = models.BooleanField()
    purpose = models.CharField(max_length=15, default="marketing")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)

    # The local intention and the instant computed from it (recomputed at claim: zones change).
    local_at = models.DateTimeField(null=True)  # wall clock in `zone`, stored as if UTC
    zone = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField()
    intended_at = models.DateTimeField(null=True)  # before any rule moved it; what spacing is counted from
    priority = models.SmallIntegerField(default=5)  # 0 written by hand or a new lead's first touch … 9 long view
    rule = models.CharField(max_length=60, blank=True)  # what moved or blocked it
    because = models.CharField(max_length=200, blank=True)  # skipped, cancelled, failed: the cause

    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.SET_NULL)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)  # as sent; before that only if written by hand
    in_reply_to = models.CharField(max_length=300, blank=True)

    reference = models.UUIDField(default=uuid.uuid4, unique=True)  # ours, told to the provider
    # which of our numbers it leaves from: chosen when it is claimed, kept when it is tried again
    our_number = models.ForeignKey(
        SenderNumber, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    provider = models.CharField(max_length=20, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True, db_index=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)  # of an uncertain one: its carrier is asked again then
    tries = models.PositiveSmallIntegerField(default=0)  # a retry is the same touch, counted once
    decision = models.JSONField(null=True, blank=True)  # the gate's, stored before the provider is called

    outcome = models.CharField(max_length=20, blank=True)
    outcome_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    seen_to_at = models.DateTimeField(null=True, blank=True)  # it did not arrive, and a member has seen to it
    made_at = models.DateTimeField(null=True, blank=True)  # when the attempt was really made
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            # "next due": what the engine claims, in order, however many rows are stored
            models.Index(fields=["due_at", "priority"], name="touch_due", condition=models.Q(state="planned")),
            models.Index(
                fields=["account", "channel", "priority", "due_at"],
                name="touch_urgent",
                condition=models.Q(state="planned"),
            ),
            models.Index(
                fields=["lease_until"], name="touch_leased", condition=models.Q(state__in=["claimed", "sending"])
            ),
            # the work list of one member
            models.Index(fields=["account", "owner", "due_at"], name="touch_open", condition=models.Q(state="open")),
            models.Index(
                fields=["account", "owner", "due_at"],
                name="touch_ahead",
                condition=models.Q(state="planned", by_machine=False),
            ),
            models.Index(fields=["account", "due_at"], name="touch_uncertain", condition=models.Q(state="uncertain")),
            models.Index(fields=["lead", "due_at"]),
            # what did not arrive and nobody has seen to
            models.Index(
                fields=["account", "-finished_at"],
                name="touch_lost",
                condition=models.Q(state__in=["failed", "bounced"], seen_to_at__isnull=True),
            ),
            models.Index(
                fields=["person", "state"],
                name="touch_person_live",
                condition=models.Q(state__in=["planned", "claimed", "sending", "open"]),
            ),
        ]
        constraints = [
            # Planning the same step twice is impossible, whatever crashes: this key makes it idempotent.
            models.UniqueConstraint(
                fields=["enrollment", "step_key"], condition=~models.Q(step_key=""), name="one_touch_a_step"
            )
        ]


class Recall(models.Model):
    """A message that its provider may still hold, and that the lead wants no more: the provider is asked to stop it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    touch = models.OneToOneField(Touch, on_delete=models.CASCADE)
    withdrawn_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True)  # "" not asked yet; stopped, gone, unknown
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["withdrawn_at"], name="recall_to_ask", condition=models.Q(answer=""))]
