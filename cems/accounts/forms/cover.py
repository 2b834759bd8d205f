"""The form by which a deputy is named."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.accounts.form_fields import WorkEmailField
from cems.accounts.models import Appointment
from cems.base.form_fields import DayField
from cems.base.forms import OnceForm
from cems.base.words import counted


class CoverForm(OnceForm):
    """Who stands in, for which roles, from when to when."""

    button = "Name the deputy"
    called = {"appointment": "posts"}
    posts = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="For which roles?",
        help_text="Clocks and actions pass to the deputy only when they cover every role.",
        error_messages={"required": "Choose at least one role."},
    )
    deputy = WorkEmailField(
        label="The deputy's e-mail address at work",
        help_text="A colleague in the same agency, who has a role of their own.",
    )
    starts_on = DayField(label="First day", required=False, help_text="Leave empty for today.")
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day of the cover."})

    def __init__(self, rows: Sequence[Appointment], *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices("posts", [(str(row.public_id), _named(row)) for row in rows])
        self.fields["posts"].initial = [str(row.public_id) for row in rows]
        self.fields[
            "ends_on"
        ].help_text = f"{counted(longest, 'day')} from the first at the most. For example, 27 3 2026."


def _named(row: Appointment) -> str:
    where = row.team or row.locality
    return f"{row.role.label}, {where}" if where else row.role.label
