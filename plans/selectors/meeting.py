"""What pages read of a child's statutory meetings (G3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.actions.models import Action
from cems.actions.selectors import to_carry_over
from cems.base.keyset import Keyset, Page
from cems.children.access_control import OpenChild
from cems.children.models import Child
from cems.clocks.kinds import clock_kinds, shown_kind
from cems.clocks.models import Clock
from plans.models import Request, StatutoryMeeting

ORDER = Keyset("-held_at", "-pk", size=30)
PEOPLE = ("recorded_by__agency", "superseded_by", "supersedes", "answers", "review")


def meetings_page(child: Child, after: str) -> Page[StatutoryMeeting]:
    """A page of the child's meetings by when each was held, newest first; corrected ones stay in sight."""
    return ORDER.page(StatutoryMeeting.objects.of(child).select_related(*PEOPLE), after)


def meeting_at(child: Child, public_id: UUID) -> StatutoryMeeting | None:
    """The meeting of this child at this address; or None."""
    row: StatutoryMeeting | None = (
        StatutoryMeeting.objects.of(child).select_related(*PEOPLE).filter(public_id=public_id).first()
    )
    return row


@dataclass(frozen=True)
class BeforeRecording:
    """What whoever records a meeting looks at: the request it may answer, and actions it may take on."""

    request: Request | None
    actions: Sequence[Action]


def before_recording(user: User, opened: OpenChild) -> BeforeRecording:
    """The open request for a strategy meeting, and the child's open actions that no page of their own meets."""
    asked = Request.objects.filter(child__in=opened.cluster, answer="").order_by("requested_at", "pk").first()
    return BeforeRecording(asked, to_carry_over(user, opened))


def reviews_owed(opened: OpenChild) -> Sequence[Clock]:
    """The open reviews of the child that a meeting may belong to, due first; of the parts the user reads."""
    kinds = [kind.key for kind in clock_kinds() if kind.review_of and opened.access.sees(kind.review_of)]
    rows = Clock.objects.filter(child__in=list(opened.cluster.values()), kind__in=kinds).still_open()
    return list(rows.order_by("due_at", "pk"))


def reads_review(opened: OpenChild, review: Clock) -> bool:
    """Whether the user reads the part of the record this review is of."""
    part = shown_kind(review.kind).review_of
    return bool(part) and opened.access.sees(part)


def meetings_of_review(opened: OpenChild, review: Clock) -> Sequence[StatutoryMeeting]:
    """The meetings that belong to this review, the newest first, for who reads meetings."""
    if not opened.access.sees(Part.STRATEGY):
        return []
    rows = StatutoryMeeting.objects.filter(
        review=review, child__in=opened.cluster, superseded_by__isnull=True
    )
    return list(rows.order_by("-held_at", "-pk"))


def newest_view(opened: OpenChild) -> StatutoryMeeting | None:
    """The newest meeting that said which level it saw, where no forum has agreed a level since."""
    rows = StatutoryMeeting.objects.filter(
        child__in=opened.cluster, level_view__isnull=False, superseded_by__isnull=True
    )
    agreed = opened.child.current_level
    if agreed is not None:
        rows = rows.filter(held_at__gt=agreed.happened_at)
    return rows.order_by("-held_at", "-pk").first()
