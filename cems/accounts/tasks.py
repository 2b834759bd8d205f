"""What beat asks of accounts; thin."""

from celery import shared_task

from cems.accounts.services import person


@shared_task
def tell_departures() -> None:
    """Tell the other apps of those whose last day has come."""
    person.departures_tell()
