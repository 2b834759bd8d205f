"""Builders of matrices, through the services that make them."""

from datetime import date, datetime

from cems.accounts.models import User
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import CameBy, Informed, Seen, WhenKind
from matrix.instrument import codes_carried, load, versions
from matrix.models import Answer, Matrix, Submission
from matrix.services.answers import AnswerGiven, answer_save
from matrix.services.drafts import matrix_start
from matrix.services.judgement import field_save, field_version
from matrix.services.paper_matrix import PaperGiven, paper_matrix_start
from matrix.services.submission import matrix_submit

# For each question of the newest version, one of the first that it took the place of.
_OF_THE_FIRST = {new: old for old, new in codes_carried(1, versions()[-1]).items()}
# One question of each sort.
VULNERABILITY = "home-conflict"
SIGN = "changes-mood"
CONCERN = "sexual-unequal-relationship"  # of contact or control
DANGER = "control-immediate-danger"
HARM = "sexual-told"
STRENGTH = "child-trusted-adult"


def seen(day: date, what: str = "Told their tutor about it.", source: str = "Tutor") -> AnswerGiven:
    """Seen on a day, with all that is asked beside it."""
    return AnswerGiven(Seen.SEEN, WhenKind.EXACT, day, what, source)


def answer(
    user: User, matrix: Matrix, code: str, given: AnswerGiven, at: datetime | None = None
) -> Answer | None:
    """Save an answer over whatever version it has; a matrix of older questions has it under the code of then."""
    if code not in {indicator.code for indicator in load(matrix.instrument_version).indicators}:
        code = _OF_THE_FIRST.get(code, code)
    stored = Answer.objects.filter(matrix=matrix, code=code).first()
    return answer_save(
        user, matrix=matrix, code=code, version=stored.version if stored else 0, given=given, at=at
    )


def set_field(user: User, matrix: Matrix, name: str, value: object, at: datetime | None = None) -> None:
    """Save a field of the judgement over whatever version it has."""
    stored = Matrix.objects.get(pk=matrix.pk)
    field_save(user, matrix=stored, name=name, version=field_version(stored, name), value=value, at=at)


def ready_matrix(
    user: User, child: Child, level: RiskLevel, *, at: datetime | None = None, own: bool = False
) -> Matrix:
    """A draft with all that is asked for, judged at `level`."""
    instant = at or now()
    return _filled_in(user, matrix_start(user, child=child, own=own, at=instant), level, instant, instant)


def submit_paper(
    desk: User,
    child: Child,
    level: RiskLevel = RiskLevel.SIGNIFICANT,
    *,
    received_at: datetime,
    call: str = "",
) -> Submission:
    """A matrix that came by post then, entered by `desk` and sent now; its author has no account."""
    author = ("Robin Pretend", "school nurse", "1 Invented Road")
    paper = PaperGiven(*author, CameBy.POST, received_at, agency_name="Invented Academy")
    matrix = paper_matrix_start(desk, child=child, paper=paper)
    return matrix_submit(desk, matrix=_filled_in(desk, matrix, level, received_at, now()), call=call)


def _filled_in(user: User, matrix: Matrix, level: RiskLevel, seen_at: datetime, instant: datetime) -> Matrix:
    code = {RiskLevel.NONE: STRENGTH, RiskLevel.LOW: VULNERABILITY, RiskLevel.MODERATE: CONCERN}.get(
        level, HARM
    )
    answer(user, matrix, code, seen(local_date(seen_at)), instant)
    for name, value in {
        "level": str(level.value),
        "reasons": "What was seen, and what it means for the child.",
        "difference": "The whole picture weighs more than the count.",
        "informed": Informed.YES,
    }.items():
        set_field(user, matrix, name, value, instant)
    return Matrix.objects.get(pk=matrix.pk)


def submit(
    user: User,
    child: Child,
    level: RiskLevel,
    *,
    at: datetime | None = None,
    call: str = "",
    own: bool = False,
) -> Submission:
    """A matrix sent at `level`."""
    return matrix_submit(user, matrix=ready_matrix(user, child, level, at=at, own=own), call=call, at=at)
