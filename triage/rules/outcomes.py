"""What a decision may and must start, by the agreed level (T4). Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from cems.children.choices import HarmForm, RiskLevel
from cems.children.rules.identity import age_on
from triage.choices import CegReason, OutcomeKind

CHANGING_LIVES_FROM = 16


@dataclass(frozen=True)
class Asked:
    """One outcome as the chair asks for it, stripped to what the rules look at."""

    kind: OutcomeKind
    why: str = ""
    ceg_reason: str = ""
    has_locality: bool = False
    has_advice: bool = False
    for_parents: bool = False


def always(level: RiskLevel) -> frozenset[OutcomeKind]:
    """What an agreed level starts whether anybody asks for it or not (T4, T6): at Significant board and worker."""
    if level is RiskLevel.SIGNIFICANT:
        return frozenset({OutcomeKind.CEG, OutcomeKind.ALLOCATION})
    return frozenset()


def problems(
    asked: Sequence[Asked], *, level: RiskLevel, forms: Collection[str], born: date, on: date
) -> list[tuple[str, str]]:
    """What is wrong with these outcomes: pairs of the outcome's key and a plain sentence; empty when all is right."""
    kinds = {one.kind for one in asked}
    found: list[tuple[str, str]] = []
    if OutcomeKind.NOT_CEG in kinds and level is RiskLevel.SIGNIFICANT:
        found.append((OutcomeKind.NOT_CEG, "A child at Significant always goes to the CEG board."))
    elif {OutcomeKind.CEG, OutcomeKind.NOT_CEG} <= kinds:
        found.append((OutcomeKind.NOT_CEG, "Choose either the CEG board or “Not for CEG”, not both."))
    for one in asked:
        said = _problem(one, level, forms, age_on(born, on))
        if said:
            found.append((one.kind, said))
    return found


def _problem(one: Asked, level: RiskLevel, forms: Collection[str], age: int) -> str:
    if one.kind is OutcomeKind.CEG:
        return _of_board(one, level)
    if one.kind is OutcomeKind.NOT_CEG:
        return "" if one.why else "Say why the child does not go to the CEG board."
    if one.kind is OutcomeKind.ALLOCATION:
        return _of_worker(one, level)
    if one.kind is OutcomeKind.ADVICE:
        return "" if one.has_advice or one.why else "Choose advice from the library, or write it."
    if one.kind is OutcomeKind.STEP_DOWN:
        if level > RiskLevel.LOW:
            return f"A child at {level.label} is not stepped down. Agree a lower level first."
        return "" if one.why else "Say who goes on supporting the child, and how."
    if one.kind is OutcomeKind.CHANGING_LIVES:
        return _of_changing_lives(one, level, forms, age)
    return "" if one.why else "Say what is wanted, and why."


def _of_board(one: Asked, level: RiskLevel) -> str:
    if not one.has_locality:
        return "Choose the locality whose CEG board takes the child."
    if not one.ceg_reason:
        return "Say why the child goes to the board."
    if one.ceg_reason == CegReason.SIGNIFICANT and level is not RiskLevel.SIGNIFICANT:
        return "The agreed level is not Significant. Choose another reason for the board."
    if one.ceg_reason != CegReason.SIGNIFICANT and not one.why:
        return "Say in a sentence why the board should follow the child."
    return ""


def _of_worker(one: Asked, level: RiskLevel) -> str:
    if level < RiskLevel.MODERATE:
        return f"No child exploitation worker is allocated at {level.label}."
    if level is RiskLevel.MODERATE and not one.why:
        return "At Moderate a worker is a professional judgement: say why."
    return ""


def _of_changing_lives(one: Asked, level: RiskLevel, forms: Collection[str], age: int) -> str:
    if HarmForm.SEXUAL not in forms or level < RiskLevel.MODERATE:
        return "Changing Lives takes moderate or significant risk of sexual exploitation."
    if not one.for_parents and age < CHANGING_LIVES_FROM:
        return f"Changing Lives takes young people from {CHANGING_LIVES_FROM}; their parents at any age."
    return ""
