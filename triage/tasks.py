"""Thin tasks of triage."""

from celery import shared_task

from cems.base.time import now
from triage.cevt.services.meeting_day import meeting_days_follow


@shared_task
def meeting_days() -> int:
    """A day begins, and nobody starts a meeting: CEVT's own clock does."""
    return meeting_days_follow(None, at=now())
