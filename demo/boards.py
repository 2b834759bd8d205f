"""What a locality's board agrees of a child it has, and what ERASE does with the worker after (G1, G2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ceg.models import BoardEntry, BoardReview
from ceg.selectors.chair import chairs_of
from ceg.services.review import Agreement, review_record
from cems.accounts.models import User
from cems.actions import services as actions
from cems.actions.models import Action
from cems.base.calendar import close_of_business, next_working_day
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.models import AgreedLevel
from demo import moments
from demo.courses import Said
from matrix.models import Submission
from matrix.unread import last_entered
from triage.allocation.services.allocation import allocation_end

if TYPE_CHECKING:
    from demo.forums import Forums


class Boards:
    """The people of the boards, who share the story, its time and draws with those of CEVT."""

    def __init__(self, forums: Forums) -> None:
        self.forums = forums

    def decide(self, submission: Submission, said: Said, at: datetime) -> None:
        """The locality's board reviews a child it has; what is on no list nobody decides."""
        child = self.forums.story.child
        entry = BoardEntry.objects.of(child).filter(left_at__isnull=True).select_related("locality").first()
        if entry is None:
            return
        chair = self._chair_of(entry, at)
        row = review_record(chair, entry=entry, agreement=self._agreement(submission, said, at), at=at)
        if said.level >= RiskLevel.MODERATE:
            self._actions(row, at)
        self.forums.follow(row.agreed, submission, at)
        if row.action:
            self.forums.story.time.at(
                moments.soon_after(self.forums.rng, at, 60), lambda when: self._worker_ends(row, when)
            )

    def _chair_of(self, entry: BoardEntry, at: datetime) -> User:
        """Who chairs the board that has the child: that of their place, unless they moved."""
        chairs = chairs_of([entry.locality_id], local_date(at)).get(entry.locality_id, ())
        return next(iter(chairs), self.forums.cast.person(self.forums.story.place.ceg_chair))

    def _agreement(self, submission: Submission, settled: Said, at: datetime) -> Agreement:
        """What the board agrees: at Significant a day, at Moderate out of the board where the child eases off."""
        child, words = self.forums.story.child, self.forums.words["outcomes_of_ceg"]
        eases = self.forums.story.course.kind == "stepped_down"
        stays = settled.level is RiskLevel.SIGNIFICANT or (settled.level is RiskLevel.MODERATE and not eases)
        last = last_entered(child)
        level = AgreedLevel.objects.of(child).order_by("-happened_at", "-pk").first()  # whoever agreed it
        return Agreement(
            level=settled.level,
            rationale=self.forums.rng.choice(
                self.forums.rationales(submission, replace(settled, forum=Forum.CEG))
            ),
            stays=stays,
            stays_why=self.forums.rng.choice(words["stays"]) if stays else "",
            next_on=next_working_day(local_date(at) + timedelta(days=40)) if stays else None,
            note="" if stays else self.forums.rng.choice(words["note"]),
            forms=settled.forms,
            seen=last.public_id if last else None,
            seen_level=level.public_id if level else None,
        )

    def _worker_ends(self, review: BoardReview, at: datetime) -> None:
        """ERASE ends the worker's allocation, or says why it goes on for now."""
        action, allocation = review.action, self.forums.given()
        if allocation is None or action is None or not Action.objects.to_do().filter(pk=action.pk).exists():
            return
        manager, words = self.forums.cast.person("erase.manager"), self.forums.words["outcomes_of_ceg"]
        if self.forums.rng.random() < 0.6:
            allocation_end(manager, allocation=allocation, why=words["worker_ends"], at=at)
        else:
            actions.action_complete(manager, action=action, outcome=words["worker_goes_on"], at=at)

    def _actions(self, review: BoardReview, at: datetime) -> None:
        """What people at the table took on, a job or two."""
        source = actions.Source(review._meta.label_lower, str(review.public_id), review.reference)
        for key, title in self.forums.rng.sample(
            self.forums.words["forum_actions"], self.forums.rng.randint(1, 2)
        ):
            action = actions.action_open(
                review.reviewed_by,
                child=self.forums.story.child,
                title=title,
                owner=self.forums.cast.person(self.forums.local(key)),
                deadline=close_of_business(at, self.forums.rng.choice((5, 10)), word="agreed"),
                source=source,
                at=at,
            )
            self.forums.carry_out(action, at)
