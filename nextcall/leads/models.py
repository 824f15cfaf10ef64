"""Persons, their contact points, and what they asked us."""

from django.db import models

from nextcall.team.models import Account, Member, SenderNumber


class Source(models.Model):
    """Where leads come from."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=15, blank=True)  # own, purchased, credit_trigger; "" unknown, taken as own
    basis = models.CharField(max_length=300, blank=True)  # why a bought or a credit-trigger lead may be contacted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_source_a_name")]


class Offer(models.Model):
    """What the lead answered: "equity calculator", "home value"."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    # one small question at a time: [{"field": "balance", "kind": "address", amount, time_frame, text or choice,
    # "ask": ["About how much is left on your loan?", …], "choices": []}]
    questions = models.JSONField(default=list, blank=True)
    disclosures = models.TextField(blank=True)  # the terms that must stand beside this offer's own (MO-01)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_offer_a_name")]


class Person(models.Model):
    """A human we may contact, once per account, however often they ask."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    name = models.CharField(max_length=200, blank=True)  # whole, as greeted when the parts are unsure
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=40, blank=True)  # state or province, two letters where known
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    # The zone machine touches are planned in; a hint, the gate recomputes from every clue.
    zone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    # Bumped by every claim and every withdrawal: the row that both lock (see engine/due.py).
    revision = models.PositiveIntegerField(default=0)
    sample = models.BooleanField(default=False)  # invented: nothing ever leaves to them (see engine/senders.py)

    class Meta:
        indexes = [models.Index(fields=["account", "family_name", "postal_code"])]

    def __str__(self) -> str:
        return self.name or self.given_name or "No name yet"


class ContactPoint(models.Model):
    """One phone number or one email address of an account; several persons may share it."""

    class Kind(models.TextChoices):
        PHONE = "phone"
        EMAIL = "email"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = models.CharField(max_length=254)  # E.164, or the address as written with its domain in lower case
    key = models.CharField(max_length=254)  # what two spellings of the same point share
    extension = models.CharField(max_length=12, blank=True)
    line_type = models.CharField(max_length=10, blank=True)  # mobile, landline, voip, toll_free, unknown
    # "" works; bounced, wrong, reassigned, disconnected, landline (text only): why this point is not used
    problem = models.CharField(max_length=20, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    latest_inbound_at = models.DateTimeField(null=True, blank=True)
    # the number of ours that they know: they are texted from it again
    our_number = models.ForeignKey(SenderNumber, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "key"], name="one_row_a_contact_point")]

    def __str__(self) -> str:
        return self.value


class Reach(models.Model):
    """That a person can be reached at a contact point, and which they prefer."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reaches")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="reaches")
    label = models.CharField(max_length=20, blank=True)  # mobile, home, work
    rank = models.PositiveSmallIntegerField(default=0)  # 0 is tried first

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "contact_point"], name="one_reach_a_point")]


class Lead(models.Model):
    """One inquiry by a person, from a source, about an offer."""

    class Stage(models.TextChoices):
        NEW = "new"
        WORKING = "working"
        TALKING = "talking"
        QUALIFIED = "qualified"
        APPOINTMENT = "appointment"
        APPLICATION = "application"
        WON = "won"
        LOST = "lost"
        RESTING = "resting"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leads")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL)
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.SET_NULL)
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    stage = models.CharField(max_length=20, default=Stage.NEW)
    external_id = models.CharField(max_length=120, blank=True)
    message = models.TextField(blank=True)  # their own words, as sent
    interest = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    own = models.JSONField(default=dict, blank=True)  # values of the account's own fields, by key
    arrived_at = models.DateTimeField()  # what they did, by their clock: starts both clocks
    created_at = models.DateTimeField()  # when we stored it
    import_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    bought_at = models.DateTimeField(null=True, blank=True)  # since when the stage is won, or the file's closing date
    refused_at = models.DateTimeField(null=True, blank=True)  # when they last said no on the phone
    # Kept beside the record for lists of 100,000: the latest attempt and how many there were.
    attempts = models.PositiveIntegerField(default=0)
    latest_attempt_at = models.DateTimeField(null=True, blank=True)
    first_machine_touch_at = models.DateTimeField(null=True, blank=True)
    first_person_touch_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)  # the lead wrote, and nobody answered yet
    search = models.CharField(max_length=400, blank=True)  # name, addresses and numbers in lower case
    removed_at = models.DateTimeField(null=True, blank=True)  # an undone import
    # A card is in one pair of hands at a time: who was dealt it, and until when it is theirs.
    held_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-arrived_at", "-id"]),
            models.Index(fields=["account", "owner", "-arrived_at"]),
            models.Index(fields=["account", "stage", "-arrived_at"]),
            models.Index(fields=["account", "source", "-arrived_at"]),
            # the Leads page sorted by the latest attempt; by name, and searched without reading the rows
            models.Index(fields=["account", "latest_attempt_at", "id"]),
            models.Index(fields=["account", "search", "id"]),
            models.Index(fields=["account", "attempts", "-arrived_at"]),  # "tried under 6 times"
            models.Index(
                fields=["account", "waiting_since"],
                name="lead_waiting",
                condition=models.Q(waiting_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.stage})"


class SmartList(models.Model):
    """A filter of the Leads page, kept by its name; who is in it is asked anew each time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    by = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="smart_lists")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500, blank=True)  # the page's own address query, in its canonical order
    shared = models.BooleanField(default=False)  # the whole account sees it
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "by", "name"], name="one_smart_list_a_name")]

    def __str__(self) -> str:
        return self.name
