"""A whole matrix in one call: the child's record, the answers, the judgement, sent (M7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.command import command
from cems.base.errors import CommandError, Conflict
from cems.base.time import local_date, now
from cems.children.access.child_access import access_to
from cems.children.identity.services.record import Identity, child_create
from cems.children.matching.identified import so_named
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import likely
from cems.children.matching.services.cluster import lock_cluster
from cems.children.matching.signpost import to_be_matched
from cems.children.models import Child, ChildName, Identifier
from cems.children.querysets import rows_of_clusters
from matrix.choices import MatrixState
from matrix.instrument import load
from matrix.models import Answer, Matrix, Submission
from matrix.services.answers import AnswerGiven, answer_version, answers_save
from matrix.services.drafts import matrix_start
from matrix.services.judgement import field_version, fields_save
from matrix.services.paper_matrix import PaperGiven, paper_matrix_start
from matrix.services.submission import NotReady, Problem, matrix_submit, problems_of


def child_known(user: User, *, asked: Asked) -> Child | None:
    """The one child in reach with exactly this name and date of birth, and no other number; else None.

    A person is shown who is alike and chooses; a system can't, so only what leaves no choice counts.
    """
    same = [row.child for row in likely(user, asked=asked) if _same(row.child, asked)]
    return same[0] if len(same) == 1 else None


def _same(child: Child, asked: Asked) -> bool:
    whole = rows_of_clusters([child.pk])
    if child.date_of_birth != asked.born:
        return False
    if not so_named(asked, ChildName.objects.filter(child__in=whole)):
        return False
    identifiers = Identifier.objects.filter(child__in=whole, ended_at__isnull=True)
    return not any(
        identifiers.filter(kind=kind).exclude(value=value).exists() for kind, value in asked.identifiers
    )


@command
def child_recorded(
    user: User,
    *,
    identity: Identity,
    identifiers: dict[str, str],
    asked: Asked,
    at: datetime | None = None,
) -> Child:
    """A new record, as the page for a new child makes it: provisional where one may exist out of reach (C1).

    The answer is the same either way: nobody learns from it whether a child has a record.
    """
    # Audited, and the owner of a restricted record is told; the answer goes to nobody. A limit on questions
    # never stops a record.
    may_exist = to_be_matched(user, asked)
    return child_create(user, identity=identity, identifiers=identifiers, provisional=may_exist, at=at)


@command
def matrix_send(
    user: User,
    *,
    child: Child,
    occasion: str,
    answers: Mapping[str, AnswerGiven],
    fields: Mapping[str, Any],
    call: str = "",
    paper: PaperGiven | None = None,
    at: datetime | None = None,
) -> Submission:
    """Start, fill in and send a matrix; all of it or nothing. With `paper`, one that is entered for its author.

    As on the pages, an update begins with the answers of the matrix before it, with their dates. Raises
    NotReady with each thing wanted, Conflict while a draft the person would join is in progress.
    """
    instant = at or now()
    matrix = (
        paper_matrix_start(user, child=child, paper=paper, occasion=occasion, at=instant)
        if paper
        else _begin(user, child, occasion, instant)
    )
    rows = {row.code: row for row in Answer.objects.filter(matrix=matrix)}
    given = {code: (answer_version(matrix, code, rows.get(code)), answer) for code, answer in answers.items()}
    refused = answers_save(user, matrix=matrix, given=given, at=instant)
    refused |= fields_save(
        user,
        matrix=matrix,
        given={name: (field_version(matrix, name), value) for name, value in fields.items()},
        at=instant,
    )
    matrix.refresh_from_db()
    _check(matrix, refused, paper.received_at if paper else instant)
    return matrix_submit(user, matrix=matrix, call=call, at=at)


def _begin(user: User, child: Child, occasion: str, at: datetime) -> Matrix:
    """A new draft; never one in progress, which others may be filling in."""
    own = not access_to(user, child).sees(Part.MATRIX)
    drafts = Matrix.objects.of(lock_cluster(child.pk)).filter(state=MatrixState.DRAFT, own=own)
    if (drafts.filter(started_by=user) if own else drafts).exists():
        raise Conflict("A matrix of this child is in progress. Send or withdraw it first.")
    return matrix_start(user, child=child, occasion=occasion, own=own, at=at)


def _check(matrix: Matrix, refused: Mapping[str, CommandError], at: datetime) -> None:
    """Raise NotReady with what was refused and what is wanted beside it, each once."""
    instrument = load(matrix.instrument_version)
    group_of = {indicator.code: group.code for group in instrument.groups for indicator in group.indicators}
    problems = [Problem(error.message, group_of.get(name, ""), name) for name, error in refused.items()]
    wanted = problems_of(matrix, instrument, list(matrix.answers.all()), local_date(at))
    problems += [problem for problem in wanted if problem.field not in refused]
    if problems:
        raise NotReady(problems)
