"""Submit a matrix: check all of it, keep it for good, and start what follows (M3, M5, M6, T2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.actions.services import actions_meet
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.child_access import access_to
from cems.children.access.services.matter import matter_is_open, matter_open, submitter_note
from cems.children.choices import MatterKind, RiskLevel
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.placements.services.placed_concern import concern_from_paper
from matrix.choices import IndicatorKind, Informed, MatrixState, Seen
from matrix.events import MatrixSubmitted
from matrix.evidence import suggestion_of
from matrix.instrument import Indicator, Instrument, load, successor
from matrix.levels import level_in_force
from matrix.models import Answer, Matrix, Submission
from matrix.papers import known_at, paper_matrix_of
from matrix.policy import OLD_QUESTIONS_DAYS
from matrix.rules import PHONE_CALL, Receipt, begins, judgement_problem, receipt
from matrix.services.due import dues_meet
from matrix.services.follow_up import follow_up_start
from matrix.services.leaving import matrix_work_end
from matrix.services.paper_matrix import author_tell
from matrix.services.reviews import review_follow_matrix

LONGEST_CALL = 300
MOVE_FIRST = "Move this matrix to the newer questions: the time to send it with the ones before is over."


@dataclass(frozen=True)
class Problem:
    """What is still wanted before a matrix can be sent, and where to mend it."""

    message: str
    group: str = ""  # the group of the answer, or empty for the judgement page
    field: str = ""


class NotReady(Invalid):
    """The matrix can't be sent yet; `problems` names each thing wanted."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("The matrix is not ready to be sent.")
        self.problems = problems


@command
def matrix_submit(
    user: User,
    *,
    matrix: Matrix,
    call: str = "",
    at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> Submission:
    """Send the matrix. `call` tells of the phone call, or the tries with their times (Significant).

    Of a matrix that began on a record merged since, the submission and all that follows from it belong to the
    primary record. `at` is when it was received; `recorded_at`, kept apart from it, when it was entered: now,
    unless a past is entered at once. One that came by mail or on paper was received when its desk says, and sent by
    its author where they have an account. Raises NotReady with each thing wanted, Conflict when it was sent before,
    NotAllowed when their work with the child has ended.
    """
    recorded = recorded_at or now()
    paper = paper_matrix_of(matrix)
    received = paper.received_at if paper else at or recorded
    if len(call) > LONGEST_CALL:
        raise Invalid(f"Keep this to {LONGEST_CALL} characters: who was rung, and when.", field="call")
    primary = lock_cluster(matrix.child_id)
    return _send(user, primary, matrix, call, received, recorded)


def _send(
    user: User, primary: Child, matrix: Matrix, call: str, received: datetime, recorded: datetime
) -> Submission:
    locked_matrix = (
        Matrix.objects.select_for_update(no_key=True, of=("self",))
        .select_related("child", "started_by")
        .get(pk=matrix.pk)
    )
    if locked_matrix.state != MatrixState.DRAFT:
        raise Conflict(f"This matrix was already {locked_matrix.get_state_display().lower()}.")
    _may_send(user, locked_matrix)
    instrument = load(locked_matrix.instrument_version)
    answers = list(locked_matrix.answers.all())
    problems = problems_of(locked_matrix, instrument, answers, local_date(received))
    if problems:
        raise NotReady(problems)
    asks = begins(
        RiskLevel(locked_matrix.level or 0),
        in_force=level_in_force(primary),
        concern_open=matter_is_open(primary, MatterKind.EXPLOITATION),
    )
    submission = _keep(user, primary, locked_matrix, instrument, answers, call, received, recorded)
    for maker in {user, locked_matrix.started_by, submission.submitted_by}:
        submitter_note(maker, child=primary, at=received)
    matrix_work_end(user, matrix=locked_matrix, at=recorded)
    record(
        user,
        verb=Verb.SUBMITTED,
        subject=submission,
        child=primary.public_id,
        part="matrix",
        detail={"level": submission.level},
        at=recorded,
    )
    if submission.receipt != Receipt.BEFORE:
        _start(user, primary, submission, received, asks=asks)
    dues_meet(user, submission=submission)
    if paper := paper_matrix_of(locked_matrix):
        author_tell(user, submission=submission, paper=paper, at=recorded)
    publish(
        MatrixSubmitted(
            submission_id=submission.pk,
            child_id=primary.pk,
            user_id=user.pk,
            level=submission.level,
            new_receipt=submission.receipt == Receipt.NEW,
            received_at=received,
        )
    )
    return submission


def _start(user: User, primary: Child, submission: Submission, received: datetime, *, asks: bool) -> None:
    """What the matrix sets going, the steps of its level where it `asks` for them.

    One received before the last agreed level sets nothing going (truth-f4).
    """
    if submission.level >= RiskLevel.MODERATE:
        matter_open(user, child=primary, kind=MatterKind.EXPLOITATION, at=received)
        concern_from_paper(
            user,
            child=primary,
            paper=submission.reference,
            paper_url=reverse("matrix:submission", args=[submission.public_id]),
            known_at=known_at(submission),
            at=received,
        )
    if call := submission.call.strip():  # told here, it is asked for nowhere else
        words = f"{call} (told with {submission.reference})"
        actions_meet(user, child=primary, keys={PHONE_CALL}, outcome=words, asked_by=received, at=received)
    if asks:
        follow_up_start(user, submission=submission, at=received)
    review_follow_matrix(user, child=primary, submission=submission, at=received)


def _may_send(user: User, matrix: Matrix) -> None:
    """Asked once more under the lock: their work may have ended since the page let them in (record-f10).

    The user who began a matrix keeps what they submit (S), whatever else has ended.
    """
    if user.pk == matrix.started_by_id:
        return
    primary = matrix.child.merged_into or matrix.child
    if Child.objects.visible_to(user).filter(pk=primary.pk).exists():
        access = access_to(user, primary)
        asked = matrix.contributors.filter(user=user, ended_at__isnull=True)
        if access.may(Work.MATRIX) and (access.sees(Part.MATRIX) or asked.exists()):
            return
    raise NotAllowed(work_ended(matrix))


def work_ended(matrix: Matrix) -> str:
    """What somebody is told who filled in this matrix and works with the child no longer."""
    return (
        f"Your work with this child has ended, so {matrix.reference} is open to you no longer. What was saved is"
        f" kept, and {matrix.started_by} can go on with it. If you still work with the child, ask First Contact."
    )


def problems_of(matrix: Matrix, instrument: Instrument, answers: list[Answer], today: date) -> list[Problem]:
    """Everything still wanted, in the order the pages ask it (M2, M3)."""
    problems = []
    newer = successor(
        matrix.instrument_version,
        today,
        days=OLD_QUESTIONS_DAYS.on(today),
        begun=local_date(matrix.started_at),
    )
    if newer and today > newer.until:
        problems.append(Problem(MOVE_FIRST, field="instrument"))
    asked = {indicator.code for indicator in instrument.indicators}
    given = {answer.code: answer for answer in answers if answer.code in asked}
    for group in instrument.groups:
        for indicator in group.indicators:
            answer = given.get(indicator.code)
            if answer and answer.seen == Seen.SEEN:
                problems += _wanted(indicator, group.code, answer, today)
    ahead = any(answer.seen_on and answer.seen_on > today for answer in answers)
    if not given:
        problems.append(Problem("Answer at least one question before you send the matrix."))
    if matrix.level is None:
        problems.append(Problem("Choose the level you judge.", field="level"))
    if says_nothing(matrix.reasons):
        problems.append(Problem("Write the reasons for your level.", field="reasons"))
    if matrix.level is not None and not ahead:
        suggested = suggestion_of(instrument, answers, today).level
        differs = judgement_problem(RiskLevel(matrix.level), suggested, matrix.difference)
        if differs:
            problems.append(Problem(differs, field="difference"))
    if not matrix.informed:
        problems.append(Problem("Say whether the parents or carers know, or why not.", field="informed"))
    elif matrix.informed != Informed.YES and says_nothing(matrix.not_informed_why):
        problems.append(Problem("Say why the parents or carers do not know yet.", field="not_informed_why"))
    return problems


def _wanted(indicator: Indicator, group: str, answer: Answer, today: date) -> list[Problem]:
    wanted, text = [], indicator.text
    dated = indicator.kind is not IndicatorKind.STRENGTH and not indicator.standing
    if answer.seen_on is None and dated:
        wanted.append(Problem(f"Say when this was seen: {text}", group, answer.code))
    if answer.seen_on and answer.seen_on > today:
        wanted.append(Problem(f"This is dated after the matrix was received: {text}", group, answer.code))
    if says_nothing(answer.what):
        wanted.append(Problem(f"Say what was seen: {text}", group, answer.code))
    return wanted


def _keep(
    user: User,
    primary: Child,
    matrix: Matrix,
    instrument: Instrument,
    answers: list[Answer],
    call: str,
    received: datetime,
    recorded: datetime,
) -> Submission:
    suggested = suggestion_of(instrument, answers, local_date(received))
    harm = {indicator.code for indicator in instrument.indicators if indicator.harm}
    level, paper = RiskLevel(matrix.level or 0), paper_matrix_of(matrix)
    kind = receipt(
        level,
        in_force=level_in_force(primary),
        concern_open=matter_is_open(primary, MatterKind.EXPLOITATION),
        received=received if paper else None,
        agreed=primary.current_level.happened_at if primary.current_level else None,
    )
    matrix.state, matrix.changed_at = MatrixState.SUBMITTED, recorded
    matrix.save(update_fields=["state", "changed_at"])
    return Submission.objects.create(
        matrix=matrix,
        child=primary,
        reference=matrix.reference,
        level=level,
        reasons=matrix.reasons,
        difference=matrix.difference,
        suggested=suggested.level,
        suggested_because=list(suggested.reasons),
        rule_version=suggested.rule_version,
        harm_happened=any(answer.seen == Seen.SEEN and answer.code in harm for answer in answers),
        receipt=kind,
        call=call.replace("\x00", "").strip(),
        submitted_by=paper.author if paper and paper.author else user,
        received_at=received,
        recorded_at=recorded,
    )
