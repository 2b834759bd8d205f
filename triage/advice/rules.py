"""Which advice suits a child (T4). Pure."""

from collections.abc import Collection

from triage.advice.models import AdviceVersion


def suits(advice: AdviceVersion, *, age: int, forms: Collection[str], level: int | None) -> bool:
    """Whether a piece of advice is meant for this age, one of these forms of harm and this level.

    Advice that names no form or level is for any; forms or a level not known yet rule nothing out.
    """
    return (
        advice.age_from <= age <= advice.age_to
        and (not advice.forms or not forms or bool(set(advice.forms) & set(forms)))
        and (not advice.levels or level is None or level in advice.levels)
    )
