"""What is asked of children's services, and the statutory meetings beside it (T1, M5, X6, G3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cems.accounts.models import Agency
from cems.base.models import PublicModel
from cems.children.choices import Informed, RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from cems.policy.fields import KeyField
from plans.choices import MeetingKind, ReferralState, RequestAnswer, RequestKind


class Referral(PublicModel):
    """A child brought to First Contact; decided within a working day. `source` names the paper it came with.

    It is never delayed for telling the parents; whether they know is said beside it (T1).
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    source = models.CharField("reference of the paper it came with", max_length=20, blank=True)
    concern = models.TextField("what the worry is", blank=True, db_default="")
    informed = models.CharField(max_length=12, choices=Informed, blank=True, db_default="")
    not_informed_why = models.TextField(blank=True, db_default="")
    saf_reference = models.CharField("police SAF reference", max_length=30, blank=True, db_default="")
    referrer = models.CharField(
        "who made it, where it came by telephone or on paper", max_length=200, blank=True, db_default=""
    )
    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ReferralState, default=ReferralState.OPEN)
    outcome = models.CharField("key of its kind", max_length=14, blank=True)
    outcome_label = models.CharField(
        "what it was called when it was decided", max_length=120, blank=True, db_default=""
    )
    rationale = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(state="open"), name="referral_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", outcome="", decided_at__isnull=True)
                | (Q(state="decided", decided_at__isnull=False) & ~Q(outcome="")),
                name="referral_decided_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Request(PublicModel):
    """A request to children's services that must be answered: held, or threshold not met and why (M5)."""

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=18, choices=RequestKind, default=RequestKind.STRATEGY_MEETING)
    source = models.CharField("reference of the paper it came with", max_length=20, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=RequestAnswer, blank=True)
    answer_why = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind"], condition=Q(answer=""), name="request_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(answer="not_met") | ~Q(answer_why=""), name="request_not_met_needs_why"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class StatutoryMeeting(PublicModel):
    """A meeting held under the child's own plan: date, kind, who was there, outcome (G3).

    `level_view` is the level the meeting saw, shown beside the agreed one and never agreed (C4). `review` is the
    review it belongs to, which it does not keep: that is met by its own paper. Never edited: it is corrected by a new
    row that supersedes it.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=18, choices=MeetingKind)
    held_at = models.DateTimeField()
    attended = models.TextField("who was there", blank=True, db_default="")
    outcome = models.TextField()
    level_view = models.PositiveSmallIntegerField(
        "the level the meeting saw", choices=RiskLevel, null=True, blank=True
    )
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    corrected_why = models.TextField("why it corrects the earlier row", blank=True, db_default="")
    answers = models.ForeignKey(
        Request, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    review = models.ForeignKey(
        Clock,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The promise of the review it belongs to",
    )
    review_due_on = models.DateField("when that review was due", null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-held_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(review__isnull=True, review_due_on__isnull=True)
                | Q(review__isnull=False, review_due_on__isnull=False),
                name="meeting_review_due",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(corrected_why=""), name="meeting_corrected_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Provider(PublicModel):
    """A service outside the partnership's own teams that children or their parents are referred to (T4, TR1).

    Which there are, and whom each takes, differs between partnerships and over time, so it is data. A row is
    never removed: `active_until` is the last day on which the provider takes referrals.
    """

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    page = models.URLField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    age_from = models.PositiveSmallIntegerField(default=0)
    age_to = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: no oldest age")
    harms = ArrayField(
        KeyField(max_length=14, named_by=HARM_FORMS), default=list, blank=True, help_text="Empty: any"
    )
    levels = ArrayField(
        models.PositiveSmallIntegerField(choices=RiskLevel), default=list, blank=True, help_text="Empty: any"
    )
    takes_parents = models.BooleanField(default=False)
    active_from = models.DateField()
    active_until = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="provider_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(active_until__isnull=True) | Q(active_until__gte=F("active_from")),
                name="provider_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name
