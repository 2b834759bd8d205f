"""What beat asks of accounts; thin."""

from celery import shared_task

from cems.accounts.services import account_change, person


@shared_task
def tell_departures() -> None:
    """Tell the other apps of those whose last day has come."""
    person.departures_tell()


@shared_task
def carry_out_account_changes() -> None:
    """Do what was asked of an account and nobody stopped in its day."""
    account_change.account_changes_carry_out()
