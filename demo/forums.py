"""What CEVT and the locality boards decide of a matrix: the one place where the demonstration says it (C4, T4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from cems.actions import services as actions
from cems.actions.models import Action
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.base.time import local_date
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import AgreedLevel
from cems.children.models.history import Forum
from cems.children.rules.identity import age_on
from cems.children.services.access import matter_close
from cems.children.services.history import level_agree
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.services.sittings import meeting_enter
from demo import moments
from demo.courses import Said
from demo.data import load
from matrix.models import Submission
from triage.choices import CegReason, OutcomeKind, ReturnReason
from triage.gate import gates
from triage.models import Item, Waiting
from triage.returns import returns_of
from triage.rules.measures import Return
from triage.selectors.advice import advice_for
from triage.services.allocating import allocate
from triage.services.deciding import Ruling, Task, decide
from triage.services.starting import Wish
from triage.services.waits import no_worker

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
WORKERS = ("ce.worker", "ce.worker.second", "ce.worker.third", "ce.worker.fourth", "ce.worker.fifth")


class Forums:
    """The people round the table.

    Args:
        story: the child's story, whose time and draws these share.
        carry_out: plans what becomes of an action somebody took on.
    """

    def __init__(self, story: Story, carry_out: Callable[[Action, datetime], None]) -> None:
        self.story = story
        self.rng = story.rng
        self.cast = story.cast
        self.words = load("words")
        self.carry_out = carry_out

    def decide(self, submission: Submission, said: Said, at: datetime) -> None:
        """A forum agrees the level: CEVT where the child is on its list, else the locality's board."""
        root = self.story.child
        items = list(Item.objects.of(root).filter(closed_at__isnull=True).order_by("pk"))
        if not items:
            self._board_decides(submission, said, at)
        elif any(gates(items, local_date(at)).values()):
            self._triage_decides(submission, said, items, at)
        else:  # First Contact is late: the next day's meeting looks again
            self.story.time.at(moments.next_meeting(at, 1), lambda when: self.decide(submission, said, when))

    def _triage_decides(self, submission: Submission, said: Said, items: list[Item], at: datetime) -> None:
        """CEVT's meeting of that day decides, with all it starts (T3, T4)."""
        meeting = self._meeting(at)
        if meeting is None:
            return
        newest = Submission.objects.of(self.story.child).order_by("-received_at", "-pk").first()
        back = Return.REREFERRAL in returns_of(items).values()
        ruling = Ruling(
            level=said.level,
            rationale=self.rng.choice(self._rationales(submission, said)),
            forms=said.forms,
            outcomes=self._wishes(said, at),
            tasks=self._tasks() if said.level >= RiskLevel.MODERATE else (),
            feedback=self.rng.choice(self.words["feedback"]),
            seen=newest.public_id if newest else None,
            returned_because=self.rng.choice(ReturnReason.values) if back else "",
        )
        row = decide(meeting.chair, child=self.story.child, ruling=ruling, meeting=meeting, at=at)
        for action in Action.objects.from_source("triage.decision", str(row.public_id)).select_related(
            "clock"
        ):
            self.carry_out(action, at)
        self._allocate(said, at)

    def _meeting(self, at: datetime) -> Meeting | None:
        """The meeting of that day, entered as it was held; None while it would still be sitting."""
        opens, ends = at - timedelta(minutes=30), at + timedelta(minutes=30)
        chair = self.cast.person("cevt.chair")
        place = self.cast.authorities[self.story.place.authority]
        held = Meeting.objects.filter(
            forum=MeetingForum.CEVT, authority=place, chair=chair, started_at=opens
        ).select_related("chair")
        if ends > self.story.time.as_of:
            return None
        return held.first() or meeting_enter(
            chair,
            forum=MeetingForum.CEVT,
            authority=place,
            people=[self.cast.person(key) for key in TABLE],
            started_at=opens,
            ended_at=ends,
            url="",
        )

    def _wishes(self, said: Said, at: datetime) -> list[Wish]:
        """Beside what the level starts anyway: board or worker by judgement, advice, a step down."""
        words, wishes = self.words["outcomes_of_cevt"], []
        if said.level < RiskLevel.SIGNIFICANT and said.board:
            why = self.rng.choice(words["ceg"])
            wishes.append(Wish(OutcomeKind.CEG, why, CegReason.JUDGEMENT))
        if said.level is RiskLevel.MODERATE and said.worker:
            wishes.append(Wish(OutcomeKind.ALLOCATION, self.rng.choice(words["allocation"])))
        if said.level < RiskLevel.SIGNIFICANT:
            age = age_on(self.story.child.date_of_birth, local_date(at))
            suited = advice_for(age=age, forms=said.forms, level=said.level)
            if suited:
                wishes.append(Wish(OutcomeKind.ADVICE, advice=self.rng.sample(suited, min(2, len(suited)))))
        if said.level <= RiskLevel.LOW and said.ends:
            wishes.append(Wish(OutcomeKind.STEP_DOWN, self.rng.choice(words["step_down"])))
        return wishes

    def _tasks(self) -> list[Task]:
        """What people at the table took on, a job or two."""
        return [
            Task(title, self.cast.person(self._local(key)), self.rng.choice((5, 10)))
            for key, title in self.rng.sample(self.words["forum_actions"], self.rng.randint(1, 2))
        ]

    def _board_decides(self, submission: Submission, said: Said, at: datetime) -> None:
        """The locality's board agrees the level of a child it follows."""
        child, chair = self.story.child, self.cast.person(self.story.place.ceg_chair)
        agreed = level_agree(
            chair,
            child=child,
            level=said.level,
            forum=Forum.CEG,
            rationale=self.rng.choice(self._rationales(submission, replace(said, forum=Forum.CEG))),
            forms=list(said.forms),
            reference=submission.reference,
            at=at,
        )
        if said.level >= RiskLevel.MODERATE:
            self._actions(agreed, at)
        if said.ends:
            matter_close(chair, child=child, kind=MatterKind.CEG, at=at)
            matter_close(chair, child=child, kind=MatterKind.EXPLOITATION, at=at)

    def _rationales(self, submission: Submission, said: Said) -> list[str]:
        """Why this level, in the words of the forum; otherwise where it differs from what was submitted."""
        level = str(int(said.level))
        if said.level != submission.level and said.forum is Forum.CEVT:
            words: list[str] = self.words["cevt_higher" if said.level > submission.level else "cevt_lower"]
            return words
        found: list[str] = self.words[said.forum.value].get(level) or self.words["cevt"][level]
        return found

    def _actions(self, agreed: AgreedLevel, at: datetime) -> None:
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
            self.carry_out(action, at)

    def _local(self, key: str) -> str:
        """The person of the child's own place, where each place has one."""
        place = self.story.place
        return {"school.lead": place.school_lead, "ceg.chair": place.ceg_chair}.get(key, key)

    def _allocate(self, said: Said, at: datetime) -> None:
        """The ERASE manager gives the child a worker, or says why there is none for now (T6)."""
        if said.worker:
            self.story.time.at(moments.soon_after(self.rng, at, 30), lambda when: self._give(when, tries=5))
        elif said.level is RiskLevel.SIGNIFICANT and self.story.course.kind == "past":
            why = self.rng.choice(self.words["outcomes_of_cevt"]["no_worker"])
            manager, child = self.cast.person("erase.manager"), self.story.child
            self.story.time.at(
                moments.soon_after(self.rng, at, 30),
                lambda when: no_worker(manager, child=child, why=why, at=when),
            )

    def _give(self, at: datetime, tries: int) -> None:
        """Whoever of the team is next; a child whose social worker is not recorded yet goes on waiting."""
        if not Waiting.objects.of(self.story.child).filter(ended_at__isnull=True).exists():
            return
        worker = self.cast.person(WORKERS[self.story.course.number % len(WORKERS)])
        why = self.rng.choice(self.words["outcomes_of_cevt"]["allocation"])
        try:
            with transaction.atomic():
                allocate(
                    self.cast.person("erase.manager"), child=self.story.child, worker=worker, why=why, at=at
                )
        except Invalid:
            if tries > 1:
                self.story.time.at(moments.next_meeting(at, 1), lambda when: self._give(when, tries - 1))
