"""The clocks of referrals and requests."""

from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind
from plans.policy import REFERRAL_DECISION_DAYS, STRATEGY_ANSWER_DAYS

REFERRAL_DECISION = ClockKind(
    "plans.referral", "Referral to be decided", Measure.WORKING_DAYS, lengths=(REFERRAL_DECISION_DAYS,)
)
STRATEGY_MEETING = ClockKind(
    "plans.strategy_meeting",
    "Strategy meeting to be answered",
    Measure.WORKING_DAYS,
    lengths=(STRATEGY_ANSWER_DAYS,),
)
