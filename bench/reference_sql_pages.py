"""The statements a person would write for each measured page. `bench.screens` holds each page to the words
these rows give."""

# ruff: noqa: S608 - every value goes as a parameter; what is put together are pieces of this file and of reference_sql.
from typing import Any

from bench.reference_sql import (
    CLOCK,
    LEVEL,
    MINE,
    OPEN,
    OWNERS,
    PLACES,
    REACHED,
    READABLE,
    SERVED,
    Frame,
    Rows,
)

_CLOCKED = f"JOIN clocks_clock k ON k.id = x.clock_id {OWNERS}"


ROWS = 100  # children a first page lists


class ByHand(Frame):
    """The measured pages of one person."""

    def search(self) -> list[str]:
        """The closest names among the children this person reads; a few of one's own are compared one by one."""
        self.frame()
        self.ask(
            "SELECT count(*) FROM audit_entry WHERE actor_id = %(user)s AND at > %(now)s - interval '1 minute'"
            " AND part = 'children.search'"
        )
        among = f"""(SELECT id, id AS root FROM {MINE} own UNION ALL SELECT o.id, o.merged_into_id
            FROM children_child o JOIN {MINE} own ON o.merged_into_id = own.id)"""
        every = "(SELECT id, coalesce(merged_into_id, id) AS root FROM children_child)"
        words = sorted(self.cast.misspelt.lower().split())
        close = "n.search_key %% %(name)s OR n.search_key %%> %(name)s"
        alike = " AND ".join(f"n.sounds && children_name_sounds('{word}')" for word in words)
        source = f"""(SELECT o.root, max(greatest(similarity(n.search_key, %(name)s), CASE WHEN {close}
            THEN word_similarity(%(name)s, n.search_key) * 0.9 ELSE 0.001 END)) AS likeness FROM children_childname n
            JOIN {every if self.wide else among} o ON o.id = n.child_id
            WHERE {close} OR {alike} GROUP BY 1) found
            JOIN children_child c ON c.id = found.root"""
        rows = self.ask(
            f"SELECT c.reference, c.public_id, round(likeness::numeric * 1000) AS rank, {REACHED}, c.*, l.level,"
            f" a.name, b.name, p.name, s.name FROM {source} {LEVEL} {PLACES}"
            f" WHERE {READABLE} {'AND ' + SERVED if self.wide else ''} ORDER BY rank DESC, c.public_id LIMIT 26",
            name=" ".join(words),
        )[:25]
        self.listed("children.search", [row[1] for row in rows])
        return [row[0] for row in rows]

    def overview(self) -> list[str]:
        """Everything the first page of a child shows, each table once: a year's events, and who and what is now."""
        self.frame()
        child, cluster = self.opened(places=True)
        self.looked("identity")
        of = "child_id = ANY(%(cluster)s)"
        for table in ("childname", "identifier", "status"):
            self.ask(f"SELECT * FROM children_{table} WHERE {of}", cluster=cluster)
        self.ask(
            "SELECT x.*, u.name, u.phone, g.name, t.name, t.phone, h.name FROM children_involvement x"
            " LEFT JOIN accounts_user u ON u.id = x.user_id LEFT JOIN accounts_agency g ON g.id = u.agency_id"
            " LEFT JOIN accounts_team t ON t.id = x.team_id LEFT JOIN accounts_agency h ON h.id = t.agency_id"
            f" WHERE x.{of} AND x.state = 'confirmed' AND (x.ended_at IS NULL OR x.ended_at >= %(year)s)",
            cluster=cluster,
        )
        for table in ("children_agreedlevel", "children_feedback", "matrix_matrixdue"):
            self.ask(f"SELECT * FROM {table} WHERE {of} AND happened_at >= %(year)s", cluster=cluster)
        self.ask(
            f"SELECT x.* FROM children_casenote x WHERE x.{of} AND x.happened_at >= %(year)s"
            " AND NOT EXISTS (SELECT FROM children_casenote y WHERE y.supersedes_id = x.id)",
            cluster=cluster,
        )
        self.ask(
            "SELECT x.*, a.name, b.name FROM children_placement x JOIN accounts_authority a ON a.id = x.area_id"
            f" JOIN accounts_authority b ON b.id = x.placed_by_id WHERE x.{of}"
            " AND (x.starts_on >= %(year)s::date OR x.ends_on >= %(year)s::date)",
            cluster=cluster,
        )
        self.ask(
            "SELECT x.*, c.reference, o.reference FROM children_merge x JOIN children_child c ON c.id = x.child_id"
            f" JOIN children_child o ON o.id = x.other_id WHERE x.{of} AND (x.at >= %(year)s"
            " OR x.undone_at >= %(year)s)",
            cluster=cluster,
        )
        submissions = self._submissions(cluster)
        drafts = self.ask(
            "SELECT m.*, u.name FROM matrix_matrix m JOIN accounts_user u ON u.id = m.started_by_id"
            f" WHERE m.{of} AND m.state = 'draft'",
            cluster=cluster,
        )
        self.ask(
            "SELECT * FROM matrix_answer WHERE matrix_id = ANY(%(matrices)s)",
            matrices=[row[0] for row in drafts] + [row[1] for row in submissions[:1]],
        )
        self.ask(
            f"SELECT x.*, {CLOCK} FROM matrix_review x {_CLOCKED} WHERE x.{of} AND x.ended_at IS NULL",
            cluster=cluster,
        )
        for table, begun, ended in (
            ("plans_referral", "received_at", "decided_at"),
            ("plans_request", "requested_at", "answered_at"),
        ):
            self.ask(
                f"SELECT x.*, {CLOCK}, v.name FROM {table} x {_CLOCKED} JOIN accounts_user v ON v.id = x.made_by_id"
                f" WHERE x.{of} AND (x.{begun} >= %(year)s OR x.{ended} >= %(year)s OR x.id IN"
                f" (SELECT id FROM {table} WHERE {of} ORDER BY {begun} DESC LIMIT 3))",
                cluster=cluster,
            )
        self.ask(
            f"SELECT * FROM plans_statutorymeeting WHERE {of} AND (held_at >= %(year)s OR id IN"
            f" (SELECT id FROM plans_statutorymeeting WHERE {of} ORDER BY held_at DESC LIMIT 3))",
            cluster=cluster,
        )
        actions = self._actions(
            f"x.{of} AND (x.status = 'open' OR x.happened_at >= %(year)s OR x.closed_at >= %(year)s)",
            cluster=cluster,
        )
        self.ask(
            "SELECT x.*, s.reference FROM triage_item x LEFT JOIN matrix_submission s ON s.id = x.submission_id"
            f" WHERE x.{of} AND (x.received_at >= %(year)s OR x.closed_at >= %(year)s)",
            cluster=cluster,
        )
        self.ask(
            "SELECT x.*, ARRAY(SELECT kind FROM triage_outcome o WHERE o.decision_id = x.id) FROM triage_decision x"
            f" WHERE x.{of} AND x.decided_at >= %(year)s",
            cluster=cluster,
        )
        self._triage(of, cluster)
        self.ask(
            f"SELECT k.* FROM clocks_clock k WHERE child = %(public)s AND stage IN {OPEN} ORDER BY due_at, id LIMIT 1"
        )
        shown = [child, submissions[:1], [row for row in actions if row[1] == "open"]]
        return [row[0] for rows in shown for row in rows]

    def _triage(self, of: str, cluster: list[int]) -> None:
        """Who waits for a worker or has one, and what First Contact asked and found."""
        for words in (
            "SELECT x.*, u.name, v.name FROM triage_allocation x JOIN accounts_user u ON u.id = x.worker_id"
            f" JOIN accounts_user v ON v.id = x.allocated_by_id WHERE x.{of}"
            " AND (x.ended_at IS NULL OR x.starts_at >= %(year)s OR x.ended_at >= %(year)s)",
            f"SELECT x.*, {CLOCK} FROM triage_allocationwait x {_CLOCKED} WHERE x.{of} AND x.ended_at IS NULL",
            f"SELECT x.*, u.name FROM triage_allocationdeclined x JOIN accounts_user u ON u.id = x.by_id WHERE x.{of}"
            " AND x.at >= %(year)s",
            f"SELECT x.*, t.name, u.name FROM triage_referralassessment x"
            " LEFT JOIN accounts_team t ON t.id = x.to_team_id"
            f" JOIN accounts_user u ON u.id = x.changed_by_id WHERE x.{of} ORDER BY x.changed_at DESC LIMIT 1",
            f"SELECT x.*, g.name, b.name, v.name, w.name, h.name, {CLOCK} FROM triage_agencyenquiry x"
            f" JOIN accounts_agency g ON g.id = x.agency_id JOIN accounts_team b ON b.id = x.asked_of_id"
            f" JOIN accounts_user v ON v.id = x.asked_by_id LEFT JOIN accounts_user w ON w.id = x.answered_by_id"
            f" LEFT JOIN accounts_agency h ON h.id = w.agency_id {_CLOCKED} WHERE x.{of}"
            " AND (x.asked_at >= %(year)s OR x.answered_at >= %(year)s)",
            "SELECT s.*, x.*, u.name FROM children_placedconcernstep s JOIN children_placedconcern x"
            f" ON x.id = s.concern_id JOIN accounts_user u ON u.id = s.recorded_by_id WHERE x.{of}"
            " AND s.happened_at >= %(year)s",
        ):
            self.ask(words, cluster=cluster)

    def _submissions(self, cluster: list[int]) -> Rows:
        """The newest and those of a year, with who sent them and the version of their questions."""
        return self.ask(
            "SELECT x.reference, x.matrix_id, x.*, m.instrument_version, u.name FROM matrix_submission x"
            " JOIN matrix_matrix m ON m.id = x.matrix_id JOIN accounts_user u ON u.id = x.submitted_by_id"
            " WHERE x.child_id = ANY(%(cluster)s) AND (x.received_at >= %(year)s OR x.id IN (SELECT id FROM"
            " matrix_submission WHERE child_id = ANY(%(cluster)s) ORDER BY received_at DESC LIMIT 1))"
            " ORDER BY x.received_at DESC",
            cluster=cluster,
        )

    def _answers(self, matrices: list[int]) -> Rows:
        """Answers with what stands below each: whose word it is, and who asked."""
        return self.ask(
            "SELECT x.what, x.code, x.*, g.name, u.name FROM matrix_answer x LEFT JOIN accounts_agency g ON g.id ="
            " x.agency_id JOIN accounts_user u ON u.id = x.answered_by_id WHERE x.matrix_id = ANY(%(matrices)s)",
            matrices=matrices,
        )

    def _actions(self, where: str, **more: Any) -> Rows:
        return self.ask(
            f"SELECT x.reference, x.status, x.*, {CLOCK}, v.name, w.name FROM actions_action x"
            f" LEFT JOIN clocks_clock k ON k.id = x.clock_id {OWNERS}"
            " LEFT JOIN accounts_user v ON v.id = x.owner_user_id LEFT JOIN accounts_team w ON w.id = x.owner_team_id"
            f" WHERE {where}",
            **more,
        )

    def draft(self, *, agencies: bool) -> list[str]:
        """The draft with its answers and those of the matrix before."""
        self.frame()
        rows = self.ask(
            "SELECT m.reference, m.* FROM matrix_matrix m WHERE id = %(id)s", id=self.cast.draft.pk
        )
        _, cluster = self.opened()
        self.looked("matrix", self.cast.draft.public_id)
        before = self._submissions(cluster)
        self._answers([self.cast.draft.pk, *(row[1] for row in before[:1])])
        if agencies:
            self.ask("SELECT id, code, name FROM accounts_agency ORDER BY name")
        return [str(rows[0][0])]

    def submission(self) -> list[str]:
        """A sent matrix with its answers and those of the one before, and everything it set going."""
        self.frame()
        sent = self.cast.submission
        self.ask(
            "SELECT x.*, m.*, u.name FROM matrix_submission x JOIN matrix_matrix m ON m.id = x.matrix_id"
            " JOIN accounts_user u ON u.id = x.submitted_by_id WHERE x.id = %(id)s",
            id=sent.pk,
        )
        _, cluster = self.opened()
        self.looked("matrix", sent.public_id)
        submissions = self._submissions(cluster)
        before = [row[1] for row in submissions if row[1] != sent.matrix_id]
        answers = self._answers([sent.matrix_id, *before[:1]])
        for table, begun, ended in (
            ("plans_referral", "received_at", "decided_at"),
            ("plans_request", "requested_at", "answered_at"),
        ):
            self.ask(
                f"SELECT x.*, {CLOCK} FROM {table} x {_CLOCKED} WHERE x.child_id = ANY(%(cluster)s)"
                f" AND x.{begun} <= %(at)s AND (x.{ended} IS NULL OR x.{ended} > %(at)s)",
                cluster=cluster,
                at=sent.received_at,
            )
        self.ask(
            f"SELECT {CLOCK} FROM clocks_clock k {OWNERS} WHERE k.reference = %(reference)s",
            reference=sent.reference,
        )
        self._actions(
            "x.child_id = ANY(%(cluster)s) AND (x.source_kind = 'matrix.submission' AND x.source_id = %(source)s"
            " OR x.id IN (SELECT action_id FROM matrix_joined WHERE submission_id = %(id)s))",
            cluster=cluster,
            source=str(sent.public_id),
            id=sent.pk,
        )
        self.ask(
            "SELECT x.*, d.*, a.*, u.name FROM triage_item x LEFT JOIN triage_decision d ON d.id = x.decision_id"
            " LEFT JOIN children_agreedlevel a ON a.id = d.agreed_id"
            " LEFT JOIN accounts_user u ON u.id = d.decided_by_id WHERE x.submission_id = %(id)s",
            id=sent.pk,
        )
        own = [str(row[0]) for row in answers if row[3] == sent.matrix_id]
        return [sent.reference, *own]

    def home(self) -> list[str]:
        """What is due first among the clocks of a person and their teams; gives the references of the children."""
        self.frame()
        first = " UNION ALL ".join(
            f"(SELECT id, due_at FROM clocks_clock k WHERE {arm} ORDER BY due_at, id LIMIT 200)"
            for arm in self.arms()
        )
        clocks = self.ask(
            f"SELECT k.reference, k.child, k.due_at, k.id, k.kind, {CLOCK} FROM ({first} ORDER BY due_at, id"
            f" LIMIT 200) due JOIN clocks_clock k ON k.id = due.id {OWNERS} ORDER BY k.due_at, k.id"
        )
        named = [row[3] for row in clocks if row[4] == "action.due"]
        if named:
            self.ask(
                "SELECT clock_id, title FROM actions_action WHERE clock_id = ANY(%(named)s)", named=named
            )
        if self.wide:
            self._to_decide()
        self.ask(
            "SELECT x.*, c.public_id, v.name, w.name FROM actions_action x"
            " LEFT JOIN children_child o ON o.id = x.child_id"
            " LEFT JOIN children_child c ON c.id = coalesce(o.merged_into_id, o.id)"
            " LEFT JOIN accounts_user v ON v.id = x.owner_user_id LEFT JOIN accounts_team w ON w.id = x.owner_team_id"
            f" WHERE x.status = 'open' AND x.clock_id IS NULL AND (x.child_id IS NULL OR {READABLE}) AND x.id IN"
            " (SELECT id FROM actions_action WHERE owner_user_id = %(user)s UNION ALL"
            " SELECT id FROM actions_action WHERE owner_team_id = ANY(%(teams)s)) ORDER BY x.id LIMIT 100",
            teams=self.teams,
        )
        drafts = self.ask(
            "SELECT m.id, c.public_id, m.* FROM matrix_matrix m JOIN children_child c ON c.id = m.child_id"
            " WHERE m.state = 'draft' AND m.id IN (SELECT id FROM matrix_matrix WHERE state = 'draft'"
            " AND started_by_id = %(user)s UNION ALL SELECT matrix_id FROM matrix_contributor"
            " WHERE user_id = %(user)s AND ended_at IS NULL) ORDER BY m.changed_at DESC LIMIT 50"
        )
        if drafts:
            self.ask(
                "SELECT matrix_id, code, answered_at FROM matrix_answer WHERE matrix_id = ANY(%(drafts)s)",
                drafts=[row[0] for row in drafts],
            )
        names = self.ask(
            f"SELECT c.public_id, c.reference, c.* FROM children_child c {LEVEL} WHERE c.public_id = ANY(%(wanted)s)"
            f" AND {READABLE} AND {SERVED if self.wide else f'c.id IN {MINE}'}",
            wanted=list({row[1] for row in (*clocks, *drafts) if row[1]}),
        )
        self.listed("home", [row[0] for row in names])
        self.ask(
            "SELECT * FROM notices_notice WHERE user_id = %(user)s AND read_at IS NULL"
            " AND kind NOT LIKE 'clock.%%' ORDER BY at DESC LIMIT 10"
        )
        # A row a child, no more than a hundred of them, the worse level first: of more it is not said which are shown.
        return [row[1] for row in names] if len(names) <= ROWS else [names[0][1][:4]]

    def _to_decide(self) -> None:
        """What only First Contact has: claims to work with a child, and records to match."""
        self.ask(
            "SELECT x.*, u.name, t.name FROM children_involvement x JOIN children_child o ON o.id = x.child_id"
            f" JOIN children_child c ON c.id = coalesce(o.merged_into_id, o.id) {LEVEL}"
            " LEFT JOIN accounts_user u ON u.id = x.user_id LEFT JOIN accounts_team t ON t.id = x.team_id"
            f" WHERE x.state = 'claimed' AND x.ended_at IS NULL AND {READABLE} AND {SERVED}"
            " ORDER BY x.recorded_at LIMIT 50"
        )
        self.ask(
            f"SELECT c.* FROM children_child c {LEVEL} WHERE c.provisional AND c.sealed_at IS NULL AND {READABLE}"
            f" AND {SERVED} ORDER BY c.created_at, c.id LIMIT 50"
        )
