"""Thin tasks of triage."""

from celery import shared_task

from cems.base.time import now
from triage.cevt.services.information_request import information_requests_run_on
from triage.cevt.services.low_matrix import low_matrices_tell
from triage.cevt.services.meeting_day import meeting_days_follow


@shared_task
def meeting_days() -> int:
    """A day begins, and nobody starts a meeting: CEVT's own clock does."""
    return meeting_days_follow(None, at=now())


@shared_task
def low_matrices() -> int:
    """A matrix at Low or None has no clock, and becomes late all the same: CEVT's chairs are told."""
    return low_matrices_tell(None, at=now())


@shared_task
def information_requests() -> int:
    """What CEVT waits for did not come in its time: CEVT's clock runs on."""
    return information_requests_run_on(None, at=now())
