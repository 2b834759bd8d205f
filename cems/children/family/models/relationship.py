"""A person in a child's life, from–to, and what must be known to speak with them (C7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cems.base.models import PublicModel
from cems.children.choices import NamedBy, Relation, SafeToRing, YesNoNotKnown
from cems.children.family.querysets import RecordLinkQuerySet
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class Relationship(PublicModel):
    """Who somebody is to the child, as it was told.

    A correction is a new row that supersedes the old one; both stay. It ends once, with a reason. Whether the
    person has a record of CEMS of their own stands apart, in `RecordLink`: no column here tells of it.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=16, choices=Relation)
    name = models.CharField(max_length=120)
    date_of_birth = models.DateField(null=True, blank=True)
    parental_responsibility = models.CharField(
        max_length=9, choices=YesNoNotKnown, default=YesNoNotKnown.NOT_KNOWN
    )
    lives_with = models.CharField(
        "lives with the child", max_length=9, choices=YesNoNotKnown, default=YesNoNotKnown.NOT_KNOWN
    )
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.BooleanField("needs an interpreter", default=False)
    safe_to_ring = models.CharField(max_length=9, choices=SafeToRing, default=SafeToRing.NOT_KNOWN)
    safe_when = models.CharField("when or how it is safe", max_length=200, blank=True)
    may_be_told = models.TextField(blank=True)
    must_not_be_told = models.TextField(blank=True)
    must_not_why = models.TextField("why they must not be told", blank=True)
    named_by = models.CharField(max_length=12, choices=NamedBy)
    named_on = models.DateField()
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, end_reason="", ended_by__isnull=True)
                | Q(ends_on__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="relationship_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="relationship_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(safe_to_ring=SafeToRing.ONLY_WHEN) | ~Q(safe_when=""),
                name="relationship_safe_when",
            ),
            models.CheckConstraint(
                condition=Q(must_not_be_told="") | ~Q(must_not_why=""), name="relationship_must_not_why"
            ),
        ]

    def __str__(self) -> str:
        return f"relationship {self.pk}"  # never a name: this text reaches logs and error pages

    @property
    def call(self) -> str:
        """Whether it is safe to ring, in words."""
        if self.safe_to_ring == SafeToRing.ONLY_WHEN:
            return f"Only: {self.safe_when}"
        return SafeToRing(self.safe_to_ring).label


class RecordLink(PublicModel):
    """The person of a relationship has a record of CEMS of their own.

    It is shown to nobody who may not read that record, and to nobody at all once either of the two is sealed. More
    than one may stand for a relationship: a user who may not know of one can't be refused another because of it.
    """

    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="record_links")
    record = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    why = models.CharField("how one knows", max_length=200)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(max_length=200, blank=True)

    objects = RecordLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "record"],
                condition=Q(ended_at__isnull=True),
                name="record_link_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="record_link_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"record link {self.pk}"
