"""Reads of people, chained in English."""

from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from cems.accounts.models import User


class UserQuerySet(QuerySet["User"]):
    """People who have an account, here or gone."""

    def here(self, on: date) -> Self:
        """Those who may sign in on this day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), is_active=True)

    def gone(self, on: date) -> Self:
        """Those who may not any more."""
        return self.filter(Q(is_active=False) | Q(ends_on__lt=on))

    def holding(self, role_key: str, on: date) -> Self:
        """Those who hold this role on this day."""
        return self.filter(
            Q(appointments__ends_on__isnull=True) | Q(appointments__ends_on__gte=on),
            appointments__role_key=role_key,
            appointments__starts_on__lte=on,
        ).distinct()

    def matching(self, words: str) -> Self:
        """Those whose name, address or job title holds every word."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(job_title__icontains=word)
            )
        return found

    def by_name(self) -> Self:
        return self.alias(lower_name=Lower("name")).order_by("lower_name", "pk")

    def after(self, public_id: UUID) -> Self:
        """Those who come after this person in the order of `by_name`; all when there is no such person."""
        last = self.model.objects.filter(public_id=public_id).values_list(Lower("name"), "pk").first()
        if last is None:
            return self
        return self.alias(after_name=Lower("name")).filter(
            Q(after_name__gt=last[0]) | Q(after_name=last[0], pk__gt=last[1])
        )


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
