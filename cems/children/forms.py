"""What people type about a child."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms

from cems.accounts.forms.person import DayField, PlainForm
from cems.accounts.models import Authority, Locality, Team, TeamKind, User
from cems.accounts.profile import profile_of
from cems.base.errors import Invalid
from cems.base.time import LONDON, local, now, today
from cems.children.choices import CaseRole, Ethnicity, Gender, IdentifierKind, LegalBasis, Sex, StatusKind
from cems.children.models import CaseNote, Child
from cems.children.rules.identity import check_birth, check_identifier, check_postcode, search_key, written
from cems.children.rules.search import Asked
from cems.children.services.record import Identity

NO_ROLE = "none"
CHECKED = (IdentifierKind.NHS, IdentifierKind.UPN)


class WordsField(forms.CharField):
    """Longer text; keeps its lines."""

    def __init__(self, *, rows: int = 5, max_length: int = 10_000, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), max_length=max_length, **kwargs)


class IdentityForm(PlainForm):
    """Who a child is (C1); changed on the child's page, extended for a new record."""

    given_name = forms.CharField(
        max_length=80, label="Given names", error_messages={"required": "Write the child's given name."}
    )
    family_name = forms.CharField(
        max_length=80, label="Family name", error_messages={"required": "Write the child's family name."}
    )
    preferred_name = forms.CharField(
        max_length=80, required=False, label="Name the child uses", help_text="If it is not the given name."
    )
    date_of_birth = DayField(
        label="Date of birth",
        help_text="For example, 27 3 2011.",
        error_messages={"required": "Write the date of birth."},
    )
    sex = forms.ChoiceField(choices=Sex.choices, label="Sex", initial=Sex.NOT_KNOWN)
    gender = forms.ChoiceField(
        choices=Gender.choices, label="Gender, as the child describes it", initial=Gender.NOT_ASKED
    )
    ethnicity = forms.ChoiceField(choices=Ethnicity.choices, label="Ethnicity", initial=Ethnicity.NOBT)
    address = WordsField(rows=3, max_length=500, required=False, label="Address")
    postcode = forms.CharField(max_length=10, required=False, label="Postcode", help_text="Such as DH1 5UL.")
    locality = forms.ModelChoiceField(
        Locality.objects.none(), required=False, label="Locality", empty_label="Not known yet"
    )
    school = forms.ModelChoiceField(
        Team.objects.none(),
        to_field_name="public_id",
        required=False,
        label="School or college",
        empty_label="Not known yet",
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        served = profile_of(user).authority_ids
        self.choices_for("locality").queryset = Locality.objects.filter(authority__in=served).order_by(
            "authority", "name"
        )
        schools = Team.objects.filter(kind=TeamKind.SCHOOL, agency__authorities__in=served)
        self.choices_for("school").queryset = schools.order_by("name").distinct()

    def choices_for(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker, decides nothing
        return field

    def clean_date_of_birth(self) -> Any:
        born = self.cleaned_data["date_of_birth"]
        self._checked(lambda: check_birth(born, today()))
        return born

    def clean_postcode(self) -> Any:
        return self._checked(lambda: check_postcode(self.cleaned_data["postcode"]))

    def _checked(self, check: Callable[[], object]) -> Any:
        """The answer of a rule, its refusal as an error of the field."""
        try:
            return check()
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from None

    @property
    def asked(self) -> Asked:
        """The typed identity as a search for likely duplicates; call on a valid form."""
        data = self.cleaned_data
        numbers = tuple((kind.value, data[kind]) for kind in CHECKED if data.get(kind))
        name = f"{data['given_name']} {data['family_name']}"
        return Asked(
            search_key(name),
            data["date_of_birth"],
            postcode=data["postcode"],
            identifiers=numbers,
            written=written(name),
        )


class NewChildForm(IdentityForm):
    """A new record, and what the person is to the child."""

    button = "Continue"

    nhs = forms.CharField(
        max_length=16, required=False, label="NHS number", help_text="10 digits, such as 999 123 4578."
    )
    upn = forms.CharField(
        max_length=16, required=False, label="Unique pupil number (UPN)", help_text="A letter and 12 digits."
    )
    authority = forms.ModelChoiceField(
        Authority.objects.none(),
        to_field_name="code",
        label="Authority responsible",
        empty_label=None,
        error_messages={"required": "Choose the authority responsible."},
    )
    case_role = forms.ChoiceField(
        choices=[("", "Choose"), *CaseRole.choices, (NO_ROLE, "I do not work with the child")],
        label="What are you to the child?",
        help_text="First Contact confirms who works with a child. What you submit counts from now.",
        error_messages={"required": "Say what you are to the child."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    checked = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        authorities = Authority.objects.filter(pk__in=profile_of(user).authority_ids).order_by("name")
        self.choices_for("authority").queryset = authorities
        # One authority is no choice; with more the first of the agency's is only a start.
        self.fields["authority"].initial = (
            authorities.values_list("code", flat=True).order_by("-code").first()
        )

    def clean_nhs(self) -> Any:
        return self._number(IdentifierKind.NHS)

    def clean_upn(self) -> Any:
        return self._number(IdentifierKind.UPN)

    def _number(self, kind: IdentifierKind) -> Any:
        value = self.cleaned_data[kind]
        return self._checked(lambda: check_identifier(kind, value)) if value else ""

    @property
    def identity(self) -> Identity:
        """What the service makes a record of; call on a valid form."""
        return Identity(
            **{name: self.cleaned_data[name] for name in Identity.__dataclass_fields__ if name != "area"}
        )

    @property
    def identifiers(self) -> dict[str, str]:
        return {kind: self.cleaned_data[kind] for kind in CHECKED if self.cleaned_data[kind]}

    @property
    def body(self) -> dict[str, Any]:
        """What was sent, for telling a repeat from another record under one key."""
        return {
            name: str(value) for name, value in self.cleaned_data.items() if name not in {"key", "checked"}
        }


class ChangeForm(IdentityForm):
    """The identity of a child, with the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, user: User, child: Child, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {name: getattr(child, name) for name in (*IdentityForm.base_fields, "version")}
        )
        super().__init__(user, *args, **kwargs)
        # What the record holds stays choosable, whoever opens it.
        for name, held in (("locality", child.locality_id), ("school", child.school_id)):
            field = self.choices_for(name)
            if held and not field.queryset.filter(pk=held).exists():  # type: ignore[union-attr]
                field.queryset = field.queryset.model.objects.filter(pk=held)  # type: ignore[union-attr]

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NameForm(PlainForm):
    """Another name of a child."""

    button = "Add this name"
    name = forms.CharField(
        max_length=170,
        label="Other name",
        help_text="A nickname, an earlier name, another spelling, the name in other letters.",
        error_messages={"required": "Write the name."},
    )


class IdentifierForm(PlainForm):
    """A number another system knows the child by."""

    button = "Add this number"
    kind = forms.ChoiceField(choices=IdentifierKind.choices, widget=forms.RadioSelect, label="Which number?")
    value = forms.CharField(max_length=40, label="Number", error_messages={"required": "Write the number."})


class StatusForm(PlainForm):
    """A status from a day on (C2)."""

    button = "Record this status"
    kind = forms.ChoiceField(choices=StatusKind.choices, widget=forms.RadioSelect, label="Status")
    starts_on = DayField(label="First day", error_messages={"required": "Write the first day."})
    ends_on = DayField(label="Last day", required=False, help_text="Leave empty if it goes on.")
    legal_basis = forms.ChoiceField(
        choices=LegalBasis.choices, required=False, label="Legal authority", help_text="For a child in care."
    )
    responsible = forms.ModelChoiceField(
        Authority.objects.order_by("name"),
        to_field_name="code",
        required=False,
        label="Authority that holds responsibility",
        empty_label="The authority of the record",
    )


class StatusEndForm(PlainForm):
    """The last day of a status."""

    button = "End this status"
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})


class CaseRoleForm(PlainForm):
    """What somebody is to a child."""

    button = "Record this"
    case_role = forms.ChoiceField(
        choices=CaseRole.choices,
        widget=forms.RadioSelect,
        label="What are you to the child?",
        error_messages={"required": "Choose what you are to the child."},
    )


class InvolveForm(CaseRoleForm):
    """Somebody of a team, or the team as a whole, works with a child."""

    who = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Who works with the child?",
        error_messages={"required": "Choose who."},
    )
    field_order = ["who", "case_role"]

    def __init__(self, people: list[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case_role"].label = "What are they to the child?"
        self.fields["case_role"].error_messages["required"] = "Choose what they are to the child."
        choices = [(str(one.public_id), f"{one.name}, {one.job_title}".rstrip(", ")) for one in people]
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101 - tells the type checker, decides nothing
        who.choices = [*choices, ("team", "The team as a whole")]

    def chosen(self, people: list[User]) -> User | None:
        """The person chosen, or None for the team as a whole."""
        wanted = self.cleaned_data["who"]
        return None if wanted == "team" else next(one for one in people if one.public_id == UUID(wanted))


class InvolvementEndForm(PlainForm):
    """Why somebody no longer works with a child."""

    button = "End this involvement"
    reason = forms.CharField(
        max_length=200, label="Why does it end?", error_messages={"required": "Say why it ends."}
    )


class HappenedForm(PlainForm):
    """Something that happened at a time of its own; sent twice, it is kept once."""

    asks = "When did it happen?"
    happened_on = DayField(
        label="When did it happen?", error_messages={"required": "Write the day it happened."}
    )
    happened_time = forms.TimeField(
        label="At what time?",
        help_text="For example, 14:30. Your best guess will do.",
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "govuk-input govuk-input--width-5"}),
        error_messages={"required": "Write the time.", "invalid": "Write the time like 14:30."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].label = self.asks

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("happened_on") and data.get("happened_time"):
            when = datetime.combine(data["happened_on"], data["happened_time"], tzinfo=LONDON)
            if when > now():
                self.add_error("happened_on", "This tells what has happened. This time is in the future.")
            data["happened_at"] = when
        return data


class NoteForm(HappenedForm):
    """A case note (C5)."""

    button = "Save this note"
    who = forms.CharField(max_length=300, required=False, label="Who was involved?")
    text = WordsField(rows=8, label="What happened?", error_messages={"required": "Write what happened."})
    done = WordsField(rows=4, required=False, label="What was done about it?")

    @staticmethod
    def told(note: CaseNote) -> dict[str, Any]:
        """What a correction begins with."""
        when = local(note.happened_at)
        return {
            "happened_on": when.date(),
            "happened_time": when.time(),
            "who": note.who,
            "text": note.text,
            "done": note.done,
        }
