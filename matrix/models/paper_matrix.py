"""A matrix that came by mail or on paper, as the desk that enters it wrote down who made it and how it came (T2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Agency
from cems.base.models import PublicModel
from matrix.choices import CameBy
from matrix.models.matrix import Matrix


class PaperMatrix(PublicModel):
    """Who made a matrix that came by mail or on paper, when it was received and how, apart from who entered it when.

    `author` is the author's account, where there is one. Who has none is told by the desk: how, when and by whom.
    """

    matrix = models.OneToOneField(Matrix, on_delete=models.PROTECT, related_name="on_paper")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(max_length=200)
    author_role = models.CharField(max_length=200)
    author_contact = models.CharField("address, e-mail address or telephone", max_length=300)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency_name = models.CharField("another agency", max_length=200, blank=True)
    came_by = models.CharField("how it came", max_length=5, choices=CameBy)
    received_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    told_how = models.CharField("how the author was told", max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "matrices on paper"
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | ~Q(agency_name=""), name="papermatrix_has_agency"
            ),
            models.CheckConstraint(
                condition=Q(received_at__lte=models.F("entered_at")), name="papermatrix_received_first"
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by__isnull=True, told_how="")
                | (Q(told_at__isnull=False, told_by__isnull=False) & ~Q(told_how="")),
                name="papermatrix_told",
            ),
        ]

    def __str__(self) -> str:
        return f"paper of matrix {self.matrix_id}"

    @property
    def author_words(self) -> str:
        """For example: Robin Pretend, school nurse, Health."""
        return ", ".join([self.author_name, self.author_role, self.agency_words])

    @property
    def agency_words(self) -> str:
        """The author's agency by its name."""
        return str(self.agency) if self.agency else self.agency_name

    @property
    def came_words(self) -> str:
        """For example: by post."""
        return self.get_came_by_display().lower()
