"""Permissions and withdrawals as rows that say who, when and why; and what the caps count."""

from django.db import models

from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account, Member


class Permission(models.Model):
    """Consent in force for a contact point, a channel and a purpose, with its proof."""

    class Tier(models.TextChoices):
        WRITTEN = "written"  # prior express written consent (US-03)
        EXPRESS = "express"
        IMPLIED = "implied"
        SOFT = "soft"  # the United Kingdom's soft opt-in (UK-02): own details from a sale, a way out offered then

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="permissions")
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.CASCADE, related_name="permissions")
    channel = models.CharField(max_length=10)  # call, text, email, voicemail
    automated = models.BooleanField(default=True)  # the wording says that software may choose and send
    purpose = models.CharField(max_length=15, default="marketing")
    tier = models.CharField(max_length=10, choices=Tier.choices)
    sellers = models.JSONField(default=list, blank=True)
    wording = models.TextField(blank=True)  # exactly what was shown
    wording_version = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=20)  # form, import, voice, text, hand
    proof = models.JSONField(default=dict, blank=True)  # url, ip, capture, file and its hash, attested by, recording
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "person"])]


class Withdrawal(models.Model):
    """The lead's wish not to be contacted, by channel or at all; never deleted.

    Held by the salted hash of the contact point, so that it outlives an erasure and meets the same
    number or address again when it is imported next year.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    value_hash = models.CharField(max_length=64)  # lib.hashing.point_hash(kind, key)
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.SET_NULL)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="withdrawals")
    channels = models.JSONField()  # subset of call, text, email, voicemail
    reason = models.CharField(max_length=20)  # opt_out, wrong_number, complaint, reassigned, link, erased
    said = models.TextField(blank=True)
    via = models.CharField(max_length=20)  # text, email, call, voicemail, link, import, hand, hook
    reference = models.CharField(max_length=120, blank=True)  # the sender's own id of it: again, it changes nothing
    at = models.DateTimeField()
    applied_at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    confirmation_touch_id = models.BigIntegerField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_because = models.CharField(max_length=300, blank=True)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "value_hash"]),
            models.Index(fields=["account", "person"]),
            models.Index(fields=["account", "reference"], name="withdrawal_told", condition=~models.Q(reference="")),
        ]


class PlaceClue(models.Model):
    """Something that says where a person may be, beyond number, ZIP and address: their own statement."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="place_clues")
    kind = models.CharField(max_length=10)  # stated, browser, calendar
    zone = models.CharField(max_length=64, blank=True)
    region = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)


class Attempt(models.Model):
    """A touch made, or reserved at claim, towards a person: what rolling caps count.

    Counts across all numbers, members, leads and cadences of the account (per person).
    """

    class State(models.TextChoices):
        RESERVED = "reserved"
        MADE = "made"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    lead = models.ForeignKey(Lead, null=True, on_delete=models.SET_NULL)
    channel = models.CharField(max_length=10)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices)
    touch_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["account", "person", "at"])]


class NumberList(models.Model):
    """A do-not-call list as it was obtained: of a country or a state, for some area codes or all of them."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    place = models.CharField(max_length=10)  # whose list: "US", "US-FL", "CA", "GB", "AU"
    subscription = models.CharField(max_length=60, blank=True)  # the reference under which it was obtained
    area_codes = models.JSONField(default=list, blank=True)  # what it covers; empty: all of the place
    obtained_at = models.DateTimeField()  # the list's own date: its age counts from here
    stored_at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    count = models.PositiveIntegerField(default=0)
    replaced_at = models.DateTimeField(null=True, blank=True)  # a newer one covers the same area codes
    washed = models.BooleanField(default=False)  # the answer about numbers of ours: it covers those alone
    file_name = models.CharField(max_length=200, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of the file as it came
    form = models.JSONField(default=dict, blank=True)  # how its lines are read: see list_files.Form
    parts_total = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)  # read so far, without empty ones
    bad_lines = models.PositiveIntegerField(default=0)
    bad_examples = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=300, blank=True)  # why it is not used
    ready_at = models.DateTimeField(null=True, blank=True)  # whole: from here on the gate reads it
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "place", "-obtained_at"])]


class NumberListPart(models.Model):
    """Some lines of a list that is being stored; gone once they are read."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    list = models.ForeignKey(NumberList, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="one_part_a_number")]


class ListedNumber(models.Model):
    """One number on a do-not-call list, or one that a washed file answers for."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    list = models.ForeignKey(NumberList, on_delete=models.CASCADE, related_name="numbers")
    key = models.CharField(max_length=20)  # E.164, as ContactPoint.key
    listed = models.BooleanField(default=True)  # False: a washed file says that it is not

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "key"], name="one_row_a_listed_number")]
        indexes = [models.Index(fields=["account", "key"])]


class NumberCheck(models.Model):
    """What the reassigned-numbers database answered for a number and the date of our consent (US-18)."""

    class Result(models.TextChoices):
        YES = "yes"  # disconnected since: somebody else's now
        NO = "no"
        NO_DATA = "no_data"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="checks")
    result = models.CharField(max_length=10, choices=Result.choices)
    since_date = models.DateField(null=True, blank=True)  # the date that was asked about
    checked_at = models.DateTimeField()
    reference = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)

    class Meta:
        indexes = [models.Index(fields=["account", "contact_point", "-checked_at"])]


class Preference(models.Model):
    """What a person asked for short of a stop: only at these hours, or not before a day. It binds people too."""

    class Kind(models.TextChoices):
        HOURS = "hours"  # value: {"mon_fri": "17:00-20:00", "sat": "closed", "sun": "closed"} by their clock
        NOT_BEFORE = "not_before"  # until_at: "ask me in March"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    channels = models.JSONField(default=list)  # of call, voicemail, text, email; empty: all
    value = models.JSONField(default=dict, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    said = models.TextField(blank=True)
    via = models.CharField(max_length=20)  # link, text, email, call, hand
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "person"])]


class PolicyText(models.Model):
    """The words and sources of every rule of one policy, kept once by their hash: what decisions of then point to."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64)  # SHA-256 of `text` as lib.canonical writes it
    version = models.CharField(max_length=60)
    text = models.JSONField()  # {"version", "zone_data", "holidays", "rules": {id: {"says", "source"}}}
    at = models.DateTimeField()  # first decided by

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="one_row_a_policy_text")]


class PolicyChange(models.Model):
    """A change of the account's policy. Loosening a rule needs its basis, a name and an end date."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    rule_id = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    loosens = models.BooleanField()
    legal_basis = models.CharField(max_length=300, blank=True)
    approved_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.CharField(max_length=300, blank=True)
