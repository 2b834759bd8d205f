"""What CEVT and the locality boards decide of a matrix: the one place where the demonstration says it (C4, T4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from cems.actions import services as actions
from cems.actions.models import Action
from cems.base.calendar import close_of_business
from cems.children.choices import CaseRole, MatterKind, RiskLevel
from cems.children.models import AgreedLevel
from cems.children.models.history import Forum
from cems.children.services.access import matter_close, matter_open
from cems.children.services.history import level_agree
from cems.clocks import services as clocks
from demo import moments
from demo.courses import Said
from demo.data import load
from matrix.models import Submission
from triage.models import Item

if TYPE_CHECKING:
    from demo.story import Story


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

    def decide(self, submission: Submission, said: Said, receipt: Item | None, at: datetime) -> None:
        """A forum agrees the level; from the triage the child may go to the locality's board and to a worker."""
        child = self.story.child
        chair = self.cast.person("cevt.chair" if said.forum is Forum.CEVT else self.story.place.ceg_chair)
        agreed = level_agree(
            chair,
            child=child,
            level=said.level,
            forum=said.forum,
            rationale=self.rng.choice(self._rationales(submission, said)),
            forms=list(said.forms),
            reference=submission.reference,
            at=at,
        )
        if said.level >= RiskLevel.MODERATE:
            self._actions(agreed, at)
        if said.forum is Forum.CEVT:  # a review is looked at there too, without a new receipt
            matter_open(chair, child=child, kind=MatterKind.CEVT, at=at)
            matter_close(chair, child=child, kind=MatterKind.CEVT, at=at)
        if receipt is not None and receipt.clock:
            clocks.meet(chair, clock=receipt.clock, at=at)
        self._allocate(said, at)
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
        manager = self.cast.person("erase.manager")
        if said.board:
            matter_open(manager, child=self.story.child, kind=MatterKind.CEG, at=at)
        if said.worker:
            worker = self.cast.person("ce.worker" if self.story.course.number % 2 else "ce.worker.second")
            self.story.time.at(
                moments.soon_after(self.rng, at, 30),
                lambda when: self.story.involve(manager, CaseRole.CE_WORKER, worker, when),
            )
