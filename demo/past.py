"""Children of a reporting year: their courses from the plan, and their stories, which are over (R 26 to 33)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from random import Random

from cems.base.calendar import add_working_days, next_working_day
from cems.base.months import add_months
from cems.base.time import local_date
from cems.children.choices import CaseRole, RiskLevel, StatusKind
from cems.children.history.models.level import Forum
from cems.children.history.services.involvement import involvement_end
from cems.children.history.services.status import status_close
from cems.children.models import Child, Involvement, Status
from demo import moments
from demo.courses import Course, Said, Sent
from demo.data import load
from demo.identity import Known, invent
from demo.story import Story
from demo.year import Other, Referral, others, plan

_FIRST_NUMBER = 10_000  # the children of the present are numbered from 0
_REVIEW_DAYS = 33  # from meeting to meeting; the review itself is sent some days before
_STATUSES = (
    [StatusKind.CHILD_IN_NEED] * 8
    + [StatusKind.CHILD_PROTECTION] * 3
    + [StatusKind.CHILD_IN_CARE] * 5
    + [StatusKind.EARLY_HELP] * 4
)
_OPEN = [kind for kind in _STATUSES if kind is not StatusKind.EARLY_HELP]


def courses_of(year: str, seed: int) -> list[Course]:
    """The courses of all children of the year, those referred and the others. Raises UnknownYear."""
    rows = sorted(plan(year, seed), key=lambda row: (row.child, row.received_on))
    referred = [_referred(seed, tuple(own)) for _, own in groupby(rows, key=lambda row: row.child)]
    return referred + [_known(seed, other) for other in others(year, seed)]


def _referred(seed: int, rows: Sequence[Referral]) -> Course:
    """The course of one child, who came to CEVT once or twice."""
    first, number = rows[0], _FIRST_NUMBER + rows[0].child
    rng = Random(f"{seed}:{number}:past")
    matrices = [tuple(_matrices(rng, row)) for row in rows]
    begins = [own[0].begun for own in matrices]
    known = moments.working_moment(rng, add_working_days(first.received_on, -rng.randint(2, 10)))
    ends = [moments.working_moment(rng, row.closed_on) for row in rows]
    starts = [known, *(begun - timedelta(minutes=30) for begun in begins[1:])]
    return Course(
        number=number,
        kind="past",
        who=invent(seed, number, first.received_on, Known(first.sex, first.born, first.place)),
        profile=next(n for n, profile in enumerate(load("profiles")) if profile["key"] == first.profile),
        known_since=known,
        status=_status(rng, rows),
        matrices=tuple(chain.from_iterable(matrices)),
        spells=tuple(zip(starts, ends, strict=True)),
    )


def _status(rng: Random, rows: Sequence[Referral]) -> StatusKind:
    """Moderate and above come from early help or children's services; a worker needs the latter (T1, T6)."""
    if rows[0].profile == "work":
        return StatusKind.UASC
    return rng.choice(_OPEN if any(row.worker for row in rows) else _STATUSES)


def _matrices(rng: Random, row: Referral) -> Iterator[Sent]:
    """The matrix that came to CEVT, then a review about each month until Low is agreed (M6)."""
    board = row.agreed is RiskLevel.SIGNIFICANT
    sent = moments.working_moment(rng, row.received_on)
    settled = Said(
        at=moments.on(row.decided_on, moments.MEETING),
        forum=Forum.CEVT,
        level=row.agreed,
        forms=row.forms,
        board=board,
        worker=row.worker,
        ends=row.agreed <= RiskLevel.LOW,
    )
    yield Sent(_before(rng, sent), sent, row.submitted, anew=row.again, said=settled)
    if row.agreed <= RiskLevel.LOW:
        return
    for day in _reviews(row.received_on, row.ended_on):
        last = day == row.ended_on
        level = RiskLevel.LOW if last else _level_on(row, day)
        sent = moments.working_moment(rng, add_working_days(day, -rng.randint(2, 4)))
        yield Sent(
            _before(rng, sent),
            sent,
            level,
            said=Said(
                at=moments.on(day, moments.MEETING),
                forum=Forum.CEG if board else Forum.CEVT,
                level=level,
                forms=row.forms,
                ends=last,
            ),
        )


def _before(rng: Random, sent: datetime) -> datetime:
    """When a matrix was begun that was sent the same day."""
    return sent - timedelta(minutes=rng.randint(25, 180))


def _reviews(received: date, ended: date) -> list[date]:
    """The days a forum looks at the reviews, a month apart or a little less; the last is the day it ended."""
    days = (ended - received).days
    count = -(-days // _REVIEW_DAYS)
    return [
        *(next_working_day(received + timedelta(days=days * turn // count)) for turn in range(1, count)),
        ended,
    ]


def _level_on(row: Referral, day: date) -> RiskLevel:
    if row.eased_on is not None and day >= row.eased_on:
        return RiskLevel.MODERATE
    return row.agreed


def _known(seed: int, other: Other) -> Course:
    number = _FIRST_NUMBER + other.child
    rng = Random(f"{seed}:{number}:past")
    since = moments.working_moment(rng, other.since)
    return Course(
        number=number,
        kind="past",
        who=invent(seed, number, other.since, Known(other.sex, other.born, other.place)),
        profile=0,
        known_since=since,
        status=StatusKind(other.status) if other.status else None,
        matrices=(),
        spells=((since, moments.working_moment(rng, other.until)),),
    )


class Past(Story):
    """The story of a child whose concern was closed: told up to the present, with nothing left open."""

    def tell(self) -> Child:
        """Live the child's time. Call it inside one transaction; raises what the services raise."""
        self.time.at(self.course.known_since, self._record)
        for number, (begins, ends) in enumerate(self.course.spells):
            if number:
                self.time.at(begins, self._come_back)
            self.time.at(ends, self._step_back)
            self._plan_notes(begins, ends)
        for number, part in enumerate(self.course.matrices):
            self.time.at(part.begun, partial(self._matrix, part, number))
        self.time.at(
            moments.on(add_months(self.course.who.born, 12 * 18), moments.MEETING), self._leave_school
        )
        self.time.live()
        return self.child

    def _plan_notes(self, begins: datetime, ends: datetime) -> None:
        day = local_date(begins) + timedelta(days=self.rng.randint(3, 9))
        while day < local_date(ends) - timedelta(days=7):
            self.time.at(moments.working_moment(self.rng, day), self._note)
            day += timedelta(days=self.rng.randint(20, 45))

    def _come_back(self, at: datetime) -> None:
        self._workers(self.cast.person(self.place.front_door), local_date(at), at)

    def _step_back(self, at: datetime) -> None:
        """Those who worked with the child end their part; only the school stays."""
        desk, why = self.cast.person(self.place.front_door), load("words")["stepped_back"]
        open_now = Involvement.objects.of(self.child).filter(ended_at__isnull=True)
        for row in open_now.exclude(case_role=CaseRole.SCHOOL).order_by("pk"):
            involvement_end(desk, involvement=row, reason=self.rng.choice(why), at=at)
        for status in Status.objects.of(self.child).filter(ends_on__isnull=True).order_by("pk"):
            status_close(desk, status=status, ends_on=local_date(at), at=at)

    def _leave_school(self, at: datetime) -> None:
        desk = self.cast.person(self.place.front_door)
        rows = Involvement.objects.of(self.child).filter(case_role=CaseRole.SCHOOL, ended_at__isnull=True)
        for row in rows:
            involvement_end(desk, involvement=row, reason=load("words")["left_school"], at=at)
