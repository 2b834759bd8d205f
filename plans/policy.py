"""Practice settings of referrals (T1, X6)."""

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

REFERRAL_DECISION_DAYS = Policy(
    key="plans.referral_decision_days",
    subject=Subject.FIRST_CONTACT,
    title="To decide a referral",
    explanation="First Contact decides within so long of receiving it.",
    kind=Number("working day", 0, 10),
    default=1,
    source="Working Together to Safeguard Children 2023, chapter 3: within one working day",
    by_authority=True,
)
STRATEGY_ANSWER_DAYS = Policy(
    key="plans.strategy_answer_days",
    subject=Subject.FIRST_CONTACT,
    title="To answer a request for a strategy meeting",
    explanation="Children's services record the meeting as held, or the threshold as not met and why.",
    kind=Number("working day", 0, 10),
    default=1,
    source=DECISION,
    by_authority=True,
)

POLICIES = (REFERRAL_DECISION_DAYS, STRATEGY_ANSWER_DAYS)
