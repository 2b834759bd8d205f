"""A meeting from its start to its end, and what each agency said of a child at it (T3, G2)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cems.accounts.models import Agency, Authority, Locality
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from cems.meetings.choices import Held, MeetingForum, NoteKind, RelayedHow


class Meeting(PublicModel):
    """One meeting of a forum. One for each forum and place is open at a time.

    `clock` is the promise to end it: minutes go out when it ends, so that one left open is told of.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    forum = models.CharField(max_length=4, choices=MeetingForum)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    quorate = models.BooleanField(null=True, help_text="Whether enough agencies came; known when it ends")
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0, help_text="Goes up with whatever the table should see")

    class Meta:
        indexes = [models.Index(fields=["forum", "authority", "-started_at"], name="meeting_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["forum", "authority", "locality"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="meeting_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("started_at"), ended_by__isnull=False),
                name="meeting_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Attendance(models.Model):
    """A person at a meeting for their agency, perhaps in somebody's place; or an apology."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    standing_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    apology = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("joined_at")),
                name="attendance_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"attendance {self.pk}"


class Note(PublicModel):
    """A theme or a hotspot noted as it appeared, about no child in particular."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=7, choices=NoteKind)
    text = models.TextField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note {self.pk}"


class Contribution(PublicModel):
    """What one agency says of a child to a forum, saved as it is typed; frozen when the forum has decided.

    `about` is the public id of the forum's own item, so that a later item of the same child asks afresh.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    forum = models.CharField(max_length=4, choices=MeetingForum)
    about = models.UUIDField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    held = models.CharField(max_length=12, choices=Held)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-said_at"])]
        constraints = [
            models.UniqueConstraint(fields=["about", "agency"], name="contribution_once"),
            models.CheckConstraint(
                condition=~Q(held=Held.WRITTEN.value) | ~Q(text=""), name="contribution_written_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class RelayedContribution(PublicModel):
    """What an agency that is away told the chair of a child, who wrote it down: by whom it was told, how and when.

    Never edited: what is told later is the next `number`, and what the agency says itself stands beside it as its
    `Contribution`. It puts nobody at the table.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    forum = models.CharField(max_length=4, choices=MeetingForum)
    about = models.UUIDField(help_text="Public id of the forum's item")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    held = models.CharField(max_length=12, choices=Held)
    text = models.TextField(blank=True)
    told_by = models.CharField("who told it", max_length=200)
    told_how = models.CharField(max_length=6, choices=RelayedHow)
    told_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        verbose_name = verbose_name_plural = "as told"
        indexes = [models.Index(fields=["child", "-written_at"])]
        constraints = [
            models.UniqueConstraint(fields=["about", "agency", "number"], name="relayed_once"),
            models.CheckConstraint(
                condition=~Q(held=Held.WRITTEN.value) | ~Q(text=""), name="relayed_written_has_text"
            ),
            models.CheckConstraint(condition=~Q(told_by=""), name="relayed_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"as told {self.pk}"

    def same_as(self, held: str, text: str, by: str, how: str, at: datetime) -> bool:
        """Whether this is what is written here already."""
        mine = (self.held, self.text, self.told_by, self.told_how, self.told_at)
        return mine == (held, text, by, how, at)


class Dissent(PublicModel):
    """An agency at the table does not agree with what was decided, and says why (T3). Never edited."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    about = models.UUIDField(help_text="Public id of the decision")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "agency"], name="dissent_once")]

    def __str__(self) -> str:
        return f"dissent {self.pk}"
