"""What the API of the matrix takes and gives, as OpenAPI describes it (M7, O1)."""

from typing import Any

from rest_framework import serializers

from cems.base.api import Strict
from cems.children.choices import BirthDateKnown, Ethnicity, Gender, HarmContext, RiskLevel, Sex
from cems.children.practice_lists import HARM_FORMS
from cems.policy.lists import PracticeList
from matrix.choices import (
    Assessment,
    CameBy,
    IndicatorKind,
    Informed,
    Managed,
    MatrixState,
    Occasion,
    Seen,
    WhenKind,
)
from matrix.practice_lists import OCCASIONS


class EntryField(serializers.ChoiceField):
    """The key of an entry of a list of the partnership, among those that are offered when the request comes."""

    def __init__(self, listing: PracticeList, **kw: Any) -> None:
        self.listing = listing
        self.choice_strings_to_values: dict[str, str] = {}
        super().__init__((), **kw)

    @property
    def choices(self) -> dict[str, str]:
        """What is offered today."""
        return dict(self.listing.choices())

    @choices.setter
    def choices(self, choices: Any) -> None:
        """A list is asked each time, never kept."""

    def to_internal_value(self, data: Any) -> str:
        """The key that was sent, where it is offered."""
        key = str(data)
        if key not in self.choices and not (key == "" and self.allow_blank):
            self.fail("invalid_choice", input=data)
        return key


def _words(**more: Any) -> serializers.CharField:
    return serializers.CharField(default="", allow_blank=True, trim_whitespace=False, **more)


class ChildBody(Strict):
    """Who the child is, with the numbers other systems know the child by."""

    given_name = serializers.CharField()
    family_name = serializers.CharField()
    preferred_name = _words()
    date_of_birth = serializers.DateField()
    birth_date_known = serializers.ChoiceField(
        BirthDateKnown.choices,
        default=BirthDateKnown.EXACT,
        help_text="Not known or disputed, the person is presumed under 18 until it is decided",
    )
    first_language = _words()
    sex = serializers.ChoiceField(Sex.choices, default=Sex.NOT_KNOWN)
    gender = serializers.ChoiceField(Gender.choices, default=Gender.NOT_ASKED)
    ethnicity = serializers.ChoiceField(Ethnicity.choices, default=Ethnicity.NOBT)
    address = _words()
    postcode = _words()
    authority = serializers.CharField(help_text="Code of the authority responsible, such as E06000047")
    nhs = _words(help_text="NHS number")
    upn = _words(help_text="Unique pupil number")


class AnswerBody(Strict):
    """The answer to one question. An empty `seen` takes back an answer of the matrix before."""

    seen = serializers.ChoiceField(
        Seen.choices, allow_blank=True, help_text="`usual`: a warning sign that is no change for this child"
    )
    when_kind = serializers.ChoiceField(WhenKind.choices, default="", allow_blank=True)
    day = serializers.DateField(default=None, allow_null=True)
    what = _words()
    source = _words()  # type: ignore[assignment]
    agency = _words(help_text="Code of the agency that says so")
    managed = serializers.ChoiceField(
        Managed.choices,
        default="",
        allow_blank=True,
        help_text="Of a concern that was seen: how well it is managed now",
    )


class PaperBody(Strict):
    """A matrix that came by mail or on paper: who made it, and when it was received. For desks that enter them."""

    author_name = serializers.CharField()
    author_role = serializers.CharField()
    author_email = serializers.EmailField(
        default="", allow_blank=True, help_text="At work: finds the author's account, if there is one"
    )
    author_contact = _words(help_text="How else to reach the author")
    agency = _words(help_text="Code of the author's agency")
    agency_name = _words(help_text="The author's agency, where it has no code")
    came_by = serializers.ChoiceField(CameBy.choices)
    received_at = serializers.DateTimeField(help_text="Not in the future; its clocks run from then")


class MatrixBody(Strict):
    """A whole matrix. An update begins with the answers of the matrix before it, with their dates.

    The child is either `child_id`, known from an earlier submission, or `child`.
    """

    child_id = serializers.UUIDField(required=False)
    child = ChildBody(required=False)
    occasion = EntryField(OCCASIONS, default=Occasion.CONCERN.value)
    answers = serializers.DictField(child=AnswerBody(), default=dict, help_text="By the code of the question")
    level = serializers.ChoiceField(RiskLevel.choices, default=None, allow_null=True)
    reasons = _words()
    difference = _words()
    forms = serializers.ListField(child=EntryField(HARM_FORMS), default=list)
    contexts = serializers.ListField(child=serializers.ChoiceField(HarmContext.choices), default=list)
    child_views = _words()
    mother_views = _words()
    father_views = _words()
    carer_views = _words()
    family_views = _words()
    informed = serializers.ChoiceField(Informed.choices, default="", allow_blank=True)
    not_informed_why = _words()
    home_strength = _words()
    home_worry = _words()
    family_strength = _words()
    family_worry = _words()
    friends_strength = _words()
    friends_worry = _words()
    school_strength = _words()
    school_worry = _words()
    community_strength = _words()
    community_worry = _words()
    plan_needs = _words(help_text="What the plan must hold")
    assessments = serializers.ListField(
        child=serializers.ChoiceField(Assessment.choices),
        default=list,
        help_text="Other assessments and plans which the matrix goes with",
    )
    assessments_where = _words(help_text="Where these are found")
    paper = PaperBody(required=False, help_text="Of one that is entered for its author")
    call = _words(help_text="Significant: who was rung, or the tries with their times")

    def validate(self, attrs: Any) -> Any:
        if ("child_id" in attrs) == ("child" in attrs):
            raise serializers.ValidationError({"child": ["Give either child or child_id."]})
        return attrs


class Received(serializers.Serializer[Any]):
    """A submission in short."""

    id = serializers.UUIDField(source="public_id")
    reference = serializers.CharField()
    state = serializers.ChoiceField(MatrixState.choices, source="matrix.state")
    child_id = serializers.UUIDField(source="child_public_id", help_text="To submit about this child again")
    level = serializers.ChoiceField(RiskLevel.choices)
    received_at = serializers.DateTimeField()
    url = serializers.HyperlinkedIdentityField(view_name="api:submission", lookup_field="public_id")


class AnswerShown(serializers.Serializer[Any]):
    """An answer as it was sent. `when` says in words when it was seen and how old that was."""

    kind = serializers.ChoiceField(
        IndicatorKind.choices,
        help_text="Of the question: harm that has happened, or which risk; concern where version 1 tells no more",
    )
    band = serializers.CharField(
        help_text="Age when it was sent: month, quarter, half, older; standing; empty where it has none"
    )
    seen = serializers.ChoiceField(Seen.choices)
    when_kind = serializers.CharField()
    day = serializers.DateField(source="seen_on", allow_null=True)
    when = serializers.CharField()
    what = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    agency = serializers.CharField(source="agency.code", default="")
    managed = serializers.CharField()
    answered_by = serializers.CharField()
    answered_at = serializers.DateTimeField()


class ProfileShown(serializers.Serializer[Any]):
    """How much of one kind of evidence was seen, by its age when the matrix was sent."""

    kind = serializers.ChoiceField(IndicatorKind.choices, source="row.kind")
    title = serializers.CharField(source="row.title")
    bands = serializers.DictField(
        child=serializers.IntegerField(), help_text="By band: month, quarter, half, older"
    )
    undated = serializers.IntegerField(source="row.undated")
    standing = serializers.IntegerField(source="row.standing")


class PersonOfMatrix(serializers.Serializer[Any]):
    """Somebody who filled the matrix in."""

    name = serializers.CharField()
    role = serializers.CharField()
    agency = serializers.CharField()


class Step(serializers.Serializer[Any]):
    """One thing that happens now."""

    title = serializers.CharField()
    who = serializers.CharField()
    detail = serializers.CharField()
    outcome = serializers.CharField(help_text="What came of it, for those who see the child's actions.")
    due_at = serializers.DateTimeField(source="clock.due_at", default=None, allow_null=True)


class PaperShown(serializers.Serializer[Any]):
    """How a matrix came that was entered for its author."""

    author_name = serializers.CharField()
    author_role = serializers.CharField()
    agency = serializers.CharField(source="agency_words")
    came_by = serializers.ChoiceField(CameBy.choices)
    received_at = serializers.DateTimeField()
    entered_at = serializers.DateTimeField()
    entered_by = serializers.CharField()


class Whole(serializers.Serializer[Any]):
    """A submission as its page gives it: what happens now, the judgement, each answer."""

    submission = Received()
    instrument_version = serializers.IntegerField(source="matrix.instrument_version")
    occasion = serializers.CharField(source="matrix.occasion")
    submitted_by = serializers.CharField(source="submission.submitted_by")
    contributors = PersonOfMatrix(many=True, help_text="Who filled it in beside the one who sent it")
    recorded_at = serializers.DateTimeField(
        source="submission.recorded_at", help_text="When it was entered; received_at is when it was received"
    )
    receipt = serializers.CharField(source="submission.receipt")
    paper = PaperShown(allow_null=True, help_text="Of one that was entered for its author; else null")
    reasons = serializers.CharField(source="submission.reasons")
    difference = serializers.CharField(source="submission.difference")
    suggested = serializers.IntegerField(source="submission.suggested")
    suggested_because = serializers.ListField(
        child=serializers.CharField(), source="submission.suggested_because"
    )
    harm_happened = serializers.BooleanField(source="submission.harm_happened")
    call = serializers.CharField(source="submission.call")
    forms = serializers.ListField(child=serializers.CharField(), source="matrix.forms")
    contexts = serializers.ListField(child=serializers.CharField(), source="matrix.contexts")
    child_views = serializers.CharField(source="matrix.child_views")
    mother_views = serializers.CharField(source="matrix.mother_views")
    father_views = serializers.CharField(source="matrix.father_views")
    carer_views = serializers.CharField(source="matrix.carer_views")
    family_views = serializers.CharField(source="matrix.family_views")
    informed = serializers.CharField(source="matrix.informed")
    not_informed_why = serializers.CharField(source="matrix.not_informed_why")
    strengths_and_worries = serializers.DictField(
        child=serializers.CharField(), help_text="Such as home_strength and home_worry"
    )
    plan_needs = serializers.CharField(source="matrix.plan_needs")
    assessments = serializers.ListField(child=serializers.CharField(), source="matrix.assessments")
    assessments_where = serializers.CharField(source="matrix.assessments_where")
    profile = ProfileShown(many=True)
    usual = serializers.IntegerField(help_text="Signs that are usual for this child: counted nowhere")
    freshness = serializers.CharField(
        help_text="Since when no new evidence was recorded, and when it was last asked"
    )
    answers = serializers.DictField(child=AnswerShown())
    steps = Step(many=True)
