"""What CEVT decided about a child, never edited after (T3, T4)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cems.accounts.models import Locality
from cems.actions.models import Action
from cems.base.models import PublicModel
from cems.children.choices import RiskLevel
from cems.children.models import AgreedLevel, Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from cems.meetings.models import Meeting
from cems.policy.fields import KeyField
from plans.models import Provider
from triage.practice_lists import CEG_REASONS, RETURN_REASONS


class Decision(PublicModel):
    """One decision: the agreed level with its rationale, whether provisional, and what the referrer is told.

    Provisional without police or children's services at the table, or without a quorum: it meets the
    clock, and `confirm_clock` asks for its confirmation, which is a decision of its own (`confirms`).
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    agreed = models.OneToOneField(AgreedLevel, on_delete=models.PROTECT, related_name="+")
    submitted_level = models.PositiveSmallIntegerField(choices=RiskLevel, null=True, blank=True)
    feedback = models.TextField("words for the person who sent the matrix", blank=True)
    told = ArrayField(
        models.TextField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="Who was told of it, in the words of that moment",
    )
    returned_because = KeyField(
        "why the child came back", max_length=15, named_by=RETURN_REASONS, blank=True, db_default=""
    )
    provisional_why = models.CharField(max_length=200, blank=True)
    confirm_clock = models.OneToOneField(
        Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirms = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="confirmed_by"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        indexes = [
            models.Index(fields=["child", "-decided_at"]),
            models.Index(fields=["-decided_at"], name="decision_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(provisional_why="", confirm_clock__isnull=True)
                | (~Q(provisional_why="") & Q(confirm_clock__isnull=False)),
                name="decision_provisional_has_clock",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def provisional(self) -> bool:
        """Whether it was made provisionally; confirmed since or not."""
        return bool(self.provisional_why)


class Outcome(PublicModel):
    """One thing a decision starts, and what came of it: a board, a worker, advice, an action (T4)."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="outcomes")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("key of its kind", max_length=40)
    label = models.CharField("what it was called when it was decided", max_length=120, db_default="")
    why = models.TextField(blank=True)
    get_ceg_reason_display: Callable[[], str]
    ceg_reason = KeyField(max_length=11, named_by=CEG_REASONS, blank=True)
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    for_parents = models.BooleanField(default=False, help_text="For the parents, by a provider")
    details = models.JSONField("answers to what its kind asks beside why", default=dict, db_default={})
    action = models.ForeignKey(Action, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    advice = models.ManyToManyField("triage.AdviceVersion", blank=True, related_name="+")

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind", "provider", "for_parents"],
                name="outcome_once_each",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(kind="ceg") | (Q(locality__isnull=False) & ~Q(ceg_reason="")),
                name="outcome_ceg_where_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"
