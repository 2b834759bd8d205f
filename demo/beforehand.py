"""What is found out before a forum decides: First Contact asks, agencies tell CEVT, CEVT wants more (T1 to T3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cems.accounts.models import Team, User
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.services.contribution import contribution_save
from demo import moments
from demo.courses import Said
from demo.data import load
from demo.forums import TABLE
from plans.models import Referral
from triage.cevt.services.item import information_request_open
from triage.choices import Answered
from triage.first_contact.services.enquiry import agency_enquiry_answer, agency_enquiry_open
from triage.models import AgencyEnquiry, Item

if TYPE_CHECKING:
    from demo.story import Story


class Beforehand:
    """Questions and answers between a matrix and what is decided of it.

    Args:
        story: the child's story, whose time and draws these share.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        self.time = story.time
        self.rng = story.rng
        self.cast = story.cast
        self.words = load("words")

    def ask(self, referral: Referral, at: datetime) -> None:
        """First Contact asks two agencies what they know, minutes after the referral has come.

        Nobody is asked about a restricted record, nor before a provisional one is matched.
        """
        if self.story.course.kind not in {"past", "restricted", "provisional"}:
            soon = at + timedelta(minutes=self.rng.randint(5, 15))
            self.time.at(soon, lambda when: self._ask(referral, when))

    def _ask(self, referral: Referral, at: datetime) -> None:
        teams = [
            self.cast.team(code) for code in (self.story.place.school, "cddft-safeguarding", "police-erase")
        ]
        asked = self.rng.sample(teams, 2)
        rows = agency_enquiry_open(
            self.cast.person(self.story.place.front_door),
            referral=referral,
            teams=asked,
            what=self.rng.choice(self.words["first_contact_asks"]),
            at=at,
        )
        first, second = rows  # one looks at once, the other when the one who knows the child is back
        self.time.at(at + timedelta(minutes=self.rng.randint(15, 45)), lambda when: self._answer(first, when))
        later = moments.soon_after(self.rng, at + timedelta(minutes=90), 4)
        self.time.at(later, lambda when: self._answer(second, when))

    def _answer(self, row: AgencyEnquiry, at: datetime) -> None:
        who = self._somebody_of(row.asked_of)
        knowledge = self.rng.choice(self.words["agencies_know"][row.agency.kind])
        nothing = self.rng.random() < 0.25
        agency_enquiry_answer(
            who,
            enquiry=row,
            answered=Answered.NOTHING if nothing else Answered.WRITTEN,
            text="" if nothing else knowledge,
            at=at,
        )

    def _somebody_of(self, team: Team) -> User:
        member = self.cast.member_of(team.pk)
        if member is None:
            raise LookupError(f"Nobody of the demonstration is in {team.code}.")
        return member

    def tell_cevt(self, item: Item, said: Said | None, at: datetime) -> None:
        """A few agencies write what they know on the item, before the meeting that decides or, so far, before now."""
        if self.story.course.kind == "restricted":
            return
        until = min(said.at, self.time.as_of) if said else self.time.as_of
        table = [self.cast.person(key) for key in TABLE]
        for person in self.rng.sample(table, self.rng.randint(2, 4)):
            some = moments.soon_after(self.rng, at + (until - at) * self.rng.uniform(0.2, 0.9), 1)
            moment = max(at, min(some, until - timedelta(minutes=self.rng.randint(5, 40))))
            self.time.at(moment, partial(self._tell, item, person))

    def _tell(self, item: Item, who: User, at: datetime) -> None:
        nothing = self.rng.random() < 0.3
        contribution_save(
            who,
            child=self.story.child,
            forum=MeetingForum.CEVT,
            about=item.public_id,
            held=Held.NOTHING if nothing else Held.WRITTEN,
            text="" if nothing else self.rng.choice(self.words["agencies_know"][who.agency.kind]),
            at=at,
        )

    def want_more(self, item: Item, at: datetime) -> None:
        """CEVT can't decide yet: the school is to find something out, and until then the clock stands still."""
        lead = self.cast.person(self.story.place.school_lead)
        moment = max(at, self.time.as_of - timedelta(hours=1))
        if item.clock and moment < item.clock.due_at:
            self.time.at(
                moment,
                lambda when: information_request_open(
                    self.cast.person("cevt.chair"),
                    item=item,
                    agency=lead.agency,
                    what=self.words["wanted"],
                    owner=lead,
                    at=when,
                ),
            )
