"""Shapes shared by every app's models, and the keys that make a repeated save harmless."""

import uuid

from django.conf import settings
from django.db import models


class PublicModel(models.Model):
    """A row that may be named in a URL: by UUID, never by its row number."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class IdempotencyKey(models.Model):
    """A save that was taken once; the same key again answers with the same result."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    action = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_user_key"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.key}"


class Presence(models.Model):
    """Where a person was last seen within one subject; `presence` says what counts as being there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=80)
    place = models.CharField(max_length=120)
    typing = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"presence {self.pk}"


class FormDraft(models.Model):
    """What somebody typed into a form and has not sent (K2): given back to them on the page, and to nobody else.

    `address` is the path of the page and `form` which form of it; `fields` has, for each field they changed, what
    stood there before and what stands there now. `tab` is the open page that saved last, `version` how often.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    tab = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    address = models.CharField(max_length=300)
    form = models.CharField(max_length=320)
    title = models.CharField(max_length=150)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="form_draft_once")]
        indexes = [
            models.Index(
                fields=["user", "address"], condition=models.Q(sent_at=None), name="form_draft_unsent"
            )
        ]

    def __str__(self) -> str:
        return f"form draft {self.pk}"


class Heartbeat(models.Model):
    """When a piece of background work was last done to its end; one row a task, for /readyz."""

    task = models.CharField(max_length=100, primary_key=True)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task} {self.done_at:%Y-%m-%d %H:%M:%S}"
