"""The statements a person would write for the pages of triage: CEVT's list and sheet, the board, the queue."""

# ruff: noqa: S608 - every value goes as a parameter; what is put together are pieces of this file and of reference_sql.
from datetime import datetime
from typing import Any

from bench.reference_sql import LEVEL, OPEN, OWNERS, PLACES, REACHED, READABLE, SERVED, Rows
from bench.reference_sql_pages import ByHand
from triage.cevt.selectors.seats import SEATS
from triage.cevt.views.listing import ORDER as LISTED
from triage.first_contact.selectors.queue import MOST, ORDER

# Whom a seat at CEVT, or ERASE's work, comes to by the matters of an authority.
_FOLLOWED = """
    (SELECT coalesce(o.merged_into_id, o.id) FROM children_matter m JOIN children_child o ON o.id = m.child_id
     WHERE m.kind = ANY(%(kinds)s) AND m.authority_id = ANY(%(served)s) AND ({until})
     UNION SELECT coalesce(o.merged_into_id, o.id) FROM children_submitter m
     JOIN children_child o ON o.id = m.child_id WHERE m.user_id = %(user)s)"""
_CEVT, _CONCERN = ["cevt"], ["ceg", "cevt", "exploitation", "missing"]
ROOTS = "JOIN children_child o ON o.id = x.child_id JOIN children_child c ON c.id = coalesce(o.merged_into_id, o.id)"
_HELD = f"LEFT JOIN clocks_clock k ON k.id = x.clock_id {OWNERS}"
_SENT = (
    "LEFT JOIN matrix_submission y ON y.id = x.submission_id LEFT JOIN matrix_matrix n ON n.id = y.matrix_id"
)


class ByHandTriage(ByHand):
    """The pages of triage for one person."""

    def cevt(self) -> list[str]:
        """The list with its eligibility, what agencies said, who is asked, what was decided today."""
        self.frame()
        rows = self._listed()
        self.listed("triage.cevt", [row[4] for row in rows[: LISTED.size]])
        return list(dict.fromkeys(f"{row[2]} {row[3]}" for row in rows))[: LISTED.size]

    def _listed(self) -> Rows:
        seen = _FOLLOWED.format(until="m.until > %(now)s")
        rows = self.ask(
            "SELECT k.due_at, c.id, c.given_name, c.family_name, c.public_id, x.public_id, x.id, x.*, y.*, n.forms,"
            f" k.*, u.name, t.name, {REACHED}, c.*, l.level, a.name, b.name, p.name FROM triage_item x {ROOTS} {LEVEL}"
            f" {PLACES} {_SENT} {_HELD} WHERE x.closed_at IS NULL"
            f" AND x.authority_id = ANY(%(served)s) AND c.id IN {seen} AND {READABLE}"
            " ORDER BY k.due_at NULLS LAST, x.received_at, x.id LIMIT 500",
            kinds=_CEVT,
        )
        decided = self.ask(
            f"SELECT x.id, x.*, g.*, u.name FROM triage_decision x {ROOTS}"
            " JOIN children_agreedlevel g ON g.id = x.agreed_id JOIN accounts_user u ON u.id = x.decided_by_id"
            f" WHERE x.decided_at >= %(today)s AND c.id IN {seen} AND {READABLE} ORDER BY x.decided_at DESC LIMIT 500",
            kinds=_CEVT,
            today=self.given["now"].replace(hour=0, minute=0, second=0, microsecond=0),
        )
        self.ask(
            f"SELECT x.*, y.*, n.forms FROM triage_item x {_SENT} WHERE x.decision_id = ANY(%(ids)s)",
            ids=[row[0] for row in decided],
        )
        self.ask(
            "SELECT u.*, g.*, y.authority_id FROM accounts_user u JOIN accounts_agency g ON g.id = u.agency_id"
            " JOIN accounts_agency_authorities y ON y.agency_id = g.id AND y.authority_id = ANY(%(served)s)"
            " WHERE u.is_active AND u.id IN (SELECT user_id FROM accounts_appointment WHERE role_key = ANY(%(seats)s)"
            " AND (ends_on IS NULL OR ends_on >= %(now)s::date)) ORDER BY g.name, u.name",
            seats=list(SEATS),
        )
        self._gates([row[1] for row in rows])
        self.ask(
            "SELECT x.*, g.name FROM triage_informationrequest x JOIN accounts_agency g ON g.id = x.agency_id"
            " WHERE x.item_id = ANY(%(ids)s) AND x.answered_at IS NULL",
            ids=[row[6] for row in rows],
        )
        self.ask(
            "SELECT x.*, g.name, u.name FROM meetings_contribution x JOIN accounts_agency g ON g.id = x.agency_id"
            " JOIN accounts_user u ON u.id = x.said_by_id WHERE x.about = ANY(%(about)s) AND x.forum = 'cevt'",
            about=[row[5] for row in rows],
        )
        self.ask(
            "SELECT x.*, u.name, a.name FROM meetings_meeting x JOIN accounts_user u ON u.id = x.chair_id"
            " JOIN accounts_authority a ON a.id = x.authority_id WHERE x.forum = 'cevt' AND x.ended_at IS NULL"
            " AND x.authority_id = ANY(%(served)s)"
        )
        self.ask(
            "SELECT count(*) FROM children_child c WHERE c.restricted AND c.merged_into_id IS NULL AND c.id IN"
            " (SELECT coalesce(o.merged_into_id, o.id) FROM children_matter m"
            " JOIN children_child o ON o.id = m.child_id WHERE m.kind = 'cevt' AND m.closed_at IS NULL"
            " AND m.authority_id = ANY(%(served)s))"
            f" AND NOT ({READABLE})"
        )
        last = datetime.max.replace(tzinfo=self.given["now"].tzinfo)
        return sorted(rows, key=lambda row: (row[0] or last, row[1]))

    def _gates(self, primaries: list[int]) -> None:
        """What says whether First Contact is through with each child, and whether a child comes back."""
        cluster = [
            row[0]
            for row in self.ask(
                "SELECT id FROM children_child WHERE id = ANY(%(primaries)s) OR merged_into_id = ANY(%(primaries)s)",
                primaries=primaries,
            )
        ]
        for words in (
            "SELECT child_id, kind FROM children_status WHERE child_id = ANY(%(cluster)s)"
            " AND starts_on <= %(now)s::date"
            " AND (ends_on IS NULL OR ends_on >= %(now)s::date)",
            "SELECT child_id, level, happened_at FROM children_agreedlevel WHERE child_id = ANY(%(cluster)s)",
            "SELECT x.child_id FROM triage_referralassessment x JOIN plans_referral r ON r.id = x.referral_id"
            " WHERE x.child_id = ANY(%(cluster)s) AND x.stepped_up AND r.state = 'decided'",
            "SELECT child_id, decided_at FROM plans_referral WHERE child_id = ANY(%(cluster)s) AND state = 'decided'",
        ):
            self.ask(words, cluster=cluster)

    def sheet(self) -> list[str]:
        """The list beside it, what the record's first page has, and what the table needs more of this child."""
        shown, listed = self.overview(), self._listed()
        self.listed("triage.sheet", [row[4] for row in listed])
        given: dict[str, Any] = {"cluster": [self.cast.child.pk], "sent": self.cast.submission.matrix_id}
        self._answers([self.cast.submission.matrix_id])
        self.ask(
            "SELECT x.*, g.*, u.name, y.*, z.*, k.* FROM triage_decision x JOIN children_agreedlevel g"
            " ON g.id = x.agreed_id JOIN accounts_user u ON u.id = x.decided_by_id"
            " LEFT JOIN meetings_meeting y ON y.id = x.meeting_id LEFT JOIN triage_decision z ON z.confirms_id = x.id"
            " LEFT JOIN clocks_clock k ON k.id = x.confirm_clock_id"
            " WHERE x.child_id = ANY(%(cluster)s) ORDER BY x.decided_at DESC LIMIT 10",
            **given,
        )
        self.ask(
            "SELECT d.*, g.name FROM meetings_dissent d JOIN accounts_agency g ON g.id = d.agency_id"
            " WHERE d.child_id = ANY(%(cluster)s)",
            **given,
        )
        self.ask(
            "SELECT d.*, t.* FROM accounts_dutydesk d JOIN accounts_team t ON t.id = d.team_id"
            " WHERE d.authority_id = ANY(%(served)s)"
        )
        self.ask(
            "SELECT x.*, u.name, g.name FROM meetings_attendance x JOIN accounts_user u ON u.id = x.user_id"
            " JOIN accounts_agency g ON g.id = x.agency_id JOIN meetings_meeting y ON y.id = x.meeting_id"
            " WHERE y.forum = 'cevt' AND y.ended_at IS NULL AND y.authority_id = ANY(%(served)s)"
        )
        self.ask(
            "SELECT x.*, a.name FROM children_placement x JOIN accounts_authority a ON a.id = x.area_id"
            " WHERE x.child_id = ANY(%(cluster)s) AND (x.ends_on IS NULL OR x.ends_on >= %(now)s::date)",
            **given,
        )
        self._top_line(given)
        # Advice the chair may give, and the localities and people a decision may name.
        self.ask(
            "SELECT e.*, v.* FROM triage_adviceentry e JOIN triage_adviceversion v ON v.id = e.current_id"
            " WHERE e.retired_at IS NULL"
        )
        self.ask("SELECT * FROM accounts_locality WHERE authority_id = ANY(%(served)s) ORDER BY name")
        return shown[:1]

    def _top_line(self, given: dict[str, Any]) -> None:
        """What decides, in one look, and what each agency said."""
        of = "x.child_id = ANY(%(cluster)s)"
        for words in (
            f"SELECT x.*, y.*, n.*, v.name, k.*, u.name, t.name FROM triage_item x {_SENT} {_HELD}"
            f" LEFT JOIN accounts_user v ON v.id = y.submitted_by_id WHERE {of} AND x.closed_at IS NULL",
            "SELECT x.*, g.name, u.name FROM meetings_contribution x JOIN accounts_agency g ON g.id = x.agency_id"
            f" JOIN accounts_user u ON u.id = x.said_by_id WHERE {of} AND x.forum = 'cevt'",
            f"SELECT x.* FROM plans_request x WHERE {of} ORDER BY x.requested_at DESC LIMIT 1",
            f"SELECT x.* FROM triage_referralassessment x WHERE {of} AND x.section_47 <> '' "
            "ORDER BY x.changed_at DESC LIMIT 1",
            f"SELECT x.*, a.name FROM children_status x LEFT JOIN accounts_authority a ON a.id = x.responsible_id"
            f" WHERE {of} AND x.starts_on <= %(now)s::date AND (x.ends_on IS NULL OR x.ends_on >= %(now)s::date)",
            "SELECT x.*, u.name, u.phone, g.name, t.name FROM children_involvement x"
            " LEFT JOIN accounts_user u ON u.id = x.user_id LEFT JOIN accounts_agency g ON g.id = u.agency_id"
            f" LEFT JOIN accounts_team t ON t.id = x.team_id WHERE {of} AND x.ended_at IS NULL",
            "SELECT x.*, a.* FROM triage_outcome x LEFT JOIN actions_action a ON a.id = x.action_id"
            f" WHERE {of} AND x.kind = 'nrm' ORDER BY x.id DESC LIMIT 1",
            f"SELECT x.*, k.*, u.name, t.name FROM actions_action x {_HELD} WHERE {of}"
            " ORDER BY x.created_at DESC LIMIT 50",
            f"SELECT x.* FROM children_feedback x WHERE {of} AND x.whose = 'child' ORDER BY x.happened_at DESC LIMIT 1",
        ):
            self.ask(words, **given)

    def allocation(self) -> list[str]:
        """Who waits, who has room, and whose worker has gone."""
        self.frame()
        seen = _FOLLOWED.format(until="true")
        rows = self.ask(
            f"SELECT c.given_name, c.family_name, c.public_id, c.id, x.id, x.*, k.*, u.name, t.name, c.*, l.level,"
            f" {REACHED} FROM triage_allocationwait x {ROOTS} {LEVEL} {_HELD}"
            f" WHERE x.ended_at IS NULL AND c.id IN {seen}"
            f" AND {READABLE} ORDER BY k.due_at, x.id LIMIT 101",
            kinds=_CONCERN,
        )
        desks = self.ask("SELECT authority_id, team_id FROM accounts_dutydesk WHERE duty = 'erase'")
        team = self.ask(
            "SELECT u.id, x.role_key, u.*, t.name FROM accounts_appointment x JOIN accounts_user u ON u.id = x.user_id"
            " JOIN accounts_team t ON t.id = x.team_id WHERE x.team_id = ANY(%(teams)s) AND u.is_active"
            " AND x.starts_on <= %(now)s::date AND (x.ends_on IS NULL OR x.ends_on >= %(now)s::date)",
            teams=[row[1] for row in desks],
        )
        people = [row[0] for row in team]
        children, given = [row[3] for row in rows], {"people": people}
        for words in (
            "SELECT DISTINCT ON (user_id, kind) * FROM triage_capacity WHERE user_id = ANY(%(people)s)"
            " AND starts_on <= %(now)s::date ORDER BY user_id, kind, starts_on DESC",
            "SELECT * FROM triage_absence WHERE user_id = ANY(%(people)s) AND (ends_on IS NULL OR ends_on >= %(now)s)",
            "SELECT worker_id, kind, max(starts_at) FROM triage_allocation WHERE worker_id = ANY(%(people)s)"
            " GROUP BY 1, 2",
            f"SELECT x.*, c.id, c.date_of_birth, l.level FROM triage_allocation x {ROOTS} {LEVEL}"
            " WHERE x.worker_id = ANY(%(people)s) AND x.ended_at IS NULL",
        ):
            self.ask(words, **given)
        for words in (
            "SELECT child_id, worker_id, max(ended_at) FROM triage_allocation WHERE child_id = ANY(%(children)s)"
            " AND worker_id = ANY(%(people)s) AND ended_at IS NOT NULL GROUP BY 1, 2",
            "SELECT child_id, user_id FROM children_bar WHERE child_id = ANY(%(children)s)"
            " AND user_id = ANY(%(people)s)",
            "SELECT child_id, user_id FROM children_namedreader WHERE child_id = ANY(%(children)s)"
            " AND user_id = ANY(%(people)s) AND until > %(now)s",
            "SELECT x.*, u.name, t.code FROM children_involvement x JOIN accounts_user u ON u.id = x.user_id"
            " LEFT JOIN accounts_team t ON t.id = x.team_id WHERE x.child_id = ANY(%(children)s)"
            " AND x.case_role = 'social_worker' AND x.state = 'confirmed' AND x.ended_at IS NULL",
        ):
            self.ask(words, children=children, **given)
        self.ask(
            "SELECT x.*, u.name FROM triage_weekendcover x JOIN accounts_user u ON u.id = x.held_by_id"
            " WHERE x.wait_id = ANY(%(ids)s) AND x.until > %(now)s::date",
            ids=[row[4] for row in rows],
        )
        self.ask(
            f"SELECT x.*, u.name, c.* FROM triage_allocation x {ROOTS} JOIN accounts_user u ON u.id = x.worker_id"
            f" WHERE x.ended_at IS NULL AND x.worker_id <> ALL(%(people)s) AND c.id IN {seen} AND {READABLE}",
            kinds=_CONCERN,
            **given,
        )
        self.ask("SELECT * FROM triage_vacancy WHERE ends_on IS NULL OR ends_on >= %(now)s::date")
        self.listed("triage.allocation", [row[2] for row in rows])
        return [f"{row[0]} {row[1]}" for row in rows[:100]]

    def first_contact(self) -> list[str]:
        """Open referrals, due first, each with its child, newest matrix and who was asked; and what else waits."""
        self.frame()
        rows = self._at_desk("plans_referral x", "x.state = 'open'", ORDER.size + 1)
        children = self.ask(
            f"SELECT c.id, c.given_name, c.family_name, c.public_id, c.*, l.level, {REACHED} FROM children_child c"
            f" {LEVEL} WHERE c.id IN (SELECT coalesce(merged_into_id, id) FROM children_child WHERE id = ANY(%(ids)s))"
            f" AND {READABLE} AND {SERVED}",
            ids=[row[1] for row in rows],
        )
        for words in (
            "SELECT DISTINCT ON (s.child_id) s.*, u.name, g.name FROM matrix_submission s JOIN accounts_user u"
            " ON u.id = s.submitted_by_id LEFT JOIN accounts_agency g ON g.id = u.agency_id"
            " WHERE s.child_id = ANY(%(ids)s) ORDER BY s.child_id, s.received_at DESC",
            "SELECT * FROM plans_request WHERE child_id = ANY(%(ids)s) AND answer = ''",
        ):
            self.ask(words, ids=[row[1] for row in rows])
        self.ask(
            "SELECT x.*, g.name, k.* FROM triage_agencyenquiry x JOIN accounts_agency g ON g.id = x.agency_id"
            " JOIN clocks_clock k ON k.id = x.clock_id WHERE x.referral_id = ANY(%(ids)s)",
            ids=[row[0] for row in rows],
        )
        self.listed("triage.referrals", [row[3] for row in children])
        for table, where in (("plans_referral x", "x.state = 'open'"), ("plans_request x", "x.answer = ''")):
            self._at_desk(table, where, MOST + 1)
        self._to_decide()
        shown = {row[0]: row for row in children}
        return [f"{shown[row[1]][1]} {shown[row[1]][2]}" for row in rows[: ORDER.size] if row[1] in shown]

    def _at_desk(self, table: str, where: str, limit: int) -> Rows:
        """What First Contact of the reader's authorities has, or somebody of their agencies."""
        desks = "(SELECT team_id FROM accounts_dutydesk WHERE duty = 'front_door' AND authority_id = ANY(%(served)s))"
        return self.ask(
            f"SELECT x.id, x.child_id, k.due_at, x.*, k.*, u.name, t.name, v.name FROM {table}"
            f" JOIN clocks_clock k ON k.id = x.clock_id {OWNERS} JOIN accounts_user v ON v.id = x.made_by_id"
            f" WHERE {where} AND k.stage IN {OPEN} AND (k.owner_team_id IN {desks} OR u.agency_id IN"
            f" (SELECT agency_id FROM accounts_team WHERE id IN {desks})) ORDER BY k.due_at, x.id LIMIT {limit}"
        )
