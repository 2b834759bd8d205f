"""The clocks of triage: a level to agree, a provisional decision to confirm, a worker to find (T2, T3, T6)."""

from datetime import timedelta

from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind
from matrix.policy import CEVT_DAYS
from triage import places
from triage.cevt.selectors.chairs import chairs_of_days, chairs_of_items
from triage.cevt.selectors.meeting_day import held_meanwhile
from triage.policy import (
    ALLOCATE_MODERATE_DAYS,
    ALLOCATE_SIGNIFICANT_DAYS,
    CONFIRMATION_DAYS,
    GATHERING_DAYS,
    LOOK_AGAIN_DAYS,
)

# Only "more information wanted" pauses it (T2): CEVT asks for that on the child's sheet, nobody on the clock's page.
RECEIPT = ClockKind(
    "triage.receipt",
    "CEVT to agree the level",
    Measure.WORKING_DAYS,
    may_pause=True,
    paused_by_its_app=True,
    reminders=5,
    lengths=tuple(CEVT_DAYS.values()),
    places=places.level_to_agree,
    also_told=chairs_of_items,
)
CONFIRMATION = ClockKind(
    "triage.confirmation",
    "Provisional decision to be confirmed",
    Measure.WORKING_DAYS,
    reminders=5,
    lengths=(CONFIRMATION_DAYS,),
    places=places.decision_to_confirm,
)
# A meeting of that day meets it, which is asked just before it acts.
MEETING_DAY = ClockKind(
    "triage.meeting_day",
    "CEVT to meet today: something is due",
    Measure.WORKING_DAYS,
    warnings=(timedelta(hours=4),),
    reminders=5,
    check=held_meanwhile,
    also_told=chairs_of_days,
    also_warned=True,
)
WAITING = ClockKind(
    "triage.waiting",
    "Worker to be allocated",
    Measure.WORKING_DAYS,
    reminders=5,
    lengths=(ALLOCATE_SIGNIFICANT_DAYS, ALLOCATE_MODERATE_DAYS),
    places=places.worker_to_give,
)
LOOK_AGAIN = ClockKind(
    "triage.look_again",
    "Significant without a worker: look again",
    Measure.WORKING_DAYS,
    reminders=5,
    lengths=(LOOK_AGAIN_DAYS,),
    places=places.worker_to_give,
)
GATHERING = ClockKind(
    "triage.enquiry", "Information for First Contact", Measure.WORKING_DAYS, lengths=(GATHERING_DAYS,)
)
