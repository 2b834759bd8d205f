"""CEVT's list: a child comes on it, becomes eligible, waits for information, is taken off again (T1, T2)."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Agency, Duty, Team, User
from cems.actions.events import ActionClosed
from cems.actions.models import Action
from cems.actions.services import Source, action_cancel, action_complete, action_open
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.services.matter import matter_close, matter_open, on_board, submitter_note
from cems.children.choices import MatterKind, RiskLevel
from cems.children.events import StatusOpened
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import rows_of_clusters
from cems.clocks.choices import OPEN, Stage
from cems.clocks.services import clock as clocks
from cems.meetings.services.contribution import contributions_freeze
from matrix.events import MatrixSubmitted
from matrix.models import Submission
from matrix.papers import known_at
from matrix.policy import CEVT_DAYS
from matrix.rules import Receipt
from plans.events import ReferralDecided
from plans.services.referral import Told, first_contact, referral_open
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.owners import not_to_be_given
from triage.cevt.services.area import whose_cevt
from triage.cevt.services.decision_notice import tell_withdrawn
from triage.cevt.services.low_matrix import low_matrices_end, low_matrices_return, low_matrix_open
from triage.choices import ItemKind, LowEnd
from triage.clocks import RECEIPT
from triage.models import InformationRequest, Item, ReviewToNote

INFORMATION_REQUEST, INFORMATION_REQUEST_SOURCE = "information-request", "triage.informationrequest"


def on_matrix_submitted(event: MatrixSubmitted) -> None:
    """A new receipt at Moderate or Significant starts the clock; a review comes without (M5, M6). One at Low or None
    starts none: CEVT oversees those in one list.

    The review of a child on a board is the board's: it is on that list and not on CEVT's too.
    """
    submission = Submission.objects.select_related("child").get(pk=event.submission_id)
    user = User.objects.get(pk=event.user_id)
    level = RiskLevel(event.level)
    if event.new_receipt and level in CEVT_DAYS:
        item_open(user, submission=submission, kind=ItemKind.RECEIPT, at=event.received_at)
    elif not event.new_receipt and not on_board(lock_cluster(event.child_id)):
        # Received before the last agreed level, it is on the list from when it was entered: nobody could see it before.
        before = submission.receipt == Receipt.BEFORE
        at = submission.recorded_at if before else event.received_at
        item_open(user, submission=submission, kind=ItemKind.REVIEW, at=at)
    elif event.new_receipt:
        low_matrix_open(user, submission=submission)


def on_referral_decided(event: ReferralDecided) -> None:
    """First Contact has processed the child: what waited for eligibility is CEVT's now (T1)."""
    items_take_over(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


def on_status_opened(event: StatusOpened) -> None:
    """A child who becomes open to children's services is eligible (T1)."""
    items_take_over(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


@command
def item_open(user: User, *, submission: Submission, kind: ItemKind, at: datetime) -> Item:
    """Put a child on CEVT's list with a matrix; a receipt has its clock by the level (T2).

    First Contact's desk has the clock until the child is eligible, then CEVT's. Waiting never pauses it. Of a matrix on
    paper the time runs from receipt, and who has it is asked of when it was entered.
    """
    level, child = RiskLevel(submission.level), submission.child
    row = Item(submission=submission, child=child, kind=kind, level=level, received_at=at)
    if kind is ItemKind.RECEIPT:
        known = known_at(submission)
        passed = bool(eligibility_of([row], local_date(known))[row.pk])
        length = CEVT_DAYS[level].read(at, child.area_id)
        row.clock = clocks.clock_start(
            user,
            kind=RECEIPT.key,
            owner=desk_of(Duty.CEVT, whose_cevt(child)) if passed else first_contact(child),
            deadline=close_of_business(at, length.value),
            length=length,
            reference=submission.reference,
            title=f"CEVT agrees the level ({level.label} submitted)",
            # Not the matrix: the desk that has this clock may read the record and not every matrix in it.
            url=reverse("children:overview", args=[child.public_id]),
            child=child.public_id,
            at=at,
        )
        if passed:  # else CEVT's desk is told when the clock is handed to it
            clocks.tell_holders(user, clock=row.clock, key="started", at=known)
    return _opened(user, row, at)


@command
def item_raise(user: User, *, child: Child, why: str, at: datetime | None = None) -> Item:
    """Bring a child to CEVT without a new matrix, with the reason (T3).

    Until the child is eligible the words go to First Contact as a referral too, so that the child waits for somebody
    whose time runs (T1). Whoever raised it keeps sight of what became of it. The same sent again by the same user
    returns the existing row. Raises Invalid without a reason, Conflict while another concern about the child is open
    (nobody's words are dropped unread) or when the child has died.
    """
    instant, words = at or now(), why.strip()
    if not words:
        raise Invalid("Say what CEVT should look at, and why now.", field="why")
    primary = lock_cluster(child.pk)
    if primary.died_on is not None:
        raise Conflict("The child has died. CEVT decides nothing about them any more.")
    if concern := raised_open(primary):
        if (concern.raised_by_id, concern.why) == (user.pk, words):
            return concern
        raise Conflict("A concern about this child is on CEVT's list already.")
    row = Item(child=primary, kind=ItemKind.RAISED, why=words, raised_by=user, received_at=instant)
    if not eligibility_of([row], local_date(instant))[row.pk]:
        referral_open(user, child=primary, told=Told(concern=words), at=instant)
    submitter_note(user, child=primary, at=instant)
    return _opened(user, row, instant)


def raised_open(child: Child) -> Item | None:
    """The concern about this child that somebody raised and CEVT has not closed; of a merged record's two the first."""
    rows = Item.objects.of(child).filter(kind=ItemKind.RAISED, closed_at__isnull=True)
    concern: Item | None = rows.select_related("raised_by__agency").order_by("received_at", "pk").first()
    return concern


def _opened(user: User, row: Item, at: datetime) -> Item:
    row.authority_id, row.locality_id = whose_cevt(row.child), row.child.locality_id
    row.save(force_insert=True)
    matter_open(user, child=row.child, kind=MatterKind.CEVT, at=at)
    low_matrices_end(user, child=lock_cluster(row.child_id), how=LowEnd.LISTED, at=at, item=row)
    record(user, verb=Verb.CREATED, subject=row, child=row.child.public_id, part="decisions", at=at)
    return row


@command
def items_take_over(user: User, *, child_id: int, at: datetime) -> None:
    """Hand CEVT's desk the clocks of this child, who is eligible now (T1, T2); harmless when there are none."""
    primary = lock_cluster(child_id)
    rows = Item.objects.of(primary).filter(
        closed_at__isnull=True, clock__owner_team=first_contact(primary), clock__stage__in=OPEN
    )
    waiting = list(rows.select_related("clock", "child"))
    if not waiting:
        return
    desk, passed = desk_of(Duty.CEVT, whose_cevt(primary)), eligibility_of(waiting, local_date(at))
    for row in waiting:
        if passed[row.pk] and row.clock:
            clocks.clock_hand_over(
                user, clock=row.clock, owner=desk, reason=str(passed[row.pk][0].label), at=at
            )


@command
def item_withdraw(user: User, *, item: Item, why: str, at: datetime | None = None) -> Item:
    """Take an item off the list that should not be there (sent about another child). Raises Conflict if closed."""
    instant = at or now()
    lock_cluster(item.child_id)
    rows = Item.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "clock", "child", "submission"
    )
    locked_item = rows.get(pk=item.pk)
    if locked_item.closed_at:
        raise Conflict("This is no longer on CEVT's list.")
    if says_nothing(why):
        raise Invalid("Say why it does not belong on the list.", field="why")
    locked_item.closed_at, locked_item.withdrawn_why, locked_item.withdrawn_by = instant, why.strip(), user
    locked_item.save(update_fields=["closed_at", "withdrawn_why", "withdrawn_by"])
    information_requests_close(user, item=locked_item, at=instant)
    if locked_item.clock:
        clocks.clock_cancel(user, clock=locked_item.clock, reason="Taken off CEVT's list", at=instant)
    contributions_freeze(user, about=[locked_item.public_id], at=instant)
    open_items = Item.objects.of(locked_item.child).filter(closed_at__isnull=True)
    to_note = ReviewToNote.objects.of(locked_item.child).filter(ended_at__isnull=True)
    if not (open_items.exists() or to_note.exists()):
        matter_close(user, child=locked_item.child, kind=MatterKind.CEVT, at=instant)
    low_matrices_return(user, item=locked_item, at=instant)
    record(
        user,
        verb=Verb.WITHDRAWN,
        subject=locked_item,
        child=locked_item.child.public_id,
        part="decisions",
        at=instant,
    )
    tell_withdrawn(user, locked_item, instant)
    return locked_item


@command
def information_request_open(
    user: User,
    *,
    item: Item,
    agency: Agency,
    what: str,
    owner: User | Team,
    working_days: int = 2,
    at: datetime | None = None,
) -> InformationRequest:
    """CEVT wants to know more before it decides: the one thing that pauses its clock, with the reason (T2, T4).

    `owner` is who is to find out, by `working_days` from now. Raises Conflict when the item is closed.
    """
    instant = at or now()
    primary = lock_cluster(item.child_id)
    locked_item = (
        Item.objects.select_for_update(no_key=True, of=("self",))
        .select_related("clock", "child")
        .get(pk=item.pk)
    )
    if locked_item.closed_at:
        raise Conflict("CEVT has decided already.")
    if says_nothing(what):
        raise Invalid("Say what CEVT wants to know.", field="what")
    if isinstance(owner, User):
        cluster = list(rows_of_clusters([primary.pk]))
        if not_to_be_given(primary, [owner], instant, cluster=cluster):
            raise Invalid("This person may not read the record. Choose somebody else.", field="owner")
    row = InformationRequest(
        item=locked_item, child=locked_item.child, agency=agency, what=what.strip(), asked_by=user
    )
    row.asked_at = instant
    row.action = action_open(
        user,
        title="Tell CEVT what it asked for",
        detail=what.strip(),
        owner=owner,
        child=primary,
        deadline=close_of_business(instant, working_days, word="asked"),
        source=Source(INFORMATION_REQUEST_SOURCE, str(row.public_id)),
        key=INFORMATION_REQUEST,
        at=instant,
    )
    row.save(force_insert=True)
    if (
        locked_item.clock
        and locked_item.clock.stage in {Stage.RUNNING, Stage.WARNED}
        and instant <= locked_item.clock.due_at
    ):
        clocks.clock_pause(
            user, clock=locked_item.clock, reason=f"More information wanted from {agency}", at=instant
        )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="decisions", at=instant)
    return row


@command
def information_request_answer(
    user: User, *, information_request: InformationRequest, answer: str, at: datetime | None = None
) -> InformationRequest:
    """What CEVT wanted is known: its clock goes on once nothing more is wanted. Raises Conflict when answered."""
    instant = at or now()
    # The task first, as whoever closes it on its own page does: neither then waits for the other.
    Action.objects.select_for_update(no_key=True, of=("self",)).get(pk=information_request.action_id)
    information_requests = InformationRequest.objects.select_for_update(
        no_key=True, of=("self",)
    ).select_related("item__clock", "action", "child")
    row = information_requests.get(pk=information_request.pk)
    if row.answered_at:
        raise Conflict(f"This was answered already, by {row.answered_by}.")
    if says_nothing(answer):
        raise Invalid("Write what CEVT should know.", field="answer")
    row.answer, row.answered_by, row.answered_at = answer.strip(), user, instant
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    if row.action.is_open:
        action_complete(user, action=row.action, outcome="CEVT has the answer.", at=instant)
    more = InformationRequest.objects.filter(item=row.item, answered_at__isnull=True).exists()
    if row.item.clock and row.item.clock.stage == Stage.PAUSED and not more:
        clocks.clock_resume(user, clock=row.item.clock, reason="The information has come", at=instant)
    record(user, verb=Verb.CHANGED, subject=row, child=row.child.public_id, part="decisions", at=instant)
    return row


def on_action_closed(event: ActionClosed) -> None:
    """Who was to find out closed their task with words of what came of it: that is what CEVT waits for (T2)."""
    if event.key != INFORMATION_REQUEST or event.user_id is None:
        return
    action = first = Action.objects.get(pk=event.action_id)
    while first.carried_from:
        first = first.carried_from
    rows = InformationRequest.objects.filter(action=first, answered_at__isnull=True)
    if row := rows.filter(item__closed_at__isnull=True).first():
        user = User.objects.get(pk=event.user_id)
        information_request_answer(user, information_request=row, answer=action.outcome, at=event.at)


@command
def information_requests_close(user: User, *, item: Item, at: datetime) -> None:
    """Close what was asked for this item: nobody needs to find it out any more."""
    for row in InformationRequest.objects.filter(item=item, answered_at__isnull=True).select_related(
        "action"
    ):
        if row.action.is_open:
            action_cancel(user, action=row.action, reason="CEVT no longer needs it.", at=at)
