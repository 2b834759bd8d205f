"""Thin tasks of the boards."""

from celery import shared_task

from ceg.services.chair import clocks_follow_chairs
from cems.base.time import now


@shared_task
def follow_chairs() -> int:
    """Posts begin and end by their day, when nothing else happens: the boards' promises follow."""
    return clocks_follow_chairs(None, at=now())
