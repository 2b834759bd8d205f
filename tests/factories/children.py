"""Builders of children and of what reaches them, all plainly invented. They write no audit."""

from datetime import date, datetime, timedelta
from itertools import count

from cems.accounts.models import Team, User
from cems.base.references import next_reference
from cems.base.time import NO_END, now, today
from cems.children.access import grants
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.models.level import Forum
from cems.children.identity.rules import search_key
from cems.children.models import (
    AgreedLevel,
    Assignment,
    AssignmentKind,
    Bar,
    Child,
    ChildName,
    Identifier,
    Involvement,
    Matter,
    NamedReader,
    Placement,
    RecordLink,
    Relationship,
    StudentChild,
)
from tests.factories.people import make_authority, make_user

_number = count(1)
_letters = "bcdfghklmnprstv"


def _invented(number: int) -> str:
    """A family name unlike the others, so that a search for one child does not find the rest."""
    first, rest = number % len(_letters), number // len(_letters)
    return f"{_letters[first]}{'aeiou'[rest % 5]}{_letters[(first * 7 + rest) % len(_letters)]}ington".title()


def make_child(*, identifiers: dict[str, str] | None = None, **kw: object) -> Child:
    """A child of fourteen in County Durham, on no list, known to nobody."""
    number = next(_number)
    authority = kw.pop("authority", None) or make_authority()
    restricted = bool(kw.get("restricted"))
    fields: dict[str, object] = {
        "given_name": "Testchild",
        "family_name": _invented(number),
        "date_of_birth": date(today().year - 14, 1, 1 + number % 28),
        "authority": authority,
        "area": authority,
        "created_at": now(),
        "restricted_review_on": today() + timedelta(days=90) if restricted else None,
        **kw,
    }
    child = Child.objects.create(reference=next_reference("CHD", now()), **fields)
    ChildName.objects.create(
        child=child,
        name=child.full_name,
        search_key=search_key(child.full_name),
        registered=True,
        added_at=now(),
    )
    for kind, value in (identifiers or {}).items():
        Identifier.objects.create(child=child, kind=kind, value=value, added_at=now())
    return child


def involve(
    child: Child,
    who: User | Team,
    case_role: str = "social_worker",
    *,
    team: Team | None = None,
    at: datetime | None = None,
    ended_at: datetime | None = None,
    state: str = InvolvementState.CONFIRMED,
) -> Involvement:
    """`who` works with the child since yesterday; access is there at once."""
    user = who if isinstance(who, User) else None
    instant = at or now() - timedelta(days=1)
    row = Involvement.objects.create(
        child=child,
        user=user,
        team=team if user else who,
        case_role=case_role,
        state=state,
        started_at=instant,
        ended_at=ended_at,
        made_by=user or make_user("first_contact"),
        recorded_at=instant,
    )
    grants.rebuild(None, at=now(), child_ids=[child.pk])
    return row


def make_matter(child: Child, kind: str, *, closed: bool = False, until: datetime | None = None) -> Matter:
    """A forum follows the child since yesterday; `closed` ones reach to `until` (until now unless told)."""
    end = until or (now() if closed else NO_END)
    return Matter.objects.create(
        child=child,
        kind=kind,
        authority=child.area,
        responsible=child.authority if child.authority_id != child.area_id else None,
        locality=child.locality,
        opened_at=now() - timedelta(days=1),
        closed_at=now() if closed else None,
        until=end,
    )


def restrict(child: Child, *, owner: User | None = None) -> Child:
    """Only people named on the record read it from now on."""
    child.restricted, child.restricted_review_on = True, today() + timedelta(days=90)
    child.save(update_fields=["restricted", "restricted_review_on"])
    if owner:
        name_reader(child, owner, "owner")
    return child


def assign(child: Child, user: User, *, until: datetime | None = None) -> Assignment:
    """The record is assigned to this person for an audit, to an instant (a month on)."""
    return Assignment.objects.create(
        child=child,
        user=user,
        kind=AssignmentKind.SAMPLE,
        reference="Example sample",
        made_by=make_user("head_of_service"),
        starts_at=now() - timedelta(days=60),
        until=until or now() + timedelta(days=30),
    )


def name_reader(child: Child, user: User, kind: str = "named") -> NamedReader:
    """Name a person on a restricted record."""
    return NamedReader.objects.create(child=child, user=user, kind=kind)


def bar(child: Child, user: User) -> Bar:
    """Bar a person from the record."""
    return Bar.objects.create(child=child, user=user, reason="Knows the family", made_by=user, at=now())


def agree_level(child: Child, level: int, *, at: datetime | None = None) -> AgreedLevel:
    """CEVT agreed this level (yesterday unless told)."""
    instant = at or now() - timedelta(days=1)
    row = AgreedLevel.objects.create(
        child=child,
        level=level,
        forum=Forum.CEVT,
        rationale="Agreed on the evidence heard.",
        happened_at=instant,
        recorded_at=instant,
        recorded_by=make_user("cevt_chair"),
    )
    child.current_level = row
    child.save(update_fields=["current_level"])
    return row


def join(primary: Child, other: Child) -> None:
    """`other` is read under `primary`, as `cems.children.matching.services.merge` leaves it; it writes no merge."""
    rows = Child.objects.unscoped("a builder joins two records")
    rows.filter(merged_into=other).update(merged_into=primary)
    other.merged_into, other.current_level = primary, None
    other.save(update_fields=["merged_into", "current_level"])
    aliases = rows.filter(merged_into=primary).values_list("authority", "area")
    primary.joined_authorities = sorted({place for both in aliases for place in both})
    primary.save(update_fields=["joined_authorities"])
    grants.rebuild(None, at=now(), child_ids=[primary.pk])


def make_placement(child: Child, **kw: object) -> Placement:
    """The child lives with foster carers of the own authority since a month ago."""
    fields: dict[str, object] = {
        "kind": "foster",
        "area": child.area,
        "placed_by": child.authority,
        "starts_on": today() - timedelta(days=30),
        "notified_by": "Example Person",
        "notified_on": today() - timedelta(days=30),
        "recorded_at": now(),
        "recorded_by": make_user("first_contact"),
        "moved_in_at": now() - timedelta(days=30),
        **kw,
    }
    return Placement.objects.create(child=child, **fields)


def name_for_student(child: Child, student: User, *, ends_on: date | None = None) -> StudentChild:
    """The student's supervisor, who works with the child, named it for a month."""
    post = student.appointments.get(role_key="student")
    if not Involvement.objects.filter(child=child, user=post.supervisor, ended_at__isnull=True).exists():
        involve(child, post.supervisor)
    row = StudentChild.objects.create(
        child=child,
        post=post,
        starts_on=today() - timedelta(days=1),
        ends_on=ends_on or today() + timedelta(days=30),
        named_by=post.supervisor,
        named_at=now(),
    )
    grants.rebuild(None, at=now(), child_ids=[child.pk])
    return row


def make_relationship(child: Child, **kw: object) -> Relationship:
    """The child named a brother or sister a week ago; nothing more is known of them."""
    fields: dict[str, object] = {
        "relation": "sibling",
        "name": f"Example Person {next(_number)}",
        "named_by": "child",
        "named_on": today() - timedelta(days=7),
        "recorded_at": now() - timedelta(days=7),
        "recorded_by": make_user(),
        **kw,
    }
    return Relationship.objects.create(child=child, **fields)


def link_record(row: Relationship, other: Child) -> RecordLink:
    """Somebody who may read both records linked them."""
    return RecordLink.objects.create(
        relationship=row, record=other, why="Same birth date", linked_at=now(), linked_by=row.recorded_by
    )
