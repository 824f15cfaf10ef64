"""Accounts, the members in them, how they sign in, and what they are connected to."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Account(models.Model):
    """A company using Nextcall; every row belongs to one."""

    name = models.CharField(max_length=120)
    seller_name = models.CharField(max_length=120, blank=True)  # as leads know it; named in every message
    postal_address = models.CharField(max_length=300, blank=True)  # required in email (US-19 CAN-SPAM)
    phone = models.CharField(max_length=20, blank=True)  # the number we say on the phone, E.164
    trade = models.CharField(max_length=15, blank=True)  # mortgage, real_estate, builder, other: which rules on words
    nmls_id = models.CharField(max_length=20, blank=True)  # of the company (MO-03)
    licences = models.JSONField(default=dict, blank=True)  # of the company: state -> number, {"CA": "60DBO-12345"}
    broker_name = models.CharField(max_length=120, blank=True)  # the brokerage that must be named (RE-01)
    disclosures = models.TextField(blank=True)  # what stands under a message that advertises credit terms (MO-01)
    zone = models.CharField(max_length=64, default="America/New_York")
    country = models.CharField(max_length=2, default="US")  # of a number written without a country
    policy = models.JSONField(default=dict, blank=True)  # tightened hours and caps; see consent.policy
    outcomes = models.JSONField(default=dict, blank=True)  # changes to the shipped outcome table
    default_cadence = models.CharField(max_length=64, default="fast-start-light")
    machine_questions = models.PositiveSmallIntegerField(default=0)  # how many of an offer's questions it asks itself
    pin_promises = models.BooleanField(default=True)  # what leads ask for ("call me at 4") stays on top until decided
    undo_seconds = models.PositiveSmallIntegerField(default=10)  # how long a hand-written message waits before leaving
    # fields of its own on every lead: [{"key", "label", "kind": "text" | "number" | "date" | "choice", "choices"}]
    own_fields = models.JSONField(default=list, blank=True)
    sample_at = models.DateTimeField(null=True, blank=True)  # since when invented leads are among its own
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class MemberManager(BaseUserManager["Member"]):
    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(email__iexact=username)


class Member(AbstractBaseUser):
    """A person of ours in an account; signs in by one-time link or password."""

    class Role(models.TextChoices):
        OWNER = "owner"
        MANAGER = "manager"
        REP = "rep"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="members")
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.REP)
    zone = models.CharField(max_length=64, default="America/New_York")
    phone = models.CharField(max_length=20, blank=True)
    nmls_id = models.CharField(max_length=20, blank=True)
    licences = models.JSONField(default=dict, blank=True)  # state -> number
    # [[open, close] | null] * 7, Monday first, local wall-clock "HH:MM"
    working_hours = models.JSONField(default=list, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)  # theme, style, density, single keys, what is pushed
    sample = models.BooleanField(default=False)  # invented; goes when the sample is removed
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    objects = MemberManager()

    class Meta:
        indexes = [models.Index(fields=["account", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def manages(self) -> bool:
        """Owners and managers see and change every lead of the account; a rep sees their own."""
        return self.role in (self.Role.OWNER, self.Role.MANAGER)


class PushSubscription(models.Model):
    """A browser of a member that takes notices (Web Push, RFC 8030)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.URLField(max_length=1000)
    endpoint_hash = models.CharField(max_length=64, unique=True)
    p256dh = models.CharField(max_length=120)  # the browser's public key, base64url
    auth = models.CharField(max_length=60)  # its shared secret, base64url
    label = models.CharField(max_length=80, blank=True)  # "Chrome on Android", as people tell devices apart
    created_at = models.DateTimeField()


class SignInLink(models.Model):
    """A one-time link; only the hash of its token is kept."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class SignInAttempt(models.Model):
    """One try to sign in, for limiting tries by address and by place; no password is kept."""

    email_hash = models.CharField(max_length=64, db_index=True)
    ip = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(db_index=True)
    succeeded = models.BooleanField()


class Connection(models.Model):
    """A provider that serves one channel for an account; its credentials are encrypted."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="connections")
    channel = models.CharField(max_length=10)  # email, text, call
    provider = models.CharField(max_length=20)  # smtp, handset, memory
    sealed = models.BinaryField()  # JSON sealed by lib.sealing: host, port, user, password, from_address, …
    from_address = models.CharField(max_length=254, blank=True)
    per_minute = models.PositiveIntegerField(default=600)  # the sender's rate
    enabled = models.BooleanField(default=True)
    # what the carrier takes for one segment of a text, in the currency of its bill; null: nobody said
    segment_price = models.DecimalField(max_digits=7, decimal_places=5, null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    hook_key = models.CharField(max_length=64, blank=True, db_index=True)  # /hooks/<provider>/<hook_key>: its reports
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "channel"], name="one_connection_a_channel")]


class SenderNumber(models.Model):
    """One number, or one messaging service, that an account texts from."""

    class Registration(models.TextChoices):
        UNKNOWN = "unknown"
        PENDING = "pending"
        REGISTERED = "registered"  # 10DLC campaign approved (CX-03), toll-free verified (CX-04), sender id registered
        REFUSED = "refused"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sender_numbers")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField(max_length=40)  # E.164, or the name that is shown (AU-04)
    service = models.CharField(max_length=60, blank=True)  # the carrier's id of the messaging service it belongs to
    kind = models.CharField(max_length=12, default="long_code")  # long_code, toll_free, short_code, name
    registration = models.CharField(max_length=12, choices=Registration.choices, default=Registration.UNKNOWN)
    registration_says = models.CharField(max_length=200, blank=True)  # the carrier's words and its campaign's id
    per_minute = models.PositiveIntegerField(default=60)
    per_day = models.PositiveIntegerField(default=0)  # 0: no limit beyond the ramp
    ramp_from = models.DateField(null=True, blank=True)  # first day of a number that is warmed up slowly
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=200, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="one_row_a_sender_number")]


class Mailbox(models.Model):
    """A mailbox that answers come to, and how far it was read (IMAP)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mailboxes")
    # what leaves there asks for its answers here; of several mailboxes one at most
    connection = models.OneToOneField(Connection, null=True, on_delete=models.CASCADE, related_name="mailbox")
    # whose it is: what nobody knows in it is theirs to answer; null: everybody's
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="mailboxes")
    address = models.CharField(max_length=254)
    sealed = models.BinaryField()  # JSON sealed by lib.sealing: host, port, user, password or tokens, security
    folder = models.CharField(max_length=120, default="INBOX")
    sent_folder = models.CharField(max_length=120, blank=True)  # where copies go; "" keeps none
    uid_validity = models.BigIntegerField(null=True, blank=True)
    uid_next = models.BigIntegerField(null=True, blank=True)  # everything below it was read
    offers = models.JSONField(default=list, blank=True)  # names of its other folders, as it said when it was asked
    enabled = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True, blank=True)  # latest time that it answered us
    problem = models.CharField(max_length=300, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="one_mailbox_an_address")]


class MailboxFolder(models.Model):
    """A folder of a mailbox that is read beside its inbox, and how far."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mailbox_folders")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=250)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    uid_next = models.BigIntegerField(null=True, blank=True)  # everything below it was read
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="one_row_a_folder")]


class CalendarSource(models.Model):
    """A member's calendar elsewhere: when they are busy, and where appointments are written (CalDAV, a feed)."""

    class Kind(models.TextChoices):
        CALDAV = "caldav"
        FEED = "feed"

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="calendars")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    sealed = models.BinaryField()  # JSON sealed by lib.sealing: url, user, password
    name = models.CharField(max_length=120, blank=True)
    writes = models.BooleanField(default=False)  # appointments are put into it
    busy = models.JSONField(default=list, blank=True)  # [[ISO from, ISO to], …] of the weeks ahead
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()


class LeadInKey(models.Model):
    """The secret part of an address that leads are posted to, /in/<key>/<format>."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="lead_in_keys")
    key = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    source_name = models.CharField(max_length=80, blank=True)
    offer_name = models.CharField(max_length=80, blank=True)
    cadence_slug = models.CharField(max_length=64, blank=True)
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL)
    # Permission that the form's own wording gives: {"channels": [...], "wording": "...", "sellers": [...]}
    permission = models.JSONField(default=dict, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
