"""What was said, by whom, on which channel; and what we said we would do."""

from django.db import models

from nextcall.cadences.models import Touch
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account, Member


class Message(models.Model):
    """A text or an email, in or out."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="messages")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="messages")
    touch = models.OneToOneField(Touch, null=True, on_delete=models.SET_NULL, related_name="message")
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.SET_NULL)
    channel = models.CharField(max_length=10)
    outbound = models.BooleanField()
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)  # of an inbound one the new words only
    quoted = models.TextField(blank=True)  # what was said before, folded
    our_point = models.CharField(max_length=254, blank=True)  # our number or address that it left from or came to
    answers = models.ForeignKey(Touch, null=True, on_delete=models.SET_NULL, related_name="answers")
    unsure = models.BooleanField(default=False)  # several leads share the point it came from, and nothing tells which
    message_id = models.CharField(max_length=300, blank=True, db_index=True)
    verdict = models.CharField(max_length=12, blank=True)  # of an inbound message: reply, opt_out, hold …
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    dedupe_key = models.CharField(max_length=120, blank=True)  # the provider's own id of the event

    class Meta:
        indexes = [
            models.Index(fields=["account", "lead", "at"]),
            # unclear messages that nobody has seen: they hold back every machine touch to the person
            models.Index(
                fields=["person"], name="message_held", condition=models.Q(verdict="hold", answered_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dedupe_key"], condition=~models.Q(dedupe_key=""), name="one_message_an_event"
            )
        ]


class Attachment(models.Model):
    """A file that came with a message, or leaves with a text. `refused` says why its bytes were not kept.

    One that leaves belongs to its touch until it has left, and to the message from then on. One that a carrier keeps
    for us has `fetch_url` until its bytes are here.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="attachments")
    touch = models.ForeignKey(Touch, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)  # by its bytes, not by its sender's word
    size = models.PositiveIntegerField(default=0)
    content = models.BinaryField(default=bytes)
    refused = models.CharField(max_length=120, blank=True)
    fetch_url = models.CharField(max_length=1000, blank=True)
    fetch_at = models.DateTimeField(null=True, blank=True)  # when the carrier is asked for it next
    fetch_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["fetch_at"], name="attachment_to_fetch", condition=models.Q(fetch_at__isnull=False))
        ]


class Suggestion(models.Model):
    """What a message seems to ask or to tell, with the words it was read from; a member takes it with a tap, or not."""

    class Kind(models.TextChoices):
        PROMISE = "promise"  # value: {"kind": "call", "due_at": ISO, "until_at": ISO | null}
        PAUSE = "pause"  # value: {"until_at": ISO}
        ANSWER = "answer"  # value: {"field": "balance", "says": "around 240k", "amount": 240000}
        WRONG_PERSON = "wrong_person"
        APPOINTMENT = "appointment"  # value: {"starts_at": ISO}
        ANOTHER_POINT = "another_point"  # value: {"kind": "phone" | "email", "value": as written}

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="suggestions")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="suggestions")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    value = models.JSONField(default=dict)
    quote = models.CharField(max_length=300)  # their own words
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)  # null and taken: read by machine

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "lead"],
                name="suggestion_open",
                condition=models.Q(taken_at__isnull=True, dismissed_at__isnull=True),
            )
        ]


class AskedQuestion(models.Model):
    """One of an offer's questions, asked in a message of ours; the next reply is read as its answer."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="asked_questions")
    touch = models.OneToOneField(Touch, null=True, on_delete=models.SET_NULL, related_name="asked_question")
    field = models.CharField(max_length=60)  # where the answer belongs
    kind = models.CharField(max_length=15)  # address, amount, time_frame, text or choice
    choices = models.JSONField(default=list)
    words = models.CharField(max_length=300)  # as asked
    by_machine = models.BooleanField(default=False)
    at = models.DateTimeField()
    answered_by = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "lead", "-at"])]


class SavedAnswer(models.Model):
    """Words that are used again; each must be made personal before it leaves."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    by = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="saved_answers")
    name = models.CharField(max_length=80)
    body = models.TextField()
    shared = models.BooleanField(default=False)
    used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "by", "name"], name="one_saved_answer_a_name")]


class Call(models.Model):
    """A call made, or one that came in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calls")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="calls")
    touch = models.OneToOneField(Touch, null=True, on_delete=models.SET_NULL, related_name="call")
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.SET_NULL)
    outbound = models.BooleanField(default=True)
    outcome = models.CharField(max_length=20, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    note = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)  # logged by mistake; stays in the record
    dedupe_key = models.CharField(max_length=120, blank=True, db_index=True)  # the provider's own id of the call

    class Meta:
        indexes = [models.Index(fields=["account", "lead", "at"])]


class Note(models.Model):
    """What a member wants to remember; never an attempt."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="notes")
    body = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)


class Promise(models.Model):
    """Something we told a lead we would do, with a due time: kept, broken or released."""

    class Kind(models.TextChoices):
        CALL = "call"
        SEND = "send"
        WINDOW = "window"  # a call-back window: when we told the lead we can be reached
        APPOINTMENT = "appointment"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="promises")
    owner = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    what = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=10, blank=True)  # kept, broken, released
    # An appointment as calendars know it (RFC 5545, 5546)
    uid = models.CharField(max_length=120, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    place = models.CharField(max_length=300, blank=True)
    in_calendar = models.PositiveIntegerField(null=True, blank=True)  # the sequence that the owner's own calendar has
    response = models.CharField(
        max_length=12, blank=True
    )  # of the lead: accepted, declined, tentative, counter; "" none yet
    responded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "owner", "due_at"], name="promise_open", condition=models.Q(closed_at__isnull=True)
            )
        ]


class Invitation(models.Model):
    """The calendar file that goes along with an email about an appointment, as it was when that was written."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="invitations")
    touch = models.OneToOneField(Touch, on_delete=models.CASCADE, related_name="invitation")
    sequence = models.PositiveIntegerField(default=0)
    cancels = models.BooleanField(default=False)
    file = models.TextField(blank=True)  # "" for a confirmation by text


class InboxItem(models.Model):
    """How the messages with one lead stand, or those from one number nobody knows: one row each in the Inbox.

    Kept beside the messages for lists of 100,000, in the transaction that writes the message (see inbox.py).
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    lead = models.OneToOneField(Lead, null=True, on_delete=models.CASCADE, related_name="inbox_item")
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.CASCADE)  # of an unknown sender
    unknown_sender = models.CharField(max_length=254, blank=True)  # as written, when no lead is known
    latest_at = models.DateTimeField()
    latest_outbound = models.BooleanField()
    heard_at = models.DateTimeField(null=True, blank=True)  # when they wrote last; see seen.py
    channel = models.CharField(max_length=10)
    first_line = models.CharField(max_length=200, blank=True)  # of the latest message
    waiting_since = models.DateTimeField(null=True, blank=True)  # waiting on us; null: waiting on them, or done
    assignee = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="inbox_items")
    until_reply = models.BooleanField(default=False)  # set aside until they write
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "waiting_since"],
                name="inbox_waiting",
                condition=models.Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["account", "-latest_at"], name="inbox_on_them", condition=models.Q(waiting_since__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "unknown_sender"],
                condition=~models.Q(unknown_sender=""),
                name="one_inbox_item_a_stranger",
            )
        ]


class Seen(models.Model):
    """How far a member has read the messages of one item of the Inbox."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    item = models.ForeignKey(InboxItem, on_delete=models.CASCADE, related_name="seen")
    seen_at = models.DateTimeField()
    marked = models.BooleanField(default=False)  # as new, by hand, though they have seen it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="one_seen_a_member")]


class Presence(models.Model):
    """That a member has a lead's messages open, or is writing: so that two do not answer the same one unknowingly."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="presences")
    seen_at = models.DateTimeField()
    writing = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["seen_at"])]
        constraints = [models.UniqueConstraint(fields=["lead", "member"], name="one_presence_a_member")]
