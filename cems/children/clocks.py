"""The clocks of the record itself."""

from collections.abc import Mapping, Sequence

from cems.base.time import now
from cems.children.models import Child
from cems.children.policy import PLACED_ANSWER_DAYS, PLACED_ESCALATION_DAYS, PLACED_TELL_DAYS
from cems.clocks.choices import Measure, Stage
from cems.clocks.kinds import ClockKind, Finding, Morning
from cems.clocks.models import Clock


def _not_restricted_any_more(clocks: Sequence[Clock]) -> Mapping[int, Finding]:
    """Whose record is open again: the record, not its clock, is the truth."""
    wanted = {clock.child for clock in clocks if clock.child}
    shut = Child.objects.unscoped("clocks of restricted records").filter(
        public_id__in=wanted, restricted=True
    )
    restricted_ids = set(shut.values_list("public_id", flat=True))
    return {
        clock.pk: Finding(Stage.CANCELLED, now(), "The record is not restricted any more")
        for clock in clocks
        if clock.child not in restricted_ids
    }


RESTRICTION_REVIEW = ClockKind(
    key="children.restriction_review",
    label="Review of a restricted record",
    measure=Measure.DATE,
    warnings=(Morning(10), Morning(1)),
    reminders=2,
    check=_not_restricted_any_more,
)
PLACED_TELL = ClockKind(
    "children.placed_tell",
    "Responsible authority to be told of a concern",
    Measure.WORKING_DAYS,
    lengths=(PLACED_TELL_DAYS,),
)
PLACED_ANSWER = ClockKind(
    "children.placed_answer",
    "Responsible authority to answer a concern",
    Measure.WORKING_DAYS,
    lengths=(PLACED_ANSWER_DAYS,),
)
PLACED_ESCALATION = ClockKind(
    "children.placed_escalation",
    "Placing authority's inaction to be taken up",
    Measure.WORKING_DAYS,
    reminders=2,
    lengths=(PLACED_ESCALATION_DAYS,),
)
