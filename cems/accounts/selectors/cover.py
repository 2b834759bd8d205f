"""What the pages of cover read: who stands in for whom, and who is here for a time only (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch

from cems.accounts.leaving import here
from cems.accounts.models import Appointment, Delegation, User
from cems.accounts.policy import DEPUTY_DAYS
from cems.accounts.profile import profile_of
from cems.accounts.querysets import DelegationQuerySet, current
from cems.accounts.roles import NEVER_COVER, Work
from cems.accounts.services.cover import may_delegate


@dataclass(frozen=True)
class CoverPage:
    """A person's covers that run or are to come, and for a manager those of the own teams."""

    deputies: Sequence[Delegation]
    standing_in: Sequence[Delegation]
    may_name: bool
    team: Sequence[Appointment]  # with `covers`; empty for who manages nobody
    supervises: bool


def cover_page(user: User, on: date) -> CoverPage:
    """All that the page of cover shows, in a fixed number of queries."""
    own = profile_of(user, on).own_posts
    managed = {post.team_id for post in own if post.team_id and Work.TEAM in post.role.writes}
    team = Appointment.objects.filter(current(on), here(on, "user__"), team__in=managed).exclude(user=user)
    return CoverPage(
        deputies=covers_of(user, on),
        standing_in=covers_by(user, on),
        may_name=any(post.role.covers for post in own),
        team=list(
            team.select_related("user", "team", "supervisor")
            .prefetch_related(Prefetch("delegations", _rows(on), to_attr="covers"))
            .order_by("user__name", "pk")
        )
        if managed
        else [],
        supervises=Appointment.objects.filter(current(on), supervisor=user).exists(),
    )


def delegation_at(public_id: UUID) -> Delegation | None:
    """The cover at this address with its role, its holder and the deputy; or None."""
    rows = Delegation.objects.select_related("appointment__user", "deputy")
    return rows.filter(public_id=public_id).first()


def covers_of(holder: User, on: date) -> Sequence[Delegation]:
    """Who stands in for this person, now or later, the next first."""
    return list(_rows(on).filter(appointment__user=holder))


def covers_by(deputy: User, on: date) -> Sequence[Delegation]:
    """For whom this person stands in, now or later, the next first."""
    return list(_rows(on).filter(deputy=deputy))


def posts_to_cover(actor: User, holder: User, on: date) -> Sequence[Appointment]:
    """The holder's appointments of today for which the actor may name a deputy."""
    rows = Appointment.objects.filter(current(on), here(on, "user__"), user=holder)
    posts = rows.exclude(role_key__in=NEVER_COVER).select_related("user", "team", "locality").order_by("pk")
    return [row for row in posts if may_delegate(actor, row, on)]


def colleague(holder: User, email: str, on: date) -> User | None:
    """Who has this address at work in the holder's agency; None alike for a stranger and for another agency's."""
    return User.objects.here(on).filter(email__iexact=email.strip(), agency=holder.agency_id).first()


def _rows(on: date) -> DelegationQuerySet:
    rows = Delegation.objects.not_over(on).filter(current(on, "appointment__"))
    return rows.select_related(
        "deputy", "appointment__user", "appointment__team", "appointment__locality"
    ).order_by("starts_on", "pk")


def longest_cover(at: datetime) -> int:
    """How many days a deputy may cover at the most (a setting)."""
    return DEPUTY_DAYS.at(at)
