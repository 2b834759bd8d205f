"""What the record adds to a first page: claims to decide, records to match, the button to record a child."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Reach, Work
from cems.base.first_page import StartButton, WorkItem
from cems.base.time import local
from cems.base.words import counted
from cems.children.access.selectors.assignment import assigned_to
from cems.children.access.selectors.emergency_access import to_review
from cems.children.history.selectors.claim import claims, to_decide
from cems.children.identity.selectors.identifier import first_waits, to_settle_first
from cems.children.matching.selectors.duplicate import provisional, waits


def items(user: User, now: datetime) -> Iterable[WorkItem]:
    """What the person decides: claims, provisional records, emergency openings to look at."""
    yield from _claims(user)
    yield from _provisional(user, now)
    yield from _numbers(user)
    yield from _openings(user, now)
    yield from _assigned(user, now)


def _assigned(user: User, now: datetime) -> Iterable[WorkItem]:
    """The records that were assigned to an auditor or to information governance."""
    if not any(Reach.ASSIGNED in role.sees for role in profile_of(user).roles):
        return
    for row in assigned_to(user, now):
        last = local(row.until)
        yield WorkItem(
            what=f"{row.get_kind_display()}: {row.reference}",
            why=f"Assigned by {row.made_by}, until {last:%-d %B %Y}",
            url=reverse("children:overview", args=[row.child.public_id]),
            child=row.child.public_id,
            reference=row.child.reference,
            owner=str(user),
            needs_child=True,
        )


def counts(user: User, now: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """How much of it there is."""
    profile = profile_of(user)
    if profile.may(Work.INVOLVEMENT):
        yield to_decide(user)
    if profile.may(Work.DUPLICATES):
        yield provisional(user)
        yield to_settle_first(user)
    if profile.may(Work.TEAM) or profile.may(Work.AUDIT_FINDINGS):
        yield to_review(user, now)


def _openings(user: User, now: datetime) -> Iterable[WorkItem]:
    if not (profile_of(user).may(Work.TEAM) or profile_of(user).may(Work.AUDIT_FINDINGS)):
        return
    for emergency_access in to_review(user, now).order_by("opened_at")[:50]:
        yield WorkItem(
            what="Say whether an emergency access was right",
            why=f"{emergency_access.user} opened the record on {local(emergency_access.opened_at):%-d %B at %H:%M}",
            url=reverse("children:emergency_access_review", args=[emergency_access.public_id]),
            reference=emergency_access.child.reference,
            owner=str(user),
            doing="Look at it",
            today=True,
        )


def _provisional(user: User, now: datetime) -> Iterable[WorkItem]:
    if not profile_of(user).may(Work.DUPLICATES):
        return
    for child in provisional(user).only("public_id", "reference", "created_at")[:50]:
        days = waits(child, now)
        yield WorkItem(
            what="Match a provisional record",
            doing="Match",
            today=True,
            mine=False,
            why=f"Waiting for {counted(days, 'day')}" if days else "Came in today",
            url=reverse("children:merge_candidates", args=[child.public_id]),
            child=child.public_id,
            reference=child.reference,
            owner=str(user),
        )


def _numbers(user: User) -> Iterable[WorkItem]:
    if not profile_of(user).may(Work.DUPLICATES):
        return
    for child, since in first_waits(user):
        yield WorkItem(
            what="Settle a number that two records hold",
            doing="Settle",
            today=True,
            mine=False,
            why=f"Recorded on {local(since):%-d %B}",
            url=reverse("children:settle_number", args=[child.public_id]),
            child=child.public_id,
            reference=child.reference,
            owner=str(user),
        )


def _claims(user: User) -> Iterable[WorkItem]:
    if not profile_of(user).may(Work.INVOLVEMENT):
        return
    for claim in claims(user, limit=50):
        who = claim.row.user or claim.row.team
        yield WorkItem(
            what="Decide who works with a child",
            doing="Decide",
            today=True,
            mine=False,
            why=f"{who} says they are the {claim.row.get_case_role_display().lower()},"
            f" since {local(claim.row.recorded_at):%-d %B}",
            url=reverse("children:claim_decide", args=[claim.row.public_id]),
            child=claim.child.public_id,
            reference=claim.child.reference,
            owner=str(user),
        )


BUTTON = StartButton("Record a child", "children:record_new", Work.RECORD)
