"""First Contact's work on a referral before it decides (T1)."""

from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Agency, Team
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from cems.policy.fields import KeyField
from matrix.models import MatrixDue
from plans.models import Referral
from triage.choices import Answered, LaterFindingKind, Section47
from triage.first_contact.rules.threshold import THRESHOLDS


class ReferralAssessment(PublicModel):
    """What First Contact finds out and holds of one referral: the need, the enquiry, where it goes.

    Mutable until the referral is decided, with a version; kept with the decision after.
    """

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="assessment")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    get_threshold_display: Callable[[], str]
    threshold = KeyField(max_length=10, named_by=THRESHOLDS, blank=True)
    section_47 = models.CharField(max_length=15, choices=Section47, blank=True)
    outside_home = models.BooleanField(
        null=True, help_text="Whether the primary risk lies outside the home; not asked yet while empty"
    )
    approach = models.BooleanField(default=False, help_text="Harm Outside the Home approach")
    approach_why = models.TextField(blank=True)
    to_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_team_why = models.TextField("why this team, where the child's age speaks against it", blank=True)
    stepped_up = models.BooleanField(default=False, help_text="Stepped up from early help")
    below_why = models.TextField("why a child at Significant is decided below it", blank=True, db_default="")
    below_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The manager whose reason that is",
    )
    version = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "assessments"
        constraints = [
            models.CheckConstraint(
                condition=Q(below_why="", below_manager__isnull=True)
                | (~Q(below_why="") & Q(below_manager__isnull=False)),
                name="assessment_below_by_manager",
            )
        ]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class LaterFinding(PublicModel):
    """What a section 47 enquiry or an assessment found after the referral was decided: a dated row of its own.

    What the decision rested on stays as it was. Immutable but for being withdrawn; the
    newest that stands says whether the approach is taken from then on.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="later_findings")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    get_kind_display: Callable[[], str]
    kind = models.CharField(max_length=15, choices=LaterFindingKind)
    found_on = models.DateField()
    text = models.TextField("what was found, and by whom")
    outside_home = models.BooleanField(
        null=True, help_text="Whether the primary risk lies outside the home; not known while empty"
    )
    approach = models.BooleanField(default=False, help_text="Harm Outside the Home approach, from then on")
    approach_why = models.TextField(blank=True)
    matrix_due = models.ForeignKey(
        MatrixDue, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="It was recorded in error")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_why = models.CharField(max_length=200, blank=True)

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "kind", "found_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="later_finding_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="later_finding_withdrawn_why",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="later_finding_has_words"),
        ]

    def __str__(self) -> str:
        return f"later finding {self.pk}"


class AgencyEnquiry(PublicModel):
    """One agency is asked what it knows, by a clock; its answer is kept as it came."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="agency_enquiries")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    asked_of = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    what = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    answered = models.CharField(max_length=12, choices=Answered, blank=True)
    text = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "agency"], condition=Q(answered=""), name="enquiry_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answered="", answered_at__isnull=True)
                | (~Q(answered="") & Q(answered_at__isnull=False)),
                name="enquiry_answered_when",
            ),
            models.CheckConstraint(
                condition=~Q(answered="written") | ~Q(text=""), name="enquiry_written_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"enquiry {self.pk}"
