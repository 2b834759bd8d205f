"""The story of one invented child, told through the services, each in the name of the user who does it."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from cems.accounts.models import Agency, Appointment, User
from cems.base.time import local_date
from cems.children.access.services.restriction import bar_start, reader_name, restriction_start
from cems.children.access.services.student import student_name
from cems.children.choices import CaseRole, IdentifierKind, LegalBasis, RiskLevel, StatusKind
from cems.children.history.services.involvement import involvement_start
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.identity.services.record import Identity, child_create
from cems.children.models import Child, Involvement
from demo import moments
from demo.afterwards import Afterwards
from demo.borders import responsible, tell_authority, tell_placement
from demo.cast import Cast
from demo.courses import Course, Sent
from demo.data import load
from demo.erase import WORKERS
from demo.family import tell_family
from demo.matrices import Pen
from demo.particulars import birth_date_known, learns_at, plan_particulars
from demo.timeline import Timeline
from matrix.choices import Occasion
from matrix.models import Matrix
from matrix.services.drafts import matrix_start
from matrix.services.submission import matrix_submit

_IN_CARE = frozenset(
    {StatusKind.CHILD_IN_CARE, StatusKind.PLACED_HERE, StatusKind.UASC, StatusKind.TEMPORARY}
)
_LEGAL = {StatusKind.CHILD_IN_CARE: LegalBasis.SECTION_31, StatusKind.UASC: LegalBasis.SECTION_20}
_SHOWN = frozenset({"board", "stepped_down"})  # such children a student may learn from
_LATELY = timedelta(days=9)
_CLAIMANTS = ("therapist", "youth.justice", "young.people.drug.worker")


class Story:
    """One child from the first record to the present.

    Args:
        cast: the people.
        course: what happens, and when.
        seed: makes the draws of this child.
        as_of: the present.
    """

    def __init__(self, cast: Cast, course: Course, seed: int, as_of: datetime) -> None:
        self.cast = cast
        self.course = course
        self.place = course.who.place
        self.rng = Random(f"{seed}:{course.number}:story")
        self.talk = Random(f"{seed}:{course.number}:family")  # of its own, so that no other draw moves
        self.time = Timeline(as_of)
        self.profile = load("profiles")[course.profile]
        self.notes: list[tuple[str, str, str]] = []
        self.child: Child
        self.afterwards: Afterwards

    def tell(self) -> Child:
        """Live the child's time. Call it inside one transaction; raises what the services raise."""
        known = self.course.known_since
        self.time.at(known, self._record)
        for number, part in enumerate(self.course.matrices):
            self.time.at(part.begun, partial(self._matrix, part, number))
        day = local_date(known) + timedelta(days=3)
        if self.course.kind not in {"none", "provisional"}:
            self.time.at(moments.working_moment(self.talk, day), self._family)
        while self.course.kind not in {"none", "provisional"} and day < local_date(self.time.as_of):
            self.time.at(moments.working_moment(self.rng, day), self._note)
            day += timedelta(days=self.rng.randint(6, 19))
        if self.social_worker == "practitioner" and self.course.kind in _SHOWN:
            self.time.at(moments.working_moment(self.rng, local_date(self.time.as_of - _LATELY)), self._show)
        plan_particulars(self)
        self.time.live()
        return self.child

    @property
    def social_worker(self) -> str:
        """Who has the child's case, once somebody has."""
        if self.course.status in _IN_CARE and self.place.code != "darlington":
            return "social.worker.care"
        if self.course.number % 5 == 3 and self.place.code != "darlington":
            return "social.worker.adolescents"
        return self.place.social_worker

    @property
    def worker(self) -> str:
        """Whom ERASE gives the child to, where it gives a worker."""
        return WORKERS[self.course.number % len(WORKERS)]

    @property
    def author(self) -> User:
        """Who writes the matrices."""
        if self.course.kind == "provisional":
            return self.cast.person(self.place.school_lead)
        if self.course.status == StatusKind.EARLY_HELP:
            return self.cast.person(self.place.early_help)
        if self.course.status is not None:
            return self.cast.person(self.social_worker)
        newcomers = ("nurse", "youth.justice", "families.charity", self.place.early_help)
        return self.cast.person(newcomers[self.course.number % len(newcomers)])

    def _record(self, at: datetime) -> None:
        """Somebody makes the record; First Contact writes down who works with the child."""
        desk = self.cast.person(self.place.front_door)
        who, provisional = self.course.who, self.course.kind == "provisional"
        numbers = {IdentifierKind.NHS.value: who.nhs, IdentifierKind.UPN.value: who.upn}
        maker = self.author if provisional else desk
        self.child = child_create(
            maker,
            identity=self._identity(),
            identifiers={} if provisional else numbers,
            provisional=provisional,
            at=at,
        )
        self.time.child = self.child.public_id
        self.afterwards = Afterwards(self)
        if provisional:
            return
        self._people(desk, at)
        if self.course.kind == "restricted":
            manager = self.cast.person(self.place.manager)
            restriction_start(
                desk, child=self.child, owner=manager, deputy=self.cast.person("erase.manager"), at=at
            )
            for key in (self.social_worker, "cevt.chair", self.worker):
                reader_name(manager, child=self.child, person=self.cast.person(key), at=at)
        if self.course.kind == "barred":
            words = load("words")["barred"]
            bar_start(
                desk, child=self.child, person=self.cast.person("early.help.south"), reason=words, at=at
            )

    def _identity(self) -> Identity:
        who, here = self.course.who, self.cast.authorities[self.place.authority]
        return Identity(
            given_name=who.given,
            family_name=who.family,
            preferred_name=who.preferred,
            date_of_birth=who.born,
            authority=responsible(self, here),
            area=here,
            locality=self.cast.localities[self.place.code],
            sex=who.sex,
            gender=who.gender,
            ethnicity=who.ethnicity,
            address=who.address,
            postcode=who.postcode,
            birth_date_known=birth_date_known(self.course),
            **learns_at(self),
        )

    def _people(self, desk: User, at: datetime) -> None:
        """The school has the child on roll; others work with the child; somebody may claim to."""
        child = self.child
        if child.school_id:
            school = self.cast.team(self.place.school)
            involvement_start(desk, child=child, case_role=CaseRole.SCHOOL, team=school, at=at)
        self._workers(desk, self._since(at), at)
        if self.course.claim:
            claimant = self.cast.person(_CLAIMANTS[self.course.number % len(_CLAIMANTS)])
            moment = self.time.as_of - timedelta(hours=self.rng.randint(2, 60))
            reasons = load("words")["claims"]
            why = reasons[self.course.number % len(reasons)]
            self.time.at(
                max(moment, at), lambda when: self.involve(claimant, CaseRole.OTHER, claimant, when, why)
            )

    def _workers(self, desk: User, since: date, at: datetime) -> None:
        """A status brings a worker; the person who is worried is involved."""
        status = self.course.status
        if status is not None:
            legal = _LEGAL.get(status, "")
            status_open(desk, child=self.child, kind=status, starts_on=since, legal_basis=legal, at=at)
            tell_placement(self, self.child, at)
        if status == StatusKind.EARLY_HELP:
            self.involve(desk, CaseRole.EARLY_HELP, self.author, at)
        elif status is not None:
            self.involve(desk, CaseRole.SOCIAL_WORKER, self.author, at)
        elif self.author != desk:
            self.involve(desk, CaseRole.NAMED_PRACTITIONER, self.author, at)

    def _since(self, at: datetime) -> date:
        """The day a status began: some weeks or months before we knew of it, never before the birth."""
        return local_date(at) - timedelta(days=self.rng.randint(5, 300))

    def involve(self, by: User, case_role: CaseRole, person: User, at: datetime, why: str = "") -> None:
        """`person` works with the child from now on, for their team; harmless when they do already.

        Who claims it for themselves says `why`.
        """
        involvements = Involvement.objects.of(self.child).filter(
            user=person, case_role=case_role, ended_at__isnull=True
        )
        if involvements.exists():
            return
        post = next((post for post in person.appointments.all() if post.team_id), None)
        team = next((team for team in self.cast.teams.values() if post and team.pk == post.team_id), None)
        involvement_start(by, child=self.child, case_role=case_role, person=person, team=team, why=why, at=at)

    def _matrix(self, part: Sent, number: int, at: datetime) -> None:
        """Begin a matrix, answer it, and send it when its time comes."""
        occasion = Occasion.REVIEW if number and not part.anew else Occasion(self.profile["occasion"])
        own = self.course.kind == "provisional"
        matrix = matrix_start(self.author, child=self.child, occasion=occasion, own=own, at=at)
        pen = Pen(self.rng, self.profile, self._agencies())
        room = int(((part.sent or self.time.as_of) - at).total_seconds() // 60)
        pen.answer(self.author, matrix, part, at, minutes=max(1, min(90, room - 5)))
        if part.sent is not None:
            pen.judge(self.author, matrix, part, occasion, part.sent - timedelta(minutes=3))
            self.time.at(part.sent, lambda when: self._send(matrix, part, when))

    def _send(self, matrix: Matrix, part: Sent, at: datetime) -> None:
        call = ""
        if part.level is RiskLevel.SIGNIFICANT and self.rng.random() < 0.4:
            call = self.rng.choice(load("words")["calls"])
        submission = matrix_submit(self.author, matrix=matrix, call=call, at=at, recorded_at=at)
        self.afterwards.of(submission, part, at)
        self.time.at(at + timedelta(hours=3), lambda when: tell_authority(self, when))

    def _agencies(self) -> dict[str, Agency]:
        code = (
            "durham-childrens-services"
            if self.place.code != "darlington"
            else "darlington-childrens-services"
        )
        return {
            "police": self.cast.agencies["durham-constabulary"],
            "health": self.cast.agencies["cddft"],
            "social": self.cast.agencies[code],
            "school": self.cast.team(self.place.school).agency,
        }

    def _show(self, at: datetime) -> None:
        """The social worker shows the child to the student they supervise (A2)."""
        mine = Involvement.objects.of(self.child).filter(user=self.author, ended_at__isnull=True)
        post = Appointment.objects.filter(supervisor=self.author).first()
        if post and post.ends_on and mine.exists():
            student_name(self.author, post=post, child=self.child, ends_on=post.ends_on, at=at)

    def _family(self, at: datetime) -> None:
        """At the first talk the child names the people of their life (C7)."""
        tell_family(self.author, self.child, self.course.who, self.talk, at)

    def _note(self, at: datetime) -> None:
        if not self.notes:  # none is told twice before all were told
            self.notes = self.rng.sample(load("words")["notes"], len(load("words")["notes"]))
        who, text, done = self.notes.pop()
        seen = at - timedelta(minutes=self.rng.randint(20, 200))
        note_write(self.author, child=self.child, happened_at=seen, text=text, who=who, done=done, at=at)
