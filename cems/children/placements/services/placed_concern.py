"""A concern about a child placed by another authority: told, answered, escalated, closed (C2)."""

from datetime import date, datetime
from uuid import uuid4

from django.urls import reverse

from cems.accounts.desks import desk_in
from cems.accounts.models import Agency, Duty, Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import Deadline, close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.selectors.restriction import closed_to
from cems.children.choices import CaseRole, ConcernStep, Route
from cems.children.clocks import PLACED_ANSWER, PLACED_ESCALATION, PLACED_TELL
from cems.children.history.services.involvement import (
    person_allocate,
    person_release,
    team_allocate,
    team_release,
)
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import CaseNote, Child, PlacedConcern, PlacedConcernStep, Placement
from cems.children.placements.rules import step_problem
from cems.children.policy import PLACED_ANSWER_DAYS, PLACED_ESCALATION_DAYS, PLACED_TELL_DAYS
from cems.children.querysets import rows_of_clusters
from cems.clocks.models import Clock
from cems.clocks.recipients import current_appointments
from cems.clocks.services import clock as clocks
from cems.notices.services import notice_send
from cems.policy.declared import Reading


@command
def concern_begin(user: User, *, placement: Placement, note: CaseNote, at: datetime) -> PlacedConcern:
    """First Contact of the area tells the responsible authority within its time. Inside the caller's transaction."""
    row = PlacedConcern(
        child=note.child,
        placement=placement,
        note=note,
        area=placement.area,
        responsible=placement.placed_by,
    )
    return _promise_to_tell(user, row, at)


@command
def concern_from_paper(
    user: User, *, child: Child, paper: str, paper_url: str, known_at: datetime, at: datetime
) -> PlacedConcern | None:
    """A paper says that the child is at risk: where another authority is responsible, it is told of it too (C2).

    None where nobody else is responsible, or the child lives far from every front door that uses CEMS: the
    responsible authority's own people have the paper then. While one is still to be told, a new paper joins it.
    Its time runs from `at`, when the paper was received; who is responsible is asked of `known_at`, when it was
    entered.
    """
    primary = lock_cluster(child.pk)
    placement = running_placement(primary, local_date(known_at))
    responsible = placement.placed_by if placement else primary.authority
    if responsible.pk == primary.area_id or desk_in(Duty.FRONT_DOOR, primary.area_id) is None:
        return None
    told_already = PlacedConcernStep.objects.filter(kind=ConcernStep.TOLD).values("concern")
    waiting = PlacedConcern.objects.of(primary).filter(responsible=responsible).exclude(pk__in=told_already)
    existing: PlacedConcern | None = waiting.filter(clock__in=Clock.objects.still_open()).first()
    if existing is not None:
        return existing
    row = PlacedConcern(
        child=primary,
        placement=placement,
        area=primary.area,
        responsible=responsible,
        paper=paper,
        paper_url=paper_url,
    )
    return _promise_to_tell(user, row, at)


def running_placement(primary: Child, day: date) -> Placement | None:
    """Where the child is placed at the end of this day, with who placed them; None where they are not."""
    rows = Placement.objects.of(primary).filter(starts_on__lte=day).select_related("placed_by", "area")
    return next((row for row in rows.order_by("-starts_on", "-pk") if row.runs_on(day)), None)


def _promise_to_tell(user: User, row: PlacedConcern, at: datetime) -> PlacedConcern:
    """The front door of the area tells; far from one, that of the authority responsible, else who is worried."""
    row.public_id, row.recorded_at, row.recorded_by = uuid4(), at, user
    length, child = PLACED_TELL_DAYS.read(at, row.area_id), row.child
    doors = (desk_in(Duty.FRONT_DOOR, place) for place in (row.area_id, row.responsible_id))
    row.clock = clocks.clock_start(
        user,
        kind=PLACED_TELL.key,
        owner=next((desk for desk in doors if desk is not None), None) or user,
        deadline=close_of_business(at, length.value, word="recorded"),
        length=length,
        reference=child.reference,
        url=reverse("children:placed_concern", args=[child.public_id, row.public_id]),
        child=child.public_id,
        at=at,
    )
    row.save(force_insert=True)
    record(user, verb=Verb.CREATED, subject=row, child=child.public_id, part="status", at=at)
    return row


@command
def concern_tell(
    user: User,
    *,
    concern: PlacedConcern,
    whom: str,
    route: str,
    happened_at: datetime,
    text: str = "",
    at: datetime | None = None,
) -> PlacedConcernStep:
    """The authority was told: who, when, by which route. Its answer has a clock from then on (C2).

    Raises Invalid without those, or for a time that can't be; Conflict where it was recorded already.
    """
    instant = at or now()
    locked_concern = _begin(concern, ConcernStep.TOLD, happened_at, instant)
    if says_nothing(whom):
        raise Invalid("Write who was told: the name and post.", field="whom")
    if route not in Route.values:
        raise Invalid("Choose how they were told.", field="route")
    _settle(user, locked_concern.clock, f"Told: {Route(route).label.lower()}", happened_at)
    length = PLACED_ANSWER_DAYS.read(happened_at, locked_concern.area_id)
    clock = _wait(
        user,
        locked_concern,
        PLACED_ANSWER.key,
        locked_concern.clock.owner,
        close_of_business(happened_at, length.value, word="told"),
        length,
        instant,
    )
    row = PlacedConcernStep(whom=whom.strip(), route=route, text=text.strip(), clock=clock)
    return _keep(user, locked_concern, row, ConcernStep.TOLD, happened_at, instant)


@command
def concern_answer(
    user: User,
    *,
    concern: PlacedConcern,
    text: str,
    adequate: bool,
    happened_at: datetime,
    at: datetime | None = None,
) -> PlacedConcernStep:
    """What the authority does about it, and whether that keeps the child safe (C2). Raises as `concern_tell`."""
    instant = at or now()
    locked_concern = _begin(concern, ConcernStep.ANSWERED, happened_at, instant)
    if says_nothing(text):
        raise Invalid("Write what the authority answered.", field="text")
    _settle(user, _answer_clock(locked_concern), "Answered", happened_at)
    row = PlacedConcernStep(text=text.strip(), adequate=adequate)
    return _keep(user, locked_concern, row, ConcernStep.ANSWERED, happened_at, instant)


@command
def concern_escalate(
    user: User, *, concern: PlacedConcern, text: str, at: datetime | None = None
) -> PlacedConcernStep:
    """The authority does not act, or not enough: the safeguarding lead of the user's own agency takes it up (C2).

    Where the agency has named none, or named one who may not read the record, the lead's desk of the area does. The
    lead reads the record while they have the step; the Business Unit is told by reference. Raises Invalid without a
    reason, Conflict before the answer is over its time or not adequate.
    """
    instant = at or now()
    locked_concern = _begin(concern, ConcernStep.ESCALATED, instant, instant)
    if says_nothing(text):
        raise Invalid("Say what the authority has not done, and what the child needs.", field="text")
    waiting = _answer_clock(locked_concern)
    if waiting is not None and waiting.is_open:
        clocks.clock_cancel(user, clock=waiting, reason="Escalated: no answer", at=instant)
    lead = lead_of_agency(user, locked_concern, instant)
    length = PLACED_ESCALATION_DAYS.read(instant, locked_concern.area_id)
    deadline = close_of_business(instant, length.value, word="escalated")
    clock = _wait(user, locked_concern, PLACED_ESCALATION.key, lead or user, deadline, length, instant)
    words = "a placing authority's inaction is yours to take up"
    if isinstance(lead, User):
        person_allocate(
            user, child=locked_concern.child, person=lead, case_role=CaseRole.SAFEGUARDING_LEAD, at=instant
        )
        _tell_people(user, locked_concern, {lead.pk}, "lead", words, clock.url, instant)
    elif lead:
        team_allocate(
            user, child=locked_concern.child, team=lead, case_role=CaseRole.SAFEGUARDING_LEAD, at=instant
        )
        _tell_team(user, locked_concern, lead, "lead", words, clock.url, instant)
    unit, words = (
        desk_in(Duty.BUSINESS_UNIT, locked_concern.area_id),
        "a placing authority's inaction was escalated",
    )
    unit_told = unit is not None and _tell_team(user, locked_concern, unit, "unit", words, "", instant)
    row = PlacedConcernStep(text=text.strip(), unit_told=unit_told, clock=clock)
    return _keep(user, locked_concern, row, ConcernStep.ESCALATED, instant, instant)


@command
def concern_close(
    user: User, *, concern: PlacedConcern, text: str, happened_at: datetime, at: datetime | None = None
) -> PlacedConcernStep:
    """What came of the escalation; the lead's step is done, and their team's reach ends with it (C2).

    Raises Invalid without an outcome, Conflict where nothing was escalated.
    """
    instant = at or now()
    locked_concern = _begin(concern, ConcernStep.CLOSED, happened_at, instant)
    if says_nothing(text):
        raise Invalid("Write what came of it.", field="text")
    clock = (
        locked_concern.steps.select_related("clock__owner_team", "clock__owner_user")
        .get(kind=ConcernStep.ESCALATED)
        .clock
    )
    _settle(user, clock, "Outcome recorded", happened_at)
    row = _keep(
        user, locked_concern, PlacedConcernStep(text=text.strip()), ConcernStep.CLOSED, happened_at, instant
    )
    lead = clock.owner if clock else None
    if lead is not None and not _still_with(lead, locked_concern.child):
        _release(user, locked_concern.child, lead, instant)
    return row


def lead_of_agency(user: User, concern: PlacedConcern, at: datetime) -> User | Team | None:
    """Who takes up inaction for this user: their agency's named lead while here, else the lead's desk of the area."""
    named = Agency.objects.select_related("safeguarding_lead").get(pk=user.agency_id).safeguarding_lead
    if named is not None and User.objects.here(local_date(at)).filter(pk=named.pk).exists():
        cluster = list(rows_of_clusters([concern.child_id]))
        if not any(shut_id == named.pk for _, shut_id in closed_to(cluster, [named.pk], at)):
            return named
    return desk_in(Duty.SAFEGUARDING_LEAD, concern.area_id)


def _release(user: User, child: Child, lead: User | Team, at: datetime) -> None:
    """The lead's part ends with the step, and what they read of the record for it."""
    role, reason = CaseRole.SAFEGUARDING_LEAD, "The escalation is closed"
    if isinstance(lead, User):
        person_release(user, child=child, person=lead, case_role=role, reason=reason, at=at)
    else:
        team_release(user, child=child, team=lead, case_role=role, reason=reason, at=at)


def _begin(concern: PlacedConcern, step: str, happened_at: datetime, at: datetime) -> PlacedConcern:
    """The concern, locked with its child's record, if this step may be taken now."""
    lock_cluster(concern.child_id)
    locked_placed_concern: PlacedConcern = (
        PlacedConcern.objects.select_for_update(no_key=True, of=("self",))
        .select_related("child", "note", "area", "responsible", "clock")
        .get(pk=concern.pk)
    )
    if happened_at > at:
        raise Invalid("This time is in the future. Check the date and the time.", field="happened_on")
    if local_date(happened_at) < local_date(locked_placed_concern.worried_at):  # often only a day is known
        raise Invalid("This is before what worried somebody. Check the date.", field="happened_on")
    due = _answer_clock(locked_placed_concern)
    done = dict(locked_placed_concern.steps.values_list("kind", "adequate"))
    problem = step_problem(step, done=done, answer_due=due.due_at if due else None, at=at)
    if problem:
        raise Conflict(problem)
    return locked_placed_concern


def _answer_clock(concern: PlacedConcern) -> Clock | None:
    told_step = concern.steps.filter(kind=ConcernStep.TOLD).select_related("clock").first()
    return told_step.clock if told_step else None


def _settle(user: User, clock: Clock | None, reason: str, at: datetime) -> None:
    """The promise was kept; a clock that was cancelled meanwhile (a death) stays as it is."""
    if clock is not None and clock.is_open:
        clocks.clock_meet(user, clock=clock, reason=reason, at=at)


def _wait(
    user: User,
    concern: PlacedConcern,
    kind: str,
    owner: User | Team,
    deadline: Deadline,
    length: Reading[int],
    at: datetime,
) -> Clock:
    child = concern.child
    return clocks.clock_start(
        user,
        kind=kind,
        owner=owner,
        deadline=deadline,
        reference=child.reference,
        url=concern.clock.url,
        child=child.public_id,
        length=length,
        at=at,
    )


def _keep(
    user: User,
    concern: PlacedConcern,
    row: PlacedConcernStep,
    step: ConcernStep,
    happened_at: datetime,
    at: datetime,
) -> PlacedConcernStep:
    """Keep the step, audit it, and tell the user who raised the concern."""
    row.concern, row.kind, row.happened_at = concern, step, happened_at
    row.recorded_at, row.recorded_by = at, user
    row.save(force_insert=True)
    child = concern.child
    record(
        user,
        verb=Verb.DECIDED if step in {ConcernStep.ESCALATED, ConcernStep.CLOSED} else Verb.CREATED,
        subject=row,
        child=child.public_id,
        part="status",
        detail={"step": step.value},
        at=at,
    )
    if concern.recorded_by_id != user.pk:
        notice_send(
            [concern.recorded_by_id],
            kind="children.placed_concern",
            key=f"placed_concern:{row.public_id}",
            text=f"{child.reference}, the concern you raised: {step.label[0].lower()}{step.label[1:]}.",
            url=concern.clock.url,
            reference=child.reference,
            child=child.public_id,
            at=at,
        )
    return row


def _tell_team(
    user: User, concern: PlacedConcern, team: Team, step: str, words: str, url: str, at: datetime
) -> bool:
    """Tell a team by reference, never by name; whether anybody of it is there to be told."""
    people = current_appointments(local_date(at)).filter(team=team).values_list("user_id", flat=True)
    return _tell_people(user, concern, set(people), step, words, url, at)


def _tell_people(
    user: User,
    concern: PlacedConcern,
    member_ids: set[int],
    step: str,
    words: str,
    url: str,
    at: datetime,
) -> bool:
    child = concern.child
    notice_send(
        member_ids - {user.pk},
        kind="children.placed_concern",
        key=f"placed_concern:{concern.public_id}:{step}",
        text=f"{child.reference}: {words} ({concern.responsible}).",
        url=url,
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
    return bool(member_ids)


def _still_with(lead: User | Team, child: Child) -> bool:
    """Whether the lead has another escalation about this child that is not closed."""
    rows = PlacedConcernStep.objects.filter(
        kind=ConcernStep.ESCALATED,
        **{"clock__owner_user" if isinstance(lead, User) else "clock__owner_team": lead},
        concern__child__in=rows_of_clusters([child.merged_into_id or child.pk]),
    )
    closed = PlacedConcernStep.objects.filter(kind=ConcernStep.CLOSED).values("concern")
    return rows.exclude(concern__in=closed).exists()
