"""Builders of matrices, through the services that make them."""

from datetime import date, datetime

from cems.accounts.models import User
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import Informed, Seen, WhenKind
from matrix.instrument import codes_carried, load, versions
from matrix.models import Answer, Matrix, Submission
from matrix.services.answers import AnswerGiven, answer_save
from matrix.services.drafts import matrix_start
from matrix.services.judgement import field_save, field_version
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
    matrix = matrix_start(user, child=child, own=own, at=instant)
    code = {RiskLevel.NONE: STRENGTH, RiskLevel.LOW: VULNERABILITY, RiskLevel.MODERATE: CONCERN}.get(
        level, HARM
    )
    answer(user, matrix, code, seen(local_date(instant)), instant)
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
