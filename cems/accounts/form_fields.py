"""The fields by which forms of every app choose a colleague, an agency, a team or a place."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.authorities import authority_called
from cems.accounts.models import Agency, Authority, Locality, Team, User
from cems.base.forms import PlainForm
from cems.base.time import today

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


class SuggestInput(forms.TextInput):
    """One line of text, below which the page offers what may be meant; without scripts it is a plain field."""

    def __init__(self, url_name: str) -> None:
        super().__init__(attrs={"autocomplete": "off", "class": "govuk-input"})
        self.url_name = url_name

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, {**(attrs or {}), "data-suggest": reverse(self.url_name)})


class AuthorityChoice(forms.ModelChoiceField):
    """Any authority of England, Wales or Scotland, typed by its name or its code.

    A name that is not quite right is refused with those that may be meant; of one that was reorganised, its successor
    is taken.
    """

    def __init__(self, *, label: str, empty_label: str = "", wanted: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Write its name, such as Leeds, or its ONS code.")
        if empty_label:
            kwargs["help_text"] = (
                f"{kwargs['help_text']} Left empty: {empty_label[0].lower()}{empty_label[1:]}."
            )
        super().__init__(
            Authority.objects.order_by("name"),
            to_field_name="code",
            required=bool(wanted),
            widget=SuggestInput("authorities:suggest"),
            label=label,
            error_messages={"required": wanted},
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return value.label if isinstance(value, Authority) else value

    def to_python(self, value: Any) -> Authority | None:
        typed = str(value or "").strip()
        if not typed:
            return None
        authority, others = authority_called(typed, today())
        if authority is None:
            raise forms.ValidationError(_not_called(typed, others))
        return authority

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(getattr(initial, "label", initial), data))


def _not_called(typed: str, others: Sequence[str]) -> str:
    """What to say where no authority has this name, with those that may be meant."""
    if not others:
        return (
            f"No authority is called “{typed}”. Check the spelling, or write its ONS code such as E08000035."
        )
    *before, last = others[:4]
    meant = f"{', '.join(before)} or {last}" if before else last
    return f"No authority is called “{typed}”. Did you mean {meant}? Write one of them."


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
