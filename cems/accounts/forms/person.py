"""Forms of the people pages."""

from datetime import date
from typing import Any

from django import forms

from cems.accounts.form_fields import (
    AgencyChoice,
    LocalityChoice,
    PeopleForm,
    PersonChoice,
    WorkEmailField,
)
from cems.accounts.models import Scope, Team, TeamKind, User
from cems.accounts.roles import ROLE_CHOICES
from cems.accounts.selectors.person import person_with_email
from cems.base.form_fields import DayField, WhyField
from cems.base.forms import KeyedForm, OnceForm, PlainForm
from cems.base.time import today


class PersonForm(PlainForm):
    """A person's particulars."""

    name = forms.CharField(max_length=120, label="Name", error_messages={"required": "Write the name."})
    email = WorkEmailField(label="E-mail address at work")
    job_title = forms.CharField(max_length=120, label="Job title", required=False)
    phone = forms.CharField(max_length=30, label="Telephone at work", required=False)


class ParticularsForm(PersonForm):
    """The particulars of a person who is here already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = (
            "If you change it, both addresses, the other administrators and information governance are told. Once a "
            "second administrator has agreed (or after a day where there is none), they are signed out and get a link "
            "at the new address to choose a new password."
        )
        self.fields["shut"] = forms.BooleanField(
            required=False,
            label="Let nobody sign in until the new address holds",
            help_text="Where somebody else may have the old one.",
        )


class NewPersonForm(PersonForm):
    """A new person."""

    button = "Add and send the invitation"
    agency = AgencyChoice(wanted="Choose the agency.")


class AppointmentForm(PlainForm):
    """A role from a day on."""

    button = "Give this role"
    role_key = forms.ChoiceField(
        choices=[("", "Choose"), *ROLE_CHOICES], label="Role", error_messages={"required": "Choose a role."}
    )
    team = forms.ModelChoiceField(
        Team.objects.select_related("agency").order_by("name"),
        to_field_name="code",
        required=False,
        label="Team, desk, school or home",
        help_text="Where the role has one.",
        empty_label="None",
    )
    locality = LocalityChoice(help_text="For the roles of a locality's board.")
    starts_on = DayField(label="First day", required=False, help_text="Leave empty for today.")
    ends_on = DayField(
        label="Last day", required=False, help_text="Needed for agency staff and students; else leave empty."
    )
    agency_staff = forms.BooleanField(
        required=False,
        label="Agency staff",
        help_text="For a temporary worker. The team's manager is told in time before the last day.",
    )
    supervisor = WorkEmailField(
        required=False,
        label="Supervisor's e-mail address",
        help_text="For a student: the colleague who names the children the student sees.",
    )

    def clean_supervisor(self) -> User | None:
        """The person with this address, or None where it was left empty."""
        email = self.cleaned_data["supervisor"]
        person = person_with_email(email, today()) if email else None
        if email and person is None:
            raise forms.ValidationError("Nobody here has this address. Check it.")
        return person


class EndForm(PlainForm):
    """The last day of a role, or of a person."""

    button = "End"
    last_day = DayField(label="Last day", error_messages={"required": "Write the last day."})


class LeaverForm(EndForm):
    """A person leaves."""

    button = "End the account"
    at_once = forms.BooleanField(
        required=False,
        label="Stop access this minute",
        help_text="For a lost device or a person who must not look.",
    )


class ReasonForm(PlainForm):
    """Why a second factor is taken away."""

    button = "Take the second factor away"
    reason = WhyField(
        "How did you make sure that it is them?",
        wanted="Say how you made sure that it is them.",
        max_length=500,
    )


class TeamForm(PlainForm):
    """A team, desk, school or home."""

    agency = AgencyChoice(wanted="Choose the agency.")
    name = forms.CharField(max_length=120, label="Name")
    code = forms.SlugField(
        max_length=40, label="Short code", help_text="Small letters and hyphens, such as school-north."
    )
    kind = forms.ChoiceField(
        choices=TeamKind.choices, label="Kind", widget=forms.RadioSelect, initial=TeamKind.TEAM
    )
    locality = LocalityChoice()
    phone = forms.CharField(max_length=30, label="Telephone", required=False)
    hours = forms.CharField(
        max_length=120,
        label="When does it answer?",
        required=False,
        help_text="Such as: Monday to Friday, 8:30 to 17:00. Everybody who is told to ring reads it.",
    )


def particulars(user: User) -> dict[str, str]:
    """What a person's form begins with."""
    return {"name": user.name, "email": user.email, "job_title": user.job_title, "phone": user.phone}


def day_of(form: forms.Form, name: str) -> date | None:
    """A date field's value, or None when it was left empty."""
    value: date | None = form.cleaned_data.get(name)
    return value


class TokenForm(OnceForm):
    """A key for an agency's system."""

    button = "Make the key"
    name = forms.CharField(
        max_length=80,
        label="What is the key for?",
        help_text="Such as the name of the system.",
        error_messages={"required": "Write what the key is for."},
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        label="What may it be used for?",
        error_messages={"required": "Choose what the key may be used for."},
    )
    last_day = DayField(
        label="Last day",
        help_text="Within a year from today.",
        error_messages={"required": "Write the last day."},
    )


class AgencyLeadForm(PeopleForm):
    """Who is the agency's safeguarding lead."""

    button = "Save the safeguarding lead"
    lead = PersonChoice(
        label="Safeguarding lead of the agency",
        required=False,
        help_text="They take it up when an authority that placed a child here does not act.",
    )


class ConfirmForm(KeyedForm):
    """An agency's people were looked through; `expected` is how many the page showed."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
