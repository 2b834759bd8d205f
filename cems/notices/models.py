"""What people are told, and the outbox that mails it (K1; security: references only)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel
from cems.notices.querysets import MailQuerySet, NoticeQuerySet


class Notice(PublicModel):
    """One thing one person was told. `text` and `url` carry references, never a name.

    `key` says what it is about: the same key is told to the same person once.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    child = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(
                fields=["key"],
                opclasses=["text_pattern_ops"],
                condition=Q(read_at__isnull=True),
                name="notice_unread_about",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Mail(models.Model):
    """One e-mail that waits in the outbox, was sent, or failed. Sent at least once, always with one id."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="mail")
    message_id = models.CharField(max_length=80, unique=True)
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_why = models.CharField(max_length=80, blank=True)

    objects: ClassVar = MailQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mail"
        constraints = [
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, failed_why="")
                | (Q(failed_at__isnull=False) & ~Q(failed_why="")),
                name="mail_failed_with_reason",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
                name="mail_waiting",
            ),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="mail_failed"),
        ]

    def __str__(self) -> str:
        return self.message_id
