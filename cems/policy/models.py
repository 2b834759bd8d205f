"""What the partnership decided, from when: one row a change, never edited. Its lists likewise."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cems.base.models import PublicModel
from cems.policy.querysets import SettingValueQuerySet


class SettingValue(PublicModel):
    """A value of one practice setting from `starts_at` on, until a later one begins.

    `key` names the `Policy` that an app declares. `authority_id` is the row number of the local authority it holds
    for, null for the whole partnership: authorities stand above this floor, so it is no foreign key. `inherits`: the
    authority takes the value of the whole partnership again. `number` counts the changes of one setting of one
    authority: two at once can't both have it. A value may be withdrawn before it begins, not after.
    """

    key = models.CharField(max_length=60)
    authority_id = models.BigIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField()
    value = models.JSONField(null=True, blank=True)
    inherits = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    why = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar = SettingValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "authority_id", "number"], nulls_distinct=False, name="settingvalue_number"
            ),
            models.UniqueConstraint(
                fields=["key", "authority_id", "starts_at"],
                nulls_distinct=False,
                condition=Q(withdrawn_at__isnull=True),
                name="settingvalue_one_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__gt=F("made_at")), name="settingvalue_not_for_the_past"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="settingvalue_says_why"),
            models.CheckConstraint(
                condition=Q(inherits=False) | Q(authority_id__isnull=False, value__isnull=True),
                name="settingvalue_inherits_in_an_authority",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__lt=F("starts_at"), withdrawn_by__isnull=False),
                name="settingvalue_withdrawn_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} from {self.starts_at:%Y-%m-%d %H:%M}"


class ListEntry(PublicModel):
    """An entry of a list that the partnership added, or one that an app declares, as it changed it: a row a version.

    `list_key` names the `PracticeList`, `key` what other rows keep; the newest version holds, and none is edited or
    removed. `active_until` is the last day on which the entry is offered; what was recorded with it reads on.
    """

    list_key = models.CharField(max_length=40)
    key = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    position = models.FloatField()
    marks = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_until = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["list_key", "key", "version"], name="listentry_version_once"),
            models.CheckConstraint(condition=~Q(label="") & ~Q(key=""), name="listentry_has_words"),
            models.CheckConstraint(
                condition=Q(active_from__isnull=True)
                | Q(active_until__isnull=True)
                | Q(active_until__gte=F("active_from")),
                name="listentry_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.label
