"""What a sent matrix set going: each step with who has it and its clock (M5, T2, M6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.actions.models import Action
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.clocks.models import Clock
from cems.clocks.presentation import present
from matrix.models import Matrix, Submission
from matrix.rules import Receipt
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE
from plans.models import Referral, Request

LAST = datetime.max.replace(tzinfo=UTC)
_CLOCKED = ("clock__owner_user", "clock__owner_team")


@dataclass(frozen=True)
class Next:
    """One thing that happens now."""

    title: str
    who: str
    detail: str = ""
    clock: Clock | None = None
    url: str = ""
    outcome: str = ""  # what came of it, for those who see the child's actions
    bar: dict[str, Any] | None = None


def child_of_submission(public_id: UUID) -> int | None:
    """The row number of the child whom this sent matrix is about; None where there is none."""
    rows = Submission.objects.filter(public_id=public_id)
    return rows.values_list("child_id", flat=True).first()


def submission_of(user: User, public_id: UUID) -> Submission | None:
    """The submission at this address with its matrix, where this user sent it or entered it for its author; or None."""
    made = Q(submitted_by=user) | Q(matrix__on_paper__entered_by=user)
    rows = Submission.objects.filter(made, public_id=public_id)
    row: Submission | None = rows.select_related("matrix").first()
    return row


def newest_of_child(opened: OpenChild) -> Submission | None:
    """The newest submission of the child with its matrix, whoever sent it."""
    rows = Submission.objects.filter(child__in=opened.cluster).select_related(
        "matrix", "submitted_by__agency"
    )
    newest: Submission | None = rows.order_by("-received_at", "-pk").first()
    return newest


def address_of_sent(matrix: Matrix) -> UUID:
    """The public id under which a matrix that was sent is read."""
    return Submission.objects.values_list("public_id", flat=True).get(matrix=matrix)


def submissions_by(user: User) -> QuerySet[Submission]:
    """What this user submitted themselves with its matrix, of children whom they may see."""
    rows: QuerySet[Submission] = Submission.objects.of_visible(user).filter(submitted_by=user)
    return rows.select_related("matrix")


def with_children(rows: Sequence[Submission]) -> list[Submission]:
    """These submissions with the public ids of their children (`child_public_id`), asked for at once."""
    every = Child.objects.unscoped("the ids of children of submissions that were just given")
    ids = dict(every.filter(pk__in=[row.child_id for row in rows]).values_list("pk", "public_id"))
    for row in rows:
        row.child_public_id = ids[row.child_id]  # type: ignore[attr-defined] # the serializer's
    return list(rows)


def what_happens_now(submission: Submission, opened: OpenChild, at: datetime) -> Sequence[Next]:
    """Everything the submission set going, what is due first at the top, what is done at the end.

    The clock of CEVT belongs to an app
    above this one: it is found by the submission's reference.
    """
    cluster, told = opened.cluster, opened.access.sees(Part.ACTIONS)
    steps = [
        *_referrals(submission, cluster, words=opened.access.sees(Part.REFERRALS)),
        *_requests(submission, cluster, words=opened.access.sees(Part.STRATEGY)),
    ]
    clocks = Clock.objects.filter(reference=submission.reference).with_owner()
    steps += [Next(clock.title, str(clock.owner), clock.explanation, clock) for clock in clocks]
    own = Q(source_kind=SOURCE, source_id=str(submission.public_id))
    open_before = Q(
        source_kind__in=(SOURCE, LEVEL_SOURCE),
        pk__in=Action.objects.filter(child__in=cluster).to_do().values("pk"),
        created_at__lte=submission.received_at,
    )
    joined = Exists(submission.joined.filter(action=OuterRef("pk")))
    rows = Action.objects.annotate(
        asked=Case(When(own, then=True), When(joined, then=True), default=False, output_field=BooleanField())
    )
    actions = list(rows.filter(Q(asked=True) | open_before, child__in=cluster).with_page().order_by("pk"))
    asked = [action for action in actions if action.asked]
    # A review asks nothing again, and shows what is still open.
    steps += [_action(action, told=told) for action in asked or actions]
    if not steps and submission.receipt == Receipt.REVIEW:
        words = "Nothing new is asked: what followed from this level is done"
        steps.append(Next(words, str(submission.submitted_by), "A matrix at a higher level asks anew."))
    elif not steps:
        steps.append(
            Next(
                "Go on supporting the child; no flag is set",
                str(submission.submitted_by),
                "Start an update as soon as something new is seen.",
            )
        )
    steps.sort(key=_by_due)
    return [replace(step, bar=present(step.clock, at)) if step.clock else step for step in steps]


def _by_due(step: Next) -> tuple[bool, datetime]:
    clock = step.clock
    return (clock is None or not clock.is_open, clock.due_at if clock else LAST)


def _referrals(submission: Submission, cluster: Collection[int], *, words: bool) -> list[Next]:
    """The referral this matrix made, or the open one it joined; its `words` where that part is open."""
    if submission.level < RiskLevel.MODERATE:
        return []
    rows = (
        Referral.objects.filter(child__in=cluster, received_at__lte=submission.received_at)
        .filter(Q(decided_at__isnull=True) | Q(decided_at__gt=submission.received_at))
        .select_related(*_CLOCKED)
    )
    return [
        Next(
            f"First Contact decides the referral ({row.reference})",
            str(row.clock.owner),
            _answered(row.outcome_label, row.rationale if words else "")
            if row.outcome
            else row.clock.explanation,
            row.clock,
        )
        for row in rows
    ]


def _requests(submission: Submission, cluster: Collection[int], *, words: bool) -> list[Next]:
    """The strategy meeting asked for, which must be answered; why, in `words`, where that part is open."""
    if submission.level < RiskLevel.SIGNIFICANT:
        return []
    rows = (
        Request.objects.filter(child__in=cluster, requested_at__lte=submission.received_at)
        .filter(Q(answered_at__isnull=True) | Q(answered_at__gt=submission.received_at))
        .select_related(*_CLOCKED)
    )
    return [
        Next(
            f"Strategy meeting asked for ({row.reference}): held, or threshold not met and why",
            str(row.clock.owner),
            _answered(row.get_answer_display(), row.answer_why if words else "")
            if row.answer
            else row.clock.explanation,
            row.clock,
        )
        for row in rows
    ]


def _answered(answer: str, why: str) -> str:
    return ": ".join(filter(None, [answer, why]))


def _action(action: Action, *, told: bool) -> Next:
    closed = (
        f"{action.get_status_display()} on {local_date(action.closed_at):%-d %B %Y}"
        if action.closed_at
        else ""
    )
    return Next(
        action.title,
        str(action.owner),
        closed,
        action.clock,
        reverse("actions:detail", args=[action.public_id]),
        action.outcome if told else "",
    )
