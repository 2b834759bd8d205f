"""Ten thousand clocks due at once: the sweep against bare statements that write the same rows."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench.facts import Nation
from bench.people import Numbers
from cems.base.time import now
from cems.clocks.models import Clock, Transition
from cems.clocks.sweeping import sweep
from cems.notices.models import Mail, Notice

KIND = "plans.referral"  # one warning, no reminder
_MADE = """
    INSERT INTO clocks_clock (public_id, kind, reference, title, url, owner_user_id, started_at, due_at,
        explanation, stage, round, next_at, attempts, failed_why, version, length_setting)
    SELECT gen_random_uuid(), %(kind)s, 'DUE-' || n, 'Example promise of the benchmark', '',
        %(user)s + n %% %(owners)s / 9 * 10 + 1 + n %% %(owners)s %% 9, %(begun)s, %(due)s, 'Received, due',
        'running', 0, %(warn)s, 0, '', 0, ''
    FROM generate_series(1, %(count)s) n"""
_STEPS = """
    INSERT INTO clocks_transition (clock_id, stage, round, number, at, reason, due_at, explanation)
    SELECT id, step, round, 0, %(at)s, '', due_at, '' FROM acting, unnest(ARRAY['warned', 'breached']) step"""
_TOLD = """
    WITH told AS (
        SELECT id AS clock, owner_user_id AS person FROM acting
        UNION SELECT c.id, m.user_id FROM acting c
        JOIN accounts_appointment a ON a.user_id = c.owner_user_id
        JOIN accounts_appointment m ON m.team_id = a.team_id AND m.role_key = 'team_manager'
    ), notices AS (
        INSERT INTO notices_notice (public_id, user_id, kind, key, text, url, reference, child, at)
        SELECT gen_random_uuid(), t.person, 'clock.breached', 'clock:' || c.public_id || ':breached:0:0',
            c.reference || ', referral to be decided: an hour over. Due today.', '', c.reference, NULL, %(at)s
        FROM told t JOIN acting c ON c.id = t.clock ON CONFLICT DO NOTHING RETURNING id, public_id
    )
    INSERT INTO notices_mail (notice_id, message_id, next_attempt_at, attempts, failed_why)
    SELECT id, '<notice-' || public_id || '@cems>', %(at)s, 0, '' FROM notices"""
_ADVANCED = """
    UPDATE clocks_clock c SET stage = 'breached', next_at = NULL, acted_until = %(at)s, version = c.version + 1
    FROM acting WHERE acting.id = c.id"""


def measure(nation: Nation, first: Numbers, count: int, rounds: int) -> tuple[float, int]:
    """Seconds of the sweep for one of the bare statements, the median of some rounds; and the clocks swept."""
    ratios, acted = [], 0
    for _ in range(rounds):
        at = now()
        _make(nation, first, count)
        before = _written()
        begun = time.perf_counter()
        _bare(at)
        bare = time.perf_counter() - begun
        by_hand = _since(before)
        _clear()
        _make(nation, first, count)
        begun = time.perf_counter()
        acted = sweep(at)
        ours = time.perf_counter() - begun
        assert _since(before) == by_hand, f"the sweep wrote {_since(before)}, the statements {by_hand}"
        assert acted == count
        ratios.append(ours / bare)
        _clear()
    return sorted(ratios)[len(ratios) // 2], acted


def _make(nation: Nation, first: Numbers, count: int) -> None:
    """Clocks of the nine practitioners of each of many teams, an hour over their time and not warned of yet."""
    at = now()
    given: dict[str, Any] = {
        "kind": KIND,
        "user": first.user,
        "owners": min(360, nation.teams * 9),
        "begun": at - timedelta(days=10),
        "warn": at - timedelta(days=1),
        "due": at - timedelta(hours=1),
        "count": count,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MADE, given)


def _bare(at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE acting ON COMMIT DROP AS SELECT * FROM clocks_clock"
            " WHERE next_at <= %s AND failed_at IS NULL ORDER BY next_at FOR UPDATE SKIP LOCKED",
            [at],
        )
        for words in (_STEPS, _TOLD, _ADVANCED):
            cursor.execute(words, {"at": at})


def _written() -> tuple[int, int, int]:
    return Transition.objects.count(), Notice.objects.count(), Mail.objects.count()


def _since(before: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(after - earlier for after, earlier in zip(_written(), before, strict=True))


def _clear() -> None:
    """Take away what a round made: the nation stays as it was loaded."""
    clocks = Clock.objects.filter(reference__startswith="DUE-")
    Mail.objects.filter(notice__reference__startswith="DUE-").delete()
    Notice.objects.filter(reference__startswith="DUE-").delete()
    Transition.objects.filter(clock__in=clocks).delete()
    clocks.delete()
