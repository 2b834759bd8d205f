"""What the record itself puts on a child's page: what matters now, panels, tabs (C1–C5)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import LEADS, CaseRole, RiskLevel
from cems.children.chronology import entries
from cems.children.family.selectors.relationship import family
from cems.children.models import Involvement
from cems.children.practice_lists import HARM_FORMS
from cems.children.promises import clocks_of, is_late, names_of
from cems.children.querysets import cluster_of
from cems.children.slots import ChildDocument, NavigationItem, NowLine, Panel
from cems.clocks.presentation import words as clock_words


def _record_at(public_id: UUID) -> int | None:
    return next(iter(cluster_of(public_id)), None)


# --- what matters now ---------------------------------------------------------------------------------
def _level_line(opened: OpenChild) -> tuple[str, str, str]:
    agreed = opened.child.current_level
    if agreed is None:
        return "Agreed level", "No forum has agreed a level yet.", ""
    forms = ", ".join(HARM_FORMS.label(form).lower() for form in agreed.forms)
    since = f"{local_date(agreed.happened_at):%-d %B %Y}"
    level = f"{RiskLevel(agreed.level).label} since {since}, agreed by {agreed.get_forum_display()}"
    return "Agreed level", f"{level}: {forms}." if forms else f"{level}.", ""


def _current(opened: OpenChild) -> Sequence[Involvement]:
    """Confirmed involvements that run now, longest first."""
    return [
        row
        for row in entries.involvements(opened, opened.year_ago)
        if row.started_at <= opened.at and (row.ended_at is None or row.ended_at > opened.at)
    ]


def _lead_line(opened: OpenChild) -> tuple[str, str, str]:
    rows = _current(opened)
    url = reverse("children:involvements", args=[opened.child.public_id])
    for role in (*LEADS, CaseRole.CE_WORKER):
        for row in rows:
            if row.case_role == role:
                who = row.user or row.team
                phone = (row.user and row.user.phone) or (row.team and row.team.phone) or ""
                return "Who leads", f"{who}, {role.label.lower()}{f', {phone}' if phone else ''}", url
    return "Who leads", "Nobody is recorded as leading.", url


def _status_line(opened: OpenChild) -> tuple[str, str, str]:
    day = local_date(opened.at)
    rows = [
        row
        for row in reversed(entries.statuses(opened))
        if row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)
    ]
    phrases = [
        f"{row.get_kind_display()}{f' ({row.get_legal_basis_display()})' if row.legal_basis else ''}"
        f" since {row.starts_on:%-d %B %Y}"
        for row in rows
    ]
    url = reverse("children:statuses", args=[opened.child.public_id])
    return "Status", "; ".join(phrases) or "Not known to services by a status.", url


def _clock_line(opened: OpenChild) -> tuple[str, str, str] | None:
    """The next of what is promised about the child and not late: that stands by itself below (`late`)."""
    clock = next((clock for clock in clocks_of(opened) if not is_late(clock, opened.at)), None)
    if clock is None:
        return None
    name = names_of(opened, [clock])[clock.pk]
    return (
        "Next",
        f"{name}: {clock_words(clock, opened.at)}, with {clock.owner}.",
        reverse("clocks:detail", args=[clock.public_id]),
    )


# --- panels ---------------------------------------------------------------------------------------------
def _involved_panel(user: User, opened: OpenChild) -> dict[str, Any]:
    return {"involvements": _current(opened), "child": opened.child}


def _family_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    shown = family(user, opened)
    if not shown.people and not shown.named_on:
        return None
    return {"family": shown, "child": opened.child}


def _status_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    rows = entries.statuses(opened)[:5]
    return {"statuses": rows} if rows else None


NOW_LINES = (
    NowLine("children.level", Part.LEVEL, _level_line),
    NowLine("children.lead", Part.INVOLVED, _lead_line),
    NowLine("children.status", Part.STATUS, _status_line),
    NowLine("children.clock", Part.DECISIONS, _clock_line),
)
PANELS = (
    Panel(
        "children.involved",
        "Who works with the child",
        Part.INVOLVED,
        "children/panel_involved.html",
        _involved_panel,
    ),
    Panel(
        "children.family",
        "Family and people",
        Part.FAMILY,
        "children/family/panel.html",
        _family_panel,
    ),
    Panel("children.statuses", "Statuses", Part.STATUS, "children/panel_statuses.html", _status_panel),
)
CHRONOLOGY_PAPER = ChildDocument("children:chronology_pdf", "Chronology", Part.CHRONOLOGY, _record_at)
SUB_NAVIGATION = (
    NavigationItem("Chronology", "children:chronology", Part.CHRONOLOGY),
    NavigationItem("Notes", "children:notes", Part.NOTES),
    NavigationItem("Feedback", "children:feedback", Part.NOTES),
    NavigationItem("Family and people", "children:family", Part.FAMILY),
    NavigationItem("Levels", "children:levels", Part.LEVEL_HISTORY),
    NavigationItem("Involved", "children:involvements", Part.INVOLVED),
    NavigationItem("Statuses", "children:statuses", Part.STATUS),
    NavigationItem("Placements", "children:placements", Part.STATUS),
    NavigationItem("Shared", "children:disclosures", Part.INVOLVED),
    NavigationItem("Who may read", "children:restriction", Part.IDENTITY),
    NavigationItem("Record use", "children:record_use", Part.RECORD_USE),
)
