"""Thin tasks of the record."""

from datetime import timedelta

from celery import shared_task

from cems.accounts.models import Appointment, Delegation
from cems.base.time import local_date, now
from cems.children.access import grants
from cems.children.placements.services.placement import placements_follow


@shared_task
def begin_posts() -> int:
    """Give the grants of posts and covers that began today or yesterday: on their first day nothing else happens.

    Recomputed from the appointments each time, so running twice or late does no harm.
    """
    instant = now()
    day = local_date(instant)
    begun = {"starts_on__gte": day - timedelta(days=1), "starts_on__lte": day}
    posts = Appointment.objects.filter(**begun).values_list("user_id", flat=True)
    deputies = Delegation.objects.filter(**begun).values_list("deputy_id", flat=True)
    ids = grants.dependants({*posts, *deputies})
    return grants.rebuild(None, at=instant, user_ids=ids) if ids else 0


@shared_task
def follow_placements() -> int:
    """Let the placements that begin or end today take effect. What took effect is marked: again is harmless."""
    return placements_follow(None)
