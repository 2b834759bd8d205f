"""Who does what by when, carried over until done (SP1, T3, G2)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Team, User
from cems.actions.choices import Status
from cems.actions.querysets import ActionManager
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock


class Action(PublicModel):
    """Something one person or team undertook to do.

    `source_*` say where it comes from (a meeting, a matrix); `key` names a follow-up that the source raises
    by itself, once. `happened_at` is when it was agreed, apart from `created_at`, when it was recorded. `doing` is
    what was recorded as done, where that closed it.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    owner_team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    source_kind = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    source_reference = models.CharField(max_length=40, blank=True)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.TextField(blank=True, help_text="What came of it, or why it is no longer needed")
    clock = models.OneToOneField(Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    doing = models.ForeignKey(
        "Doing", null=True, blank=True, on_delete=models.PROTECT, related_name="closed_actions"
    )
    carried_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="carried_to"
    )

    objects: ClassVar = ActionManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_user__isnull=False, owner_team__isnull=True)
                | Q(owner_user__isnull=True, owner_team__isnull=False),
                name="action_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="action_closed_with_outcome",
            ),
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "key"],
                condition=~Q(key="") & ~Q(source_id="") & Q(carried_from__isnull=True),
                name="action_follow_up_once",
            ),
        ]
        indexes = [
            models.Index(fields=["child", "-created_at"], name="action_of_child"),
            models.Index(fields=["owner_user", "-id"], name="action_of_user"),
            models.Index(fields=["owner_team", "-id"], name="action_of_team"),
            models.Index(fields=["source_kind", "source_id"], name="action_of_source"),
        ]

    def __str__(self) -> str:
        return self.reference  # never the title: what people type may name a child

    @property
    def owner(self) -> User | Team:
        return self.owner_user or self.owner_team  # type: ignore[return-value]

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN


class Doing(PublicModel):
    """What was done or decided about an action, recorded on its page (K1): never changed, but undone when in error.

    `words` holds the answer and what was given to its questions, as it was told then.
    """

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="doings")
    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    done_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_why = models.CharField(max_length=200, blank=True)

    objects: ClassVar = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=Q(undone_at__isnull=True), name="doing_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_why="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_why="")),
                name="doing_undone_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["child", "-done_at"], name="doing_of_child")]

    def __str__(self) -> str:
        return f"doing {self.pk}"
