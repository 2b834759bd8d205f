"""The vocabulary of referrals, requests and statutory meetings."""

from django.db import models


class ReferralState(models.TextChoices):
    OPEN = "open", "Waiting for First Contact"
    DECIDED = "decided", "Decided"


class RequestKind(models.TextChoices):
    STRATEGY_MEETING = "strategy_meeting", "Strategy meeting"


class RequestAnswer(models.TextChoices):
    """Children's services record the meeting as held, or the threshold as not met and why (M5)."""

    HELD = "held", "Held"
    NOT_MET = "not_met", "Threshold not met"


class MeetingKind(models.TextChoices):
    """Statutory meetings CEMS runs beside (G3)."""

    TEAM_AROUND_FAMILY = "taf", "Team around the family"
    CHILD_IN_NEED_REVIEW = "cin_review", "Child in need review"
    CORE_GROUP = "core_group", "Core group"
    CARE_TEAM = "care_team", "Care team meeting"
    STRATEGY = "strategy", "Strategy meeting"
    COMPLEX_STRATEGY = "complex_strategy", "Complex strategy meeting"
    FAMILY_GROUP_CONFERENCE = "fgc", "Family group conference"


# What answers a request for a strategy meeting.
STRATEGY_KINDS = frozenset({MeetingKind.STRATEGY, MeetingKind.COMPLEX_STRATEGY})
