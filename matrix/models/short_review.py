"""A review of a child's matrix where nothing is new, and who was asked for it (M6)."""

from django.conf import settings
from django.db import models

from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from matrix.choices import AskedKind, Managed
from matrix.models.matrix import Review, Submission


class ShortReview(PublicModel):
    """Somebody who works with the child asked again, and nothing was new: it keeps the promise of a review.

    Immutable. `submission` is the matrix whose answers stand; where nobody could be asked, `not_asked_why` says who
    tried and why not.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="short_reviews")
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="short_review")
    managed = models.CharField("how well it is managed now", max_length=9, choices=Managed)
    managed_words = models.TextField("what keeps the child safe now")
    not_asked_why = models.TextField("who asked, and why nobody could be asked", blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-happened_at"])]

    def __str__(self) -> str:
        return self.reference

    @property
    def words(self) -> str:
        """All that it says, a line each: who was asked and what they said, and how it is managed now."""
        asked = [f"{row.named}, {row.asked_on:%-d %B %Y}: {row.words}" for row in self.asked.all()]
        why = [f"Nobody could be asked: {self.not_asked_why}"] if self.not_asked_why else []
        return "\n".join(
            [*asked, *why, f"Managed now: {self.get_managed_display().lower()}. {self.managed_words}"]
        )


class AskedPerson(models.Model):
    """One person who was asked for a review where nothing is new, on which day, and what they said."""

    short_review = models.ForeignKey(ShortReview, on_delete=models.PROTECT, related_name="asked")
    kind = models.CharField(max_length=12, choices=AskedKind)
    who = models.CharField("name and role", max_length=200, blank=True)
    asked_on = models.DateField()
    words = models.TextField("what they said")

    class Meta:
        verbose_name_plural = "asked people"
        constraints = [
            models.CheckConstraint(condition=~models.Q(words=""), name="askedperson_has_words"),
        ]

    def __str__(self) -> str:
        return f"asked {self.pk}"

    @property
    def named(self) -> str:
        """Who it was, in words."""
        kind = self.get_kind_display()
        return f"{kind}: {self.who}" if self.who else kind
