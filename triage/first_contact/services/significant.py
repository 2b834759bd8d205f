"""A child at Significant is never held at early help, nor left, without the strategy meeting and a manager (M5)."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.time import local_date
from cems.base.words import says_nothing
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.notices.services import notice_send
from matrix.levels import level_in_force
from plans.models import Referral, Request
from triage.first_contact.outcomes import ReferralOutcomeKind
from triage.first_contact.rules.threshold import ThresholdKind
from triage.first_contact.selectors.significant import managers_of_front_door, newest_request


class BelowSignificant(Invalid):
    """This outcome is below what a child at Significant needs, and what lets it pass is not there yet."""


def below_significant(child: Child, outcome: ReferralOutcomeKind, threshold: ThresholdKind) -> bool:
    """Whether this outcome, or what was found, would hold a child at Significant below statutory intervention."""
    below = outcome.below_significant or threshold.below_statutory
    return below and level_in_force(child) is RiskLevel.SIGNIFICANT


def may_go_below(child: Child, *, manager: User | None, why: str, at: datetime) -> None:
    """Raises BelowSignificant until the strategy meeting is answered and a manager of First Contact gave a reason."""
    request: Request | None = newest_request(child)
    if request is None:
        raise BelowSignificant(
            "No strategy meeting is asked for. Ask for it, and have it answered.", field="outcome"
        )
    if not request.answer:
        raise BelowSignificant("The strategy meeting is not answered yet. Answer it first.", field="outcome")
    if manager is None:
        raise BelowSignificant("Name the manager whose reason this is.", field="below_manager")
    if manager not in managers_of_front_door(child, local_date(at)):
        raise BelowSignificant("Name a manager of First Contact.", field="below_manager")
    if says_nothing(why):
        raise BelowSignificant("Write the manager’s reason.", field="below_why")


def tell_manager(user: User, referral: Referral, manager: User, at: datetime) -> None:
    """The manager reads that the decision stands in their name."""
    notice_send(
        {manager.pk} - {user.pk},
        kind="triage.below_significant",
        key=f"triage:{referral.public_id}:below_significant",
        text=f"{referral.reference}: decided below Significant, for a reason in your name. Read it.",
        url=reverse("plans:referral", args=[referral.child.public_id, referral.public_id]),
        reference=referral.reference,
        child=referral.child.public_id,
        at=at,
    )
