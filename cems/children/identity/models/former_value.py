"""What a record said of the child before (C1): found and shown like a former name."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class FormerField(models.TextChoices):
    """Facts of a record whose earlier values are kept; earlier names are rows of `ChildName`."""

    DATE_OF_BIRTH = "date_of_birth", "birth date"
    ADDRESS = "address", "address"
    POSTCODE = "postcode", "postcode"
    SCHOOL = "school", "school or college"
    PREFERRED_NAME = "preferred_name", "name used"
    FIRST_LANGUAGE = "first_language", "first language"
    SEX = "sex", "sex"
    GENDER = "gender", "gender"
    ETHNICITY = "ethnicity", "ethnicity"


class FormerReason(models.TextChoices):
    CORRECTED = "corrected", "Changed"
    DECIDED = "decided", "The age was decided"
    JOINED = "joined", "Another record said otherwise when the two were joined"
    CONFIDENTIAL = "confidential", "The address became confidential"


class FormerValue(models.Model):
    """One value that a record no longer holds, in words; `key` is what search compares ("" where it looks for none).

    One that is `withheld` came from beside a confidential address: it is read by the people listed to know
    that, and by nobody else, on no page, in no search and in no copy.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=16, choices=FormerField)
    value = models.CharField(max_length=500)
    key = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=12, choices=FormerReason)
    withheld = models.BooleanField(default=False, db_default=False)
    until = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfChildManager()

    class Meta:
        indexes = [
            models.Index(
                name="former_value_found",
                fields=["field", "key"],
                opclasses=["varchar_ops", "varchar_pattern_ops"],
                condition=Q(withheld=False) & ~Q(key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"former value {self.pk}"
