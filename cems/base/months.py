"""Calendar months as the partnership counts them (K1): the same day, or the last of the month."""

from datetime import date

from dateutil.relativedelta import relativedelta


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (earlier when negative), or that month's last day.

    31 January and one month is 28 February, or 29 in a leap year. Raises ValueError when the
    year falls outside what a date can hold.
    """
    try:
        moved: date = day + relativedelta(months=months)
    except (ValueError, OverflowError):
        raise ValueError(f"{months} months from {day} is outside the calendar") from None
    return moved


def last_of_month(day: date) -> date:
    """The last day of the month `day` is in."""
    last: date = day + relativedelta(day=31)
    return last
