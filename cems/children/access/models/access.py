"""Who reaches a child, kept as rows the access rules can ask in one query (A2)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from guardian.models import UserObjectPermissionBase

from cems.accounts.models import Authority, Locality
from cems.base.time import NO_END
from cems.children.choices import MatterKind
from cems.children.identity.models.child import Child


class ChildUserObjectPermission(UserObjectPermissionBase):
    """The projection of involvements: one row a user and child, good until `until`.

    Written by `cems.children.access.grants` alone; `manage.py check_access` compares and rebuilds.
    """

    content_object = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(default=NO_END)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["user", "until"], include=["content_object"], name="grant_of_user")]
        constraints = [models.UniqueConstraint(fields=["user", "content_object"], name="grant_once")]


class Matter(models.Model):
    """Why a forum follows a child, written by the upper apps calling down.

    Open while `closed_at` is null; reach lasts to `until`, which stands at NO_END while open, so that one comparison
    answers. `authority` is the one the child lived in; `responsible` the one that answers for the child, where that is
    another: its people keep a child placed elsewhere in reach (C2).
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=MatterKind)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(
        Authority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # its own index below holds the few across a border only
    )
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(default=NO_END)

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "authority", "until"], include=["child"], name="matter_by_authority"
            ),
            models.Index(fields=["kind", "locality", "until"], include=["child"], name="matter_by_locality"),
            models.Index(
                fields=["kind", "responsible", "until"],
                include=["child"],
                condition=models.Q(responsible__isnull=False),
                name="matter_by_responsible",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="matter_one_open",
                expressions=[("child", RangeOperators.EQUAL), ("kind", RangeOperators.EQUAL)],
                condition=models.Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} matter {self.pk}"


class Submitter(models.Model):
    """Somebody submitted about the child: they keep their own submission, nothing more."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "child"], name="submitter_once")]

    def __str__(self) -> str:
        return f"submitter {self.pk}"


class NamedReaderKind(models.TextChoices):
    OWNER = "owner", "Owner of the record"
    DEPUTY = "deputy", "Deputy"
    NAMED = "named", "Named reader"


class NamedReader(models.Model):
    """A person named on a restricted record; on no other does it give anything."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=NamedReaderKind, default=NamedReaderKind.NAMED)
    until = models.DateTimeField(default=NO_END)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "user"], name="namedreader_once")]

    def __str__(self) -> str:
        return f"named reader {self.pk}"


class Bar(models.Model):
    """A person who may never read this record: it beats every role (works there and knows the family, is a party)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "child"], name="bar_once")]

    def __str__(self) -> str:
        return f"bar {self.pk}"
