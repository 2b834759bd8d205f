"""Reads of people, chained in English."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import NegatedExpression
from django.db.models.functions import Lower

from cems.accounts.leaving import gone, here
from cems.accounts.roles import NEVER_COVER

if TYPE_CHECKING:
    from cems.accounts.models import User


def current(on: date, of: str = "") -> Q:
    """Appointments held on this day; `of` leads to them, such as "appointments__"."""
    running = Q(**{f"{of}ends_on__isnull": True}) | Q(**{f"{of}ends_on__gte": on})
    return running & Q(**{f"{of}starts_on__lte": on})


class UserQuerySet(QuerySet["User"]):
    """People who have an account, here or gone."""

    def here(self, on: date) -> Self:
        """Those who may sign in on this day."""
        return self.filter(here(on))

    def gone(self, on: date) -> Self:
        """Those who may not any more."""
        return self.filter(gone(on))

    def holding(self, role_key: str, on: date) -> Self:
        """Those who hold this role on this day."""
        in_force = current(on, "appointments__")
        return self.filter(in_force, appointments__role_key=role_key).distinct()

    def matching(self, words: str) -> Self:
        """Those whose name, address or job title holds every word."""
        people = self
        for word in words.split():
            people = people.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(job_title__icontains=word)
            )
        return people

    def by_name(self) -> Self:
        return self.alias(lower_name=Lower("name")).order_by("lower_name", "pk")

    def name_of(self, public_id: UUID) -> tuple[str, int] | None:
        """What somebody is sorted by in the order of `by_name`; None where there is no such person."""
        return self.filter(public_id=public_id).values_list(Lower("name"), "pk").first()


class UserManager(BaseUserManager["User"]):
    """Makes users; sign-up is closed, so only services and the demo call it."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def here(self, on: date) -> UserQuerySet:
        return self.get_queryset().here(on)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class DelegationQuerySet(QuerySet[Any]):
    """Who stands in for whom."""

    def not_over(self, on: date) -> Self:
        """Those that run on this day or are still to come."""
        return self.filter(ends_on__gte=on, ended_at__isnull=True)

    def live(self, on: date) -> Self:
        """Those that count on this day (A2): both work here, the post is held, and the deputy has one of their own."""
        from cems.accounts.models import Appointment

        own = Appointment.objects.filter(current(on), user=OuterRef("deputy")).exclude(
            role_key__in=NEVER_COVER
        )
        return self.not_over(on).filter(
            Exists(own),
            current(on, "appointment__"),
            here(on, "appointment__user__"),
            here(on, "deputy__"),
            starts_on__lte=on,
        )

    def of_everything(self, on: date) -> Self:
        """Of those that are live: whose deputy covers every post the holder has (`covers_everything`)."""
        return self.filter(covers_everything(on))


def covers_everything(on: date) -> NegatedExpression:
    """Whether the deputy of a live delegation covers every post the holder has on this day. Promises belong to a
    person, not to a post, so they pass to a deputy only then.

    What is asked of the holder and the deputy is asked of the live one already; each thing asked again costs more
    to plan than to find, on every page.
    """
    from cems.accounts.models import Appointment, Delegation

    covered = Delegation.objects.not_over(on).filter(
        appointment=OuterRef("pk"), deputy=OuterRef(OuterRef("deputy")), starts_on__lte=on
    )
    appointments = Appointment.objects.filter(current(on), user=OuterRef("appointment__user"))
    return ~Exists(appointments.filter(~Exists(covered)))
