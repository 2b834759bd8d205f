"""What beat asks of accounts; thin."""

from celery import shared_task

from cems.accounts import services


@shared_task
def tell_departures() -> None:
    """Tell the other apps of those whose last day has come."""
    services.tell_departures()
