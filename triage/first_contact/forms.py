"""What First Contact, and the agencies it asks, type (T1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from cems.accounts.form_fields import AgencyChoice, PersonChoice, TeamChoice, team_label
from cems.accounts.models import Agency, Team, User
from cems.accounts.profile import profile_of
from cems.base.form_fields import DayField, TimeOfDayField, VersionField, WordsField
from cems.base.forms import OnceForm, PlainForm
from cems.base.time import LONDON, local, now
from cems.children.choices import Informed
from plans.services.referral import Told
from triage.choices import Answered, Section47
from triage.first_contact.outcomes import OUTCOMES
from triage.first_contact.rules.approach import goes_with
from triage.first_contact.rules.threshold import THRESHOLDS
from triage.first_contact.services.assessment import Findings

YES, NO = "yes", "no"


class ReferForm(OnceForm):
    """A referral made by telephone or on paper."""

    button = "Record the referral"
    called = {"received_at": "received_on"}
    concern = WordsField(
        rows=8, label="What is the worry?", error_messages={"required": "Write what the worry is."}
    )
    received_on = DayField(
        label="On which day did it come?", error_messages={"required": "Write the day it came."}
    )
    received_time = TimeOfDayField(
        help_text="For example, 14:30. Its clock runs from then.", wanted="Write the time it came."
    )
    referrer = forms.CharField(
        max_length=200,
        label="Who made it?",
        help_text="Their name and work, and how to reach them.",
        error_messages={"required": "Write who made it."},
    )
    agency = AgencyChoice(label="Of which agency?", empty_label="None of these")
    informed = forms.ChoiceField(
        choices=Informed.choices,
        widget=forms.RadioSelect,
        label="Do the parents or carers know?",
        help_text="The referral waits for neither answer.",
        error_messages={"required": "Say whether the parents or carers know."},
    )
    not_informed_why = WordsField(rows=3, required=False, label="If not: why not?")
    saf_reference = forms.CharField(
        max_length=30, required=False, label="Police SAF reference", help_text="If the police sent it."
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        instant = local(now())
        kwargs.setdefault("initial", {"received_on": instant.date(), "received_time": instant.time()})
        super().__init__(*args, **kwargs)
        served = Agency.objects.filter(authorities__in=profile_of(user).authority_ids)
        self.offer_rows("agency", served.distinct().order_by("name"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("received_on") and data.get("received_time"):
            data["received_at"] = datetime.combine(data["received_on"], data["received_time"], tzinfo=LONDON)
            if data["received_at"] > now():
                self.add_error("received_on", "This is in the future. Check the day and the time.")
        return data

    @property
    def told(self) -> Told:
        """What the service is told; call on a valid form."""
        return Told(**{name: self.cleaned_data[name] for name in Told.__dataclass_fields__})


class AskForm(PlainForm):
    """Ask several agencies at once."""

    button = "Ask them"
    teams = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Whom do you ask?",
        help_text="One team of each agency. They see the child's name, birth date, address and school, and what"
        " you ask.",
        error_messages={"required": "Choose at least one agency."},
    )
    what = WordsField(
        rows=5,
        label="What do you want to know?",
        error_messages={"required": "Write what you want to know."},
    )

    def __init__(self, teams: Sequence[Team], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: dict[str, list[tuple[str, str]]] = {}
        for team in teams:
            kinds.setdefault(team.agency.get_kind_display(), []).append(
                (str(team.public_id), team_label(team))
            )
        self.offer_choices("teams", sorted(kinds.items()))

    def chosen(self, teams: Sequence[Team]) -> list[Team]:
        """The teams chosen; call on a valid form."""
        wanted = set(self.cleaned_data["teams"])
        return [team for team in teams if str(team.public_id) in wanted]


class AnswerForm(PlainForm):
    """What an agency answers."""

    button = "Send the answer"
    answered = forms.ChoiceField(
        choices=[choice for choice in Answered.choices if choice[0]],
        widget=forms.RadioSelect,
        label="What do you answer?",
        error_messages={"required": "Choose what your agency answers."},
    )
    text = WordsField(
        rows=8,
        required=False,
        label="What your agency knows",
        help_text="Facts with their days, and who saw or said them. If you cannot share something, you may say why.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices(
            "answered",
            [
                (Answered.NOTHING, "We checked, and hold nothing"),
                (Answered.CANNOT_SHARE, "We hold something we cannot share"),
                (Answered.WRITTEN, "I write below what we know"),
            ],
        )


class FoundForm(PlainForm):
    """What First Contact found; with the version that the person saw."""

    button = "Save"
    threshold = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        label="Which level of need?",
    )
    section_47 = forms.ChoiceField(
        choices=Section47.choices, required=False, widget=forms.RadioSelect, label="Section 47 enquiry"
    )
    outside_home = forms.ChoiceField(
        choices=[(YES, "Outside the home"), (NO, "At home"), ("", "Not known yet")],
        required=False,
        widget=forms.RadioSelect,
        label="Where does the main risk lie?",
    )
    approach = forms.BooleanField(
        required=False,
        label="The Harm Outside the Home approach is taken",
    )
    approach_why = WordsField(rows=3, required=False, label="Why the approach")
    stepped_up = forms.BooleanField(required=False, label="Stepped up from early help")
    to_team = TeamChoice(
        label="Which team takes the child?",
        help_text="The team sees the record from the decision on.",
        error_messages={"invalid_choice": "Nobody of this team uses CEMS today. Choose another team."},
    )
    to_team_why = WordsField(
        rows=3, required=False, label="Why this team, if the child's age speaks against it"
    )
    version = VersionField()

    def __init__(self, teams: Sequence[Team], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = THRESHOLDS.offered(kept=self.initial.get("threshold", ""))
        self.offer_choices(
            "threshold",
            [
                *((kind.key, kind.label) for kind in needs),
                ("", "Not decided yet"),
            ],
        )
        self.fields["approach"].help_text = f"With {goes_with()}, where the main risk lies outside the home."
        rows = Team.objects.filter(pk__in=[team.pk for team in teams]).select_related("agency")
        self.offer_rows("to_team", rows.order_by("agency__name", "name"))

    @staticmethod
    def told(found: Findings, version: int) -> dict[str, Any]:
        """What the form begins with."""
        outside = {True: YES, False: NO, None: ""}[found.outside_home]
        team = found.to_team.public_id if found.to_team else None
        return {**vars(found), "outside_home": outside, "to_team": team, "version": version}

    @property
    def findings(self) -> Findings:
        """What the service keeps; call on a valid form."""
        data = {name: self.cleaned_data[name] for name in Findings.__dataclass_fields__}
        return Findings(**{**data, "outside_home": {YES: True, NO: False}.get(data["outside_home"])})


MANAGERS_REASON = ("below_manager", "below_why")


class DecideForm(PlainForm):
    """The decision on a referral, and why; a manager's reason that was given for it on the way stays with it, hidden.

    `managers` are those who may be named for that reason.
    """

    button = "Record the decision"
    hides: ClassVar[tuple[str, ...]] = MANAGERS_REASON
    outcome = forms.TypedChoiceField(
        coerce=OUTCOMES.__getitem__,
        label="What is decided?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided."},
    )
    rationale = WordsField(
        rows=6,
        label="Why?",
        help_text="The person who made the referral reads this.",
        error_messages={"required": "Say why, for the person who made the referral."},
    )
    open_status = forms.BooleanField(
        required=False,
        label="Also open the status that goes with it, from today",
    )
    below_manager = PersonChoice(
        required=False, label="The manager who decides this", help_text="They are told, and read the reason."
    )
    below_why = WordsField(
        rows=4,
        required=False,
        label="The manager’s reason",
        help_text="Why a child at Significant needs no statutory intervention. It stands in the chronology.",
    )

    def __init__(self, managers: Sequence[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = OUTCOMES.values()
        self.offer_choices("outcome", [(kind.key, kind.label) for kind in kinds])
        self.fields["open_status"].help_text = "; ".join(
            f"{kind.label} opens “{kind.status.label}”" for kind in kinds if kind.status
        )
        people = User.objects.filter(pk__in=[person.pk for person in managers])
        self.offer_rows("below_manager", people.select_related("agency").order_by("name", "pk"))
        for name in self.hides:
            self.fields[name].widget = forms.HiddenInput()
        self._lay_out({*self.data, *self.initial})

    def _lay_out(self, sent: set[str]) -> None:
        """The manager's reason is asked for only where the decision was stopped."""
        self.leave_out(*(name for name in MANAGERS_REASON if not sent & set(MANAGERS_REASON)))


class StoppedForm(DecideForm):
    """The same decision about a child at Significant, with the manager's reason that lets it pass (M5)."""

    button = "Decide it for this reason"
    hides = ("outcome", "rationale", "open_status")  # read on the page before, sent with this one

    def _lay_out(self, sent: set[str]) -> None:
        self.leave_out()
