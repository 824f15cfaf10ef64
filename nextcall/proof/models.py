"""ProofPack: one pack that was asked for, how far it is, and the file itself for a while."""

from django.db import models

from nextcall.team.models import Account, Member


class ProofPack(models.Model):
    """Asked for on a page and made by the engine. The file is kept for a week; that it was made stays."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        GONE = "gone"  # its file was let go; it can be asked for again

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL)
    asked = models.JSONField()  # proof.asked.Asked.to_json
    says = models.CharField(max_length=200)  # "Hazel Thorne, everything"
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)  # records it will have
    done = models.PositiveIntegerField(default=0)
    file = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tended_at = models.DateTimeField(null=True, blank=True)  # a maker that is silent for long has died
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"]),
            models.Index(
                fields=["created_at"], name="proof_pack_to_do", condition=models.Q(state__in=["waiting", "running"])
            ),
        ]
