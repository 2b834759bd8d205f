"""Builders of reviews where nothing was new."""

from datetime import date, datetime

from cems.accounts.models import User
from cems.base.time import now, today
from cems.children.choices import CaseRole, RiskLevel
from cems.children.models import Child
from matrix.choices import AskedKind, Managed
from matrix.models import Review, ShortReview
from matrix.rules.short_review import Asked
from matrix.services.short_review import short_review_send
from tests.factories.children import involve
from tests.factories.matrices import submit
from tests.factories.people import make_user

SAID = "He says he stays in at night now."


def asked_child(words: str = SAID, on: date | None = None) -> Asked:
    """The child was asked, and said something."""
    return Asked(AskedKind.CHILD, "", on or today(), words)


def make_lead(child: Child, **kw: object) -> User:
    """A lead practitioner who works with the child."""
    user = make_user(**kw)  # type: ignore[arg-type]
    involve(child, user, CaseRole.LEAD_PRACTITIONER)
    return user


def owed(child: Child) -> Review:
    """The review that is owed of the child."""
    return Review.objects.get(child=child, ended_at__isnull=True)


def review_of_nothing_new(
    child: Child,
    *,
    by: User | None = None,
    words: str = SAID,
    level: RiskLevel = RiskLevel.MODERATE,
    at: datetime | None = None,
) -> ShortReview:
    """A review where nothing was new, of a matrix that was sent before where none was."""
    user = by or make_lead(child)
    if not Review.objects.filter(child=child, ended_at__isnull=True).exists():
        submit(user, child, level, at=at)
    return short_review_send(
        user,
        review=owed(child),
        asked=[asked_child(words, (at or now()).date())],
        managed=Managed.PARTLY,
        managed_words="Father fetches him from school.",
        at=at,
    )
