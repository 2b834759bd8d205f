"""A whole matrix as pages and papers show it."""

from dataclasses import dataclass
from typing import Any

from cems.children.choices import HarmContext
from cems.children.practice_lists import HARM_FORMS
from matrix.choices import Assessment, Seen
from matrix.instrument import Indicator
from matrix.models import Answer, Matrix
from matrix.selectors.draft import Filled
from matrix.services.judgement import AREAS


@dataclass(frozen=True)
class Shown:
    """One answer as the check page and the sent matrix show it."""

    indicator: Indicator
    answer: Answer
    when: str
    copied: bool


def whole(state: Filled) -> dict[str, Any]:
    """Every group with its answers and how many questions have none; and the groups without any."""
    sections = []
    for group in state.instrument.groups:
        rows = [
            Shown(indicator, answer, state.seen_words(answer), state.is_copied(answer))
            for indicator in group.indicators
            if (answer := state.answers.get(indicator.code))
        ]
        # What is usual for this child is shown as such, though it counts for nothing.
        seen = [row for row in rows if row.answer.seen in {Seen.SEEN, Seen.USUAL}]
        others = [row for row in rows if row not in seen]
        sections.append((group, seen, others, len(group.indicators) - len(rows)))
    return {
        "whole": sections,
        "empty_groups": [section[0] for section in sections if not section[1] and not section[2]],
    }


def named(matrix: Matrix) -> dict[str, Any]:
    """The forms and contexts of harm in words."""
    return {
        "forms": [HARM_FORMS.label(form) for form in matrix.forms],
        "contexts": [HarmContext(context).label for context in matrix.contexts],
        "assessments": [Assessment(assessment).label for assessment in matrix.assessments],
        "areas": areas(matrix),
    }


def areas(matrix: Matrix) -> list[tuple[str, str, str]]:
    """Each part of the child's life with its strength and its worry (M1)."""
    return [
        (area.capitalize(), getattr(matrix, f"{area}_strength"), getattr(matrix, f"{area}_worry"))
        for area in AREAS
    ]


def said(matrix: Matrix) -> list[tuple[str, str]]:
    """Whose words, and the words, where somebody said something (C6)."""
    words = [
        ("The child", matrix.child_views),
        ("The mother", matrix.mother_views),
        ("The father", matrix.father_views),
        ("The carer", matrix.carer_views),
        ("Others in the family", matrix.family_views),
    ]
    return [(whose, text) for whose, text in words if text.strip()]
