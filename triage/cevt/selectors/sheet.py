"""A child's sheet at CEVT: all that the table needs to decide, in one call (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cems.accounts.models import Agency, Duty, DutyDesk, User
from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import HarmContext
from cems.children.chronology.selectors import chronology_entries
from cems.children.identity.selectors.overview import ShownPanel, panels_for
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.slots import ChronologyEntry
from cems.meetings.models import Dissent, Meeting
from cems.meetings.selectors import Table, attendance_of
from matrix.models import Submission
from matrix.selectors.comparison import Beside, DatedEvidence, beside, dated_evidence
from matrix.selectors.draft import Filled, filled
from matrix.selectors.short_review import with_asked_again
from matrix.unread import last_entered_beside, with_last_entered
from triage.cevt.selectors.contribution import Said, answers_by_agency, said_by
from triage.cevt.selectors.key_facts import Fact, top_line
from triage.cevt.selectors.listing import listing, whole
from triage.cevt.selectors.listing_rows import Listing, Row
from triage.models import Decision, InformationRequest, Item

EARLIER = 10  # discussions shown; the chronology has all
CHANGES = 12  # of what happened since the last time
DONT_WAIT = (Duty.FRONT_DOOR, Duty.OUT_OF_HOURS)  # who is rung when it can't wait for the meeting
# The sheet tells these itself, and better: what a panel would say again stays out.
TOLD_HERE = frozenset({"matrix.newest", "matrix.own", "triage.cevt", "triage.decision"})
# It names other children's records as one reader may know of them, and not a whole room.
NOT_FOR_A_ROOM = frozenset({"children.family"})


@dataclass(frozen=True)
class Earlier:
    """An earlier discussion: what was decided, and who did not agree."""

    row: Decision
    dissents: Sequence[Dissent]
    forms: Sequence[str]
    contexts: Sequence[str]


@dataclass(frozen=True)
class TwoMatrices:
    """The newest matrix with its dated evidence, and what changed since the one before it."""

    sent: Submission
    state: Filled
    rows: Sequence[Beside]
    evidence: Sequence[DatedEvidence]
    freshness: str


@dataclass(frozen=True)
class Sheet:
    """Everything on the sheet. `row` is the child's line of the list; None where nothing is open or decided today."""

    today: Listing
    row: Row | None
    items: Sequence[Item]
    newest: Submission | None
    facts: Sequence[Fact]
    since: datetime | None
    changes: Sequence[ChronologyEntry]
    more_changes: int
    matrix: TwoMatrices | None
    earlier: Sequence[Earlier]
    unconfirmed: Decision | None
    said: Sequence[Said]
    wanted: Sequence[InformationRequest]
    panels: Sequence[ShownPanel]
    meeting: Meeting | None
    table: Table
    desks: Sequence[DutyDesk]

    @property
    def seen(self) -> UUID | None:
        """The matrix entered last, by its address: whoever decides on this sheet has seen that it came."""
        return last_entered_beside(self.newest) if self.newest else None

    @property
    def received_before(self) -> list[Submission]:
        """The matrices on the list that were received before the newest: perhaps higher, perhaps entered after it."""
        return [item.submission for item in self.items if item.submission and item.submission != self.newest]

    @property
    def own(self) -> Said | None:
        """The line of the reader's own agency."""
        return next((line for line in self.said if line.own), None)

    @property
    def others(self) -> list[Said]:
        return [line for line in self.said if not line.own]

    @property
    def present(self) -> list[Agency]:
        """The agencies at the table, each once."""
        return list({row.agency_id: row.agency for row in self.table.present}.values())


def sheet(user: User, opened: OpenChild, *, room: bool = False) -> Sheet:
    """The sheet of a child this person has opened; for a whole `room`, the list beside it is the room's."""
    child, access = opened.child, opened.access
    today = listing(user, opened.at, room=room)
    row = next(iter(whole([line] if (line := today.of(child)) else [])), None)
    items = row.items if row and row.decided is None else []
    newest = newest_matrix(opened)
    earlier = _earlier(opened) if access.sees(Part.DECISIONS) else []
    since = earlier[0].row.decided_at if earlier else None
    # The panels show a year too: what happened is read with them, not again.
    entries = chronology_entries(opened, min(since, opened.year_ago)) if since else []
    changes = [entry for entry in entries if since and entry.happened_at >= since]
    meeting = next((meeting for meeting in today.meetings if meeting.authority_id == child.area_id), None)
    return Sheet(
        today=today,
        row=row,
        items=items,
        newest=newest,
        facts=top_line(opened, newest, today, reader=None if room else user),
        since=since,
        changes=changes[:CHANGES],
        more_changes=max(0, len(changes) - CHANGES),
        matrix=_beside(opened, newest) if newest and access.sees(Part.MATRIX) else None,
        earlier=earlier,
        unconfirmed=next((decision.row for decision in earlier if is_unconfirmed(decision.row)), None),
        said=said_by(user, today.seats.agencies(child.area_id), answers_by_agency(items)) if items else [],
        wanted=row.wanted if row else [],
        panels=panels_for(user, opened, but=TOLD_HERE | (NOT_FOR_A_ROOM if room else frozenset())),
        meeting=meeting,
        table=attendance_of(meeting, opened.at),
        desks=desks_for(child),
    )


def desks_for(child: Child) -> list[DutyDesk]:
    """Who is rung about this child when it can't wait for the meeting."""
    desks = DutyDesk.objects.filter(authority=child.area_id, duty__in=DONT_WAIT)
    return list(desks.select_related("team").order_by("duty"))


def newest_matrix(opened: OpenChild) -> Submission | None:
    """The newest matrix of the child, with the one entered last: what a chair must have seen who decides."""
    sent = with_last_entered(Submission.objects.filter(child__in=opened.cluster), opened.cluster)
    rows = with_asked_again(sent).select_related(
        "matrix__on_paper__agency", "matrix__on_paper__entered_by", "submitted_by__agency"
    )
    submission: Submission | None = rows.order_by("-received_at", "-pk").first()
    if submission:
        submission.matrix.child = submission.child = opened.child  # the record it is read under, read once
    return submission


def _beside(opened: OpenChild, sent: Submission) -> TwoMatrices:
    state = filled(opened, sent.matrix, local_date(sent.received_at), only=None, submission=sent)
    return TwoMatrices(sent, state, beside(state), dated_evidence(state), state.freshness)


def is_unconfirmed(decision: Decision) -> bool:
    """Whether it was made provisionally and nobody has confirmed it yet."""
    return decision.provisional and not hasattr(decision, "confirmed_by")


def _earlier(opened: OpenChild) -> list[Earlier]:
    rows = Decision.objects.filter(child__in=opened.cluster).order_by("-decided_at", "-pk")
    decisions = list(
        rows.select_related("agreed", "decided_by", "meeting", "confirmed_by", "confirm_clock")[:EARLIER]
    )
    dissents = list(
        Dissent.objects.filter(about__in=[row.public_id for row in decisions]).select_related("agency")
    )
    return [
        Earlier(
            row,
            [dissent for dissent in dissents if dissent.about == row.public_id],
            [HARM_FORMS.label(form) for form in row.agreed.forms],
            [HarmContext(context).label for context in row.agreed.contexts],
        )
        for row in decisions
    ]
