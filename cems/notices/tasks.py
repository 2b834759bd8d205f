"""What beat asks of notices; thin."""

from celery import shared_task

from cems.notices import outbox


@shared_task
def send_outbox() -> None:
    """Send the mail that is due."""
    outbox.send_outbox()
