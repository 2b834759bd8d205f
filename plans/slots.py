"""What the pages of referrals ask of the apps above."""

from cems.base.extension import One

DECIDED_AT: One[str] = One(
    "plans.decided_at",
    "The name of the address at which those who receive a referral decide it.",
)
