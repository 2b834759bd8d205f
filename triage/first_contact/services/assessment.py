"""What First Contact finds of a referral, and its decision with what follows from it (T1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, Overtaken
from cems.base.time import local_date, now
from cems.children.history.services.involvement import involvement_start
from cems.children.history.services.status import status_open
from cems.children.models import Involvement, Status
from cems.clocks.recipients import current_appointments
from cems.notices.services import notice_send
from plans.models import Referral
from plans.services.referral import referral_decide
from triage.choices import Section47
from triage.first_contact.outcomes import OUTCOMES, Case, ReferralOutcomeKind
from triage.first_contact.rules.ages import ages_of, warning
from triage.first_contact.rules.approach import why_not
from triage.first_contact.rules.threshold import THRESHOLDS, ThresholdKind
from triage.first_contact.services.enquiry import lock_referral
from triage.first_contact.services.significant import below_significant, may_go_below, tell_manager
from triage.models import ReferralAssessment
from triage.policy import TEAM_AGES


@dataclass(frozen=True)
class Findings:
    """What First Contact found: the need, the enquiry, where the risk lies, which team takes it."""

    threshold: str = ""
    section_47: str = ""
    outside_home: bool | None = None
    approach: bool = False
    approach_why: str = ""
    to_team: Team | None = None
    to_team_why: str = ""
    stepped_up: bool = False

    @property
    def said(self) -> dict[str, str]:
        """In words, for showing a colleague's beside one's own."""
        outside = {True: "Outside the home", False: "At home", None: ""}[self.outside_home]
        return {
            "Threshold": THRESHOLDS.label(self.threshold),
            "Section 47": Section47(self.section_47).label,
            "Where the main risk lies": outside,
            "Harm Outside the Home approach": "Yes" if self.approach else "No",
            "Why the approach": self.approach_why,
            "Team": str(self.to_team or ""),
            "Why this team": self.to_team_why,
            "Stepped up from early help": "Yes" if self.stepped_up else "No",
        }


def findings_of(row: ReferralAssessment | None) -> Findings:
    """What is written down so far."""
    if row is None:
        return Findings()
    return Findings(**{name: getattr(row, name) for name in Findings.__dataclass_fields__})


@command
def referral_assessment_save(
    user: User, *, referral: Referral, version: int, findings: Findings, at: datetime | None = None
) -> ReferralAssessment:
    """Write down what was found; `version` is the one the person had before them (0: nothing yet) (T1).

    The approach is refused where its rule says so. A child outside a team's ages goes there with a reason.
    Raises Overtaken with a colleague's findings, Conflict when the referral is decided, Invalid by field.
    """
    instant = at or now()
    locked_referral = lock_referral(referral)
    row = (
        ReferralAssessment.objects.select_for_update(no_key=True, of=("self",))
        .filter(referral=locked_referral)
        .first()
    )
    if (row.version if row else 0) != version:
        theirs = ReferralAssessment.objects.select_related("to_team", "changed_by").get(
            referral=locked_referral
        )
        raise Overtaken(theirs=findings_of(theirs).said, version=theirs.version, by=str(theirs.changed_by))
    _check(findings, locked_referral.child.age_on(local_date(instant)), TEAM_AGES.at(instant))
    return _keep(user, locked_referral, row, findings, instant)


def _check(findings: Findings, age: int, ages: Sequence[str]) -> None:
    if findings.threshold and not THRESHOLDS.get(findings.threshold):
        raise Invalid("Choose the level of need.", field="threshold")
    if findings.approach:
        refusal = why_not(
            threshold=findings.threshold, section_47=findings.section_47, outside_home=findings.outside_home
        )
        if refusal:
            raise Invalid(refusal, field="approach")
    if findings.to_team and not findings.to_team_why.strip():
        caution = warning(findings.to_team.code, age, ages_of(ages))
        if caution:
            raise Invalid(
                f"{caution} Say why this team all the same, or choose another.", field="to_team_why"
            )


def _keep(
    user: User, referral: Referral, row: ReferralAssessment | None, findings: Findings, at: datetime
) -> ReferralAssessment:
    row = row or ReferralAssessment(referral=referral, child=referral.child)
    for name in Findings.__dataclass_fields__:
        setattr(row, name, getattr(findings, name))
    row.version, row.changed_by, row.changed_at = row.version + 1, user, at
    row.save()
    verb = Verb.CREATED if row.version == 1 else Verb.CHANGED
    record(user, verb=verb, subject=row, child=referral.child.public_id, part="referrals", at=at)
    return row


@command
def referral_settle(
    user: User,
    *,
    referral: Referral,
    outcome: ReferralOutcomeKind,
    rationale: str,
    open_status: bool = False,
    below_manager: User | None = None,
    below_why: str = "",
    at: datetime | None = None,
) -> Referral:
    """Decide a referral, in step with what was found; the team chosen gets the child at once (T1).

    `open_status` also opens the status that goes with the outcome, from today, where it doesn't run yet.
    Raises Conflict when it is decided, Invalid where the findings contradict the outcome, BelowSignificant where a
    child at Significant would be held below it without the strategy meeting answered and a manager's reason.
    """
    instant = at or now()
    locked_referral = lock_referral(referral)
    row = (
        ReferralAssessment.objects.select_for_update(no_key=True, of=("self",))
        .filter(referral=locked_referral)
        .first()
    )
    if OUTCOMES.get(outcome.key) is not outcome:
        raise Invalid("This is not decided any more. Choose another outcome.", field="outcome")
    findings = findings_of(row)
    threshold = outcome.check(Case(findings.threshold, findings.to_team, open_status))
    below = below_significant(locked_referral.child, outcome, threshold)
    if below:
        may_go_below(locked_referral.child, manager=below_manager, why=below_why, at=instant)
    if findings.threshold != threshold.key or (below and row is None):
        row = _keep(
            user, locked_referral, row, Findings(**{**vars(findings), "threshold": threshold.key}), instant
        )
    if below and row and below_manager:
        row.below_manager, row.below_why = below_manager, below_why.strip()
        row.save(update_fields=["below_manager", "below_why"])
        tell_manager(user, locked_referral, below_manager, instant)
    decided = referral_decide(
        user, referral=locked_referral, outcome=outcome, rationale=rationale, at=instant
    )
    outcome.start(user, decided, instant)
    if findings.to_team:
        _pass_on(user, decided, findings.to_team, threshold, instant)
    if open_status:
        _open_status(user, decided, outcome, instant)
    return decided


def _pass_on(user: User, referral: Referral, team: Team, threshold: ThresholdKind, at: datetime) -> None:
    """The team as a whole works with the child from now on, and is told."""
    involvements = Involvement.objects.of(referral.child).filter(team=team, user=None, ended_at__isnull=True)
    if not involvements.filter(case_role=threshold.case_role).exists():
        involvement_start(user, child=referral.child, case_role=threshold.case_role, team=team, at=at)
    members = current_appointments(local_date(at)).filter(team=team).values_list("user", flat=True)
    notice_send(
        set(members) - {user.pk},
        kind="triage.passed_on",
        key=f"triage:{referral.public_id}:passed_on",
        text=f"{referral.reference}: First Contact has passed this child to {team}.",
        url=reverse("plans:referral", args=[referral.child.public_id, referral.public_id]),
        reference=referral.reference,
        child=referral.child.public_id,
        at=at,
    )


def _open_status(user: User, referral: Referral, outcome: ReferralOutcomeKind, at: datetime) -> None:
    running = Status.objects.of(referral.child).filter(kind=outcome.status, ends_on__isnull=True)
    if outcome.status is not None and not running.exists():
        status_open(user, child=referral.child, kind=outcome.status, starts_on=local_date(at), at=at)
