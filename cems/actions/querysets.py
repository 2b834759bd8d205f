"""Reads of actions, chained in English."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.actions.choices import Status
from cems.children.querysets import OfChildQuerySet


class ActionQuerySet(OfChildQuerySet):
    """Actions. Those of a child that somebody has opened are read with `of(child)`, under the child's part."""

    def visible_to(self, user: User) -> Self:
        """The person's own actions, those of whom they stand in for and those of their teams, save where the
        child's record shuts them out.

        Two arms under IN, never OR: each has its index.
        """
        profile = profile_of(user)
        own = self.model.objects.filter(owner_user_id__in=profile.acts_for)
        teams = self.model.objects.filter(owner_team_id__in=profile.works_for)
        owned = self.filter(pk__in=own.values("pk").union(teams.values("pk"), all=True))
        return owned.readable_by(user)

    def owned_in(self, agency_id: int) -> Self:
        """Those that people or teams of one agency have."""
        return self.filter(Q(owner_user__agency_id=agency_id) | Q(owner_team__agency_id=agency_id))

    def to_do(self) -> Self:
        return self.filter(status=Status.OPEN)

    def closed(self) -> Self:
        return self.exclude(status=Status.OPEN)

    def from_source(self, kind: str, source_id: object) -> Self:
        """What one meeting, matrix or other paper brought about."""
        return self.filter(source_kind=kind, source_id=str(source_id))

    def with_owner(self) -> Self:
        """Owner, in the same query."""
        return self.select_related("owner_user", "owner_team")

    def with_page(self) -> Self:
        """Owner, clock and its owner, in the same query."""
        return self.with_owner().select_related("clock__owner_user", "clock__owner_team")


ActionManager: Any = models.Manager.from_queryset(ActionQuerySet)
