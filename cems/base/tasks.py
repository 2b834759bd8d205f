"""What beat asks of the floor; thin."""

from celery import shared_task

from cems.base.services import expiry


@shared_task
def clear_expired() -> None:
    """Delete what has had its time."""
    expiry.expired_clear()
