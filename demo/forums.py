"""What CEVT and the locality boards decide of a matrix: the one place where the demonstration says it (C4, T4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cems.accounts.desks import desk_of
from cems.accounts.models import Agency, Authority, Duty, User
from cems.actions.models import Action
from cems.base.calendar import add_working_days
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.identity.rules import age_on
from cems.children.models import AgreedLevel
from cems.children.querysets import cluster_ids
from cems.meetings.choices import MeetingForum, NoteKind
from cems.meetings.models import Meeting
from cems.meetings.services.meeting import meeting_enter, note_add
from demo import moments
from demo.boards import Boards
from demo.courses import Said
from demo.data import load
from matrix.models import Submission
from matrix.services.follow_up import statuses_on
from matrix.unread import last_entered
from triage.advice.selectors import advice_for
from triage.allocation.selectors.candidates import choice_for
from triage.allocation.services.acceptance import allocation_accept
from triage.allocation.services.allocation import allocation_end, allocation_make
from triage.allocation.services.wait_end import allocation_decline
from triage.cevt.outcomes import ADVICE, ALLOCATION, CEG, NOT_CEG, STEP_DOWN, Wish
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.owners import not_to_be_given
from triage.cevt.selectors.rereferrals import rereferrals_of
from triage.cevt.services.decision import Ruling, Task, decision_make
from triage.choices import CegReason, ReturnReason, WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait, Item

if TYPE_CHECKING:
    from demo.story import Story

TABLE = (
    "cevt.member",
    "cevt.social.care",
    "education.safeguarding",
    "cevt.youth.justice",
    "cevt.drug.service",
    "exploitation.charity",
)

DISSENT_IN = 8
WAITS_ANEW = 19  # the child of the present with this number has lost the worker and waits for another


class Forums:
    """The people round the table.

    Args:
        story: the child's story, whose time and draws these share.
        carry_out: plans what becomes of an action somebody took on.
        follow: plans what answers to what a level started that a forum agreed higher.
    """

    def __init__(
        self,
        story: Story,
        carry_out: Callable[[Action, datetime], None],
        follow: Callable[[AgreedLevel, Submission, datetime], None],
    ) -> None:
        self.story = story
        self.rng = story.rng
        self.cast = story.cast
        self.words = load("words")
        self.carry_out = carry_out
        self.follow = follow
        self.boards = Boards(self)

    def decide(self, submission: Submission, said: Said, at: datetime) -> None:
        """A forum agrees the level: CEVT where the child is on its list, else the locality's board."""
        primary = self.story.child
        items = list(Item.objects.of(primary).filter(closed_at__isnull=True).order_by("pk"))
        if not items:
            self.boards.decide(submission, said, at)
        elif any(eligibility_of(items, local_date(at)).values()):
            self._triage_decides(submission, said, items, at)
        else:  # First Contact is late: the next day's meeting looks again
            self.story.time.at(moments.next_meeting(at, 1), lambda when: self.decide(submission, said, when))

    def _triage_decides(self, submission: Submission, settled: Said, items: list[Item], at: datetime) -> None:
        """CEVT's meeting of that day decides, with all it starts (T3, T4)."""
        meeting = self._meeting(at)
        if meeting is None:
            return
        last = last_entered(self.story.child)
        back = Return.REREFERRAL in rereferrals_of(items).values()
        ruling = Ruling(
            level=settled.level,
            rationale=self.rng.choice(self.rationales(submission, settled)),
            forms=settled.forms,
            outcomes=self._wishes(settled, at),
            tasks=self._tasks(at) if settled.level >= RiskLevel.MODERATE else (),
            dissents=self._dissents(settled),
            feedback=self.rng.choice(self.words["feedback"]),
            seen=last.public_id if last else None,
            returned_because=self.rng.choice(ReturnReason.values) if back else "",
        )
        row = decision_make(meeting.chair, child=self.story.child, ruling=ruling, meeting=meeting, at=at)
        for action in Action.objects.from_source("triage.decision", str(row.public_id)).select_related(
            "clock"
        ):
            self.carry_out(action, at)
        self.follow(row.agreed, submission, at)
        self._allocate(settled, at)

    def _dissents(self, settled: Said) -> list[tuple[Agency, str]]:
        """Of a child in so many, one agency at the table thinks the level too high."""
        course = self.story.course
        if course.kind == "past" or course.number % DISSENT_IN or settled.level < RiskLevel.MODERATE:
            return []
        return [(self.cast.person("education.safeguarding").agency, self.words["dissent"])]

    def _meeting(self, at: datetime) -> Meeting | None:
        """The meeting of that day, entered as it was held; None while it would still be open."""
        opens, ends = at - timedelta(minutes=30), at + timedelta(minutes=30)
        chair = self.cast.person("cevt.chair")
        place = self.cast.authorities[self.story.place.authority]
        meetings = Meeting.objects.filter(
            forum=MeetingForum.CEVT, authority=place, chair=chair, started_at=opens
        ).select_related("chair")
        if ends > self.story.time.as_of:
            return None
        return meetings.first() or self._enter(chair, place, opens, ends)

    def _enter(self, chair: User, place: Authority, opens: datetime, ends: datetime) -> Meeting:
        """The meeting with everybody at the table; now and then it notes what it sees in more than one child."""
        meeting = meeting_enter(
            chair,
            forum=MeetingForum.CEVT,
            authority=place,
            people=[self.cast.person(key) for key in TABLE],
            started_at=opens,
            ended_at=ends,
            url="",
        )
        if self.rng.random() < 0.2:
            kind = self.rng.choice(list(NoteKind))
            text = self.rng.choice(self.words["meeting_notes"][kind.value])
            note_add(chair, meeting=meeting, kind=kind, text=text, at=ends - timedelta(minutes=10))
        if self.story.course.kind != "past" and local_date(opens).toordinal() % 2:
            self._note_again(meeting, ends - timedelta(minutes=8))
        return meeting

    def _note_again(self, meeting: Meeting, at: datetime) -> None:
        """One theme and one place that the meetings follow: as it began, as it grew, as it is by now."""
        weeks = (self.story.time.as_of - at).days // 7
        for kind in NoteKind:
            began, grew, lately = self.words["again"][kind.value]
            text = began if weeks > 9 else grew if weeks > 3 else lately
            note_add(meeting.chair, meeting=meeting, kind=kind, text=text, at=at)

    def _wishes(self, settled: Said, at: datetime) -> list[Wish]:
        """Beside what the level starts anyway: board or worker by judgement, advice, a step down."""
        words, wishes = self.words["outcomes_of_cevt"], []
        if settled.level < RiskLevel.SIGNIFICANT and settled.board:
            why = self.rng.choice(words["ceg"])
            wishes.append(Wish(CEG, why, CegReason.JUDGEMENT))
        if settled.level is RiskLevel.MODERATE and settled.worker:
            wishes.append(Wish(ALLOCATION, self.rng.choice(words["allocation"])))
        if settled.level < RiskLevel.SIGNIFICANT:
            age = age_on(self.story.child.date_of_birth, local_date(at))
            suited = advice_for(age=age, forms=settled.forms, level=settled.level)
            known = statuses_on(self.story.child, local_date(at))
            details = {} if known else {"support": words["support"]}
            if suited:
                chosen = self.rng.sample(suited, min(2, len(suited)))
                wishes.append(Wish(ADVICE, advice=chosen, details=details))
            else:
                wishes.append(Wish(ADVICE, details={**details, "none": words["no_advice"]}))
        if settled.level is RiskLevel.MODERATE and not settled.board and self.story.course.number % 4 == 0:
            details = {"context": words["context"], "plan": words["care_plan"]}
            wishes.append(Wish(NOT_CEG, words["not_ceg"], details=details))
        if settled.level <= RiskLevel.LOW and settled.ends:
            wishes.append(Wish(STEP_DOWN, self.rng.choice(words["step_down"])))
        return wishes

    def _tasks(self, at: datetime) -> list[Task]:
        """What people at the table took on, a job or two; what somebody may not be given, ERASE's desk has."""
        child = self.story.child
        drawn = self.rng.sample(self.words["forum_actions"], self.rng.randint(1, 2))
        people = {key: self.cast.person(self.local(key)) for key, _ in drawn}
        refused = not_to_be_given(child, [*people.values()], at, cluster=cluster_ids([child.pk]))
        desk = desk_of(Duty.ERASE, child.area_id)
        return [
            Task(title, desk if people[key] in refused else people[key], self.rng.choice((5, 10)))
            for key, title in drawn
        ]

    def rationales(self, submission: Submission, said: Said) -> list[str]:
        """Why this level, in the words of the forum; otherwise where it differs from what was submitted."""
        level = str(int(said.level))
        if said.level != submission.level and said.forum is Forum.CEVT:
            words: list[str] = self.words["cevt_higher" if said.level > submission.level else "cevt_lower"]
            return words
        phrases: list[str] = self.words[said.forum.value].get(level) or self.words["cevt"][level]
        return phrases

    def local(self, key: str) -> str:
        """The person of the child's own place, where each place has one."""
        place = self.story.place
        return {"school.lead": place.school_lead, "ceg.chair": place.ceg_chair}.get(key, key)

    def _allocate(self, settled: Said, at: datetime) -> None:
        """The ERASE manager gives the child a worker, or says why there is none for now (T6)."""
        later = moments.soon_after(self.rng, at, 30)
        if settled.worker:
            self.story.time.at(later, lambda when: self._give(when, tries=5))
        elif settled.level is RiskLevel.SIGNIFICANT:
            self.story.time.at(later, self._no_worker)

    def _no_worker(self, at: datetime) -> None:
        """There is none for now, and the manager looks again each time the clock asks."""
        child = self.story.child
        if self.given() or not (
            AllocationWait.objects.of(child).filter(ended_at__isnull=True).exists()
            or AllocationDeclined.objects.of(child).filter(ended_at__isnull=True).exists()
        ):
            return
        why = self.rng.choice(self.words["outcomes_of_cevt"]["allocation_decline"])
        row = allocation_decline(self.cast.person("erase.manager"), child=child, why=why, at=at)
        if row.clock:
            again = moments.on(add_working_days(local_date(at), 4), moments.MEETING)
            self.story.time.at(max(again, at + timedelta(days=1)), self._no_worker)

    def given(self) -> Allocation | None:
        return Allocation.objects.of(self.story.child).filter(ended_at__isnull=True).first()

    def _give(self, at: datetime, tries: int) -> None:
        """The worker of the team who is next; a child whose social worker is not recorded yet goes on waiting."""
        child = self.story.child
        if not AllocationWait.objects.of(child).filter(ended_at__isnull=True).exists():
            return
        worker = self.cast.person(self.story.worker)
        if choice_for(child, WorkerKind.CE_WORKER, at, user_id=worker.pk).stop:
            if tries > 1:
                self.story.time.at(moments.next_meeting(at, 1), lambda when: self._give(when, tries - 1))
            return
        why = self.rng.choice(self.words["outcomes_of_cevt"]["allocation"])
        given = allocation_make(self.cast.person("erase.manager"), child=child, worker=worker, why=why, at=at)
        self.story.time.at(moments.soon_after(self.rng, at, 24), lambda when: self._take_up(given, when))
        if self.story.course.number == WAITS_ANEW:
            last = moments.working_moment(self.rng, add_working_days(local_date(self.story.time.as_of), -1))
            self.story.time.at(max(last, at), lambda when: self._end(given, when))

    def _take_up(self, given: Allocation, at: datetime) -> None:
        """The worker accepts, tells the social worker and plans the first visit."""
        if given.pk not in Allocation.objects.filter(ended_at__isnull=True).values_list("pk", flat=True):
            return
        visit = add_working_days(local_date(at), self.rng.randint(1, 5))
        allocation_accept(
            given.worker, allocation=given, first_visit_on=visit, social_worker_told=True, at=at
        )

    def _end(self, given: Allocation, at: datetime) -> None:
        """The worker can't go on, so the child waits for another."""
        why = self.words["outcomes_of_cevt"]["worker_ends"]
        allocation_end(self.cast.person("erase.manager"), allocation=given, why=why, at=at)
