"""What the API of CEVT takes and gives, as OpenAPI describes it (T3, T4, O1)."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cems.accounts.models import Agency, Locality, Team, User
from cems.base.api import Strict
from cems.children.choices import HarmContext, RiskLevel
from cems.children.practice_lists import HARM_FORMS
from cems.meetings.choices import Held, RelayedHow
from matrix.api_bodies import EntryField
from plans.models import Provider
from triage.cevt.outcomes import OUTCOMES
from triage.cevt.rules.eligibility import Passed
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.decision import Decided
from triage.choices import ItemKind
from triage.models import AdviceVersion
from triage.practice_lists import CEG_REASONS, RETURN_REASONS


class OutcomeKindField(serializers.ChoiceField):
    """The key of a kind of outcome, among those there are when the request comes."""

    def __init__(self, **kw: Any) -> None:
        super().__init__([(kind.key, kind.label) for kind in OUTCOMES.values()], **kw)


class OutcomeBody(Strict):
    """One thing the decision is to start."""

    kind = OutcomeKindField()
    why = serializers.CharField(default="", allow_blank=True)
    ceg_reason = EntryField(CEG_REASONS, default="", allow_blank=True)
    locality = serializers.SlugRelatedField(
        queryset=Locality.objects.all(), slug_field="code", default=None, allow_null=True
    )
    provider = serializers.SlugRelatedField(
        queryset=Provider.objects.all(), slug_field="code", default=None, allow_null=True
    )
    for_parents = serializers.BooleanField(default=False)
    details = serializers.DictField(child=serializers.CharField(), default=dict)
    advice = serializers.SlugRelatedField(
        queryset=AdviceVersion.objects.all(), slug_field="public_id", many=True, required=False
    )


class TaskBody(Strict):
    """An action somebody takes on: either a person or a team has it."""

    title = serializers.CharField(max_length=200)
    person = serializers.SlugRelatedField(queryset=User.objects.all(), slug_field="public_id", required=False)
    team = serializers.SlugRelatedField(queryset=Team.objects.all(), slug_field="code", required=False)
    working_days = serializers.IntegerField(min_value=0, max_value=60, default=5)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("person" in attrs) == ("team" in attrs):
            raise serializers.ValidationError("Name either a person or a team.")
        return attrs


class DissentBody(Strict):
    """An agency that does not agree, and why."""

    agency = serializers.SlugRelatedField(queryset=Agency.objects.all(), slug_field="code")
    text = serializers.CharField()


class DecisionBody(Strict):
    """What the chair decides. `seen` is the matrix entered last when the chair looked, `seen_level` the agreed level,
    by their public ids; where `seen_level` is said, a level another forum agreed meanwhile is a conflict."""

    level = serializers.ChoiceField(RiskLevel.choices)
    rationale = serializers.CharField()
    forms = serializers.ListField(child=EntryField(HARM_FORMS), default=list)
    contexts = serializers.MultipleChoiceField(choices=HarmContext.choices, default=set)
    outcomes = OutcomeBody(many=True, default=list)
    tasks = TaskBody(many=True, default=list)
    dissents = DissentBody(many=True, default=list)
    feedback = serializers.CharField(
        help_text="What the person who sent the matrix or raised the child reads"
    )
    returned_because = EntryField(RETURN_REASONS, default="", allow_blank=True)
    seen = serializers.UUIDField(default=None, allow_null=True)
    seen_level = serializers.UUIDField(required=False, allow_null=True)


class ContributionBody(Strict):
    """What the person's agency says of the child; `version` is the one they saw, 0 for none."""

    held = serializers.ChoiceField(Held.choices)
    text = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    version = serializers.IntegerField(min_value=0, default=0)


class RelayedContributionBody(Strict):
    """What an agency that is away told; `seen` is how many such notes of it the item showed, 0 for none."""

    agency = serializers.SlugRelatedField(queryset=Agency.objects.all(), slug_field="code")
    held = serializers.ChoiceField(Held.choices)
    text = serializers.CharField(default="", allow_blank=True)
    told_by = serializers.CharField(max_length=200)
    told_how = serializers.ChoiceField(RelayedHow.choices)
    told_at = serializers.DateTimeField()
    seen = serializers.IntegerField(min_value=0, default=0)


class TitledShown(serializers.Serializer[Any]):
    """Words for whoever brought the child, under their title."""

    title = serializers.CharField()
    words = serializers.CharField()


class AdviceShown(serializers.Serializer[Any]):
    """Advice from the library, as it was when it was given."""

    title = serializers.CharField()
    text = serializers.CharField()
    contact = serializers.CharField()
    phone = serializers.CharField()
    hours = serializers.CharField()
    link = serializers.CharField()


class DecisionForReferrer(serializers.Serializer[Any]):
    """A decision as it stands by now, as whoever sent the matrix or raised the child reads it."""

    reference = serializers.CharField(source="row.reference")
    decided_at = serializers.DateTimeField(source="row.decided_at")
    decided_by = serializers.CharField(source="row.decided_by")
    level = serializers.IntegerField(source="row.agreed.level")
    forms = serializers.ListField(child=serializers.CharField(), source="row.agreed.forms")
    contexts = serializers.ListField(child=serializers.CharField(), source="row.agreed.contexts")
    provisional = serializers.BooleanField(source="waits")
    provisional_why = serializers.CharField(source="row.provisional_why")
    feedback = serializers.CharField()
    follows = serializers.ListField(child=serializers.CharField(), help_text="What happens next")
    for_referrer = serializers.SerializerMethodField()
    advice = AdviceShown(many=True)

    @extend_schema_field(TitledShown(many=True))
    def get_for_referrer(self, decided: Decided) -> list[dict[str, str]]:
        return [{"title": title, "words": words} for title, words in decided.for_referrer]


class DecisionShown(DecisionForReferrer):
    """A decision as it stands by now; CEVT's own reasons only for those who may read its decisions."""

    rationale = serializers.CharField(source="row.agreed.rationale", required=False)
    outcomes = serializers.SerializerMethodField()

    def get_outcomes(self, decided: Decided) -> list[dict[str, Any]]:
        return [
            {
                "kind": outcome.kind,
                "label": outcome.label,
                "why": outcome.why,
                "locality": outcome.locality.code if outcome.locality else "",
                "provider": outcome.provider.code if outcome.provider else "",
                "for_parents": outcome.for_parents,
                "details": outcome.details,
            }
            for outcome in decided.outcomes
        ]


class ContributionShown(serializers.Serializer[Any]):
    """What an agency said."""

    agency = serializers.CharField(source="agency.code")
    held = serializers.ChoiceField(Held.choices)
    text = serializers.CharField()
    version = serializers.IntegerField()
    said_at = serializers.DateTimeField()


class RelayedContributionShown(serializers.Serializer[Any]):
    """What an agency that was away told the chair, who wrote it down."""

    agency = serializers.CharField(source="agency.code")
    number = serializers.IntegerField()
    held = serializers.ChoiceField(Held.choices)
    text = serializers.CharField()
    told_by = serializers.CharField()
    told_how = serializers.ChoiceField(RelayedHow.choices)
    told_at = serializers.DateTimeField()
    written_by = serializers.CharField()
    written_at = serializers.DateTimeField()


class ItemShown(serializers.Serializer[Any]):
    """Something CEVT owes or gave a decision about."""

    public_id = serializers.UUIDField()
    child_id = serializers.UUIDField(source="child_public_id")
    agreed_level = serializers.UUIDField(
        allow_null=True, help_text="The child's agreed level of now, to be sent back as `seen_level`"
    )
    kind = serializers.ChoiceField(ItemKind.choices)
    submission = serializers.CharField(source="submission.public_id", default="")
    level = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(source="clock.due_at", default=None)
    explained = serializers.CharField(source="clock.explanation", default="")
    eligibility = serializers.ListField(child=serializers.ChoiceField(Passed.choices))
    returns = serializers.ChoiceField(Return.choices)
    closed_at = serializers.DateTimeField(allow_null=True)
    withdrawn_why = serializers.CharField()
    decision = serializers.SerializerMethodField()

    @extend_schema_field(DecisionShown(allow_null=True))
    def get_decision(self, item: Any) -> dict[str, Any] | None:
        if item.decided is None:
            return None
        shown = DecisionShown if item.reads_decision else DecisionForReferrer
        return {**shown(item.decided).data}


class ItemWhole(serializers.Serializer[Any]):
    """An item with what agencies said, for those at the table."""

    item = ItemShown()
    contributions = ContributionShown(many=True)
    relayed_contribution = RelayedContributionShown(many=True)


Sent = Mapping[str, Any]
