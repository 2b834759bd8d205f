"""The fields by which forms of every app choose a colleague, an agency, a team or a place."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cems.accounts.models import Agency, Authority, Locality, Team, User
from cems.base.forms import PlainForm

ADDRESS = "Write an e-mail address like name@example.org."


class WorkEmailField(forms.EmailField):
    """The e-mail address of a colleague, at work."""

    def __init__(self, *, label: str = "Their e-mail address at work", **kwargs: Any) -> None:
        super().__init__(label=label, error_messages={"required": ADDRESS, "invalid": ADDRESS}, **kwargs)


class PersonChoice(forms.ModelChoiceField):
    """A colleague, with job and agency, so that two of one name are told apart. The form gives the people."""

    def __init__(
        self, *, label: str, required: bool = True, help_text: str = "", wanted: str = "Choose who."
    ) -> None:
        super().__init__(
            User.objects.none(),
            to_field_name="public_id",
            required=required,
            label=label,
            help_text=help_text,
            empty_label="Choose",
            error_messages={"required": wanted},
        )

    def label_from_instance(self, obj: Any) -> str:
        return ", ".join(word for word in (obj.name, obj.job_title, obj.agency.name) if word)


class PeopleForm(PlainForm):
    """A form that chooses among these people, in each of its fields that choose one or several."""

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = people


class AgencyChoice(forms.ModelChoiceField):
    """An agency by its name: all of them, unless the form gives fewer."""

    def __init__(
        self, *, label: str = "Agency", empty_label: str = "Choose", wanted: str = "", **kwargs: Any
    ) -> None:
        super().__init__(
            Agency.objects.order_by("name"),
            to_field_name="code",
            required=bool(wanted),
            label=label,
            empty_label=empty_label,
            error_messages={"required": wanted},
            **kwargs,
        )


class AuthorityChoice(forms.ModelChoiceField):
    """An authority by its name."""

    def __init__(self, *, label: str, empty_label: str = "Choose", wanted: str = "", **kwargs: Any) -> None:
        super().__init__(
            Authority.objects.order_by("name"),
            to_field_name="code",
            required=bool(wanted),
            label=label,
            empty_label=empty_label,
            error_messages={"required": wanted},
            **kwargs,
        )


class LocalityChoice(forms.ModelChoiceField):
    """A locality, if there is one, under its authority."""

    def __init__(self, *, empty_label: str = "None", **kwargs: Any) -> None:
        super().__init__(
            Locality.objects.select_related("authority").order_by("authority__name", "name"),
            required=False,
            label="Locality",
            empty_label=empty_label,
            **kwargs,
        )


def team_label(team: Team) -> str:
    """A team with its agency; where they have one name it stands once."""
    return team.name if team.name == team.agency.name else f"{team.agency}: {team}"


class TeamChoice(forms.ModelChoiceField):
    """A team of any agency, if one is to be chosen. The form gives the teams, with their agencies."""

    def __init__(self, *, empty_label: str = "None yet", **kwargs: Any) -> None:
        super().__init__(
            Team.objects.none(),
            to_field_name="public_id",
            required=False,
            empty_label=empty_label,
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return team_label(obj)
