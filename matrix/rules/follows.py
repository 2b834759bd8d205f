"""What follows from each level, and when a matrix is reviewed (M5, M6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db.models import TextChoices

from cems.base.months import add_months
from cems.children.choices import RiskLevel

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel

# Steps that are met by what is done elsewhere, by their keys (K1).
CE_WORKER = "ce-worker"  # CEVT's decision at Moderate; a worker given, or none and why
CHAMPION = "practice-champion"  # who they are stands with the action
STEP_UP = "step-up"  # the child becomes open to children's services
# Steps whose doing is recorded on their own page.
EARLY_INTERVENTION = "early-intervention"
NRM = "nrm"
PARENTS_INFORMED = "parents-informed"
PHONE_CALL = "phone-call"
POLICE_SHARING = "police-sharing"
SAFETY_PLAN = "safety-plan"
TELL_EDT = "tell-edt"
TELL_MANAGER = "tell-manager"

_PATH = "Harm Outside the Home Multi-Agency Procedures, Child Exploitation Matrix: "


class Limit(StrEnum):
    """A time limit of its own, counted from receipt of the matrix; how long it is, is a practice setting."""

    PHONE_CALL = "phone_call"
    CEVT = "cevt"


class Owner(TextChoices):
    """Who has a step now."""

    SUBMITTER = "submitter", "The person who submitted the matrix"
    LEAD_PRACTITIONER = "lead_practitioner", "Lead practitioner or social worker"
    FIRST_CONTACT = "first_contact", "First Contact"
    CHILDRENS_SERVICES = "childrens_services", "Children's services"
    CEVT = "cevt", "CEVT"
    ERASE_MANAGER = "erase_manager", "ERASE manager"


class Needs(TextChoices):
    """A condition under which a step applies."""

    OPEN = "open", "The child is open to children's services"
    NOT_OPEN = "not_open", "The child is not open to children's services"
    IN_HOURS = "in_hours", "It is within office hours"
    OUT_OF_HOURS = "out_of_hours", "It is out of hours"
    CALL_NOT_MADE = "call_not_made", "No phone call, or try with its time, is recorded"
    EARLY_HELP = "early_help", "The child is held at early help"
    NO_WORKER = "no_worker", "The child has no child exploitation worker"
    PARENTS_NOT_REACHED = "parents_not_reached", "The parents or carers could not be reached yet"


@dataclass(frozen=True)
class Situation:
    """What is known at submission that decides which steps apply."""

    open_to_childrens_services: bool
    out_of_hours: bool
    call_or_tries_recorded: bool = False
    held_at_early_help: bool = False
    has_ce_worker: bool = False
    parents_not_reached: bool = False

    def needs(self) -> frozenset[Needs]:
        """The conditions that hold."""
        conditions = {
            Needs.OPEN if self.open_to_childrens_services else Needs.NOT_OPEN,
            Needs.OUT_OF_HOURS if self.out_of_hours else Needs.IN_HOURS,
        }
        if not self.call_or_tries_recorded:
            conditions.add(Needs.CALL_NOT_MADE)
        if self.held_at_early_help:
            conditions.add(Needs.EARLY_HELP)
        if not self.has_ce_worker:
            conditions.add(Needs.NO_WORKER)
        if self.parents_not_reached:
            conditions.add(Needs.PARENTS_NOT_REACHED)
        return frozenset(conditions)


@dataclass(frozen=True)
class Follow:
    """One step that follows from a level: what, whose, by when, and under which conditions.

    `at_once` asks for it now without a clock of its own; `limit` is a clock. `compulsory` is
    False for a step that is only to be considered. All of `only_if` must hold. `how` tells its owner where it is done.
    """

    key: str
    title: str
    owner: Owner
    source: str
    limit: Limit | None = None
    at_once: bool = False
    compulsory: bool = True
    only_if: frozenset[Needs] = field(default_factory=frozenset)
    how: str = ""


_PLAN_HOW = (
    "Whoever leads the work with the child makes it, with the child and the family, in the agency’s own plan until"
    " safety plans are kept here. Say on this page where it is kept and what it holds."
)
_SHARING_HOW = (
    "Whoever sent the matrix fills in the police information sharing form and sends it to the police, as their agency"
    " does. Say on this page who sent it and when."
)
_CONCERN_HOW = (
    "Write the concern itself into the form: who, what, where, when. Do not attach the matrix, and do not copy its"
    " level or reasons."
)


def _shared(level: RiskLevel, sharing: str, how: str = _SHARING_HOW) -> tuple[Follow, ...]:
    source = f"{_PATH}{level.label} Risk"
    return (
        Follow(SAFETY_PLAN, "Make or update the safety plan", Owner.LEAD_PRACTITIONER, source, how=_PLAN_HOW),
        Follow(POLICE_SHARING, sharing, Owner.SUBMITTER, source, how=how),
        Follow(
            PARENTS_INFORMED,
            "Tell the parents or carers, or say why not",
            Owner.SUBMITTER,
            "Decision of the partnership",
            only_if=frozenset({Needs.PARENTS_NOT_REACHED}),
            how="They could not be reached when the matrix was sent. Say on this page who told them and when.",
        ),
    )


def _to_childrens_services(level: RiskLevel, ask: str, *, at_once: bool) -> tuple[Follow, ...]:
    """The referral, or word to those who already work with the child (M5).

    The matrix goes there by itself; the step is theirs who must read it.
    """
    source = f"{_PATH}{level.label} Risk"
    steps = (
        ("first-contact", "First Contact decides the referral", Owner.FIRST_CONTACT, {Needs.NOT_OPEN}),
        (
            TELL_MANAGER,
            "The manager of the allocated worker reads the matrix",
            Owner.CHILDRENS_SERVICES,
            {Needs.OPEN, Needs.IN_HOURS},
        ),
        (
            TELL_EDT,
            "The Emergency Duty Team reads the matrix",
            Owner.CHILDRENS_SERVICES,
            {Needs.OPEN, Needs.OUT_OF_HOURS},
        ),
    )
    return tuple(
        Follow(key, f"{title}{ask}", owner, source, at_once=at_once, only_if=frozenset(only_if))
        for key, title, owner, only_if in steps
    )


def _cevt(level: RiskLevel) -> Follow:
    source = f"{_PATH}{level.label} Risk"
    return Follow(
        "cevt", "CEVT reviews the matrix and agrees the level", Owner.CEVT, source, limit=Limit.CEVT
    )


def _phone_call(whom: str, *only_if: Needs) -> Follow:
    """At Significant a voice is wanted at once; the matrix is received either way (M5, Decision)."""
    return Follow(
        PHONE_CALL,
        f"Phone {whom}, or record your tries and their times",
        Owner.SUBMITTER,
        "Decision of the partnership",
        limit=Limit.PHONE_CALL,
        at_once=True,
        only_if=frozenset({Needs.CALL_NOT_MADE, *only_if}),
    )


_SIGNIFICANT_SOURCE = f"{_PATH}Significant Risk"
_SHARE = "Share the concern with the police on the information sharing form"

FOLLOWS: Mapping[RiskLevel, tuple[Follow, ...]] = {
    NONE: (
        Follow(
            "support-goes-on",
            "Go on supporting the child; no flag is set",
            Owner.LEAD_PRACTITIONER,
            f"{_PATH}No Risk",
        ),
    ),
    LOW: (
        Follow(
            EARLY_INTERVENTION,
            "Arrange universal services and early intervention",
            Owner.LEAD_PRACTITIONER,
            f"{_PATH}Low Risk",
        ),
        Follow(
            CHAMPION,
            "Ask a Harm Outside the Home Practice Champion for advice",
            Owner.LEAD_PRACTITIONER,
            f"{_PATH}Low Risk",
            how="Ring or write to one of these, and say on this page what was advised. No name of the child is needed.",
        ),
        *_shared(LOW, f"{_SHARE} (the concern, not the matrix)", f"{_SHARING_HOW}\n{_CONCERN_HOW}"),
    ),
    MODERATE: (
        *_to_childrens_services(MODERATE, "", at_once=False),
        _cevt(MODERATE),
        Follow(
            CE_WORKER,
            "Consider a child exploitation worker",
            Owner.CEVT,
            f"{_PATH}Moderate Risk",
            compulsory=False,
            only_if=frozenset({Needs.NO_WORKER}),
        ),
        *_shared(MODERATE, _SHARE),
    ),
    SIGNIFICANT: (
        *_to_childrens_services(SIGNIFICANT, "; a strategy meeting is asked for", at_once=True),
        _phone_call("First Contact", Needs.NOT_OPEN, Needs.IN_HOURS),
        _phone_call("the manager of the allocated worker", Needs.OPEN, Needs.IN_HOURS),
        _phone_call("the Emergency Duty Team", Needs.OUT_OF_HOURS),
        Follow(
            STEP_UP,
            "Step up from early help: this level needs statutory intervention",
            Owner.FIRST_CONTACT,
            _SIGNIFICANT_SOURCE,
            at_once=True,
            only_if=frozenset({Needs.EARLY_HELP}),
        ),
        Follow(
            "strategy-meeting",
            "Record the strategy meeting as held, or the threshold as not met and why",
            Owner.CHILDRENS_SERVICES,
            _SIGNIFICANT_SOURCE,
            at_once=True,
        ),
        _cevt(SIGNIFICANT),
        Follow(
            CE_WORKER,
            "Allocate a child exploitation worker",
            Owner.ERASE_MANAGER,
            _SIGNIFICANT_SOURCE,
            only_if=frozenset({Needs.NO_WORKER}),
        ),
        Follow(
            NRM,
            "Consider the National Referral Mechanism (the council or the police submit it)",
            Owner.LEAD_PRACTITIONER,
            _SIGNIFICANT_SOURCE,
            compulsory=False,
        ),
        *_shared(SIGNIFICANT, _SHARE),
    ),
}


def follows(level: RiskLevel, situation: Situation) -> list[Follow]:
    """The steps that follow from a submitted level in this situation, in order (M5)."""
    conditions = situation.needs()
    return [step for step in FOLLOWS[level] if step.only_if <= conditions]


def begins(level: RiskLevel, *, in_force: RiskLevel | None, concern_open: bool) -> bool:
    """Whether a level first applies or rises, so that what follows from it is asked for (M5).

    At the level in force nothing is asked again; unless the concern had been closed, and is one again.
    """
    return in_force is None or level > in_force or (level >= MODERATE and not concern_open)


class Receipt(TextChoices):
    """What a submitted matrix is to CEVT."""

    NEW = "new", "A new receipt, with its own clock where the level has one"
    REVIEW = "review", "A review"
    BEFORE = "before", "Received before the last agreed level, which stands"


def receipt(
    level: RiskLevel,
    *,
    in_force: RiskLevel | None,
    concern_open: bool,
    received: datetime | None = None,
    agreed: datetime | None = None,
) -> Receipt:
    """Whether a submission is a new receipt or a review (M6).

    New when there was none before (`in_force` is None), when it raises the level in force, or
    when the concern had been closed. Any other is a review. One that was `received` no later than the last level was
    `agreed`, and entered after, undoes nothing and asks nothing anew (T2): both are shown.
    """
    if received and agreed and received <= agreed:
        return Receipt.BEFORE
    if in_force is None or not concern_open or level > in_force:
        return Receipt.NEW
    return Receipt.REVIEW


class Forum(TextChoices):
    """Which meeting a review goes to."""

    CEVT = "cevt", "CEVT"
    CEG = "ceg", "CEG"


@dataclass(frozen=True)
class Review:
    """When the matrix is to be looked at again, and by which meeting."""

    due: date
    to: Forum


def review_due(
    in_force: RiskLevel,
    submitted: date,
    *,
    on_ceg_board: bool,
    months: Mapping[RiskLevel, int],
) -> Review | None:
    """The review owed after the last submission, or None (M6).

    So many calendar `months` for each level that has reviews (ERASE Annual Report 2023–24, paragraph 28);
    to CEG when the child is on its board, else to CEVT. `in_force` is the level acted on, so the
    reviews stop when Low or None is agreed.
    """
    if in_force not in months:
        return None
    return Review(add_months(submitted, months[in_force]), Forum.CEG if on_ceg_board else Forum.CEVT)
