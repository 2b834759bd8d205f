"""What decides, in one look: the top of a child's sheet, from what CEMS holds; what it does not hold is said (T3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.actions.models import Action
from cems.base.time import local, local_date
from cems.children.access_control import OpenChild
from cems.children.choices import CaseRole, Relation, YesNoNotKnown
from cems.children.family.selectors.relationship import LinkedRecord, family, relationships
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Involvement, Placement, Status
from cems.children.slots import MISSING_NOW
from matrix.models import Submission
from plans.models import Referral, Request
from triage.cevt.outcomes import NRM
from triage.cevt.selectors.listing_rows import Listing
from triage.models import Outcome, ReferralAssessment

ACTIONS = 500  # of one child, those to do before all that are closed
UNKNOWN = "Not recorded in CEMS."
_WORKERS = (CaseRole.SOCIAL_WORKER, CaseRole.LEAD_PRACTITIONER, CaseRole.EARLY_HELP)


@dataclass(frozen=True)
class Fact:
    """One fact of the top line; `grave` ones stand out, in words too."""

    label: str
    text: str
    grave: bool = False


def top_line(
    opened: OpenChild, newest: Submission | None, today: Listing, *, reader: User | None
) -> Sequence[Fact]:
    """Every fact whose part of the record is open to the reader, in the order it is asked for.

    Without a `reader`, for a whole room, no other child's record is named beside a relationship.
    """
    asked = (
        (Part.IDENTITY, lambda: _tonight(opened)),
        (Part.MISSING, lambda: _missing(opened)),
        (Part.STRATEGY, lambda: _strategy(opened)),
        (Part.STATUS, lambda: _status(opened)),
        (Part.INVOLVED, lambda: _workers(opened)),
        (Part.STATUS, lambda: [Fact("Custody or bail", f"{UNKNOWN} Ask the police at the table.")]),
        (Part.DECISIONS, lambda: _nrm(opened)),
        (Part.FAMILY, lambda: _responsibility(opened)),
        (Part.FAMILY, lambda: _siblings(opened, reader)),
        (Part.FAMILY, lambda: _not_told(opened)),
        (Part.IDENTITY, lambda: _near(opened, today)),
        (Part.ACTIONS, lambda: _actions(opened)),
        (Part.MATRIX, lambda: _voice(opened)),
        (Part.MATRIX, lambda: _parents(opened, newest)),
    )
    return [fact for part, tell in asked if opened.access.sees(part) for fact in tell()]


def _tonight(opened: OpenChild) -> Iterable[Fact]:
    """Where the child sleeps; never more of a confidential place than that there is one."""
    day = local_date(opened.at)
    rows = (
        Placement.objects.filter(child__in=opened.cluster).filter(_on(day)).select_related("area", "provider")
    )
    placement = rows.order_by("-starts_on", "-pk").first()
    if placement is None:
        child = opened.child
        place = child.home.replace("\n", ", ")
        if child.place_is_confidential:
            text = f"{place}."
        else:
            text = f"At home: {place}." if place else f"{UNKNOWN} Ask."
    elif placement.address_confidential:
        text = f"{placement.get_kind_display()} in {placement.area}; the address is confidential."
    else:
        name = placement.provider_name or (str(placement.provider) if placement.provider else "")
        text = f"{placement.get_kind_display()}{f', {name}' if name else ''}, {placement.area}."
    yield Fact("Tonight", f"{text} Whether it is safe there is not recorded: ask.")


def _missing(opened: OpenChild) -> Iterable[Fact]:
    missing_now = MISSING_NOW.value
    if missing_now is None:
        yield Fact("Missing now", f"{UNKNOWN} Ask the police at the table.")
        return
    words = missing_now(opened.child)
    yield Fact("Missing now", f"Missing for {words}." if words else "No.", grave=bool(words))


def _strategy(opened: OpenChild) -> Iterable[Fact]:
    """The newest request for a strategy meeting, and the newest enquiry."""
    request = Request.objects.filter(child__in=opened.cluster).order_by("-requested_at", "-pk").first()
    if request is None:
        text = "Not asked for."
    elif request.answered_at:
        text = f"{request.get_answer_display()} on {local(request.answered_at):%-d %B}. {request.answer_why}".strip()
    else:
        text = f"Asked for on {local(request.requested_at):%-d %B}, not answered yet."
    yield Fact("Strategy meeting", text, grave=bool(request and not request.answered_at))
    referral_assessments = ReferralAssessment.objects.filter(child__in=opened.cluster).exclude(section_47="")
    assessment = referral_assessments.order_by("-changed_at", "-pk").first()
    yield Fact("Section 47", f"{assessment.get_section_47_display()}." if assessment else UNKNOWN)


def _status(opened: OpenChild) -> Iterable[Fact]:
    day = local_date(opened.at)
    rows = Status.objects.filter(child__in=opened.cluster).filter(_on(day)).select_related("responsible")
    statuses = []
    for row in rows.order_by("starts_on", "pk"):
        basis = f" ({row.get_legal_basis_display()})" if row.legal_basis else ""
        by = f", {row.responsible} responsible" if row.responsible else ""
        statuses.append(f"{row.get_kind_display()}{basis}{by}")
    known = "; ".join(statuses) or "Not known to children's services, or not recorded"
    yield Fact("Status", f"{known}. Authority responsible: {opened.child.authority}.")


def _workers(opened: OpenChild) -> Iterable[Fact]:
    rows = Involvement.objects.filter(
        child__in=opened.cluster, state=InvolvementState.CONFIRMED, ended_at__isnull=True
    ).select_related("user", "team")
    involvements: dict[str, Involvement] = {row.case_role: row for row in rows.order_by("started_at", "pk")}
    worker = next((involvements[role] for role in _WORKERS if role in involvements), None)
    yield Fact(
        "Worker", f"{_with_phone(worker)}, {worker.get_case_role_display().lower()}." if worker else UNKNOWN
    )
    manager = involvements.get(CaseRole.TEAM_MANAGER)
    if manager:
        yield Fact("Manager", f"{_with_phone(manager)}.")
    elif worker and worker.team:
        phone = f", {worker.team.phone}" if worker.team.phone else ", no number recorded"
        yield Fact("Manager", f"Not named on the record. Team: {worker.team}{phone}.")
    else:
        yield Fact("Manager", UNKNOWN)


def _with_phone(row: Involvement) -> str:
    phone = (row.user.phone if row.user else "") or (row.team.phone if row.team else "")
    return f"{row.user or row.team}, {phone or 'no number recorded'}"


def _nrm(opened: OpenChild) -> Iterable[Fact]:
    rows = Outcome.objects.filter(child__in=opened.cluster, kind=NRM.key).select_related("action")
    outcome = rows.order_by("-pk").first()
    if outcome is None or outcome.action is None:
        yield Fact("NRM", "CEVT has not asked for a referral. Others are not recorded in CEMS.")
        return
    done = f": {outcome.action.outcome}" if outcome.action.outcome else ""
    yield Fact("NRM", f"Asked for by CEVT ({outcome.action.get_status_display().lower()}{done}).")


def _responsibility(opened: OpenChild) -> Iterable[Fact]:
    """Who holds parental responsibility, as the people in the child's life are recorded."""
    holders = [
        f"{row.name} ({row.get_relation_display().lower()})"
        for row in relationships(opened)
        if row.ends_on is None and row.parental_responsibility == YesNoNotKnown.YES
    ]
    yield Fact("Parental responsibility", f"{'; '.join(holders)}." if holders else UNKNOWN)


def _siblings(opened: OpenChild, reader: User | None) -> Iterable[Fact]:
    """Brothers and sisters as they were told; their record and level where the reader may read it."""
    kind = Relation.SIBLING
    if reader is None:
        names = [
            row.name for row in relationships(opened) if row.ends_on is None and row.relation == kind.value
        ]
    else:
        shown = family(reader, opened)
        names = [
            ", ".join([person.row.name, *(_known(record) for record in person.records)])
            for person in shown.people
            if person.row.relation == kind.value
        ]
        names += [
            f"{record.child.name}, {_known(record)}"
            for record in shown.named_on
            if record.relation == kind.label
        ]
    yield Fact("Brothers and sisters", f"{'; '.join(names)}." if names else UNKNOWN)


def _known(record: LinkedRecord) -> str:
    level = record.child.level if record.level else None
    return f"{record.child.reference}, level {level.label}" if level is not None else record.child.reference


def _not_told(opened: OpenChild) -> Iterable[Fact]:
    rows = [row for row in relationships(opened) if row.ends_on is None and row.must_not_be_told]
    if rows:
        words = "; ".join(f"{row.name}: {row.must_not_be_told}" for row in rows)
        yield Fact("Must not be told", words, grave=True)


def _near(opened: OpenChild, today: Listing) -> Iterable[Fact]:
    """Others on today's list who live in the same place: perhaps siblings, perhaps friends; never assumed."""
    child = opened.child
    place = _place(child.address, child.postcode)
    near = []
    for row in today.rows:
        other = row.child
        if other.pk == child.pk:
            continue
        if place and _place(other.address, other.postcode) == place:
            near.append(f"{other.name} ({other.reference}), same address")
        elif child.postcode and child.postcode == other.postcode:
            name = child.family_name.casefold() == other.family_name.casefold()
            near.append(
                f"{other.name} ({other.reference}), same postcode{' and family name' if name else ''}"
            )
    text = "; ".join(near) if near else "Nobody found by address or postcode. Friends: ask."
    yield Fact("Also on the list", f"{text}{'. Whether they are related is not recorded.' if near else ''}")


def _place(address: str, postcode: str) -> str:
    """An address as two are compared; "" where it says too little."""
    return "".join(f"{address}{postcode}".split()).casefold() if address.strip() else ""


def _actions(opened: OpenChild) -> Iterable[Fact]:
    """The actions not done, and what became of the last that is closed."""
    rows = list(
        Action.objects.filter(child__in=opened.cluster)
        .select_related("clock", "owner_user", "owner_team")
        .order_by(F("closed_at").desc(nulls_first=True), "-created_at", "-pk")[:ACTIONS]
    )
    todo = [row for row in rows if row.is_open]
    late = [row for row in todo if row.clock and row.clock.due_at < opened.at]
    last = max((row for row in rows if row.closed_at), key=lambda row: row.closed_at, default=None)
    if not rows:
        yield Fact("Actions", "None recorded.")
        return
    text = f"{len(todo)} to do, {len(late)} over their time."
    if late:
        text += f" Longest: {late[-1].title}, with {late[-1].owner}."
    if last:
        text += f" Last closed: {last.title} ({last.get_status_display().lower()})."
    yield Fact("Actions", text, grave=bool(late))


def _voice(opened: OpenChild) -> Iterable[Fact]:
    """The child's own words, as the newest matrix that has any keeps them. What the child said of how they were helped
    is not for a meeting's screen."""
    sent = Submission.objects.filter(child__in=opened.cluster)
    spoken = sent.exclude(matrix__child_views="").select_related("matrix").order_by("-received_at", "-pk")
    row = spoken.first()
    if row and (views := row.matrix.child_views.strip()):
        yield Fact("In the child's words", f"“{views}” ({local(row.received_at):%-d %B %Y})")
    else:
        yield Fact("In the child's words", f"{UNKNOWN} Ask who last spoke with them.")


def _parents(opened: OpenChild, newest: Submission | None) -> Iterable[Fact]:
    """Whether the parents know, as the newest matrix says, or else the newest referral."""
    paper: Referral | object | None = newest.matrix if newest and newest.matrix.informed else None
    if paper is None:
        rows = Referral.objects.filter(child__in=opened.cluster).exclude(informed="")
        paper = rows.order_by("-received_at", "-pk").first()
    if paper is None:
        yield Fact("Do the parents know?", UNKNOWN)
        return
    why = f" {paper.not_informed_why}" if paper.not_informed_why else ""  # type: ignore[attr-defined]
    yield Fact("Do the parents know?", f"{paper.get_informed_display()}.{why}")  # type: ignore[attr-defined]


def _on(day: date) -> Q:
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
