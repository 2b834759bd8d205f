"""What beat asks of clocks; thin."""

from celery import shared_task

from cems.clocks import sweeping


@shared_task
def sweep() -> None:
    """Let every clock act whose time has come."""
    sweeping.sweep()
