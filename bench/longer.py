"""A record many times as long: what a page asks must not grow with its rows."""

from typing import Any

from django.db import connection

from bench.cast import Cast

_NOTES = """
    INSERT INTO children_casenote (public_id, child_id, happened_at, recorded_at, author_id, who, text, done)
    SELECT gen_random_uuid(), %(child)s, %(at)s, %(at)s, %(user)s, '', 'A further note', ''
    FROM generate_series(1, 60)"""
_LEVELS = """
    INSERT INTO children_agreedlevel (public_id, child_id, level, forms, contexts, forum, reference, rationale,
        happened_at, recorded_at, recorded_by_id)
    SELECT gen_random_uuid(), %(child)s, 1, '{}', '{}', 'cevt', '', 'Agreed', %(at)s, %(at)s, owner
    FROM unnest(%(owners)s::bigint[]) owner, generate_series(1, 6)"""
# Each decided by one of two people: a page that asked for them one by one would ask more.
_REFERRALS = """
    WITH clocks AS (
        INSERT INTO clocks_clock (public_id, kind, reference, title, url, child, owner_user_id, started_at, due_at,
            explanation, stage, round, met_at, attempts, failed_why, version, length_setting)
        SELECT gen_random_uuid(), 'plans.referral', 'LONGER-' || n, 'Example promise of the benchmark', '',
            %(public)s, owner, %(at)s, %(at)s, 'Received, due', 'met', 0, %(at)s, 0, '', 0, ''
        FROM generate_series(1, 5) n, unnest(%(owners)s::bigint[]) owner RETURNING id, owner_user_id
    )
    INSERT INTO plans_referral (public_id, reference, child_id, source, made_by_id, received_at, recorded_at,
        state, outcome, outcome_label, rationale, decided_at, decided_by_id, clock_id)
    SELECT gen_random_uuid(), 'LONGER-' || id, %(child)s, '', owner_user_id, %(at)s, %(at)s, 'decided', 'advice',
        'Advice and signposting', 'Advice given', %(at)s, owner_user_id, id FROM clocks"""
_ANSWERS = """
    INSERT INTO matrix_answer (matrix_id, code, seen, when_kind, what, source, version, answered_by_id,
        answered_at)
    SELECT %(draft)s, code, 'not_seen', '', '', '', 1, %(user)s, %(at)s FROM unnest(%(codes)s::text[]) code
    ON CONFLICT DO NOTHING"""
_CLOCKS = """
    INSERT INTO clocks_clock (public_id, kind, reference, title, url, child, owner_user_id, started_at, due_at,
        explanation, stage, round, next_at, attempts, failed_why, version, length_setting)
    SELECT gen_random_uuid(), 'plans.referral', 'LONG-' || n, 'Example promise of the benchmark', '', %(public)s,
        owner, %(at)s, %(due)s, 'Received, due', 'running', 0, %(due)s, 0, '', 0, ''
    FROM generate_series(1, 40) n, unnest(%(owners)s::bigint[]) owner"""


def lengthen(cast: Cast, codes: list[str], due: str) -> None:
    """Give the child notes, levels, referrals and clocks, the draft every answer, the people work."""
    given: dict[str, Any] = {
        "child": cast.child.pk,
        "public": cast.child.public_id,
        "user": cast.worker.pk,
        "owners": [cast.worker.pk, cast.wide.pk],
        "draft": cast.draft.pk,
        "codes": codes,
        "at": cast.draft.started_at,
        "due": due,
    }
    with connection.cursor() as cursor:
        for words in (_NOTES, _LEVELS, _REFERRALS, _ANSWERS, _CLOCKS):
            cursor.execute(words, given)
