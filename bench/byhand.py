"""The statements a person would write for each measured page: the same rows for the same reader, by the same rules.

One statement for each kind of thing a page shows, nothing asked twice. `bench.screens` holds each page to the
words these rows give.
"""

# ruff: noqa: S608 - every value goes as a parameter; what is put together are pieces of this file.
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection

from bench.cast import Cast
from cems.accounts.models import User
from cems.base.time import now

Rows = list[tuple[Any, ...]]
OPEN = "('running', 'warned', 'breached', 'paused')"
_PAGE = """
    c.*, l.level, l.forms, l.happened_at, a.name, b.name, p.name, s.name FROM {source}
    LEFT JOIN children_agreedlevel l ON l.id = c.current_level_id
    JOIN accounts_authority a ON a.id = c.authority_id JOIN accounts_authority b ON b.id = c.area_id
    LEFT JOIN accounts_locality p ON p.id = c.locality_id LEFT JOIN accounts_team s ON s.id = c.school_id"""
_MINE = """
    (SELECT content_object_id AS id FROM children_childuserobjectpermission
     WHERE user_id = %(user)s AND until > %(now)s
     UNION SELECT child_id FROM children_submitter WHERE user_id = %(user)s
     UNION SELECT child_id FROM children_breakglass WHERE user_id = %(user)s AND until > %(now)s)"""
_READABLE = """
    c.merged_into_id IS NULL
    AND (NOT c.restricted OR EXISTS (SELECT FROM children_namedreader r
         WHERE r.child_id = c.id AND r.user_id = %(user)s AND r.until > %(now)s))
    AND NOT EXISTS (SELECT FROM children_bar x WHERE x.child_id = c.id AND x.user_id = %(user)s)"""
_SERVED = """
    (c.authority_id = ANY(%(served)s) OR c.area_id = ANY(%(served)s))
    AND (c.date_of_birth > %(adult)s OR l.level >= 2)"""
_OWNERS = (
    "LEFT JOIN accounts_user u ON u.id = k.owner_user_id LEFT JOIN accounts_team t ON t.id = k.owner_team_id"
)


class ByHand:
    """The reads of one person; `wide` for whoever serves whole authorities."""

    def __init__(self, cast: Cast, user: User, *, wide: bool) -> None:
        self.cast, self.user, self.wide = cast, user, wide
        self.session = Session.objects.order_by("expire_date").values_list("session_key", flat=True)[0]
        instant = now()
        self.given: dict[str, Any] = {
            "user": user.pk,
            "now": instant,
            "agency": user.agency_id,
            "served": list(user.agency.authorities.values_list("pk", flat=True)),
            "teams": [team for team in user.appointments.values_list("team_id", flat=True) if team],
            "adult": (instant - timedelta(days=18 * 365.25)).date(),
            "quarter": instant - timedelta(minutes=15),
            "child": cast.child.pk,
            "public": cast.child.public_id,
            "submission": cast.submission.pk,
            "draft": cast.draft.pk,
            "session": self.session,
            "reference": cast.submission.reference,
        }

    def ask(self, words: str, **more: Any) -> Rows:
        """The rows of one statement."""
        with connection.cursor() as cursor:
            cursor.execute(words, {**self.given, **more})
            return cursor.fetchall() if cursor.description else []

    def frame(self) -> None:
        """Who is signed in, what they are today, and the counts in the head of the page."""
        self.ask(
            "SELECT s.session_data, u.* FROM django_session s, accounts_user u"
            " WHERE s.session_key = %(session)s AND s.expire_date > %(now)s AND u.id = %(user)s"
        )
        self.ask(
            "SELECT p.*, (SELECT array_agg(authority_id) FROM accounts_agency_authorities"
            " WHERE agency_id = %(agency)s) FROM accounts_appointment p WHERE user_id = %(user)s"
            " AND starts_on <= %(now)s::date AND (ends_on IS NULL OR ends_on >= %(now)s::date)"
        )
        self.ask(
            f"SELECT count(*), count(*) FILTER (WHERE due_at < %(now)s AND stage <> 'paused'),"
            f" (SELECT count(*) FROM notices_notice WHERE user_id = %(user)s AND read_at IS NULL)"
            f" FROM (SELECT due_at, stage FROM clocks_clock WHERE owner_user_id = %(user)s AND stage IN {OPEN}"
            f" UNION ALL SELECT due_at, stage FROM clocks_clock"
            f" WHERE owner_team_id = ANY(%(teams)s) AND stage IN {OPEN}) held"
        )

    def looked(self, part: str) -> None:
        """The audit of a look, once a quarter of an hour."""
        self.ask(
            "INSERT INTO audit_entry (at, recorded_at, actor_id, verb, subject_kind, subject_id, child, part,"
            " reason, detail, request_reference)"
            " SELECT %(now)s, %(now)s, %(user)s, 'viewed', '', '', %(public)s, %(part)s, 'bench', '{}', ''"
            " WHERE NOT EXISTS (SELECT FROM audit_entry WHERE actor_id = %(user)s AND at >= %(quarter)s"
            " AND child = %(public)s AND part = %(part)s AND verb = 'viewed')",
            part=part,
        )

    def listed(self, what: str, shown: Sequence[object]) -> None:
        """The audit of a list."""
        self.ask(
            "INSERT INTO audit_entry (at, recorded_at, actor_id, verb, subject_kind, subject_id, child, part,"
            " reason, detail, request_reference) VALUES (%(now)s, %(now)s, %(user)s, 'listed', '', '', NULL,"
            " %(part)s, '', jsonb_build_object('children', %(shown)s::text[]), '')",
            part=what,
            shown=[str(one) for one in shown],
        )

    def opened(self) -> Rows:
        """The child with what the head of its pages shows, and by what this person reaches it."""
        source, reach = "children_child c", f"c.id IN {_MINE}"
        return self.ask(
            "SELECT c.reference, EXISTS (SELECT FROM children_childuserobjectpermission g WHERE g.user_id ="
            " %(user)s AND g.content_object_id = c.id AND g.until > %(now)s), EXISTS (SELECT FROM"
            " children_submitter m WHERE m.user_id = %(user)s AND m.child_id = c.id),"
            " ARRAY(SELECT kind FROM children_matter m WHERE m.child_id = c.id AND m.until > %(now)s),"
            f"{_PAGE.format(source=source)} WHERE c.public_id = %(public)s AND {_READABLE}"
            f" AND {_SERVED if self.wide else reach}"
        )

    def search(self) -> list[str]:
        """The closest names among the children this person reads; a few of one's own are compared one by one."""
        self.frame()
        self.ask(
            "SELECT count(*) FROM audit_entry WHERE actor_id = %(user)s AND at > %(now)s - interval '1 minute'"
            " AND part = 'children.search'"
        )
        mine = "" if self.wide else f"JOIN {_MINE} mine ON mine.id = n.child_id"
        source = f"""(SELECT n.child_id, max(greatest(similarity(n.search_key, %(name)s),
            word_similarity(%(name)s, n.search_key) * 0.9)) AS likeness FROM children_childname n {mine}
            WHERE n.search_key %% %(name)s OR n.search_key %%> %(name)s GROUP BY n.child_id) found
            JOIN children_child c ON c.id = found.child_id"""
        rows = self.ask(
            f"SELECT c.reference, c.public_id, round(likeness::numeric * 1000) AS rank, {_PAGE.format(source=source)}"
            f" WHERE {_READABLE} {'AND ' + _SERVED if self.wide else ''} ORDER BY rank DESC, c.public_id LIMIT 26",
            name=" ".join(sorted(self.cast.misspelt.lower().split())),
        )[:25]
        self.listed("children.search", [row[1] for row in rows])
        return [row[0] for row in rows]

    def overview(self) -> list[str]:
        """Everything the first page of a child shows, each table once."""
        self.frame()
        child = self.opened()
        self.looked("identity")
        self.ask("SELECT * FROM children_childname WHERE child_id = %(child)s")
        self.ask("SELECT * FROM children_identifier WHERE child_id = %(child)s")
        self.ask(
            "SELECT x.*, a.name, u.name FROM children_status x JOIN accounts_user u ON u.id = x.recorded_by_id"
            " LEFT JOIN accounts_authority a ON a.id = x.responsible_id WHERE child_id = %(child)s"
        )
        self.ask(
            "SELECT x.*, u.name, u.phone, g.name, t.name, t.phone, h.name FROM children_involvement x"
            " LEFT JOIN accounts_user u ON u.id = x.user_id LEFT JOIN accounts_agency g ON g.id = u.agency_id"
            " LEFT JOIN accounts_team t ON t.id = x.team_id LEFT JOIN accounts_agency h ON h.id = t.agency_id"
            " WHERE child_id = %(child)s"
        )
        for table, key in (("children_agreedlevel", "recorded_by_id"), ("children_casenote", "author_id")):
            self.ask(
                f"SELECT x.*, u.name FROM {table} x JOIN accounts_user u ON u.id = x.{key}"
                " WHERE child_id = %(child)s"
            )
        submissions = self._submissions()
        self._drafts()
        self._answers([self.cast.draft.pk, *(row[1] for row in submissions[:1])])
        clock = f"JOIN clocks_clock k ON k.id = x.clock_id {_OWNERS}"
        self.ask(
            f"SELECT x.*, k.*, u.name, t.name FROM matrix_review x {clock}"
            " WHERE x.child_id = %(child)s AND x.ended_at IS NULL"
        )
        told = [
            self.ask(
                f"SELECT x.reference, x.*, k.*, u.name, t.name FROM {table} x {clock} WHERE x.child_id = %(child)s"
            )
            for table in ("plans_referral", "plans_request")
        ]
        self.ask("SELECT * FROM plans_statutorymeeting WHERE child_id = %(child)s")
        actions = self._actions("x.child_id = %(child)s")
        self.ask("SELECT * FROM triage_item WHERE child_id = %(child)s")
        self.ask(
            f"SELECT k.* FROM clocks_clock k WHERE child = %(public)s AND stage IN {OPEN} ORDER BY due_at, id LIMIT 1"
        )
        shown = [child, submissions[:1], [row for row in actions if row[1] == "open"], told[0][:0]]
        return [row[0] for rows in shown for row in rows]

    def _submissions(self) -> Rows:
        return self.ask(
            "SELECT x.reference, x.matrix_id, x.*, m.*, u.name FROM matrix_submission x JOIN matrix_matrix m"
            " ON m.id = x.matrix_id JOIN accounts_user u ON u.id = x.submitted_by_id"
            " WHERE x.child_id = %(child)s ORDER BY x.received_at DESC"
        )

    def _drafts(self) -> Rows:
        return self.ask(
            "SELECT m.*, u.name FROM matrix_matrix m JOIN accounts_user u ON u.id = m.started_by_id"
            " WHERE m.child_id = %(child)s AND m.state <> 'submitted'"
        )

    def _answers(self, matrices: list[int]) -> Rows:
        return self.ask(
            "SELECT x.what, x.code, x.*, g.name, u.name FROM matrix_answer x LEFT JOIN accounts_agency g ON g.id ="
            " x.agency_id JOIN accounts_user u ON u.id = x.answered_by_id WHERE x.matrix_id = ANY(%(matrices)s)",
            matrices=matrices,
        )

    def _actions(self, where: str, **more: Any) -> Rows:
        return self.ask(
            "SELECT x.reference, x.status, x.*, k.*, u.name, t.name FROM actions_action x"
            f" LEFT JOIN clocks_clock k ON k.id = x.clock_id {_OWNERS} WHERE {where}",
            **more,
        )

    def draft(self, *, agencies: bool) -> list[str]:
        """The draft with its answers and those of the matrix before; the words of the answers of its page."""
        self.frame()
        rows = self.ask("SELECT m.reference, m.* FROM matrix_matrix m WHERE id = %(draft)s")
        self.opened()
        self.looked("matrix")
        before = self._submissions()
        self._answers([self.cast.draft.pk, *(row[1] for row in before[:1])])
        if agencies:
            self.ask("SELECT id, code, name FROM accounts_agency ORDER BY name")
        return [str(rows[0][0])]

    def submission(self) -> list[str]:
        """A sent matrix with its answers, and everything it set going."""
        self.frame()
        self.opened()
        self.looked("matrix")
        self._submissions()
        answers = self._answers([self.cast.submission.matrix_id])
        clock = f"JOIN clocks_clock k ON k.id = x.clock_id {_OWNERS}"
        for table in ("plans_referral", "plans_request"):
            self.ask(f"SELECT x.*, k.*, u.name, t.name FROM {table} x {clock} WHERE x.child_id = %(child)s")
        self.ask(
            f"SELECT k.*, u.name, t.name FROM clocks_clock k {_OWNERS} WHERE k.reference = %(reference)s"
        )
        source = {"source": str(self.cast.submission.public_id)}
        self._actions("x.source_kind = 'matrix.submission' AND x.source_id = %(source)s", **source)
        return [self.cast.submission.reference, *(str(row[0]) for row in answers)]

    def home(self) -> list[str]:
        """What is due first among the clocks of a person and their teams, with the names of the children."""
        self.frame()
        clocks = self.ask(
            "SELECT k.reference, k.child, k.due_at, k.*, u.name, t.name FROM ((SELECT * FROM clocks_clock"
            f" WHERE owner_user_id = %(user)s AND stage IN {OPEN} ORDER BY due_at, id LIMIT 200)"
            " UNION ALL (SELECT * FROM clocks_clock"
            f" WHERE owner_team_id = ANY(%(teams)s) AND stage IN {OPEN} ORDER BY due_at, id LIMIT 200)) k {_OWNERS}"
            " ORDER BY k.due_at, k.id LIMIT 200"
        )
        if self.wide:
            self.ask(
                "SELECT x.*, u.name, t.name FROM children_involvement x JOIN children_child c ON c.id = x.child_id"
                " LEFT JOIN children_agreedlevel l ON l.id = c.current_level_id"
                " LEFT JOIN accounts_user u ON u.id = x.user_id LEFT JOIN accounts_team t ON t.id = x.team_id"
                f" WHERE x.state = 'claimed' AND x.ended_at IS NULL AND {_READABLE} AND {_SERVED}"
                " ORDER BY x.recorded_at LIMIT 50"
            )
        self._actions(
            "x.status = 'open' AND x.clock_id IS NULL AND x.id IN (SELECT id FROM actions_action WHERE owner_user_id"
            " = %(user)s UNION ALL SELECT id FROM actions_action WHERE owner_team_id = ANY(%(teams)s)) LIMIT 100"
        )
        drafts = self.ask(
            "SELECT m.id, m.* FROM matrix_matrix m WHERE started_by_id = %(user)s AND state = 'draft'"
            " ORDER BY changed_at DESC LIMIT 50"
        )
        if drafts:
            self.ask(
                "SELECT matrix_id, code, answered_at FROM matrix_answer WHERE matrix_id = ANY(%(drafts)s)",
                drafts=[row[0] for row in drafts],
            )
        clocks.sort(key=lambda row: (row[2], row[0]))
        wanted = list({row[1] for row in clocks[:100]})
        reach = _SERVED if self.wide else f"c.id IN {_MINE}"
        names = self.ask(
            "SELECT c.public_id, c.* FROM children_child c LEFT JOIN children_agreedlevel l ON l.id ="
            f" c.current_level_id WHERE c.public_id = ANY(%(wanted)s) AND {_READABLE} AND {reach}",
            wanted=wanted,
        )
        self.listed("home", [row[0] for row in names])
        self.ask(
            "SELECT * FROM notices_notice WHERE user_id = %(user)s AND read_at IS NULL ORDER BY at DESC LIMIT 10"
        )
        return [row[0] for row in clocks[:80]]
