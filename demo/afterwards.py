"""What people do after a matrix was sent: the referral, the meetings, the level, the actions (T1, T2, M5, C4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cems.accounts.models import User
from cems.actions import services as actions
from cems.actions.models import Action
from cems.base.calendar import close_of_business, next_working_day
from cems.base.time import local_date
from cems.children.choices import (
    OPEN_TO_CHILDRENS_SERVICES,
    CaseRole,
    HarmForm,
    MatterKind,
    RiskLevel,
    StatusKind,
)
from cems.children.models import AgreedLevel, Status
from cems.children.models.history import Forum
from cems.children.services.access import matter_close, matter_open
from cems.children.services.history import level_agree
from cems.children.services.periods import status_close, status_open
from cems.clocks import services as clocks
from demo import moments
from demo.data import load
from matrix.models import Submission
from matrix.services.follow_up import SOURCE
from plans.choices import MeetingKind, ReferralOutcome, RequestAnswer
from plans.models import Referral, Request
from plans.services import meeting_record, referral_decide, strategy_meeting_answer
from triage.models import Item

if TYPE_CHECKING:
    from demo.story import Story

_MEETINGS = {
    StatusKind.EARLY_HELP: MeetingKind.TEAM_AROUND_FAMILY,
    StatusKind.CHILD_IN_NEED: MeetingKind.CHILD_IN_NEED_REVIEW,
    StatusKind.CHILD_PROTECTION: MeetingKind.CORE_GROUP,
    StatusKind.CHILD_IN_CARE: MeetingKind.CARE_TEAM,
}


# CEVT has not looked at these yet, but First Contact has.
_REFERRAL_DECIDED = frozenset({"late", "due_soon", "paused"})


class Afterwards:
    """Answers to what a submission started, spread over the time that follows.

    Args:
        story: the child's story, whose time and draws these share.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        self.time = story.time
        self.rng = story.rng
        self.cast = story.cast
        self.words = load("words")

    def of(self, submission: Submission, at: datetime) -> None:
        """Let everything that answers this submission come in its time."""
        course = self.story.course
        rows = (
            Action.objects.from_source(SOURCE, str(submission.public_id))
            .select_related("clock")
            .order_by("pk")
        )
        for action in rows:
            self._plan_action(action, at)
        referral = Referral.objects.filter(source=submission.reference).first()
        if referral is not None and (course.decided or course.kind in _REFERRAL_DECIDED):
            self.time.at(
                moments.soon_after(self.rng, at, 7), lambda when: self._refer(referral, submission, when)
            )
        request = Request.objects.filter(source=submission.reference).first()
        if request is not None and course.kind != "just_in":
            self.time.at(moments.soon_after(self.rng, at, 10), lambda when: self._strategy(request, when))
        receipt = (
            Item.objects.filter(submission=submission, clock__isnull=False).select_related("clock").first()
        )
        if receipt is not None:
            self._plan_triage(receipt, at)
        elif submission.level <= RiskLevel.LOW and AgreedLevel.objects.of(self.story.child).exists():
            self.time.at(moments.next_meeting(at, 5), lambda when: self._agree(submission, Forum.CEG, when))
        elif course.kind in {"board", "stepped_down"}:
            self.time.at(moments.next_meeting(at, 6), lambda when: self._agree(submission, Forum.CEG, when))
        elif course.decided and submission.level >= RiskLevel.MODERATE:
            self.time.at(moments.next_meeting(at, 3), lambda when: self._agree(submission, Forum.CEVT, when))
        self._plan_meeting(at)

    def _plan_action(self, action: Action, at: datetime) -> None:
        """Most things are done in time, some late, a few recent ones not yet."""
        age = self.time.as_of - at
        forgotten = 0.3 if age < timedelta(days=10) else 0.06 if age < timedelta(days=25) else 0
        allocated = action.key == "ce-worker" and self.story.course.decided  # that is what the forum did
        if self.rng.random() < forgotten and not allocated:
            return
        due = action.clock.due_at if action.clock else at + timedelta(days=3)
        share = self.rng.uniform(0.1, 0.9) if self.rng.random() < 0.85 else self.rng.uniform(1.05, 1.7)
        self.time.at(at + (due - at) * share, lambda when: self._complete(action, when))

    def _complete(self, action: Action, at: datetime) -> None:
        doer = action.owner_user or self.cast.member_of(action.owner_team_id or 0) or self.story.author
        outcomes = self.words["outcomes"][action.key or "forum"]
        if self.rng.random() < 0.03:
            actions.cancel(doer, action=action, reason=self.words["cancelled"], at=at)
        else:
            actions.complete(doer, action=action, outcome=self.rng.choice(outcomes), at=at)

    def _refer(self, referral: Referral, submission: Submission, at: datetime) -> None:
        """First Contact decides; an assessment brings a status and a social worker."""
        desk = self.cast.person(self.story.place.front_door)
        if submission.level == RiskLevel.SIGNIFICANT:
            outcome = ReferralOutcome.STRATEGY
        else:
            outcome = self.rng.choice(
                (ReferralOutcome.ASSESSMENT, ReferralOutcome.EARLY_HELP, ReferralOutcome.ADVICE)
            )
        rationale = self.rng.choice(self.words["referral"][outcome.value])
        referral_decide(desk, referral=referral, outcome=outcome, rationale=rationale, at=at)
        if outcome in {ReferralOutcome.STRATEGY, ReferralOutcome.ASSESSMENT}:
            self._child_in_need(desk, at)

    def _child_in_need(self, desk: User, at: datetime) -> None:
        child, today = self.story.child, local_date(at)
        held = Status.objects.of(child).filter(ends_on__isnull=True)
        if held.filter(kind__in=OPEN_TO_CHILDRENS_SERVICES).exists():
            return
        for row in held.filter(kind=StatusKind.EARLY_HELP):
            status_close(desk, status=row, ends_on=today, at=at)
        status_open(desk, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=today, at=at)
        self.story.involve(desk, CaseRole.SOCIAL_WORKER, self.cast.person(self.story.social_worker), at)

    def _strategy(self, request: Request, at: datetime) -> None:
        manager = self.cast.person(self.story.place.manager)
        if self.rng.random() < 0.8:
            outcome = self.rng.choice(self.words["strategy_held"])
            held = at - timedelta(minutes=self.rng.randint(10, 60))
            meeting_record(
                manager, child=self.story.child, kind=MeetingKind.STRATEGY, held_at=held, outcome=outcome,
                answers=request, at=at,
            )  # fmt: skip
        else:
            why = self.rng.choice(self.words["strategy_not_met"])
            strategy_meeting_answer(manager, request=request, answer=RequestAnswer.NOT_MET, why=why, at=at)

    def _plan_triage(self, receipt: Item, at: datetime) -> None:
        course, submission, clock = self.story.course, receipt.submission, receipt.clock
        if submission is None or clock is None:
            return
        if course.decided:
            days = 4 if self.rng.random() < 0.12 else self.rng.randint(1, 2)
            self.time.at(
                moments.next_meeting(at, days),
                lambda when: self._agree(submission, Forum.CEVT, when, receipt),
            )
        elif course.kind == "paused":
            desk = self.cast.person(self.story.place.front_door)
            moment = self.time.as_of - timedelta(hours=1)
            if moment < clock.due_at:
                self.time.at(
                    max(moment, at),
                    lambda when: clocks.pause(desk, clock=clock, reason=self.words["paused"], at=when),
                )

    def _agree(self, submission: Submission, forum: Forum, at: datetime, receipt: Item | None = None) -> None:
        """A forum agrees the level; from the triage, Significant goes to the locality's board and to a worker."""
        child, level = self.story.child, RiskLevel(submission.level)
        key = "cevt.chair" if forum is Forum.CEVT else self.story.place.ceg_chair
        said = self.words[forum.value].get(str(int(level))) or self.words["cevt"][str(int(level))]
        agreed = level_agree(
            self.cast.person(key),
            child=child,
            level=level,
            forum=forum,
            rationale=self.rng.choice(said),
            forms=[HarmForm(form) for form in submission.matrix.forms],
            reference=submission.reference,
            at=at,
        )
        if level >= RiskLevel.MODERATE:
            self._forum_actions(agreed, at)
        if forum is Forum.CEVT:  # a review is looked at there too, without a new receipt
            matter_open(self.cast.person(key), child=child, kind=MatterKind.CEVT, at=at)
            matter_close(self.cast.person(key), child=child, kind=MatterKind.CEVT, at=at)
        if receipt is not None and receipt.clock:
            clocks.meet(self.cast.person(key), clock=receipt.clock, at=at)
            if level is RiskLevel.SIGNIFICANT:
                self._to_board(at)
        if forum is Forum.CEG and level <= RiskLevel.LOW:
            matter_close(self.cast.person(key), child=child, kind=MatterKind.CEG, at=at)
            matter_close(self.cast.person(key), child=child, kind=MatterKind.EXPLOITATION, at=at)

    def _forum_actions(self, agreed: AgreedLevel, at: datetime) -> None:
        """What people at the table took on, a job or two."""
        source = actions.Source(agreed._meta.label_lower, str(agreed.public_id), agreed.reference)
        for key, title in self.rng.sample(self.words["forum_actions"], self.rng.randint(1, 2)):
            action = actions.open_action(
                agreed.recorded_by,
                child=self.story.child,
                title=title,
                owner=self.cast.person(self._local(key)),
                deadline=close_of_business(at, self.rng.choice((5, 10)), word="agreed"),
                source=source,
                at=at,
            )
            self._plan_action(action, at)

    def _local(self, key: str) -> str:
        """The person of the child's own place, where each place has one."""
        place = self.story.place
        return {"school.lead": place.school_lead, "ceg.chair": place.ceg_chair}.get(key, key)

    def _to_board(self, at: datetime) -> None:
        manager = self.cast.person("erase.manager")
        matter_open(manager, child=self.story.child, kind=MatterKind.CEG, at=at)
        worker = self.cast.person("ce.worker" if self.story.course.number % 2 else "ce.worker.second")
        if self.story.course.kind != "update_draft":  # one Significant child still waits for a worker
            self.time.at(
                moments.soon_after(self.rng, at, 30),
                lambda when: self.story.involve(manager, CaseRole.CE_WORKER, worker, when),
            )

    def _plan_meeting(self, at: datetime) -> None:
        """The meeting of the child's own plan, a week or two on."""
        kind = _MEETINGS.get(self.story.course.status) if self.story.course.status else None
        if kind is None:
            return
        day = next_working_day(local_date(at) + timedelta(days=self.rng.randint(5, 14)))
        self.time.at(moments.working_moment(self.rng, day), lambda when: self._meet(kind, when))

    def _meet(self, kind: MeetingKind, at: datetime) -> None:
        outcome = self.rng.choice(self.words["meetings"][kind.value])
        meeting_record(
            self.story.author, child=self.story.child, kind=kind, held_at=at - timedelta(minutes=50),
            outcome=outcome, at=at,
        )  # fmt: skip
