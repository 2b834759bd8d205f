"""What the API of actions takes and gives, as OpenAPI describes it (K1, O1)."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from cems.actions.choices import Status
from cems.actions.doings.kinds import DoingKind
from cems.actions.doings.selectors import kind_of
from cems.actions.models import Action
from cems.base.api import Strict

EARLIEST = 2000


class DoingBody(Strict):
    """What was done or decided, as the action's `doing` asks for it."""

    answer = serializers.CharField(help_text="The key of one of the answers")
    given = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False),
        default=dict,
        help_text="By the name of each question of that answer, what was told",
    )
    done_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it was done or decided; left out: now"
    )

    def validate_done_at(self, value: datetime | None) -> datetime | None:
        """A year that nobody means is a slip of the system that sends it."""
        if value is not None and value.year < EARLIEST:
            raise serializers.ValidationError("Write the year in full, such as 2026.")
        return value


class ActionShown(serializers.Serializer[Any]):
    """One action of a list."""

    id = serializers.UUIDField(source="action.public_id")
    reference = serializers.CharField(source="action.reference")
    title = serializers.CharField(source="action.title")
    status = serializers.ChoiceField(Status.choices, source="action.status")
    owner = serializers.SerializerMethodField(help_text="The person or team that has it")
    due_at = serializers.SerializerMethodField(help_text="When it is to be done by, if it has such a time")
    child_id = serializers.SerializerMethodField(
        help_text="Left empty where the child is not open to the account"
    )
    source_reference = serializers.CharField(
        source="action.source_reference", help_text="The paper it comes from"
    )
    doing_kind = serializers.SerializerMethodField(help_text="What is recorded of it; empty where none is")

    def get_owner(self, row: Any) -> str:
        return str(row.action.owner)

    def get_due_at(self, row: Any) -> str | None:
        return row.action.clock.due_at.isoformat() if row.action.clock else None

    def get_child_id(self, row: Any) -> str | None:
        return str(row.child.public_id) if row.child else None

    def get_doing_kind(self, row: Any) -> str:
        kind = kind_of(row.action)
        return kind.key if kind else ""


class QuestionShown(serializers.Serializer[Any]):
    """A question of an answer."""

    name = serializers.CharField()
    words = serializers.CharField()
    needed = serializers.BooleanField()


class AnswerShown(serializers.Serializer[Any]):
    """One way in which the action is met."""

    key = serializers.CharField()
    words = serializers.CharField()
    questions = QuestionShown(many=True)


class DoingAsked(serializers.Serializer[Any]):
    """What is asked of the person or system that did it."""

    key = serializers.CharField()
    title = serializers.CharField()
    answers = AnswerShown(many=True)


class ActionWhole(serializers.Serializer[Any]):
    """An action with what it asks, and what came of it."""

    action = ActionShown()
    detail = serializers.CharField()
    outcome = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    doing = DoingAsked(
        allow_null=True, help_text="Empty where it is closed in words, or done on another page"
    )


def whole_of(row: Any) -> dict[str, Any]:
    """An action of a list with the rest of it, for `ActionWhole`."""
    action: Action = row.action
    kind = kind_of(action)
    return {
        "action": row,
        "detail": action.detail,
        "outcome": action.outcome,
        "closed_at": action.closed_at,
        "done_at": action.doing.done_at if action.doing else None,
        "doing": _asked(kind) if kind else None,
    }


def _asked(kind: DoingKind) -> dict[str, Any]:
    return {
        "key": kind.key,
        "title": kind.title,
        "answers": [
            {
                "key": answer.key,
                "words": answer.label,
                "questions": [
                    {"name": question.name, "words": question.label, "needed": bool(question.missing)}
                    for question in answer.questions
                ],
            }
            for answer in kind.answers
        ],
    }
