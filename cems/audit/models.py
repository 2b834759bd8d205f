"""The audit trail and the seals that prove it unchanged (A3; security: Audit)."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class Entry(models.Model):
    """One thing somebody saw, did or disclosed. Written once; no login of the product can change it.

    The table is partitioned by the month of `at` and made by hand in the first migration. Two of its
    columns are not fields here, because the application has no right to write them: `xid`, the
    transaction that wrote the row, and `cluster`, the database server it was written on. PostgreSQL fills
    them in; sealing goes by them.
    """

    at = models.DateTimeField(help_text="When it happened")
    recorded_at = models.DateTimeField(help_text="When it was written down here")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # A value of Verb; not held to them here, so that a new one is no change of the table.
    verb = models.CharField(max_length=24)
    subject_kind = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    # The child's public id. Audit stands below the child's record, hence no foreign key.
    child = models.UUIDField(null=True, blank=True)
    part = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)
    request_reference = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index("child", F("at").desc(), name="audit_entry_child_at"),
            models.Index("actor", F("at").desc(), name="audit_entry_actor_at"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_subject"),
            # "In which lists was this child shown?"
            GinIndex(
                fields=["detail"],
                opclasses=["jsonb_path_ops"],
                condition=Q(verb__in=["listed", "searched"]),
                name="audit_entry_shown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject_kind} {self.subject_id}".rstrip()


class Seal(models.Model):
    """One link of the chain: what was written in a run of transactions, as it stood when sealed.

    Covers every entry of `cluster` with `from_xid` <= xid < `to_xid`. `months` holds, for each month of
    `at` among them, how many entries there were and their digest, so that a month can be let go and the
    rest still be proved. A seal with `retired` covers nothing and says which month was let go.
    """

    number = models.BigIntegerField(primary_key=True)
    cluster = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    months = models.JSONField(default=dict)
    retired = models.CharField(max_length=7, blank=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "from_xid"], condition=Q(retired=""), name="audit_seal_no_overlap"
            ),
            models.CheckConstraint(
                condition=Q(retired="", to_xid__gt=F("from_xid")) | Q(~Q(retired=""), to_xid=F("from_xid")),
                name="audit_seal_covers",
            ),
        ]
        indexes = [models.Index(fields=["cluster", "to_xid"], name="audit_seal_cluster_to")]

    def __str__(self) -> str:
        return f"seal {self.number}"
