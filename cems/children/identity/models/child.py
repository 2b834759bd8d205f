"""Who a child is (C1)."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from cems.accounts.models import Authority, Locality, Team
from cems.base.models import PublicModel
from cems.base.time import local_date, now
from cems.base.words import counted
from cems.children.choices import (
    PRESUMED_CHILD,
    BirthDateKnown,
    Ethnicity,
    Gender,
    IdentifierKind,
    RiskLevel,
    Sex,
)
from cems.children.identity.models.school import School
from cems.children.identity.rules import age_on
from cems.children.identity.whereabouts import NOT_SHOWN, confidential_among
from cems.children.querysets import ChildManager

# A function of our database: how each word of a search key sounds (migration 0008).
SOUNDS = "children_name_sounds"


class Child(PublicModel):
    """One record a child. Read only through `Child.objects.visible_to(user)`.

    `authority` is the one responsible; `area` the one the child lives or is placed in.
    `restricted` narrows every reader to the people named on the record. `provisional`
    records came in with a matrix from somebody who could not see whether the child is
    known: First Contact matches them. `current_level` points at the newest agreed level of the
    record and of those merged into it; `joined_authorities` holds the authorities of those, so
    that a user who reads one by its authority reads all (both compared by `check_derived`).
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    preferred_name = models.CharField(max_length=80, blank=True)
    date_of_birth = models.DateField()
    birth_date_known = models.CharField(
        max_length=8,
        choices=BirthDateKnown,
        default=BirthDateKnown.EXACT,
        db_default=BirthDateKnown.EXACT.value,
    )
    first_language = models.CharField(max_length=60, blank=True, db_default="")
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.NOT_KNOWN)
    gender = models.CharField(max_length=16, choices=Gender, default=Gender.NOT_ASKED)
    ethnicity = models.CharField(max_length=4, choices=Ethnicity, default=Ethnicity.NOBT)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    listed_school = models.ForeignKey(
        School,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The same school in the public register, or one without an account",
    )
    restricted = models.BooleanField(default=False)
    restricted_review_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    legal_hold = models.BooleanField(default=False, db_default=False, help_text="Nothing of it may go")
    provisional = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    joined_authorities = ArrayField(
        models.IntegerField(),
        null=True,
        blank=True,
        editable=False,
        help_text="Of the records merged into it",
    )
    current_level = models.OneToOneField(
        "children.AgreedLevel", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    plain = models.Manager()  # for the framework's own needs; product code may not use it (guard)
    objects: ClassVar[ChildManager] = ChildManager()

    class Meta:
        verbose_name_plural = "children"
        default_manager_name = "plain"
        base_manager_name = "plain"
        indexes = [
            models.Index(fields=["authority", "id"]),
            models.Index(fields=["area", "id"]),
            models.Index(fields=["date_of_birth"]),
            models.Index(fields=["created_at"], name="child_recent"),
            models.Index(fields=["created_at"], condition=Q(provisional=True), name="child_provisional"),
            models.Index(fields=["id"], condition=Q(sealed_at__isnull=False), name="child_sealed"),
            GinIndex(name="child_postcode", fields=["postcode"], opclasses=["gin_trgm_ops"]),
            GinIndex(
                name="child_joined",
                fields=["joined_authorities"],
                condition=Q(joined_authorities__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="child_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(restricted_review_on__isnull=False),
                name="child_restriction_has_review",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | Q(restricted=True), name="child_sealed_is_restricted"
            ),
        ]

    def __str__(self) -> str:
        return self.reference  # never a name: this text reaches logs and error pages

    @property
    def name(self) -> str:
        """The name people use for the child."""
        return f"{self.preferred_name or self.given_name} {self.family_name}"

    @property
    def learns_at(self) -> str:
        """The school or college in words, with an account or not; "" where it is not known, and that it is not shown
        where the child's whereabouts are confidential: it would tell where to wait for them."""
        words = str(self.listed_school or self.school or "")
        return NOT_SHOWN if words and self.place_is_confidential else words

    @property
    def home(self) -> str:
        """The address in words, a line each; "" where none is recorded, and that it is not shown where the child's
        whereabouts are confidential."""
        if self.place_is_confidential:
            return NOT_SHOWN
        return "\n".join(part for part in (self.address, self.postcode) if part)

    @property
    def lives_in(self) -> str:
        """The locality and area in words; the area alone where the child's whereabouts are confidential."""
        near = self.locality if self.locality and not self.place_is_confidential else None
        return f"{near}, {self.area}" if near else str(self.area)

    @property
    def near(self) -> str:
        """The locality, or the area, as a line of a list says it."""
        return str(self.area if self.place_is_confidential else self.locality or self.area)

    @property
    def place_is_confidential(self) -> bool:
        """Whether nobody but listed people may learn where the child is; asked here where a list has not asked."""
        known: bool | None = getattr(self, "whereabouts_confidential", None)
        if known is None:
            known = bool(confidential_among([self.merged_into_id or self.pk], local_date(now())))
            self.whereabouts_confidential = known
        return known

    @property
    def presumed_child(self) -> bool:
        """Whether nobody knows for sure, so that the person is presumed under 18 until it is decided (C1)."""
        return self.birth_date_known in PRESUMED_CHILD

    def age_on(self, day: date) -> int:
        """Whole years lived on this day; at the most 17 while the person is presumed under 18."""
        age = age_on(self.date_of_birth, day)
        return min(age, 17) if self.presumed_child else age

    def age_words(self, day: date) -> str:
        """The age as pages say it; that it is disputed or not known comes in place of any number (C1)."""
        if self.birth_date_known == BirthDateKnown.DISPUTED:
            return "Age disputed: presumed under 18"
        if self.birth_date_known == BirthDateKnown.UNKNOWN:
            return "Age not known: presumed under 18"
        about = "About " if self.birth_date_known == BirthDateKnown.ABOUT else ""
        return f"{about}{counted(self.age_on(day), 'year')} old"

    @property
    def born_words(self) -> str:
        """The birth date in a line of a list or document, with how far it is known; never a guess as a fact (C1)."""
        day = f"{self.date_of_birth:%-d %B %Y}"
        return {
            BirthDateKnown.EXACT.value: f"born {day}",
            BirthDateKnown.ABOUT.value: f"born about {day}",
            BirthDateKnown.DISPUTED.value: f"recorded as born {day}, age disputed: presumed under 18",
        }.get(self.birth_date_known, "age not known: presumed under 18")

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def level(self) -> RiskLevel | None:
        """The agreed level in force, or None where no forum has agreed one."""
        return RiskLevel(self.current_level.level) if self.current_level else None


class ChildName(models.Model):
    """A name the child is or was known by; the registered name has a row too, so one index finds all."""

    # No index of its own: childname_of_child begins with the child.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="names", db_index=False)
    name = models.CharField(max_length=170)
    search_key = models.CharField(max_length=170, editable=False)
    sounds = models.GeneratedField(
        expression=Func("search_key", function=SOUNDS),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )
    registered = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(name="childname_trigram", fields=["search_key"], opclasses=["gin_trgm_ops"]),
            models.Index(name="childname_of_child", fields=["child", "search_key"]),
            GinIndex(name="childname_sounds", fields=["sounds"]),
        ]
        constraints = [
            models.UniqueConstraint(F("name"), F("child"), name="childname_written_once"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(registered=True), name="childname_registered"
            ),
        ]

    def __str__(self) -> str:
        return f"name {self.pk}"


class Identifier(models.Model):
    """A number another system knows the child by, checked by its own rule.

    One record holds it; what is recorded of another child with the same number is `claimed`: kept, shown and
    found like any other, and First Contact settles it. So nobody learns by recording one whether it is known.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=12, choices=IdentifierKind)
    value = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(ended_at__isnull=True, claimed_at__isnull=True),
                name="identifier_one_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["child"]),
            models.Index(fields=["kind", "value"], name="identifier_value"),
            models.Index(
                fields=["claimed_at"],
                condition=Q(claimed_at__isnull=False, settled_at__isnull=True, ended_at__isnull=True),
                name="identifier_to_settle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
