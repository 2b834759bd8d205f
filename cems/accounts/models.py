"""Who works in CEMS, for whom, and in which role (A1)."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower

from cems.accounts.account_change import AccountChange as AccountChange
from cems.accounts.directory.models import Helpline as Helpline  # a table of this app, kept with its subject
from cems.accounts.querysets import DelegationQuerySet, UserManager
from cems.accounts.roles import ROLE_CHOICES, ROLES, Role, RoleKey
from cems.base.models import PublicModel
from cems.base.words import counted


class Authority(models.Model):
    """A local authority of England, Wales or Scotland; the edge of an agency's world is the set it serves.

    One that was reorganised keeps its rows: after `last_day` its `successor` answers for them, if there is one.
    How it is reached is the administrator's to keep.
    """

    code = models.CharField(max_length=9, unique=True, help_text="ONS code, such as E06000047")
    name = models.CharField(max_length=80)
    phone = models.CharField("telephone by day", max_length=30, blank=True, db_default="")
    night_phone = models.CharField("telephone out of hours", max_length=30, blank=True, db_default="")
    mail = models.EmailField("secure e-mail", blank=True, db_default="")
    last_day = models.DateField(null=True, blank=True, help_text="After it another authority answers")
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta:
        verbose_name_plural = "authorities"
        constraints = [
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(last_day__isnull=False),
                name="authority_followed_has_ended",
            ),
            models.CheckConstraint(condition=~Q(successor=F("id")), name="authority_not_its_own_successor"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name with the code, as a form shows and takes it."""
        return f"{self.name} ({self.code})"

    @property
    def reached(self) -> str:
        """How the authority is reached by day and by night, in words; "" where nobody has recorded it."""
        ways = (("by day", self.phone), ("out of hours", self.night_phone), ("secure e-mail", self.mail))
        return ", ".join(f"{when} {where}" for when, where in ways if where)


class Locality(models.Model):
    """Part of an authority with its own monthly CEG board."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="localities")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)

    class Meta:
        verbose_name_plural = "localities"
        constraints = [models.UniqueConstraint(fields=["authority", "code"], name="locality_code")]

    def __str__(self) -> str:
        return self.name


class AgencyKind(models.TextChoices):
    """The seats around the triage table, and the rest."""

    POLICE = "police", "Police"
    CHILDRENS_SERVICES = "childrens_services", "Children's services"
    EDUCATION = "education", "Education"
    HEALTH = "health", "Health"
    YOUTH_JUSTICE = "youth_justice", "Youth justice"
    DRUG_ALCOHOL = "drug_alcohol", "Drug and alcohol service"
    CHARITY = "charity", "Charity or commissioned provider"
    HOUSING = "housing", "Housing or community safety"
    PARTNERSHIP = "partnership", "Safeguarding partnership"


class Agency(PublicModel):
    """An organisation whose people use CEMS."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24, choices=AgencyKind)
    authorities = models.ManyToManyField(Authority, related_name="agencies")
    safeguarding_lead = models.ForeignKey(
        "User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class TeamKind(models.TextChoices):
    TEAM = "team", "Team"
    QUEUE = "queue", "Duty desk (work waits here for the person on duty)"
    SCHOOL = "school", "School or college"
    HOME = "home", "Children's home"


class Team(PublicModel):
    """A team, a duty desk, a school or a home of an agency."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=TeamKind, default=TeamKind.TEAM)
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=30, blank=True)
    hours = models.CharField("when it answers", max_length=120, blank=True, db_default="")

    def __str__(self) -> str:
        return self.name


class Duty(models.TextChoices):
    """What a duty desk of an authority is for."""

    FRONT_DOOR = "front_door", "First Contact, the front door"
    OUT_OF_HOURS = "out_of_hours", "Emergency Duty Team, out of hours"
    CEVT = "cevt", "CEVT"
    ERASE = "erase", "ERASE"
    SAFEGUARDING_LEAD = "lead", "Safeguarding lead"
    BUSINESS_UNIT = "unit", "Business Unit of the partnership"


class DutyDesk(models.Model):
    """The team that has a duty in an authority; one team may have it for several."""

    duty = models.CharField(max_length=12, choices=Duty)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="duty_desks")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "authority"], name="dutydesk_once")]

    def __str__(self) -> str:
        return f"{self.duty} of {self.authority_id}"


class User(PublicModel, AbstractBaseUser, PermissionsMixin):
    """A person, or an agency's system, that signs in. Rights end with the day `ends_on`."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    ends_on = models.DateField(null=True, blank=True, help_text="The last day with rights")
    departure_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When the rest was told they left"
    )
    single_keys = models.BooleanField(
        default=True, db_default=True, help_text="Whether single keys do something on pages that have them"
    )
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_case"),
            # The framework's own all-powerful flag would walk past every rule of access.
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


def _days() -> Func:
    return Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField())


class Appointment(PublicModel):
    """A role a user holds, from–to; team and locality narrow it where the role has them."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role_key = models.CharField("role", max_length=32, choices=ROLE_CHOICES)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day of the role")
    agency_staff = models.BooleanField(
        "temporary", default=False, db_default=False, help_text="Agency staff: the last day is known"
    )
    supervisor = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="students",
        db_index=False,  # its own index below holds the few students only
        help_text="Of a student",
    )
    things_kept_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a manager agreed that they keep what they held in the team they left",
    )

    class Meta:
        indexes = [
            models.Index(fields=["team", "role_key"]),
            models.Index(
                fields=["supervisor"], condition=Q(supervisor__isnull=False), name="appointment_supervised"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(agency_staff=False) | Q(ends_on__isnull=False), name="agency_staff_end"
            ),
            models.CheckConstraint(
                condition=Q(role_key=RoleKey.STUDENT.value, supervisor__isnull=False, ends_on__isnull=False)
                | (~Q(role_key=RoleKey.STUDENT.value) & Q(supervisor__isnull=True)),
                name="student_supervised_and_ends",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_in_order",
            ),
            ExclusionConstraint(
                name="appointment_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role_key", RangeOperators.EQUAL),
                    (Coalesce("team", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("locality", Value(0)), RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role.label}: {self.user}"

    @property
    def role(self) -> Role:
        return ROLES[self.role_key]


class Delegation(PublicModel):
    """A deputy stands in for the holder of one appointment, from–to (A2: cover). It is never handed on."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="delegations")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="standing_in")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day of the cover")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was ended before its time")

    objects: ClassVar = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_in_order"),
            ExclusionConstraint(
                name="delegation_once",
                expressions=[
                    ("appointment", RangeOperators.EQUAL),
                    ("deputy", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"delegation {self.pk}"


class PeopleConfirmation(models.Model):
    """An agency looked through its people and said who still belongs (each quarter); never edited."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="confirmations")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    people = models.PositiveIntegerField(help_text="How many people were confirmed")

    class Meta:
        indexes = [models.Index(fields=["agency", "-at"], name="confirmation_newest")]

    def __str__(self) -> str:
        return f"{self.agency}: {counted(self.people, 'person')}"


class Scope(models.TextChoices):
    """What a key of an agency's system may be used for; the role of its user narrows it further."""

    MATRIX_READ = "matrix:read", "Read the matrices it submitted"
    MATRIX_WRITE = "matrix:write", "Submit matrices"
    ACTIONS_READ = "actions:read", "Read what it has to do"
    ACTIONS_WRITE = "actions:write", "Record what was done about it"
    EPISODE_WRITE = "episode:write", "Report missing episodes"


class ServiceToken(PublicModel):
    """A key by which an agency's system uses the API (O1). Only its fingerprint is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope))
    prefix = models.CharField(max_length=12, help_text="How the key begins, to tell keys apart")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_has_scopes"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def scope_labels(self) -> list[str]:
        return [Scope(scope).label for scope in self.scopes]
