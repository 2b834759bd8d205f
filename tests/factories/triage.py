"""Builders for CEVT: a child whose matrix waits, a meeting with its table."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cems.accounts.models import Agency, AgencyKind, User
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel, StatusKind
from cems.children.history.services.status import status_open
from cems.children.models import Child
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.services.meeting import attendance_start, meeting_start
from matrix.models import Submission
from tests.factories.matrices import submit
from tests.factories.people import make_agency, make_authority, make_team, make_user
from triage.advice.services import consultation_record
from triage.cevt.outcomes import ADVICE, Wish
from triage.cevt.services.decision import Ruling
from triage.models import Consultation, Item


def waiting_child(
    child: Child,
    *,
    level: RiskLevel = RiskLevel.SIGNIFICANT,
    by: User | None = None,
    at: datetime | None = None,
) -> Item:
    """The child, open to children's services, with a matrix that waits for CEVT."""
    user, instant = by or make_user(), at or now()
    status_open(
        user,
        child=child,
        kind=StatusKind.CHILD_IN_NEED,
        starts_on=max(child.date_of_birth, local_date(instant) - timedelta(days=400)),
        at=instant,
    )
    return Item.objects.get(submission=submit(user, child, level, at=at))


def make_chair(**kw: object) -> User:
    """A CEVT chair of the police."""
    return make_user("cevt_chair", team=make_team(agency=_agency(AgencyKind.POLICE)), **kw)  # type: ignore[arg-type]


def sitting(chair: User, *kinds: str, at: datetime | None = None) -> Meeting:
    """A meeting that `chair` started, with a member of each of these kinds of agency at the table."""
    meeting = meeting_start(chair, forum=MeetingForum.CEVT, authority=make_authority(), url="/cevt/", at=at)
    for kind in kinds:
        member = make_user("cevt_member", team=make_team(agency=_agency(kind)))
        attendance_start(chair, meeting=meeting, person=member, at=at)
    return meeting


QUORATE = (AgencyKind.CHILDRENS_SERVICES, AgencyKind.HEALTH, AgencyKind.EDUCATION)


def ruling(item: Item, level: RiskLevel = RiskLevel.SIGNIFICANT, **kw: object) -> Ruling:
    """What a chair decides who has read this item's matrix; with advice where the level asks for it."""
    fields: dict[str, object] = {
        "rationale": "What the table saw.",
        "feedback": "Clear and dated.",
        "seen": _seen(item.submission),
        **kw,
        "outcomes": advised(level, kw.get("outcomes", ())),  # type: ignore[arg-type]
    }
    return Ruling(level=level, **fields)  # type: ignore[arg-type]


def advised(level: RiskLevel, outcomes: Sequence[Wish]) -> list[Wish]:
    """These outcomes, with advice where the level asks for it and none is among them."""
    asked = level in ADVICE.always_at and not any(wish.kind is ADVICE for wish in outcomes)
    support = {"support": "The youth club of the town."}
    return [*outcomes, *([Wish(ADVICE, "Keep the weekly visits.", details=support)] if asked else [])]


def _seen(submission: Submission | None) -> object:
    return submission.public_id if submission else None


def _agency(kind: str) -> Agency:
    return Agency.objects.filter(kind=kind, authorities=make_authority()).order_by(
        "pk"
    ).first() or make_agency(kind=kind)


def advise(user: User, *, child: Child | None = None, at: datetime | None = None) -> Consultation:
    """Advice that `user` gave and kept in the log."""
    return consultation_record(
        user,
        asked_by_name="Example Teacher",
        asked_by_agency=user.agency,
        happened_at=at or now(),
        about="How to talk about debts.",
        given="Ask what happens if it is not paid.",
        child=child,
    )
