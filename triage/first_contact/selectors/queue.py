"""First Contact's queue, and whether a child has a matrix (T1)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cems.accounts.models import Duty, DutyDesk, Team, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.keyset import Keyset, Page
from cems.children.access.child_access import ChildAccess
from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.history.selectors.claim import claims_count
from cems.children.matching.rules.search import understand
from cems.children.matching.search import Results, search
from cems.children.matching.selectors.cluster import seen
from cems.children.matching.selectors.duplicate import provisional
from cems.children.models import Child
from cems.children.querysets import primary_by_row
from cems.clocks.presentation import present
from matrix.choices import MatrixState
from matrix.levels import submissions_to_act_on
from matrix.models import Matrix, Submission
from matrix.selectors.child import submitted_levels
from plans.choices import ReferralState
from plans.models import Referral, Request
from triage.choices import Answered
from triage.models import AgencyEnquiry, Item

ORDER = Keyset("clock__due_at", "pk", size=50)
MOST = 99  # counts beside the queue say "more than 99"
STATES = {
    "": "All",
    "new": "Nobody asked yet",
    "asked": "Waiting for an agency",
    "answered": "All have answered",
}
OWNERS = ("clock__owner_user", "clock__owner_team")


@dataclass(frozen=True)
class Line:
    """One referral or request that waits. `child` only where the reader may see the child."""

    row: Referral | Request
    child: Child | None
    bar: dict[str, Any]
    level: RiskLevel | None = None
    asked: Sequence[AgencyEnquiry] = ()
    late: Sequence[AgencyEnquiry] = ()
    meeting: Request | None = None

    @property
    def waiting(self) -> list[AgencyEnquiry]:
        """The questions agencies have not answered."""
        return [enquiry for enquiry in self.asked if not enquiry.answered]


@dataclass(frozen=True)
class Counts:
    """How much else waits at this desk; never counted beyond MOST."""

    referrals: int
    requests: int
    provisional: int
    claims: int


def _at_own_desks(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Those whose clock a front door of the person's authorities has, or somebody of its agency."""
    desks = DutyDesk.objects.filter(duty=Duty.FRONT_DOOR, authority__in=profile_of(user).authority_ids)
    teams = Team.objects.filter(pk__in=desks.values("team"))
    return rows.filter(
        Q(clock__owner_team__in=teams) | Q(clock__owner_user__agency__in=teams.values("agency"))
    )


def open_referrals(user: User) -> QuerySet[Referral]:
    """Referrals the person's front door has yet to decide."""
    return _at_own_desks(Referral.objects.filter(state=ReferralState.OPEN), user)


def open_requests(user: User) -> QuerySet[Request]:
    """Requests for a strategy meeting that the person's front door has yet to answer."""
    return _at_own_desks(Request.objects.filter(answer=""), user)


def counts(user: User) -> Counts:
    """What stands beside the queue."""
    return Counts(
        open_referrals(user)[: MOST + 1].count(),
        open_requests(user)[: MOST + 1].count(),
        provisional(user)[: MOST + 1].count(),
        claims_count(user, MOST + 1),
    )


def referrals(user: User, *, state: str, level: RiskLevel | None, after: str, now: datetime) -> Page[Line]:
    """Open referrals, due first, a page at a time, in a fixed number of queries."""
    rows = open_referrals(user)
    asked = AgencyEnquiry.objects.filter(referral=OuterRef("pk"))
    waiting = asked.filter(answered=Answered.WAITING)
    if state == "new":
        rows = rows.exclude(Exists(asked))
    elif state == "asked":
        rows = rows.filter(Exists(waiting))
    elif state == "answered":
        rows = rows.filter(Exists(asked)).exclude(Exists(waiting))
    if level is not None:
        child_ids = dict(rows.values_list("pk", "child"))
        levels = _levels(child_ids.values())
        rows = rows.filter(pk__in=[pk for pk, child in child_ids.items() if levels.get(child) == level])
    page = ORDER.page(rows.select_related("made_by__agency", "agency", *OWNERS), after)
    shown = page.rows
    children = seen(user, {row.child_id for row in shown})
    sent = _levels([row.child_id for row in shown])
    gathered, meetings = _gathered(shown), _meetings(shown)
    return Page(
        [
            Line(
                row,
                children.get(row.child_id),
                present(row.clock, now),
                sent.get(row.child_id),
                gathered[row.pk],
                [
                    enquiry
                    for enquiry in gathered[row.pk]
                    if not enquiry.answered and now > enquiry.clock.due_at
                ],
                meetings.get(row.child_id),
            )
            for row in shown
        ],
        page.after,
    )


def requests(user: User, *, after: str, now: datetime) -> Page[Line]:
    """Requests for a strategy meeting not answered yet, due first."""
    page = ORDER.page(open_requests(user).select_related("made_by__agency", *OWNERS), after)
    shown = page.rows
    children = seen(user, {row.child_id for row in shown})
    sent = _levels([row.child_id for row in shown])
    return Page(
        [
            Line(
                row,
                children.get(row.child_id),
                present(row.clock, now),
                sent.get(row.child_id),
            )
            for row in shown
        ],
        page.after,
    )


def _gathered(rows: Sequence[Referral]) -> dict[int, list[AgencyEnquiry]]:
    by_referral: dict[int, list[AgencyEnquiry]] = defaultdict(list)
    asked = AgencyEnquiry.objects.filter(referral__in=[row.pk for row in rows]).order_by("asked_at", "pk")
    for enquiry in asked.select_related("agency", "clock"):
        by_referral[enquiry.referral_id].append(enquiry)
    return by_referral


def _meetings(rows: Sequence[Referral]) -> dict[int, Request]:
    """The open request for a strategy meeting of each referral's child."""
    asked = Request.objects.filter(child__in=[row.child_id for row in rows], answer="")
    return {request.child_id: request for request in asked}


def _by_record(child_ids: Sequence[int]) -> dict[int, int]:
    """The primary of each record, by its row number and those of all read with it."""
    rows = Child.objects.unscoped("which record a merged one is read under")
    return {
        pk: primary or pk for pk, primary in rows.filter(pk__in=child_ids).values_list("pk", "merged_into")
    }


def _newest(rows: QuerySet[Any], *order: str) -> dict[int, Any]:
    """The first of these rows for each whole record, by the primary record's row number."""
    newest = rows.annotate(primary=primary_of()).order_by("primary", *order).distinct("primary")
    return {row.primary: row for row in newest}


def submissions_of(child_ids: Iterable[int]) -> dict[int, Submission]:
    """The matrix sent about each of these records (or what is read with it) whose level counts, by row number."""
    primaries = _by_record(list(child_ids))
    rows = Submission.objects.filter(child__in=list(primary_by_row(set(primaries.values()))))
    sent = submissions_to_act_on(rows.select_related("submitted_by__agency", "matrix__on_paper__agency"))
    by_primary = {row.primary: row for row in sent}
    return {pk: by_primary[primary] for pk, primary in primaries.items() if primary in by_primary}


def _levels(child_ids: Iterable[int]) -> dict[int, RiskLevel]:
    """The level submitted about each of these records, by row number: the highest that waits for a forum."""
    primaries = _by_record(list(child_ids))
    levels = submitted_levels(set(primaries.values()))
    return {pk: RiskLevel(levels[primary][0]) for pk, primary in primaries.items() if primary in levels}


@dataclass(frozen=True)
class HasMatrix:
    """The answer to "has this child a matrix?": of one child the reader may see."""

    child: Child
    access: ChildAccess
    submission: Submission | None
    draft: Matrix | None
    item: Item | None
    referral: Referral | None


def matrices_of(user: User, words: str) -> tuple[Results, list[HasMatrix]]:
    """The children who fit these words, each with what is known of its matrix; audited as a search.

    Raises TooMany as the search does.
    """
    results = search(user, asked=understand(words))
    rows = [row for row in results.rows if row.access.sees(Part.LEVEL)]
    whole = list(primary_by_row(row.child.pk for row in rows))
    sent = submissions_of([row.child.pk for row in rows])
    drafts = _newest(
        Matrix.objects.filter(child__in=whole, state=MatrixState.DRAFT).select_related("started_by__agency"),
        "-started_at",
        "-pk",
    )
    items = _newest(Item.objects.filter(child__in=whole, closed_at__isnull=True), "received_at", "pk")
    waiting = _newest(Referral.objects.filter(child__in=whole, state=ReferralState.OPEN), "received_at", "pk")
    return results, [
        HasMatrix(
            row.child,
            row.access,
            sent.get(row.child.pk),
            drafts.get(row.child.pk),
            items.get(row.child.pk),
            waiting.get(row.child.pk),
        )
        for row in rows
    ]
