"""CEVT decides: the level is agreed, the clocks are met, and everything that follows is started (T3, T4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import Agency, Team, User
from cems.actions.services import Asked, Source, actions_open
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business, say
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.services.matter import matter_close
from cems.children.choices import HarmContext, MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import rows_of_clusters
from cems.clocks.services import clock as clocks
from cems.meetings.models import Meeting
from cems.meetings.selectors import attendance_of
from cems.meetings.services.contribution import contributions_freeze, dissent_record
from cems.meetings.services.meeting import lock_open
from matrix.unread import matrix_seen
from triage.cevt.outcomes import Wish
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.hearers import hearers
from triage.cevt.selectors.owners import not_to_be_given
from triage.cevt.selectors.rereferrals import Histories, rereferrals_of
from triage.cevt.services.decision_notice import tell_decided, told_of_decision
from triage.cevt.services.item import information_requests_close
from triage.cevt.services.outcome import leaves_board, outcomes_start, wishes_for
from triage.clocks import CONFIRMATION
from triage.models import Decision, Item
from triage.policy import CONFIRMATION_DAYS
from triage.practice_lists import RETURN_REASONS

OUTSIDE = "outside a meeting"
WORDS_MISSING = (
    "Write what the person who sent the matrix or raised the child reads: why this level, and what it means."
)
NOT_TO_BE_GIVEN = (
    "Somebody named for an action may not know of this child: the record is closed to them, they have left, or"
    " they work neither with the child nor for an agency here. Choose somebody else, or a desk."
)


class UnseenLevel(Enum):
    """Stands for the agreed level where the caller does not say which one they saw."""

    NOT_SAID = "not said"


@dataclass(frozen=True)
class Task:
    """An action somebody takes on at the table."""

    title: str
    owner: User | Team
    working_days: int = 5


@dataclass(frozen=True)
class Ruling:
    """All that a chair decides of one child.

    `seen` is the matrix entered last when the chair looked (its public id; None where there is none), so that
    one that came meanwhile, newer or on paper, is never decided unread; `seen_level` likewise the agreed level,
    where the caller says what they saw. `agreed_with` names who of police or children's
    services agreed to it when they are not at the table, which makes a confirmation final. `feedback` is what the
    chair writes for whoever brought the child; CEVT's own rationale is for those who read its decisions.
    """

    level: RiskLevel
    rationale: str
    forms: Sequence[str] = ()
    contexts: Sequence[HarmContext] = ()
    outcomes: Sequence[Wish] = ()
    tasks: Sequence[Task] = ()
    dissents: Sequence[tuple[Agency, str]] = field(default=())
    feedback: str = ""
    seen: UUID | None = None
    seen_level: UUID | None | UnseenLevel = UnseenLevel.NOT_SAID
    agreed_with: str = ""
    returned_because: str = ""


@command
def decision_make(
    user: User, *, child: Child, ruling: Ruling, meeting: Meeting | None = None, at: datetime | None = None
) -> Decision:
    """Decide about a child: one decision answers every open item of the cluster (T3, T4).

    Without police or children's services at the table, without a quorum or outside a meeting it is
    provisional: it meets the clock, and confirmation is due the next working day. Raises Conflict when
    somebody decided first, the matrix was withdrawn or a newer one came; Invalid names the field to mend.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    return _decide(user, primary, ruling, meeting, instant, now() if at is None else instant)


def _decide(
    user: User,
    primary: Child,
    ruling: Ruling,
    meeting: Meeting | None,
    instant: datetime,
    recorded_at: datetime,
) -> Decision:
    items = _open_items(primary)
    may_be_decided(primary, items, ruling, instant)
    row = _keep(user, primary, items, ruling, meeting, instant, recorded_at)
    for item in items:
        item.closed_at, item.decision = instant, row
        item.save(update_fields=["closed_at", "decision"])
        information_requests_close(user, item=item, at=instant)
        if item.clock:
            clocks.clock_meet(user, clock=item.clock, at=instant)
    contributions_freeze(user, about=[item.public_id for item in items], at=instant)
    matter_close(user, child=primary, kind=MatterKind.CEVT, at=instant)
    return row


@command
def decision_confirm(
    user: User,
    *,
    decision: Decision,
    ruling: Ruling,
    meeting: Meeting | None = None,
    at: datetime | None = None,
) -> Decision:
    """Confirm a provisional decision, or change it: a decision of its own, final (T3, Decision).

    At a table that makes it final, or with the words of who agreed. Raises Conflict when it is confirmed
    already, Invalid when this table can't.
    """
    instant = at or now()
    primary = lock_cluster(decision.child_id)
    return _confirm(user, primary, decision, ruling, meeting, instant, now() if at is None else instant)


def _confirm(
    user: User,
    primary: Child,
    decision: Decision,
    ruling: Ruling,
    meeting: Meeting | None,
    instant: datetime,
    recorded_at: datetime,
) -> Decision:
    locked_decision = (
        Decision.objects.select_for_update(no_key=True, of=("self",))
        .select_related("confirm_clock")
        .get(pk=decision.pk)
    )
    if not locked_decision.confirm_clock or Decision.objects.filter(confirms=locked_decision).exists():
        raise Conflict(f"{locked_decision.reference} is confirmed already.")
    if says_nothing(ruling.agreed_with) and (why := why_provisional(meeting, instant)):
        raise Invalid(
            f"This would be {why} again. Say who of the police and children's services agreed, and when.",
            field="agreed_with",
        )
    items = list(locked_decision.items.select_related("submission", "clock", "child"))
    _newest_seen(primary, ruling)
    row = _keep(user, primary, items, ruling, meeting, instant, recorded_at, confirms=locked_decision)
    clocks.clock_meet(user, clock=locked_decision.confirm_clock, at=instant)
    return row


def _open_items(primary: Child) -> list[Item]:
    rows = (
        Item.objects.of(primary).filter(closed_at__isnull=True).select_for_update(no_key=True, of=("self",))
    )
    return list(rows.select_related("submission", "clock", "child").order_by("received_at", "pk"))


def may_be_decided(primary: Child, items: Sequence[Item], ruling: Ruling, at: datetime) -> None:
    """Raises Conflict, in words for the chair, when there is nothing to decide, or not yet, or something newer."""
    if not items:
        last = Item.objects.of(primary).filter(closed_at__isnull=False).select_related("decision__decided_by")
        newest = last.order_by("-closed_at", "-pk").first()
        if newest and newest.decision:
            raise Conflict(
                f"{newest.decision.decided_by} has decided this already ({newest.decision.reference})."
            )
        raise Conflict("This was taken off CEVT's list. There is nothing to decide.")
    histories = Histories(items)
    if not any(eligibility_of(items, local_date(at), told=histories).values()):
        raise Conflict("First Contact has not processed this child yet, so CEVT can't discuss them.")
    _newest_seen(primary, ruling)
    came_back = Return.REREFERRAL in rereferrals_of(items, told=histories).values()
    if came_back and not RETURN_REASONS.offers(ruling.returned_because, local_date(at)):
        raise Invalid("This is a re-referral: say why the child came back.", field="returned_because")


def _newest_seen(primary: Child, ruling: Ruling) -> None:
    """A matrix that came while the chair decided is looked at first (cevt-f4)."""
    matrix_seen(primary, ruling.seen, then="decide")
    level_seen(primary, ruling.seen_level)


def level_seen(primary: Child, seen: UUID | None | UnseenLevel) -> None:
    """A level another forum agreed meanwhile is looked at first (truth-f2): raises Conflict in its words."""
    level = primary.current_level
    if level is None or seen in {level.public_id, UnseenLevel.NOT_SAID}:
        return
    raise Conflict(
        f"{level.get_forum_display()} has agreed {RiskLevel(level.level).label} meanwhile"
        f" ({level.reference or say(level.happened_at)}, {level.recorded_by}): “{level.rationale}”"
        " Look at it, then agree the level."
    )


def why_provisional(meeting: Meeting | None, at: datetime) -> str:
    """Why a decision made then would be provisional; "" when it would be final (T3, Decision)."""
    return attendance_of(meeting, at).why_provisional if meeting else OUTSIDE


def _may_be_given(primary: Child, ruling: Ruling, at: datetime) -> None:
    """Raises Invalid for an action given to somebody who may not know of the child, by page and API alike."""
    named = [(task.owner, "tasks") for task in ruling.tasks]
    named += [(wish.owner, "outcomes") for wish in ruling.outcomes if wish.owner]
    people = {owner: name for owner, name in named if isinstance(owner, User)}
    if people and (
        refused := not_to_be_given(primary, list(people), at, cluster=list(rows_of_clusters([primary.pk])))
    ):
        raise Invalid(NOT_TO_BE_GIVEN, field=people[refused[0]])


def _keep(
    user: User,
    primary: Child,
    items: Sequence[Item],
    ruling: Ruling,
    meeting: Meeting | None,
    at: datetime,
    recorded_at: datetime,
    confirms: Decision | None = None,
) -> Decision:
    """Write the decision and start what it starts."""
    if meeting is not None:
        meeting = lock_open(meeting, at)
    _may_be_given(primary, ruling, at)
    if says_nothing(ruling.feedback):
        raise Invalid(WORDS_MISSING, field="feedback")
    wishes = wishes_for(primary, ruling.level, ruling.forms, ruling.outcomes, at, confirms=confirms)
    reference = next_reference("DEC", at)
    agreed = level_agree(
        user,
        child=primary,
        level=ruling.level,
        forum=Forum.CEVT,
        rationale=ruling.rationale,
        forms=list(ruling.forms),
        contexts=list(ruling.contexts),
        reference=reference,
        at=at,
    )
    why = "" if confirms else why_provisional(meeting, at)
    row = Decision(
        reference=reference,
        child=primary,
        meeting=meeting,
        agreed=agreed,
        submitted_level=max((item.level for item in items if item.level is not None), default=None),
        feedback=ruling.feedback.strip(),
        returned_because=ruling.returned_because,
        provisional_why=why,
        confirms=confirms,
        decided_by=user,
        decided_at=at,
        recorded_at=recorded_at,
    )
    working = hearers(user, primary, at)
    row.told = told_of_decision(user, items, working)
    if why:
        length = CONFIRMATION_DAYS.read(at, primary.area_id)
        row.confirm_clock = clocks.clock_start(
            user,
            kind=CONFIRMATION.key,
            owner=user,
            deadline=close_of_business(at, length.value, word="decided"),
            length=length,
            reference=reference,
            url=reverse("children:overview", args=[primary.public_id]),
            child=primary.public_id,
            at=at,
        )
    row.save(force_insert=True)
    outcomes_start(user, decision=row, wishes=wishes, at=at)
    source = Source("triage.decision", str(row.public_id), reference)
    tasks = [
        Asked(task.title, task.owner, close_of_business(at, task.working_days, word="agreed"))
        for task in ruling.tasks
    ]
    if tasks:
        actions_open(user, asked=tasks, child=primary, source=source, at=at)
    for agency, text in ruling.dissents:
        dissent_record(user, child=primary, about=row.public_id, agency=agency, text=text, at=at)
    if ruling.level < RiskLevel.MODERATE:
        matter_close(user, child=primary, kind=MatterKind.EXPLOITATION, at=at)
    if leaves_board(primary, ruling.level, wishes):
        matter_close(user, child=primary, kind=MatterKind.CEG, at=at)
    detail = {"level": int(ruling.level), "provisional": bool(why)}
    record(
        user, verb=Verb.DECIDED, subject=row, child=primary.public_id, part="decisions", detail=detail, at=at
    )
    tell_decided(user, row, items, working, at)
    return row
