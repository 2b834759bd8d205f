"""The library CEVT gives advice from, and the log of who asked ERASE what (T4, T8)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cems.accounts.models import Agency
from cems.base.models import PublicModel
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.querysets import OfChildManager
from cems.policy.fields import KeyField


class AdviceEntry(PublicModel):
    """One piece of advice in the library; its words are the newest version, older ones are kept."""

    code = models.SlugField(max_length=60, unique=True)
    current = models.OneToOneField(
        "triage.AdviceVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "advice entries"

    def __str__(self) -> str:
        return self.code


class AdviceVersion(PublicModel):
    """The words of a piece of advice from a day on; never edited, so that what was sent can be read again."""

    entry = models.ForeignKey(AdviceEntry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    link = models.URLField(blank=True)
    contact = models.CharField("who to ring", max_length=120, blank=True, db_default="")
    phone = models.CharField("their number", max_length=40, blank=True, db_default="")
    hours = models.CharField("when they answer", max_length=120, blank=True, db_default="")
    age_from = models.PositiveSmallIntegerField(default=0)
    age_to = models.PositiveSmallIntegerField(default=21)
    forms = ArrayField(
        KeyField(max_length=14, named_by=HARM_FORMS), default=list, blank=True, help_text="Empty: any"
    )
    levels = ArrayField(
        models.PositiveSmallIntegerField(choices=RiskLevel), default=list, blank=True, help_text="Empty: any"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="advice_version_once"),
            models.CheckConstraint(condition=Q(age_to__gte=F("age_from")), name="advice_ages_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class Consultation(PublicModel):
    """Somebody asked for advice and got it: of a child on record, or of a situation without a name (T8)."""

    child = models.ForeignKey(Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField("who asked", max_length=120)
    asked_by_agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    happened_at = models.DateTimeField()
    about = models.TextField("what was asked")
    given = models.TextField("what was advised")
    advice = models.ManyToManyField(AdviceVersion, blank=True, related_name="+")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["-happened_at"]), models.Index(fields=["child", "-happened_at"])]

    def __str__(self) -> str:
        return f"consultation {self.pk}"
