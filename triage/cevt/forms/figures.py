"""Which period the figures are of."""

from datetime import date
from typing import Any

from cems.base.form_fields import DayField
from cems.base.forms import PlainForm
from cems.base.months import add_months
from cems.base.time import today

LONGEST_YEARS = 5
YEAR = 12  # months


class PeriodForm(PlainForm):
    """First and last day, both counted; the reporting year until somebody says otherwise."""

    button = "Show these figures"
    starts = DayField(label="From", error_messages={"required": "Write the first day."})
    ends = DayField(label="To", error_messages={"required": "Write the last day."})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", "The last day is before the first.")
        elif starts and ends and (ends - starts).days > 366 * LONGEST_YEARS:
            self.add_error("ends", f"Choose at most {LONGEST_YEARS} years.")
        return data


class YearForm(PeriodForm):
    """A year or a part of one, so that it and the one before, which stands beside it, have no day in common."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and not self.errors and ends >= add_months(starts, YEAR):
            self.add_error("ends", f"Choose at most {YEAR} months: those of a year before stand beside them.")
        return data


def reporting_year(day: date | None = None) -> tuple[date, date]:
    """The year from April to March that a day lies in (today)."""
    on = day or today()
    first = on.year if on.month >= 4 else on.year - 1
    return date(first, 4, 1), date(first + 1, 3, 31)
