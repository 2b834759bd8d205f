"""What the CE Matrix adds to a person's first page, the matrices they left half done and the start button, and to a
step-up it asks for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.roles import Work
from cems.actions.models import Action
from cems.actions.slots import DoneAt
from cems.base.first_page import StartButton, WorkItem
from cems.base.time import local
from cems.children.querysets import OfChildQuerySet
from matrix.choices import MatrixState
from matrix.models import Matrix, Submission
from matrix.rules import STEP_UP
from matrix.selectors.child import contributes_to, drafting
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE
from matrix.services.paper_matrix import SOURCE as PAPER_SOURCE
from matrix.services.paper_matrix import TELL_AUTHOR


def items(user: Any, now: datetime) -> Iterable[WorkItem]:
    """The drafts this person started or was asked to fill in; shown as long as the child is open to them."""
    drafts = _drafts(user).select_related("child").order_by("-changed_at")  # the page says where it is cut
    return [
        WorkItem(
            what="CE Matrix in progress",
            why=f"You left this matrix on {local(draft.matrix.changed_at):%-d %B}:"
            f" {draft.groups} of {draft.all_groups} groups begun",
            url=reverse("matrix:tasks", args=[draft.matrix.public_id]),
            child=draft.matrix.child.public_id,
            reference=draft.matrix.reference,
            needs_child=True,
            doing="Continue",
        )
        for draft in drafting(list(drafts))
    ]


def counts(user: Any, now: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """How many of them are of children the person may see."""
    return [_drafts(user).of_visible(user)]


def _drafts(user: Any) -> OfChildQuerySet:
    drafts = Matrix.objects.filter(state=MatrixState.DRAFT)
    # Two arms under IN, never OR: each has its index (measured at 600,000 matrices: 125 ms with OR).
    own = drafts.filter(started_by=user).values("pk").union(contributes_to(user), all=True)
    rows: OfChildQuerySet = drafts.filter(pk__in=own)
    return rows


BUTTON = StartButton("Start a CE Matrix: find the child", "children:search", Work.MATRIX)


def _status_begins(action: Action) -> str:
    return reverse("children:status_open", args=[action.child.public_id]) if action.child else ""


def _author_to_tell(action: Action) -> str:
    """The page that records how the author was told; the action names what came on paper."""
    sent = Submission.objects.filter(matrix__on_paper__public_id=action.source_id)
    public_id = sent.values_list("public_id", flat=True).first()
    return reverse("matrix:author_told", args=[public_id]) if public_id else ""


AUTHOR_TOLD = DoneAt(
    PAPER_SOURCE, TELL_AUTHOR, "Record how the author was told", _author_to_tell, Work.PAPER_MATRIX
)
STEPPED_UP = tuple(
    DoneAt(source, STEP_UP, "Record how children's services know the child", _status_begins, Work.STATUS)
    for source in (SOURCE, LEVEL_SOURCE)
)
