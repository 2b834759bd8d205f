"""What may be done next about a concern for a child placed by another authority (C2)."""

from collections.abc import Mapping
from datetime import datetime

from cems.children.choices import ConcernStep


def step_problem(
    step: str,
    *,
    done: Mapping[str, bool | None],
    answer_due: datetime | None,
    at: datetime,
) -> str:
    """C2: why this step can't be taken now, or "" where it can.

    `done` maps each step taken to whether it was an adequate answer. Inaction is escalated when the
    answer is over its time or not adequate: never before the authority was told.
    """
    if step in done:
        return "This was recorded already. Open the page again to see it."
    if step == ConcernStep.TOLD:
        return ""
    if ConcernStep.TOLD not in done:
        return "Record first who was told at the responsible authority, when and how."
    if step == ConcernStep.ESCALATED:
        return _too_early(done, answer_due, at)
    if step == ConcernStep.CLOSED and ConcernStep.ESCALATED not in done:
        return "Nothing was escalated, so there is nothing to close."
    return ""


def _too_early(done: Mapping[str, bool | None], answer_due: datetime | None, at: datetime) -> str:
    if ConcernStep.ANSWERED in done:
        if done[ConcernStep.ANSWERED]:
            return "The answer was recorded as adequate. If things have changed, raise a new concern."
        return ""
    if answer_due is not None and at <= answer_due:
        return "The answer is not over its time yet. Record it as not adequate, or wait until it is due."
    return ""
