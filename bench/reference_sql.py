"""What a person would write for what stands round every measured page: the frame, the child, the audit.

By the same rules for the same reader: who reaches the child, restricted and barred records, records merged into
one. One statement for each kind of thing, nothing asked twice, and no name that the page does not show.
"""

# ruff: noqa: S608 - every value goes as a parameter; what is put together are pieces of this file.
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection

from bench.cast import Cast
from cems.accounts.models import User
from cems.base.time import local_date, now
from cems.children.access.rules.wide import ADULT, born_by
from cems.children.policy import FOLLOWED_TO_AGE

Rows = list[tuple[Any, ...]]
OPEN = "('running', 'warned', 'breached', 'paused')"
QUARTER = timedelta(minutes=15)
CLOCK = "k.*, u.name, t.name"
OWNERS = (
    "LEFT JOIN accounts_user u ON u.id = k.owner_user_id LEFT JOIN accounts_team t ON t.id = k.owner_team_id"
)
# A grant is written for the record that others were merged into; the rest may name one of those.
MINE = """
    (SELECT content_object_id AS id FROM children_childuserobjectpermission
     WHERE user_id = %(user)s AND until > %(now)s
     UNION SELECT coalesce(o.merged_into_id, o.id) FROM children_submitter m
     JOIN children_child o ON o.id = m.child_id WHERE m.user_id = %(user)s
     UNION SELECT coalesce(o.merged_into_id, o.id) FROM children_emergencyaccess m
     JOIN children_child o ON o.id = m.child_id WHERE m.user_id = %(user)s AND m.until > %(now)s)"""
_NAMED = """EXISTS (SELECT FROM children_namedreader r
    WHERE r.child_id = {child}.id AND r.user_id = %(user)s AND r.until > %(now)s)"""
READABLE = f"""
    c.merged_into_id IS NULL AND (NOT c.restricted OR {_NAMED.format(child="c")})
    AND NOT EXISTS (SELECT FROM children_bar x JOIN children_child o ON o.id = x.child_id
        WHERE x.user_id = %(user)s AND coalesce(o.merged_into_id, o.id) = c.id)
    AND NOT EXISTS (SELECT FROM children_child o
        WHERE o.merged_into_id = c.id AND o.restricted AND NOT {_NAMED.format(child="o")})"""
SERVED = f"""
    (c.authority_id = ANY(%(served)s) OR c.area_id = ANY(%(served)s) OR c.joined_authorities && %(served)s::int[])
    AND (c.date_of_birth > %(adult)s OR c.id IN {MINE} OR EXISTS (SELECT FROM children_matter m
            WHERE m.child_id = c.id AND m.kind = 'referral' AND m.until > %(now)s)
        OR c.date_of_birth > %(followed)s AND (l.level >= 2 OR EXISTS (SELECT FROM children_matter m
            WHERE m.child_id = c.id AND m.kind = 'transition' AND m.closed_at IS NULL)))"""
LEVEL = "LEFT JOIN children_agreedlevel l ON l.id = c.current_level_id"
PLACES = """
    JOIN accounts_authority a ON a.id = c.authority_id JOIN accounts_authority b ON b.id = c.area_id
    LEFT JOIN accounts_locality p ON p.id = c.locality_id LEFT JOIN accounts_team s ON s.id = c.school_id"""
# By what the reader comes to the child: that says how much of it they may see.
REACHED = """
    EXISTS (SELECT FROM children_childuserobjectpermission g
        WHERE g.user_id = %(user)s AND g.content_object_id = c.id AND g.until > %(now)s),
    EXISTS (SELECT FROM children_submitter m WHERE m.user_id = %(user)s AND m.child_id = c.id),
    EXISTS (SELECT FROM children_emergencyaccess m
        WHERE m.user_id = %(user)s AND m.child_id = c.id AND m.until > %(now)s),
    ARRAY(SELECT kind FROM children_matter m WHERE m.child_id = c.id AND m.until > %(now)s)"""


class Frame:
    """What one person asks on every page; `wide` for a user who serves whole authorities."""

    def __init__(self, cast: Cast, user: User, *, wide: bool) -> None:
        self.cast, self.user, self.wide = cast, user, wide
        self.session = Session.objects.order_by("expire_date").values_list("session_key", flat=True)[0]
        instant = now()
        quarter = instant - (instant - datetime.min.replace(tzinfo=UTC)) % QUARTER
        self.teams = [team for team in user.appointments.values_list("team_id", flat=True) if team]
        self.given: dict[str, Any] = {
            "user": user.pk,
            "now": instant,
            "agency": user.agency_id,
            "served": list(user.agency.authorities.values_list("pk", flat=True)),
            "adult": born_by(local_date(instant), ADULT),
            "followed": born_by(local_date(instant), FOLLOWED_TO_AGE.at(instant)),
            "year": instant - timedelta(days=365),
            "quarter": quarter,
            "next_quarter": quarter + QUARTER,
            "public": cast.child.public_id,
            "session": self.session,
        }

    def ask(self, words: str, **more: Any) -> Rows:
        """The rows of one statement."""
        with connection.cursor() as cursor:
            cursor.execute(words, {**self.given, **more})
            return cursor.fetchall() if cursor.description else []

    def write(self, words: str, given: Sequence[Any]) -> None:
        """One statement that writes, with its values in order."""
        with connection.cursor() as cursor:
            cursor.execute(words, given)

    def frame(self) -> None:
        """Who is signed in, what they are today, and the counts in the head of the page."""
        self.ask(
            "SELECT s.session_data, u.* FROM django_session s, accounts_user u"
            " WHERE s.session_key = %(session)s AND s.expire_date > %(now)s AND u.id = %(user)s"
        )
        self.ask(
            "SELECT p.*, NULL, (SELECT array_agg(authority_id) FROM accounts_agency_authorities"
            " WHERE agency_id = %(agency)s) FROM accounts_appointment p WHERE p.user_id = %(user)s"
            " AND p.starts_on <= %(now)s::date AND (p.ends_on IS NULL OR p.ends_on >= %(now)s::date)"
            # And the posts of those the person stands in for, while they are here.
            " UNION ALL SELECT p.*, u.name, (SELECT array_agg(authority_id) FROM accounts_agency_authorities"
            " WHERE agency_id = %(agency)s) FROM accounts_delegation d JOIN accounts_appointment p"
            " ON p.id = d.appointment_id JOIN accounts_user u ON u.id = p.user_id WHERE d.deputy_id = %(user)s"
            " AND d.ended_at IS NULL AND d.starts_on <= %(now)s::date AND d.ends_on >= %(now)s::date AND u.is_active"
            " AND p.starts_on <= %(now)s::date AND (p.ends_on IS NULL OR p.ends_on >= %(now)s::date)"
        )
        sums = " + ".join(f"(SELECT count(*) FROM clocks_clock k WHERE {arm})" for arm in self.arms())
        self.ask(
            f"SELECT {sums}, (SELECT count(*) FROM notices_notice WHERE user_id = %(user)s AND read_at IS NULL)"
        )

    def arms(self) -> list[str]:
        """The open clocks of the person and those of each of their teams, each with its index."""
        owners = ["owner_user_id = %(user)s", *(f"owner_team_id = {team}" for team in self.teams)]
        return [f"k.{owner} AND k.stage IN {OPEN}" for owner in owners]

    def looked(self, part: str, subject: object = "") -> None:
        """The audit of a look, once a quarter of an hour; two looks at once wait for each other."""
        given = {"part": part, "subject": str(subject)}
        key = f"{self.user.pk}:{self.cast.child.public_id}:{part}:{subject}"
        self.ask("SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))", key=key)
        entries = self.ask(
            "SELECT 1 FROM audit_entry WHERE actor_id = %(user)s AND at >= %(quarter)s AND at < %(next_quarter)s"
            " AND child = %(public)s AND part = %(part)s AND subject_id = %(subject)s AND verb = 'viewed' LIMIT 1",
            **given,
        )
        if not entries:
            self.ask(
                "INSERT INTO audit_entry (at, recorded_at, actor_id, verb, subject_kind, subject_id, child, part,"
                " reason, detail, request_reference) VALUES (%(now)s, %(now)s, %(user)s, 'viewed', '', %(subject)s,"
                " %(public)s, %(part)s, 'bench', '{}', '')",
                **given,
            )

    def listed(self, what: str, shown: Sequence[object]) -> None:
        """The audit of a list."""
        self.ask(
            "INSERT INTO audit_entry (at, recorded_at, actor_id, verb, subject_kind, subject_id, child, part,"
            " reason, detail, request_reference) VALUES (%(now)s, %(now)s, %(user)s, 'listed', '', '', NULL,"
            " %(part)s, '', jsonb_build_object('children', %(shown)s::text[]), '')",
            part=what,
            shown=[str(child) for child in shown],
        )

    def opened(self, *, places: bool = False) -> tuple[Rows, list[int]]:
        """The child with what the head of its pages shows, and the row numbers of all records of the child."""
        cluster = self.ask(
            "WITH root AS (SELECT coalesce(merged_into_id, id) AS id FROM children_child"
            " WHERE public_id = %(public)s) SELECT c.id, c.public_id FROM children_child c, root"
            " WHERE c.id = root.id OR c.merged_into_id = root.id"
        )
        ids = [row[0] for row in cluster]
        mine = """(EXISTS (SELECT FROM children_childuserobjectpermission g WHERE g.user_id = %(user)s
                AND g.content_object_id = c.id AND g.until > %(now)s)
            OR EXISTS (SELECT FROM children_submitter m WHERE m.user_id = %(user)s AND m.child_id = ANY(%(cluster)s))
            OR EXISTS (SELECT FROM children_emergencyaccess m WHERE m.user_id = %(user)s
                AND m.child_id = ANY(%(cluster)s) AND m.until > %(now)s))"""
        named = ", a.name, b.name, p.name, s.name" if places else ""
        child = self.ask(
            f"SELECT c.reference, {REACHED}, c.*, l.level, l.forms, l.happened_at{named} FROM children_child c {LEVEL}"
            f" {PLACES if places else ''} WHERE c.id = ANY(%(cluster)s) AND {READABLE}"
            f" AND {SERVED if self.wide else mine}",
            cluster=ids,
        )
        return child, ids
