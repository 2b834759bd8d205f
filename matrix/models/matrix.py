"""The CE Matrix: a draft several people fill in, and the submission that is never edited after (M1–M6)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cems.accounts.models import Agency
from cems.actions.models import Action
from cems.base.models import PublicModel
from cems.children.choices import HarmContext, RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from cems.policy.fields import KeyField
from matrix.choices import Assessment, Informed, Managed, MatrixState, Occasion, Seen, WhenKind
from matrix.practice_lists import OCCASIONS
from matrix.rules import Forum, Receipt


class Matrix(PublicModel):
    """One matrix about one child, made with one version of the instrument and kept with it (M1).

    Open until it is submitted or withdrawn; one open matrix a child, so that two colleagues who
    start on the same day meet in the same draft. Somebody who sees only what they submit themselves
    (a school, a desk) makes their `own` beside it: they must not read what others wrote.
    `field_versions` guards each field of the judgement as an answer's version guards the answer, and goes
    on counting for an answer that was taken back.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    instrument_version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=MatrixState, default=MatrixState.DRAFT)
    own = models.BooleanField(default=False)
    get_occasion_display: Callable[[], str]
    occasion = KeyField(max_length=20, named_by=OCCASIONS, default=Occasion.CONCERN)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    field_versions = models.JSONField(
        default=dict,
        help_text="For each field of the judgement: how often it was saved, and who saved it last",
    )
    level = models.PositiveSmallIntegerField(choices=RiskLevel, null=True, blank=True)
    reasons = models.TextField(blank=True)
    difference = models.TextField("why the judgement differs from the evidence", blank=True)
    forms = ArrayField(KeyField(max_length=14, named_by=HARM_FORMS), default=list, blank=True)
    contexts = ArrayField(models.CharField(max_length=10, choices=HarmContext), default=list, blank=True)
    child_views = models.TextField("the child's own words", blank=True)
    mother_views = models.TextField("the mother's own words", blank=True, db_default="")
    father_views = models.TextField("the father's own words", blank=True, db_default="")
    carer_views = models.TextField("the carer's own words", blank=True, db_default="")
    family_views = models.TextField("the family's own words", blank=True)
    informed = models.CharField(max_length=12, choices=Informed, blank=True)
    not_informed_why = models.TextField(blank=True)
    home_strength = models.TextField("home: what is strong", blank=True, db_default="")
    home_worry = models.TextField("home: what worries", blank=True, db_default="")
    family_strength = models.TextField("family: what is strong", blank=True, db_default="")
    family_worry = models.TextField("family: what worries", blank=True, db_default="")
    friends_strength = models.TextField("friends: what is strong", blank=True, db_default="")
    friends_worry = models.TextField("friends: what worries", blank=True, db_default="")
    school_strength = models.TextField("school: what is strong", blank=True, db_default="")
    school_worry = models.TextField("school: what worries", blank=True, db_default="")
    community_strength = models.TextField("community: what is strong", blank=True, db_default="")
    community_worry = models.TextField("community: what worries", blank=True, db_default="")
    plan_needs = models.TextField("what the plan must hold", blank=True, db_default="")
    assessments = ArrayField(
        models.CharField(max_length=14, choices=Assessment),
        default=list,
        blank=True,
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=14))),
    )
    assessments_where = models.TextField("where these assessments are found", blank=True, db_default="")
    withdrawn_why = models.TextField(blank=True)

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "matrices"
        indexes = [
            models.Index(fields=["child", "-started_at"]),
            models.Index(fields=["started_by", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(state="draft", own=False), name="matrix_one_draft"
            ),
            models.UniqueConstraint(
                fields=["child", "started_by"],
                condition=Q(state="draft", own=True),
                name="matrix_one_own_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Contributor(PublicModel):
    """A colleague who fills a matrix in with others, from–to (M6).

    `brought_in` is true where this alone lets them see their part of the record: it ends with it.
    """

    matrix = models.ForeignKey(Matrix, on_delete=models.PROTECT, related_name="contributors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    brought_in = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matrix", "user"], condition=Q(ended_at__isnull=True), name="contributor_once"
            ),
        ]

    def __str__(self) -> str:
        return f"contributor {self.pk}"


class Answer(models.Model):
    """The answer to one indicator; an indicator without a row has not been asked yet."""

    matrix = models.ForeignKey(Matrix, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=60)
    seen = models.CharField(max_length=10, choices=Seen)
    when_kind = models.CharField(max_length=10, choices=WhenKind, blank=True)
    seen_on = models.DateField(null=True, blank=True)
    what = models.TextField("what was seen", blank=True)
    source = models.CharField("who says so", max_length=200, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    managed = models.CharField(
        "how well it is managed now", max_length=9, choices=Managed, blank=True, db_default=""
    )
    version = models.PositiveIntegerField(default=1)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matrix", "code"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(seen="seen") | Q(seen_on__isnull=True, when_kind=""),
                name="answer_dated_only_if_seen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of matrix {self.matrix_id}"


class Submission(PublicModel):
    """A matrix as it was sent: the judgement, what the evidence suggested and why, and when it was received.

    Immutable. The answers of a submitted matrix are frozen with it.
    """

    matrix = models.OneToOneField(Matrix, on_delete=models.PROTECT, related_name="submission")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    level = models.PositiveSmallIntegerField(choices=RiskLevel)
    reasons = models.TextField()
    difference = models.TextField(blank=True)
    suggested = models.PositiveSmallIntegerField(choices=RiskLevel)
    suggested_because = models.JSONField(default=list)
    rule_version = models.PositiveSmallIntegerField()
    harm_happened = models.BooleanField()
    receipt = models.CharField(max_length=6, choices=Receipt)
    call = models.CharField("phone call, or tries with times", max_length=300, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-received_at"]), models.Index(fields=["submitted_by"])]

    def __str__(self) -> str:
        return self.reference

    @property
    def sender_words(self) -> str:
        """Who judged it, as pages and papers name them: its author where it came on paper, else who sent it."""
        paper = getattr(self.matrix, "on_paper", None)
        return paper.author_words if paper else str(self.submitted_by)


class MatrixDue(PublicModel):
    """Something happened that requires a matrix or its update; met by the next one sent after it (M4).

    One open row a child and occasion: told again, it joins.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    get_occasion_display: Callable[[], str]
    occasion = KeyField(max_length=20, named_by=OCCASIONS)
    happened_at = models.DateTimeField()
    source = models.CharField("reference of the paper it came with", max_length=20, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    met_by = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="met"
    )

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "matrices due"
        indexes = [models.Index(fields=["child", "-happened_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "occasion"], condition=Q(met_by__isnull=True), name="matrixdue_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"matrix due {self.pk}"


class Joined(models.Model):
    """A later submission asked again for an action that was still open: it joined, nothing was opened twice (M5)."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="joined")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "action"], name="joined_once")]

    def __str__(self) -> str:
        return f"joined {self.pk}"


class Review(PublicModel):
    """The promise to look at a child's matrix again; one open review a child (M6)."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=4, choices=Forum)
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(ended_at__isnull=True), name="review_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"
