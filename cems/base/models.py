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
