"""What the CE Matrix adds to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator

from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.base.calendar import say_day
from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Counted, Kept, Shown
from cems.base.regimes import ARRANGED, JUDGED, KEPT, RECORDED
from cems.base.time import local_date
from cems.base.words import counted
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.slots import ChildDocument, ChronologyEntry, NavigationItem, NowLine, Panel
from cems.clocks.presentation import present
from matrix.choices import MatrixState
from matrix.models import (
    Answer,
    AskedPerson,
    Contributor,
    Joined,
    Matrix,
    MatrixDue,
    PaperMatrix,
    Review,
    ShortReview,
    Submission,
)
from matrix.selectors.child import (
    Drafting,
    drafting,
    drafts_of,
    freshness,
    newest_sent,
    newest_submission,
    review_of,
    sent_lately,
    waiting_sent,
)
from matrix.selectors.draft import question_text
from matrix.selectors.sent import child_of_submission
from matrix.selectors.short_review import short_reviews_lately
from matrix.services.judgement import AREAS

REASONS_SHOWN = 600  # characters; the page of the matrix has all of them


def submitted_level(opened: OpenChild) -> tuple[int, datetime] | None:
    """The submitted level and when: the identity bar shows it until a forum has agreed one (C4).

    It is the highest that waits; where none waits, the newest.
    """
    sent = waiting_sent(opened) or newest_sent(opened)
    return (sent.level, sent.received_at) if sent else None


def _higher(opened: OpenChild, newest: Submission | None) -> Submission | None:
    """An earlier matrix that still waits for a forum, at a level above the newest: the level acted on is its."""
    waiting = waiting_sent(opened)
    return waiting if newest and waiting and waiting.level > newest.level else None


def _freshness(opened: OpenChild, newest: Submission) -> str:
    return opened.kept("matrix.freshness", lambda: freshness(newest))


def _now_line(opened: OpenChild) -> tuple[str, str, str] | None:
    newest = newest_sent(opened)
    if newest is None:
        return (
            "CE Matrix",
            "No matrix has been sent yet.",
            reverse("matrix:for_child", args=[opened.child.public_id]),
        )
    level, higher = RiskLevel(newest.level).label, _higher(opened, newest)
    waits = (
        f" {RiskLevel(higher.level).label} ({higher.reference}) is not yet agreed by a forum."
        if higher
        else ""
    )
    return (
        "CE Matrix",
        f"{level} submitted.{waits} {_freshness(opened, newest)}",
        reverse("matrix:submission", args=[newest.public_id]),
    )


def _worry_line(opened: OpenChild) -> tuple[str, str, str] | None:
    """What worries us, in the reasons of the newest matrix."""
    newest = newest_sent(opened)
    if newest is None or not newest.reasons.strip():
        return None
    by = f"{newest.submitted_by}, {say_day(local_date(newest.received_at), year=True)}"
    return "The worry", f"{Truncator(newest.reasons.strip()).chars(REASONS_SHOWN)} ({by})", ""


def _draft_line(opened: OpenChild) -> tuple[str, str, str] | None:
    """The matrix in progress, to go on with."""
    draft = next(iter(_drafts(opened)), None)
    if draft is None:
        return None
    return (
        "In progress",
        f"{draft.matrix.reference}: {draft.groups} of {draft.all_groups} groups begun by {draft.matrix.started_by}."
        " Go on with it.",
        reverse("matrix:tasks", args=[draft.matrix.public_id]),
    )


def _drafts(opened: OpenChild) -> Sequence[Drafting]:
    """The child's matrices in progress, asked once a page."""
    return opened.kept("matrix.drafts", lambda: drafting(drafts_of(opened, only=None)))


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """The newest matrix, how fresh its evidence is, drafts, and the next review."""
    newest, review, agreed = newest_sent(opened), review_of(opened), opened.child.current_level
    known = agreed is not None and newest is not None and agreed.happened_at >= newest.received_at
    return {
        "newest": newest,
        "higher": _higher(opened, newest),
        "freshness": _freshness(opened, newest) if newest else "",
        "agreed": RiskLevel(agreed.level).label if agreed and known else "",
        "waiting": not known,
        "drafts": _drafts(opened),
        "review_clock": present(review.clock, opened.at) if review else None,
        "review_url": reverse("matrix:short_review", args=[opened.child.public_id])
        if review and opened.access.may(Work.MATRIX)
        else "",
        "url": reverse("matrix:for_child", args=[opened.child.public_id]),
    }


def _own_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """The person's own matrices, for those who see no others."""
    if opened.access.sees(Part.MATRIX):
        return None
    newest, drafts = newest_submission(opened, only=user), drafts_of(opened, only=user)
    if not (newest or drafts):
        return None
    return {
        "newest": newest,
        "freshness": freshness(newest) if newest else "",
        "drafts": drafting(drafts),
        "url": reverse("matrix:for_child", args=[opened.child.public_id]),
    }


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    if not opened.access.sees(Part.MATRIX):
        return
    for sent in sent_lately(opened, since):
        yield ChronologyEntry(
            sent.received_at,
            sent.recorded_at,
            "CE Matrix",
            f"CE Matrix sent: {sent.get_level_display()} ({sent.reference})",
            Part.MATRIX,
            text=sent.reasons,
            by_id=sent.submitted_by_id,
            url=reverse("matrix:submission", args=[sent.public_id]),
        )

    for short_review in short_reviews_lately(opened, since):
        yield ChronologyEntry(
            short_review.happened_at,
            short_review.recorded_at,
            "CE Matrix",
            f"Reviewed, nothing new ({short_review.reference})",
            Part.MATRIX,
            text=short_review.words,
            by_id=short_review.sent_by_id,
            url=reverse("matrix:short_review_sent", args=[opened.child.public_id, short_review.public_id]),
        )
    dues = MatrixDue.objects.filter(child__in=opened.cluster).lately(since, "happened_at")
    for due in dues:
        yield ChronologyEntry(
            due.happened_at,
            due.recorded_at,
            "CE Matrix",
            f"A CE Matrix became due: {due.get_occasion_display()}",
            Part.MATRIX,
            by_id=due.recorded_by_id,
        )


def _own_drafts(child_ids: Sequence[int]) -> Iterable[str]:
    drafts = Matrix.objects.filter(child__in=child_ids, state=MatrixState.DRAFT, own=True)
    own = sorted(drafts.values_list("reference", flat=True))
    if own:
        yield f"People who see only their own go on with theirs: {', '.join(own)}."


def merge_blockers(child_ids: Sequence[int]) -> Iterable[str]:
    """One matrix a child is in progress, whichever record it began on."""
    drafts = Matrix.objects.filter(child__in=child_ids, state=MatrixState.DRAFT, own=False)
    references = sorted(drafts.values_list("reference", flat=True))
    if len(references) > 1:
        yield (
            f"{len(references)} matrices are in progress ({', '.join(references)}): finish or withdraw all but"
            " one first."
        )


ROWS = (
    Kept(
        Matrix,
        title="CE Matrix",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "reference",
            "started": "started_at",
            "occasion": "occasion",
            "state": "state",
            "level": "level",
            "reasons": "reasons",
            "difference": "difference",
            "forms of harm": "forms",
            "contexts": "contexts",
            "child_views": "child_views",
            "mother_views": "mother_views",
            "father_views": "father_views",
            "carer_views": "carer_views",
            "family_views": "family_views",
            "informed": "informed",
            "not_informed_why": "not_informed_why",
            **{f"{area}: {side}": f"{area}_{side}" for area in AREAS for side in ("strength", "worry")},
            "what the plan must hold": "plan_needs",
            "other assessments": "assessments",
            "where they are found": "assessments_where",
            "why withdrawn": "withdrawn_why",
        },
        left_out={
            BY_WHOM: ("started_by",),
            INTERNAL: ("instrument_version", "own", "changed_at", "field_versions"),
        },
        order=("started_at", "pk"),
        at_merge=_own_drafts,
    ),
    Kept(
        Answer,
        title="Answer in a CE Matrix",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "reference": "matrix.reference",
            "question": Shown(
                lambda row: question_text(row.code, row.matrix.instrument_version), "code", "matrix"
            ),
            "answer": "seen",
            "when": "when_kind",
            "seen_on": "seen_on",
            "what": "what",
            "managed now": "managed",
            "agency": Shown(lambda row: row.agency.name if row.agency else "", "agency"),
        },
        left_out={BY_WHOM: ("answered_by",), WRITTEN: ("answered_at",), INTERNAL: ("version",)},
        third_party="source",
        reached_by=("matrix__child",),
        order=("matrix__started_at", "matrix", "pk"),
    ),
    Kept(
        Contributor,
        title="Helped to fill in a CE Matrix",
        retention=WITH_RECORD,
        basis=KEPT,
        not_shown=BY_WHOM,
        reached_by=("matrix__child",),
    ),
    Kept(
        Submission,
        title="CE Matrix sent",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "reference",
            "received": "received_at",
            "level": "level",
            "level suggested by the answers": "suggested",
            "harm has happened": "harm_happened",
            "call to First Contact": "call",
        },
        left_out={
            "stands in the CE Matrix it was sent from": ("matrix", "reasons", "difference"),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("submitted_by",),
            INTERNAL: ("suggested_because", "rule_version", "receipt"),
        },
        order=("received_at", "pk"),
    ),
    Kept(
        MatrixDue,
        title="CE Matrix due",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={"occasion": "occasion", "happened": "happened_at", "due": "clock.due_at"},
        left_out={
            OWN_ROW: ("met_by",),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by",),
            INTERNAL: ("source",),
        },
    ),
    Kept(
        Joined,
        title="Joined an open action",
        retention=WITH_RECORD,
        basis=KEPT,
        not_shown=INTERNAL,
        reached_by=("submission__child",),
    ),
    Kept(
        Review,
        title="Review of a CE Matrix",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "reference": "submission.reference",
            "goes to": "to",
            "due": "clock.due_at",
            "ended": "ended_at",
        },
        at_merge=Counted(
            Q(ended_at__isnull=True),
            lambda count: f"{counted(count, 'open review')} of a matrix: the next matrix ends all.",
            least=2,
        ),
    ),
    Kept(
        PaperMatrix,
        title="CE Matrix that came by mail or on paper",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "reference": "matrix.reference",
            "received": "received_at",
            "came": "came_by",
            "from": Shown(lambda row: row.agency_words, "agency", "agency_name"),
        },
        left_out={
            WRITTEN: ("entered_at",),
            BY_WHOM: (
                "author",
                "author_role",
                "author_contact",
                "entered_by",
                "told_by",
                "told_at",
                "told_how",
            ),
        },
        third_party="author_name",
        reached_by=("matrix__child",),
        order=("received_at", "pk"),
    ),
    Kept(
        ShortReview,
        title="Review where nothing was new",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "reference": "reference",
            "sent": "happened_at",
            "managed now": "managed",
            "what keeps the child safe": "managed_words",
            "why nobody was asked": "not_asked_why",
        },
        left_out={
            OWN_ROW: ("submission", "review"),
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("sent_by",),
        },
        order=("happened_at", "pk"),
    ),
    Kept(
        AskedPerson,
        title="Asked for a review",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "reference": "short_review.reference",
            "as": "kind",
            "asked": "asked_on",
            "words": "words",
        },
        third_party="who",
        reached_by=("short_review__child",),
        order=("asked_on", "pk"),
    ),
)
PANELS = (
    Panel("matrix.newest", "CE Matrix", Part.MATRIX, "matrix/panel.html", _panel),
    Panel("matrix.own", "Your CE Matrices", Part.OWN_SUBMISSIONS, "matrix/panel.html", _own_panel),
)
PAPER = ChildDocument("matrix:submission_pdf", "CE Matrix", Part.MATRIX, child_of_submission)
TAB = NavigationItem("Matrix", "matrix:for_child", Part.MATRIX)
WORRY = NowLine("matrix.worry", Part.MATRIX, _worry_line)
NOW_LINES = (
    NowLine("matrix.newest", Part.MATRIX, _now_line),
    NowLine("matrix.draft", Part.MATRIX, _draft_line),
)
