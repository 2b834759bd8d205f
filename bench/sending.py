"""A matrix sent by POST: the page with all that it sets going, against the statements a person would write.

The same rows are written by hand as by the page: they are taken from what the page wrote, one statement a table.
Both happen in a transaction that is taken back, so every turn begins with the same draft.
"""

# ruff: noqa: S608 - every value goes as a parameter; what is put together are the page's own statements.
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.urls import reverse

from bench.cast import Cast
from bench.reference_sql import OWNERS, Frame
from bench.screens import signed_in
from bench.timing import Statement, Timed, counted, in_turn
from cems.children.choices import RiskLevel
from matrix.models import Matrix

# What a Moderate matrix asks of the record before it writes, each table once.
_READS = (
    "SELECT * FROM base_idempotencykey WHERE user_id = %(user)s AND key = %(key)s",
    "SELECT * FROM children_child WHERE id = %(child)s FOR UPDATE",
    "SELECT * FROM matrix_matrix WHERE id = %(draft)s FOR UPDATE",
    "SELECT * FROM matrix_answer WHERE matrix_id = %(draft)s",
    "SELECT * FROM matrix_contributor WHERE matrix_id = %(draft)s AND ended_at IS NULL FOR UPDATE",
    "SELECT * FROM matrix_submission WHERE child_id = ANY(%(cluster)s) ORDER BY received_at DESC LIMIT 1",
    "SELECT * FROM children_submitter WHERE user_id = %(user)s AND child_id = ANY(%(cluster)s)",
    "SELECT * FROM children_matter WHERE child_id = ANY(%(cluster)s) AND closed_at IS NULL",
    "SELECT * FROM children_status WHERE child_id = ANY(%(cluster)s) AND ends_on IS NULL",
    "SELECT x.*, u.name, t.name FROM children_involvement x LEFT JOIN accounts_user u ON u.id = x.user_id"
    " LEFT JOIN accounts_team t ON t.id = x.team_id WHERE x.child_id = ANY(%(cluster)s) AND x.ended_at IS NULL",
    "SELECT d.duty, d.authority_id, t.* FROM accounts_dutydesk d JOIN accounts_team t ON t.id = d.team_id",
    "SELECT * FROM plans_referral WHERE child_id = ANY(%(cluster)s) AND state = 'open'",
    "SELECT * FROM actions_action WHERE child_id = ANY(%(cluster)s) AND status = 'open'",
    f"SELECT x.*, k.*, u.name, t.name FROM matrix_review x JOIN clocks_clock k ON k.id = x.clock_id {OWNERS}"
    " WHERE x.child_id = ANY(%(cluster)s) AND x.ended_at IS NULL",
    "SELECT * FROM matrix_matrixdue WHERE child_id = ANY(%(cluster)s) AND met_by_id IS NULL",
    "SELECT * FROM triage_item WHERE child_id = ANY(%(cluster)s) AND closed_at IS NULL",
    # Whether the child is eligible: early help stepped up. And who has the desks, or stands in for those who have work.
    "SELECT stepped_up FROM triage_referralassessment WHERE child_id = ANY(%(cluster)s)",
    "SELECT p.user_id, p.team_id, d.deputy_id FROM accounts_appointment p LEFT JOIN accounts_delegation d"
    " ON d.appointment_id = p.id AND d.ended_at IS NULL AND d.ends_on >= %(now)s::date WHERE (p.user_id = %(user)s"
    " OR p.team_id IN (SELECT team_id FROM accounts_dutydesk)) AND (p.ends_on IS NULL OR p.ends_on >= %(now)s::date)",
    "SELECT nextval('reference_ref'), nextval('reference_act'), nextval('reference_act'), nextval('reference_act')",
)


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that is rolled back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def measure(cast: Cast, turns: int) -> Timed:
    """The measured page and the statements by hand; the draft of the cast is made ready to be sent."""
    Matrix.objects.filter(pk=cast.draft.pk).update(
        level=RiskLevel.MODERATE, reasons="Example reasons", difference="Example difference", informed="yes"
    )
    client = signed_in(cast.worker)
    client.get(
        reverse("matrix:tasks", args=[cast.draft.public_id])
    )  # the sign-in is in the list of sign-ins by now
    url = reverse("matrix:submit", args=[cast.draft.public_id])

    def page() -> None:
        with taken_back():
            answer = client.post(url, {"key": str(uuid4())})
        assert answer.status_code == 302, f"the matrix was not sent: {answer.status_code}"

    page()
    with counted() as tally:
        page()
    hand, written = Frame(cast, cast.worker, wide=False), writes(tally.statements)

    def by_hand() -> None:
        with taken_back():
            hand.frame()
            _, cluster = hand.opened()
            for words in _READS:
                hand.ask(words, cluster=cluster, child=cast.child.pk, draft=cast.draft.pk, key=uuid4())
            for words, given in written:
                hand.write(words, given)

    return in_turn(page, by_hand, turns)


def writes(statements: Sequence[Statement]) -> list[Statement]:
    """The rows the page inserted, one statement a table; and the first change it made to each table."""
    rows: dict[str, list[Any]] = {}
    places: dict[str, list[str]] = {}
    changes: dict[str, Statement] = {}
    notices: list[Statement] = []
    for words, given in statements:
        if words.startswith("INSERT"):
            into, groups, values = _rows(words, given)
            places.setdefault(into, []).extend(groups)
            rows.setdefault(into, []).extend(values)
        elif "INSERT INTO" in words:  # notices with their mails: one statement each time people are told
            notices.append((words, given))
        elif words.startswith("UPDATE"):
            changes.setdefault(words.split()[1], (words, given))
    inserts = [(f"{into} VALUES {', '.join(places[into])}", rows[into]) for into in rows]
    return [*changes.values(), *inserts, *notices]


def _rows(words: str, given: Sequence[Any]) -> tuple[str, list[str], list[Any]]:
    """The table and columns of an insert, the places of each row, and all values; many come as a list a column."""
    into, many, _ = words.partition(" SELECT * FROM UNNEST(")
    if many:
        new = list(zip(*given, strict=True))
        return into, [f"({', '.join(['%s'] * len(given))})"] * len(new), [*chain.from_iterable(new)]
    into, _, rest = words.partition(" VALUES ")
    return into, list(_groups(rest)), [*given]


def _groups(words: str) -> Iterator[str]:
    """Each row of a list of rows, with its own brackets."""
    depth, begin = 0, 0
    for position, sign in enumerate(words):
        if sign == "(":
            begin = begin if depth else position
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                yield words[begin : position + 1]
        elif depth == 0 and sign not in ", ":
            return  # what is returned of the rows
