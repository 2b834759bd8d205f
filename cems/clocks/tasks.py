"""What beat asks of clocks; thin."""

from celery import shared_task

from cems.clocks import last_days, sweeping


@shared_task
def sweep() -> None:
    """Let every clock act whose time has come."""
    sweeping.sweep()


@shared_task
def tell_of_last_days() -> None:
    """Tell managers of agency staff and students who leave soon."""
    last_days.tell_of_last_days()
