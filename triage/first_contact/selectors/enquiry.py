"""Whom First Contact may ask, what was asked and found of a referral, and what an agency sees of a question (T1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cems.accounts.models import AgencyKind, Duty, DutyDesk, Team, TeamKind, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.base.time import today
from cems.children.access.child_access import ChildAccess
from cems.children.models import Child, Involvement
from cems.clocks.presentation import present
from cems.clocks.recipients import current_appointments
from plans.models import Referral
from triage.models import AgencyEnquiry, ReferralAssessment


def teams_to_ask(child: Child) -> Sequence[Team]:
    """Teams of the child's area that have people today, with the child's school and the teams that work with it.

    The desks of First Contact and CEVT are left out: they do the asking.
    """
    working = Involvement.objects.of(child).filter(ended_at__isnull=True, team__isnull=False)
    near = Q(kind__in=[TeamKind.TEAM, TeamKind.QUEUE], agency__authorities__in=_places(child))
    rows = _with_people(near | Q(pk=child.school_id) | Q(pk__in=working.values("team")))
    desks = DutyDesk.objects.filter(duty__in=[Duty.FRONT_DOOR, Duty.CEVT]).values("team")
    return list(rows.exclude(pk__in=desks))


def teams_to_take(child: Child) -> Sequence[Team]:
    """Teams of children's services that a child of this area may be passed on to."""
    of_services = Q(agency__kind=AgencyKind.CHILDRENS_SERVICES, kind=TeamKind.TEAM)
    return list(_with_people(of_services & Q(agency__authorities__in=_places(child))))


def _places(child: Child) -> list[int]:
    return [child.area_id, child.authority_id]


def _with_people(wanted: Q) -> QuerySet[Team]:
    """These teams, where somebody is in them today: else a question or a child would wait with nobody."""
    people = current_appointments(today()).filter(team=OuterRef("pk"))
    rows = Team.objects.filter(wanted).filter(Exists(people)).select_related("agency")
    return rows.distinct().order_by("agency__kind", "agency__name", "name", "pk")


@dataclass(frozen=True)
class Told:
    """One question to an agency; `text` only for those who may read what it answered."""

    row: AgencyEnquiry
    bar: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Gathered:
    """What was asked and found of one referral."""

    asked: Sequence[Told]
    assessment: ReferralAssessment | None

    @property
    def waiting(self) -> list[Told]:
        return [question for question in self.asked if not question.row.answered]

    @property
    def answered(self) -> list[Told]:
        return [question for question in self.asked if question.row.answered]


def may_read_answers(access: ChildAccess) -> bool:
    """Whether this person reads the words of agencies: First Contact, and who reads what agencies tell CEVT."""
    return access.may(Work.REFERRALS) or access.sees(Part.CONTRIBUTIONS)


def gathered(referral: Referral, access: ChildAccess, now: datetime) -> Gathered:
    """All that was asked and found of a referral, in two queries."""
    rows = AgencyEnquiry.objects.filter(referral=referral).order_by("asked_at", "pk")
    rows = rows.select_related(
        "agency", "asked_of", "answered_by__agency", "clock__owner_user", "clock__owner_team"
    )
    reads = may_read_answers(access)
    assessment = (
        ReferralAssessment.objects.filter(referral=referral)
        .select_related("to_team", "changed_by", "below_manager")
        .first()
    )
    return Gathered(
        [Told(row, present(row.clock, now), row.text if reads else "") for row in rows], assessment
    )


@dataclass(frozen=True)
class Asked:
    """A question to one of the person's teams, with no more of the child than who it is."""

    row: AgencyEnquiry
    child: Child


def enquiry_at(referral: Referral, public_id: UUID) -> AgencyEnquiry | None:
    """What an agency was asked about this referral, at this address; or None."""
    rows: QuerySet[AgencyEnquiry] = AgencyEnquiry.objects.filter(referral=referral, public_id=public_id)
    return rows.select_related("agency", "asked_of").first()


def question_to(user: User, public_id: UUID) -> AgencyEnquiry | None:
    """The question at this address to one of the person's teams, answered or not; of no record that shuts them out."""
    rows = AgencyEnquiry.objects.filter(public_id=public_id, asked_of__in=profile_of(user).team_ids)
    rows = rows.readable_by(user).select_related(
        "agency", "asked_of", "asked_by__agency", "answered_by", "clock__owner_team", "referral"
    )
    question: AgencyEnquiry | None = rows.first()
    return question


def asked_of(user: User, public_id: UUID) -> Asked | None:
    """The question at this address, while it waits for an answer of one of the person's teams; else None.

    The users who are asked see name, birth date, address, school and the question, whether they reach the child
    or not. A record that shuts them out (restricted, barred) stays shut.
    """
    row = question_to(user, public_id)
    if row is None or row.answered:
        return None
    rows = Child.objects.unscoped("who it is that an agency is asked about, while it has not answered")
    child = rows.select_related("school", "listed_school").get(pk=row.child_id)
    while child.merged_into_id:
        child = rows.select_related("school", "listed_school").get(pk=child.merged_into_id)
    return Asked(row, child)
