"""What people do after a matrix was sent: the referral, the meetings, the level, the actions (T1, T2, M5, C4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cems.accounts.models import User
from cems.actions import services as actions
from cems.actions.doings.selectors import kind_of
from cems.actions.doings.services import doing_record
from cems.actions.models import Action
from cems.base.calendar import next_working_day
from cems.base.time import local_date
from cems.children.choices import (
    OPEN_TO_CHILDRENS_SERVICES,
    CaseRole,
    HarmForm,
    RiskLevel,
    StatusKind,
)
from cems.children.history.models.level import Forum
from cems.children.history.services.status import status_close, status_open
from cems.children.models import AgreedLevel, Status
from cems.clocks.models import Clock
from demo import moments
from demo.beforehand import Beforehand
from demo.courses import Said, Sent
from demo.data import load
from demo.forums import Forums
from matrix.models import Review, Submission
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE
from plans.choices import MeetingKind, RequestAnswer
from plans.models import Referral, Request
from plans.services.meeting import meeting_record
from plans.services.referral import referral_decide
from plans.services.strategy_meeting import strategy_meeting_answer
from triage.choices import LaterFindingKind
from triage.first_contact.outcomes import ADVICE, ASSESSMENT, EARLY_HELP, STRATEGY
from triage.first_contact.services.later_finding import later_finding_record
from triage.models import Item

if TYPE_CHECKING:
    from demo.story import Story

MEETINGS = {
    StatusKind.EARLY_HELP: MeetingKind.TEAM_AROUND_FAMILY,
    StatusKind.CHILD_IN_NEED: MeetingKind.CHILD_IN_NEED_REVIEW,
    StatusKind.CHILD_PROTECTION: MeetingKind.CORE_GROUP,
    StatusKind.CHILD_IN_CARE: MeetingKind.CARE_TEAM,
}


RESULT_AFTER = timedelta(days=28)  # an enquiry or assessment takes some weeks

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
        self.forums = Forums(story, self._plan_action, self.follow)
        self.beforehand = Beforehand(story)

    def of(self, submission: Submission, part: Sent, at: datetime) -> None:
        """Let everything that answers this submission come in its time."""
        course = self.story.course
        rows = (
            Action.objects.from_source(SOURCE, str(submission.public_id))
            .select_related("clock", "owner_user")
            .order_by("pk")
        )
        receipt = (
            Item.objects.filter(submission=submission, clock__isnull=False).select_related("clock").first()
        )
        settled = part.said or self._usually_said(submission, receipt, at)
        for action in rows:
            self._plan_action(action, at, worker=settled is not None and settled.worker)
        referral = Referral.objects.filter(source=submission.reference).first()
        if referral is not None:
            self.beforehand.ask(referral, at)
        if referral is not None and (course.decided or course.kind in _REFERRAL_DECIDED):
            self.time.at(
                moments.soon_after(self.rng, at, 7), lambda when: self._refer(referral, submission, when)
            )
        request = Request.objects.filter(source=submission.reference).first()
        if request is not None and course.kind != "just_in":
            self.time.at(moments.soon_after(self.rng, at, 10), lambda when: self._strategy(request, when))
        if settled is not None:
            self.time.at(settled.at, lambda when: self.forums.decide(submission, settled, when))
        if receipt is not None and (settled is not None or course.kind in _REFERRAL_DECIDED):
            self.beforehand.tell_cevt(receipt, settled, at)
        if receipt is not None and course.kind == "paused":
            self.beforehand.want_more(receipt, at)
        self._plan_meeting(at)

    def follow(self, agreed: AgreedLevel, submission: Submission, at: datetime) -> None:
        """Let what answers to a level come that a forum agreed higher than it was; nothing where it did not rise."""
        for action in Action.objects.from_source(LEVEL_SOURCE, str(agreed.public_id)).select_related("clock"):
            self._plan_action(action, at, worker=action.key == "ce-worker")
        referral = Referral.objects.filter(source=agreed.reference).first()
        if referral is not None:
            self.time.at(
                moments.soon_after(self.rng, at, 7), lambda when: self._refer(referral, submission, when)
            )
        request = Request.objects.filter(source=agreed.reference).first()
        if request is not None:
            self.time.at(moments.soon_after(self.rng, at, 10), lambda when: self._strategy(request, when))

    def _usually_said(self, submission: Submission, receipt: Item | None, at: datetime) -> Said | None:
        """What a forum agrees where nothing is settled beforehand: as submitted, when and where it is usual."""
        course, level = self.story.course, RiskLevel(submission.level)
        if receipt is not None:
            if not course.decided:
                return None
            forum, days = Forum.CEVT, 4 if self.rng.random() < 0.12 else self.rng.randint(1, 2)
        elif level <= RiskLevel.LOW and AgreedLevel.objects.of(self.story.child).exists():
            forum, days = Forum.CEG, 5
        elif course.kind in {"board", "stepped_down"}:
            forum, days = Forum.CEG, 6
        elif course.decided and level >= RiskLevel.MODERATE:
            forum, days = Forum.CEVT, 3
        else:
            return None
        board = receipt is not None and level is RiskLevel.SIGNIFICANT
        return Said(
            at=moments.next_meeting(at, days),
            forum=forum,
            level=level,
            forms=tuple(HarmForm(form) for form in submission.matrix.forms),
            board=board,
            worker=board and course.kind != "raised",
            ends=forum is Forum.CEG and level <= RiskLevel.LOW,
        )

    def _plan_action(self, action: Action, at: datetime, *, worker: bool = False) -> None:
        """Most things are done in time, some late, a few recent ones not yet."""
        age = self.time.as_of - at
        forgotten = 0.3 if age < timedelta(days=10) else 0.06 if age < timedelta(days=25) else 0
        allocated = action.key == "ce-worker" and self.story.course.decided  # that is what the forum did
        if self.rng.random() < forgotten and not allocated:
            return
        due = action.clock.due_at if action.clock else at + timedelta(days=3)
        share = self.rng.uniform(0.1, 0.9) if self.rng.random() < 0.85 else self.rng.uniform(1.05, 1.7)
        self.time.at(at + (due - at) * share, lambda when: self._complete(action, worker, when))

    def _complete(self, action: Action, worker: bool, at: datetime) -> None:
        if not Action.objects.to_do().filter(pk=action.pk).exists():
            return  # met by its doing already
        doer = action.owner_user or self.cast.member_of(action.owner_team_id or 0) or self.story.author
        cancelled = self.rng.random() < 0.03
        if kind := kind_of(action):
            given = dict(self.rng.choice(self.words["doings"][kind.key]))
            doing_record(doer, action=action, answer=given.pop("answer"), given=given, at=at)
            return
        outcomes = self.words["outcomes"][action.key or "forum"]
        if action.key == "ce-worker":  # the first tells of a worker, the second of none
            outcomes = outcomes[:1] if worker else outcomes[1:]
        if cancelled:
            actions.action_cancel(doer, action=action, reason=self.words["cancelled"], at=at)
        else:
            actions.action_complete(doer, action=action, outcome=self.rng.choice(outcomes), at=at)

    def _refer(self, referral: Referral, submission: Submission, at: datetime) -> None:
        """First Contact decides; an assessment brings a status and a social worker."""
        desk = self.cast.person(self.story.place.front_door)
        if submission.level == RiskLevel.SIGNIFICANT:
            outcome = STRATEGY
        else:
            outcome = self.rng.choice((ASSESSMENT, EARLY_HELP, ADVICE))
        rationale = self.rng.choice(self.words["referral"][outcome.key])
        referral_decide(desk, referral=referral, outcome=outcome, rationale=rationale, at=at)
        if outcome in {STRATEGY, ASSESSMENT}:
            self._child_in_need(desk, at)
            kind = LaterFindingKind.UNSUBSTANTIATED if outcome is STRATEGY else LaterFindingKind.HARM
            self.time.at(at + RESULT_AFTER, lambda when: self._found_later(referral, kind, when))

    def _found_later(self, referral: Referral, kind: LaterFindingKind, at: datetime) -> None:
        """The result of the enquiry or the assessment, some weeks on."""
        desk, text = self.cast.person(self.story.place.front_door), self.words["found_later"][kind.value]
        later_finding_record(
            desk, referral=referral, kind=kind, found_on=local_date(at), text=text, outside_home=True,
            approach=kind is LaterFindingKind.UNSUBSTANTIATED,
            approach_why=text if kind is LaterFindingKind.UNSUBSTANTIATED else "", at=at,
        )  # fmt: skip

    def _child_in_need(self, desk: User, at: datetime) -> None:
        child, today = self.story.child, local_date(at)
        statuses = Status.objects.of(child).filter(ends_on__isnull=True)
        if statuses.filter(kind__in=OPEN_TO_CHILDRENS_SERVICES).exists():
            return
        for row in statuses.filter(kind=StatusKind.EARLY_HELP):
            status_close(desk, status=row, ends_on=today, at=at)
        status_open(desk, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=today, at=at)
        self.story.involve(desk, CaseRole.SOCIAL_WORKER, self.cast.person(self.story.social_worker), at)

    def _strategy(self, request: Request, at: datetime) -> None:
        manager = self.cast.person(self.story.place.manager)
        if self.rng.random() < 0.8:
            outcome = self.rng.choice(self.words["strategy_held"])
            held_at = at - timedelta(minutes=self.rng.randint(10, 60))
            meeting_record(
                manager, child=self.story.child, kind=MeetingKind.STRATEGY, held_at=held_at, outcome=outcome,
                attended=self._there(manager), answers=request, at=at,
            )  # fmt: skip
        else:
            why = self.rng.choice(self.words["strategy_not_met"])
            strategy_meeting_answer(manager, request=request, answer=RequestAnswer.NOT_MET, why=why, at=at)

    def _plan_meeting(self, at: datetime) -> None:
        """The meeting of the child's own plan, a week or two on."""
        if self.story.course.status not in MEETINGS:
            return
        day = next_working_day(local_date(at) + timedelta(days=self.rng.randint(5, 14)))
        self.time.at(moments.working_moment(self.rng, day), self._meet)

    def _meet(self, at: datetime) -> None:
        """Those who meet are those of the plan there is by then."""
        statuses = Status.objects.of(self.story.child).filter(ends_on__isnull=True, kind__in=MEETINGS)
        if not (status := statuses.order_by("pk").last()):
            return
        kind = MEETINGS[StatusKind(status.kind)]
        outcome = self.rng.choice(self.words["meetings"][kind.value])
        meeting_record(
            self.story.author, child=self.story.child, kind=kind, held_at=at - timedelta(minutes=50),
            outcome=outcome, attended=self._there(self.story.author), at=at,
            level_view=self.story.child.level if at.day % 3 else None, review=self._review_owed(),
        )  # fmt: skip

    def _review_owed(self) -> Clock | None:
        """The review of the matrix that the meeting belongs to, where one is owed."""
        row = (
            Review.objects.of(self.story.child).filter(ended_at__isnull=True).select_related("clock").first()
        )
        return row.clock if row else None

    def _there(self, host: User) -> str:
        """Who sat at a meeting: the user who held it, the school, and a parent."""
        lead = self.cast.person(self.story.place.school_lead)
        return f"{host}, {host.job_title or host.agency}; {lead}, {lead.agency}; a parent"
