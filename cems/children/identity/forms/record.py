"""What people type about a child."""

from collections.abc import Callable
from typing import Any

from django import forms

from cems.accounts.authorities import home_authority
from cems.accounts.form_fields import AuthorityChoice, SuggestInput
from cems.accounts.models import Authority, Locality, User
from cems.accounts.profile import profile_of
from cems.base.errors import Invalid
from cems.base.form_fields import DayField, VersionField, WordsField
from cems.base.forms import OnceForm, PlainForm
from cems.base.time import today
from cems.children.choices import BirthDateKnown, CaseRole, Ethnicity, Gender, IdentifierKind, Sex
from cems.children.identity.rules import check_birth, check_identifier, check_postcode, search_key, written
from cems.children.identity.selectors.school import ChosenSchool, school_called, school_of
from cems.children.identity.services.record import Identity
from cems.children.matching.rules.duplicate import named
from cems.children.matching.rules.search import Asked
from cems.children.models import Child

NO_ROLE = "none"


CHECKED = (IdentifierKind.NHS, IdentifierKind.UPN)


class SchoolChoice(forms.CharField):
    """Any school or college, typed by its name, its town or its number; a name that is not quite right is refused with
    those that may be meant."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            max_length=250,
            label="School or college",
            help_text="Write its name and town, or its number (URN). Leave it empty where it is not known yet.",
            widget=SuggestInput("children:school_suggest"),
        )

    def prepare_value(self, value: Any) -> Any:
        return value.label if isinstance(value, ChosenSchool) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        chosen, others = school_called(typed)
        if chosen is None and others:
            meant = "; ".join(other.label for other in others[:4])
            raise forms.ValidationError(f"No one school is called “{typed}”. Did you mean: {meant}?")
        if chosen is None:
            raise forms.ValidationError(
                f"No school is called “{typed}”. Check the spelling, or write its number (URN)."
            )
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(getattr(initial, "label", initial), data))


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
    birth_date_known = forms.ChoiceField(
        choices=BirthDateKnown.choices,
        required=False,
        label="How far is the date of birth known?",
        help_text="Not known or disputed, the person is presumed under 18 until it is decided.",
        initial=BirthDateKnown.EXACT,
    )
    first_language = forms.CharField(max_length=60, required=False, label="First language")
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
    school = SchoolChoice()

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        served = profile_of(user).authority_ids
        localities = Locality.objects.filter(authority__in=served).select_related("authority")
        self.offer_rows("locality", localities.order_by("authority", "name"))

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, the school as its account and its row of the register."""
        values = super().values
        chosen: ChosenSchool | None = values.pop("school")
        return {
            **values,
            "school": chosen.team if chosen else None,
            "listed_school": chosen.listed if chosen else None,
        }

    def clean_date_of_birth(self) -> Any:
        born = self.cleaned_data["date_of_birth"]
        self._checked(lambda: check_birth(born, today()))
        return born

    def clean_birth_date_known(self) -> Any:
        return self.cleaned_data["birth_date_known"] or BirthDateKnown.EXACT

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
            named=named(data["given_name"], data["family_name"], sex=data["sex"]),
        )


class NewChildForm(OnceForm, IdentityForm):
    """A new record, and what the person is to the child."""

    button = "Continue"

    nhs = forms.CharField(
        max_length=16, required=False, label="NHS number", help_text="10 digits, such as 999 123 4578."
    )
    upn = forms.CharField(
        max_length=16, required=False, label="Unique pupil number (UPN)", help_text="A letter and 12 digits."
    )
    authority = AuthorityChoice(
        label="Authority responsible", wanted="Write the name of the authority responsible."
    )
    case_role = forms.ChoiceField(
        choices=[("", "Choose"), *CaseRole.choices, (NO_ROLE, "I do not work with the child")],
        label="What are you to the child?",
        help_text="First Contact confirms who works with a child. What you submit counts from now.",
        error_messages={"required": "Say what you are to the child."},
    )
    checked = forms.BooleanField(widget=forms.HiddenInput, required=False)

    # Looked at the likely duplicates or not, it is the same record.
    beside = OnceForm.beside | {"checked", "again"}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.served = profile_of(user).authority_ids
        # With more than one the first of the agency's is only a start.
        self.fields["authority"].initial = own = home_authority(self.served)
        self.own_authority = own

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
        typed = self.values
        values = {name: typed[name] for name in Identity.__dataclass_fields__ if name != "area"}
        return Identity(**values, area=self._area())

    def _area(self) -> Authority | None:
        """Where the child lives: a child of an authority elsewhere who is recorded here lives here."""
        locality: Locality | None = self.cleaned_data["locality"]
        if locality is not None:
            return locality.authority
        here = self.cleaned_data["authority"].pk in self.served
        return None if here else self.own_authority

    @property
    def identifiers(self) -> dict[str, str]:
        return {kind: self.cleaned_data[kind] for kind in CHECKED if self.cleaned_data[kind]}


HIDDEN_PLACE = frozenset({"address", "postcode", "locality", "school"})


class ChangeForm(IdentityForm):
    """The identity of a child, with the version that the person saw."""

    version = VersionField()
    parts = frozenset({"version"})

    def __init__(self, user: User, child: Child, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                **{name: getattr(child, name) for name in (*IdentityForm.base_fields, "version")},
                "school": school_of(child),
            },
        )
        self.hidden = HIDDEN_PLACE if child.place_is_confidential else frozenset()
        kwargs["initial"] = {
            name: "" if name in self.hidden else kwargs["initial"][name] for name in kwargs["initial"]
        }
        super().__init__(user, *args, **kwargs)
        for name in self.hidden:
            self.fields[
                name
            ].help_text = "What is recorded is confidential. It stays if you leave this empty."
        # What the record holds stays choosable, for everybody who opens it.
        served = profile_of(user).authority_ids
        if child.locality and child.locality.authority_id not in served and not self.hidden:
            self.offer_rows("locality", Locality.objects.filter(pk=child.locality.pk))

    @property
    def values(self) -> dict[str, Any]:
        """What was typed; of a place that is confidential, and not shown, only what is new."""
        values = super().values
        if not self.hidden:
            return values
        untouched = {name for name in ("address", "postcode", "locality") if not values[name]}
        if not (values["school"] or values["listed_school"]):
            untouched |= {"school", "listed_school"}
        return {name: value for name, value in values.items() if name not in untouched}

    @property
    def comparable(self) -> list[str]:
        """The fields of which the user may see what somebody else has saved meanwhile."""
        hidden = self.hidden | {"listed_school"} if self.hidden else frozenset[str]()
        return [name for name in self.values if name not in hidden]


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
    called = dict.fromkeys(IdentifierKind.values, "value")  # a number is refused under the name of its kind
    kind = forms.ChoiceField(choices=IdentifierKind.choices, widget=forms.RadioSelect, label="Which number?")
    value = forms.CharField(max_length=40, label="Number", error_messages={"required": "Write the number."})
