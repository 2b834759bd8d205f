"""The invented nation: a million children and what is known of them, loaded by COPY before constraints."""

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from django.apps import apps
from django.db.models import Model

from bench.facts import Nation
from bench.loading import bare, copy, finish, say
from bench.papers import Papers, Promises
from bench.people import Numbers, settle
from bench.records import Records, Rows
from bench.triage_papers import Decided


@dataclass(frozen=True)
class Table:
    """A table to fill: its model, the columns the rows give, and about how many rows there are a child."""

    model: type[Model]
    columns: list[str]
    rows: Rows
    a_child: float


@dataclass(frozen=True)
class Loaded:
    """What was loaded: row counts by table, children of the largest authority, seconds, the database's size."""

    counts: dict[str, int]
    authorities: int
    largest: int
    seconds: float
    gigabytes: float


def load(owner: psycopg.Connection, nation: Nation) -> tuple[Numbers, Loaded]:
    """Fill an empty, migrated database with the nation. Raises psycopg.Error where a row is refused."""
    begun = time.monotonic()
    say(f"Loading {nation.children:,} children ...")
    first = settle(owner, nation)
    tables = _tables(nation, first, _permission(owner))
    names = [table.model._meta.db_table for table in tables]
    with bare(owner, names):
        counts = {
            name: copy(owner, table.model, table.columns, table.rows, round(table.a_child * nation.children))
            for name, table in zip(names, tables, strict=True)
        }
    counts["audit_entry"] = _looks(owner, nation, first)
    small = ["authority", "locality", "agency", "team", "user", "appointment"]
    finish(owner, [*(apps.get_model("accounts", name)._meta.db_table for name in small), *names])
    size: Any = owner.execute("SELECT pg_database_size(current_database())").fetchone()
    largest = sum(nation.authority(child) == 0 for child in range(1, nation.children + 1))
    return first, Loaded(counts, nation.authorities, largest, time.monotonic() - begun, size[0] / 1e9)


def _tables(nation: Nation, first: Numbers, permission: int) -> list[Table]:
    records, papers = Records(nation, first, permission), Papers(nation, first)
    decided = Decided(papers)
    promises = Promises(papers, records.child_ids(), first.team + nation.teams + nation.schools)
    tables = [
        ("children.Child", _CHILD, records.children(), 1),
        ("children.ChildName", "id child_id name search_key registered added_at", records.names(), 1.1),
        ("children.Identifier", "id child_id kind value added_at", records.identifiers(), 0.9),
        (
            "children.Status",
            "id child_id kind starts_on ends_on recorded_at recorded_by_id",
            records.statuses(),
            0.8,
        ),
        ("children.Involvement", _INVOLVEMENT, records.involvements(), 1.6),
        (
            "children.ChildUserObjectPermission",
            "id user_id permission_id content_object_id until",
            records.grants(),
            3.1,
        ),
        (
            "children.Matter",
            "id child_id kind authority_id locality_id opened_at closed_at until",
            records.matters(),
            0.3,
        ),
        ("children.Submitter", "id child_id user_id at", records.submitters(), 0.3),
        ("children.NamedReader", "id child_id user_id kind until", records.named_readers(), 0.005),
        ("children.Bar", "id child_id user_id reason made_by_id at", records.bars(), 0.001),
        (
            "children.CaseNote",
            "id child_id happened_at recorded_at author_id who text",
            records.notes(),
            0.6,
        ),
        ("children.AgreedLevel", _LEVEL, records.levels(), 0.26),
        ("matrix.Matrix", _MATRIX, papers.matrices(), 0.6),
        ("matrix.Answer", _ANSWER, papers.answers(), 4.8),
        ("matrix.Submission", _SUBMISSION, papers.submissions(), 0.57),
        ("matrix.Review", "id child_id submission_id to clock_id", papers.reviews(), 0.3),
        (
            "triage.Item",
            "id submission_id child_id authority_id level received_at clock_id closed_at decision_id",
            papers.receipts(),
            0.26,
        ),
        ("triage.Decision", _DECISION, decided.decisions(), 0.26),
        (
            "triage.Outcome",
            "id decision_id child_id kind label ceg_reason locality_id",
            decided.outcomes(),
            0.35,
        ),
        ("meetings.Contribution", _CONTRIBUTION, decided.contributions(), 0.52),
        ("plans.Referral", _REFERRAL, papers.referrals(), 0.26),
        ("plans.Request", _REQUEST, papers.requests(), 0.09),
        ("actions.Action", _ACTION, papers.actions(), 0.6),
        ("clocks.Clock", _CLOCK, promises.clocks(), 1.5),
        ("clocks.Transition", "id clock_id stage at due_at", promises.transitions(), 2.4),
        (
            "notices.Notice",
            "id user_id kind key text reference child at read_at",
            promises.notices(),
            0.3,
        ),
    ]
    return [
        Table(apps.get_model(label), columns.split(), rows, a_child)
        for label, columns, rows, a_child in tables
    ]


_CHILD = (
    "id reference given_name family_name date_of_birth sex address postcode authority_id area_id locality_id"
    " school_id restricted restricted_review_on current_level_id created_at"
)
_INVOLVEMENT = "id child_id user_id team_id case_role started_at ended_at end_reason made_by_id recorded_at"
_LEVEL = "id child_id level forms forum rationale happened_at recorded_at recorded_by_id"
_MATRIX = (
    "id reference child_id instrument_version state started_by_id started_at changed_at level reasons informed"
    " withdrawn_why"
)
_ANSWER = "id matrix_id code seen when_kind seen_on what source answered_by_id answered_at"
_SUBMISSION = (
    "id matrix_id child_id reference level reasons suggested suggested_because rule_version harm_happened"
    " receipt submitted_by_id received_at recorded_at"
)
_DECISION = "id reference child_id agreed_id submitted_level decided_by_id decided_at recorded_at"
_CONTRIBUTION = "id child_id forum about agency_id held text said_by_id said_at frozen_at"
_REFERRAL = (
    "id reference child_id source made_by_id received_at recorded_at state outcome outcome_label decided_at"
    " decided_by_id clock_id"
)
_REQUEST = "id reference child_id source made_by_id requested_at answer answered_at answered_by_id clock_id"
_ACTION = (
    "id reference child_id key title owner_user_id source_kind source_id source_reference happened_at"
    " created_at created_by_id status closed_at closed_by_id outcome clock_id"
)
_CLOCK = (
    "id kind reference title child owner_user_id owner_team_id started_at due_at explanation stage next_at"
    " met_at"
)


def _looks(owner: psycopg.Connection, nation: Nation, first: Numbers) -> int:
    """The audit, whose months are tables of their own and keep their indexes. Its numbers it gives out itself."""
    entry = apps.get_model("audit.Entry")
    records = Records(nation, first, 0)
    promises = Promises(Papers(nation, first), records.child_ids(), 0)
    columns = ["at", "recorded_at", "actor_id", "verb", "child", "part", "reason"]
    return copy(owner, entry, columns, (row[1:] for row in promises.looks()), nation.children)


def _permission(owner: psycopg.Connection) -> int:
    row = owner.execute(
        "SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id"
        " WHERE t.app_label = 'children' AND p.codename = 'view_child'"
    ).fetchone()
    if row is None:
        raise LookupError("the permission that grants rest on was not made by the migrations")
    return int(row[0])
