"""CEVT's meetings: those one may open, and the minutes of one (T3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from cems.accounts.models import Authority, User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.roles import Part, Reach, Role
from cems.actions.models import Action
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.access.visibility import primary_of
from cems.children.choices import HarmContext, RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.meetings.choices import MeetingForum, NoteKind
from cems.meetings.models import Dissent, Meeting, Note
from cems.meetings.selectors import Table, attendance_of, notes_of
from triage.cevt.outcomes import kind_of
from triage.cevt.selectors.decision import READS_MINUTES
from triage.cevt.selectors.eligibility import eligibility_of
from triage.models import Decision, Item, ReviewToNote

ORDER = Keyset("-pk", size=30)
MINUTED = (Part.MINUTES, Part.DECISIONS)  # either opens what the minutes say of a child
NOTES_ORDER = Keyset("-noted_at", "-pk", size=40)


def authorities_of(ids: Collection[int]) -> Sequence[Authority]:
    """The authorities a meeting may be started for."""
    return list(Authority.objects.filter(pk__in=ids).order_by("name"))


def authority_met_for(user: User, code: str) -> Authority | None:
    """The authority with this code, or without one the first by name, that this person's agency works for."""
    served = Authority.objects.filter(pk__in=profile_of(user).authority_ids)
    return (served.filter(code=code) if code else served.order_by("name")).first()


def meeting_at(user: User, meeting_id: UUID) -> Meeting | None:
    """CEVT's meeting at this address, where the person's agency works for its authority."""
    meetings = Meeting.objects.filter(forum=MeetingForum.CEVT, authority__in=profile_of(user).authority_ids)
    return meetings.select_related("chair", "authority", "ended_by").filter(public_id=meeting_id).first()


def open_meeting_chaired_by(user: User, authority_id: int) -> Meeting | None:
    """The meeting of this authority's CEVT that goes on now with this person in the chair, or None."""
    return Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority=authority_id, chair=user, ended_at__isnull=True
    ).first()


def open_meeting_of(authority_id: int) -> Meeting | None:
    """The meeting of this authority's CEVT that goes on now, or None."""
    return Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority=authority_id, ended_at__isnull=True
    ).first()


def meetings_of(user: User, after: str) -> Page[Meeting]:
    """A page of CEVT's meetings, newest first."""
    rows = Meeting.objects.filter(forum=MeetingForum.CEVT, authority__in=profile_of(user).authority_ids)
    return ORDER.page(rows.select_related("chair", "authority", "ended_by"), after)


def notes_over_time(user: User, kind: str, after: str) -> Page[Note]:
    """A page of the themes and places CEVT's meetings noted, newest first; of one kind where it is said (T3)."""
    rows = Note.objects.filter(
        meeting__forum=MeetingForum.CEVT, meeting__authority__in=profile_of(user).authority_ids
    )
    if kind in NoteKind.values:
        rows = rows.filter(kind=kind)
    return NOTES_ORDER.page(rows.select_related("meeting__authority", "noted_by__agency"), after)


@dataclass(frozen=True)
class Minuted:
    """One child of a meeting, as its minutes tell: by reference, never by name."""

    decision: Decision
    child: Child
    level: str
    forms: Sequence[str]
    contexts: Sequence[str]
    dissents: Sequence[Dissent]
    actions: Sequence[Action]
    told: Sequence[str]
    outcomes: Sequence[str]
    reached: bool  # whether the record is open to the reader still
    items: Sequence[Item]  # the matrices, reviews and concerns that it answered


@dataclass(frozen=True)
class Undecided:
    """A child who was on the list when the meeting ended, and on whom it decided nothing."""

    child: Child
    items: Sequence[Item]

    @property
    def level(self) -> str:
        """The highest submitted level that waited, in words; "" where none did."""
        levels = [item.level for item in self.items if item.level is not None]
        return RiskLevel(max(levels)).label if levels else ""

    @property
    def due_at(self) -> datetime | None:
        """When the first of its clocks is due."""
        return min((item.clock.due_at for item in self.items if item.clock), default=None)


@dataclass(frozen=True)
class NotedReview:
    """A review where nothing was new that the meeting noted, by reference."""

    child: Child
    row: ReviewToNote


@dataclass(frozen=True)
class Minutes:
    """What was decided at a meeting and what was on its list and was not, of the children open to the reader;
    `restricted` ones are only counted. Who came and what was noted is for CEVT's `own` people, not for a board's."""

    meeting: Meeting
    table: Table
    children: Sequence[Minuted]
    restricted: int
    undecided: Sequence[Undecided]
    noted: Sequence[NotedReview]
    themes: Sequence[Note]
    hotspots: Sequence[Note]
    own: bool = True


def minutes(user: User, meeting: Meeting, at: datetime) -> Minutes:
    """The minutes of a meeting as this person may read them, in a number of queries that does not grow with them.

    They stay readable to those of the forum when the child is no longer on its list: of what was decided the decision,
    their own actions and what their own agency did not agree to, unless the record is shut to them. What was not
    decided, or only noted, is named of the children they reach.
    """
    decisions = list(
        Decision.objects.filter(meeting=meeting)
        .annotate(primary=primary_of())
        .select_related("agreed", "decided_by", "confirms__agreed", "confirmed_by")
        .prefetch_related("outcomes__locality", "outcomes__advice")
        .order_by("decided_at", "pk")
    )
    left = _left_undecided(meeting, meeting.ended_at or at)
    noted = list(
        ReviewToNote.objects.filter(meeting=meeting)
        .annotate(primary=primary_of())
        .select_related("short_review", "ended_by")
        .order_by("ended_at", "pk")
    )
    primaries = {row.primary for row in decisions} | {row.primary for row in noted} | left.keys()
    visible = list(Child.objects.visible_to(user).filter(pk__in=primaries).with_page())
    reach = accesses(user, visible)
    reached = {child.pk: child for child in visible if reach[child.pk].sees(*MINUTED)}
    kept = _kept_in_minutes(user, {row.primary for row in decisions} - reached.keys(), at)
    open_ones = reached | kept
    shut = Child.objects.unscoped("how many restricted items a meeting had, so that members ask their owners")
    shown = [row for row in decisions if row.primary in open_ones]
    own = _of_cevt(profile_of(user))
    notes = notes_of(meeting) if own else []
    return Minutes(
        meeting,
        attendance_of(meeting if own else None, meeting.ended_at or at),
        _minuted(user, shown, open_ones, reached.keys()),
        shut.filter(pk__in=primaries - open_ones.keys()).restricted().count(),
        [Undecided(reached[primary], items) for primary, items in left.items() if primary in reached],
        [NotedReview(reached[row.primary], row) for row in noted if row.primary in reached],
        [note for note in notes if note.kind == NoteKind.THEME],
        [note for note in notes if note.kind == NoteKind.HOTSPOT],
        own,
    )


def _of_cevt(profile: Profile) -> bool:
    """Whether the person decides, speaks or writes at CEVT, beside whatever they do on a board of a locality."""
    return any(
        not post.role.of_locality and not set(READS_MINUTES).isdisjoint(post.role.writes)
        for post in profile.posts
    )


def _kept_in_minutes(user: User, primaries: Collection[int], at: datetime) -> dict[int, Child]:
    """Of these records, which the user reaches no more, those that the minutes of their own forum still name."""
    if not primaries or not any(_minutes_cevt(post.role) for post in profile_of(user).posts):
        return {}
    rows = Child.objects.unscoped("what a forum decided stays in its minutes, by reference").filter(
        pk__in=primaries
    )
    shut = (
        Child.objects.unscoped("records shut to a reader of minutes")
        .filter(pk__in=primaries)
        .shut_to(user, at)
    )
    return {child.pk: child for child in rows.exclude(pk__in=shut.values("pk"))}


def _minutes_cevt(role: Role) -> bool:
    return not role.of_locality and not role.sees.get(Reach.FORUM, frozenset()).isdisjoint(MINUTED)


def _left_undecided(meeting: Meeting, at: datetime) -> dict[int, list[Item]]:
    """By primary record, what was on the list at this instant: eligible, not decided, what is due first at the top."""
    rows = Item.objects.filter(authority=meeting.authority_id, received_at__lte=at)
    rows = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at)).annotate(primary=primary_of())
    items = list(
        rows.select_related("clock", "submission").order_by(F("clock__due_at").asc(nulls_last=True), "pk")
    )
    passed = eligibility_of(items, local_date(at))
    left: dict[int, list[Item]] = {}
    for item in items:
        if passed[item.pk]:
            left.setdefault(item.primary, []).append(item)
    return left


def _minuted(
    user: User, decisions: Sequence[Decision], children: Mapping[int, Child], reached: Collection[int]
) -> list[Minuted]:
    own, teams = profile_of(user).acts_for, profile_of(user).works_for
    ids = [row.public_id for row in decisions]
    items = list(Item.objects.filter(decision__in=decisions).select_related("submission").order_by("pk"))
    dissents = list(Dissent.objects.filter(about__in=ids).select_related("agency").order_by("agency__name"))
    actions = list(
        Action.objects.filter(
            source_kind="triage.decision", source_id__in=[str(decision_id) for decision_id in ids]
        )
        .select_related("owner_user", "owner_team", "clock")
        .order_by("pk")
    )
    minuted: list[Minuted] = []
    for row in decisions:
        primary: int = row.primary  # type: ignore[attr-defined]  # annotated by `minutes`
        is_reached = primary in reached
        minuted.append(
            Minuted(
                row,
                children[primary],
                RiskLevel(row.agreed.level).label,
                [HARM_FORMS.label(form) for form in row.agreed.forms],
                [HarmContext(context).label for context in row.agreed.contexts],
                [
                    dissent
                    for dissent in dissents
                    if dissent.about == row.public_id and (is_reached or dissent.agency_id == user.agency_id)
                ],
                [
                    action
                    for action in actions
                    if action.source_id == str(row.public_id)
                    and (is_reached or action.owner_user_id in own or action.owner_team_id in teams)
                ],
                _told(row),
                [kind_of(outcome).minute(outcome) for outcome in row.outcomes.all()],
                is_reached,
                [item for item in items if item.decision_id == row.pk],
            )
        )
    return minuted


def _told(row: Decision) -> list[str]:
    """Who was told of a decision beside the table and those who have an action."""
    return list(row.told) + [tells for outcome in row.outcomes.all() if (tells := kind_of(outcome).tells)]
