"""What the record itself adds to a child's page, chronology, subject access, retention and merge (C1–C5)."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.registries import ChildContent, NavigationItem, NowLine, Panel
from cems.base.time import local_date
from cems.children import happenings
from cems.children.choices import CaseRole, HarmForm, RiskLevel
from cems.children.doors import OpenChild
from cems.children.models import (
    AddressRecipient,
    AgreedLevel,
    Bar,
    BreakGlass,
    CaseNote,
    Child,
    ChildName,
    ChildUserObjectPermission,
    ConfidentialAddress,
    Death,
    Feedback,
    Identifier,
    Involvement,
    Matter,
    Merge,
    NamedReader,
    NotSame,
    PlacedConcern,
    PlacedConcernStep,
    Placement,
    SelfDescription,
    Status,
    StudentChild,
    Submitter,
)
from cems.children.own_copy import merge_preview, subject_access
from cems.children.regimes import REGIMES, ROWS
from cems.clocks.models import Clock
from cems.clocks.presentation import words as clock_words

LEADS = (CaseRole.LEAD_PRACTITIONER, CaseRole.SOCIAL_WORKER, CaseRole.EARLY_HELP, CaseRole.CE_WORKER)


# --- what matters now ---------------------------------------------------------------------------------
def _level_line(opened: OpenChild) -> tuple[str, str, str]:
    agreed = opened.child.current_level
    if agreed is None:
        return "Agreed level", "No forum has agreed a level yet.", ""
    forms = ", ".join(HarmForm(form).label.lower() for form in agreed.forms)
    since = f"{local_date(agreed.happened_at):%-d %B %Y}"
    level = f"{RiskLevel(agreed.level).label} since {since}, agreed by {agreed.get_forum_display()}"
    return "Agreed level", f"{level}: {forms}." if forms else f"{level}.", ""


def _current(opened: OpenChild) -> Sequence[Involvement]:
    """Confirmed involvements that run now, longest first."""
    return [
        row
        for row in happenings.involvements(opened, opened.year_ago)
        if row.started_at <= opened.at and (row.ended_at is None or row.ended_at > opened.at)
    ]


def _lead_line(opened: OpenChild) -> tuple[str, str, str]:
    rows = _current(opened)
    url = reverse("children:involved", args=[opened.child.public_id])
    for role in LEADS:
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
        for row in reversed(happenings.statuses(opened))
        if row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)
    ]
    said = [f"{row.get_kind_display()} since {row.starts_on:%-d %B %Y}" for row in rows]
    url = reverse("children:statuses", args=[opened.child.public_id])
    return "Status", "; ".join(said) or "Not known to services by a status.", url


def _clock_line(opened: OpenChild) -> tuple[str, str, str] | None:
    of_whole = Clock.objects.still_open().filter(child__in=opened.whole.values())
    clock = of_whole.order_by("due_at", "pk").first()
    if clock is None:
        return None
    return (
        "Next clock",
        f"{clock.title}: {clock_words(clock, opened.at)}",
        reverse("clocks:detail", args=[clock.public_id]),
    )


# --- panels ---------------------------------------------------------------------------------------------
def _involved_panel(user: User, opened: OpenChild) -> dict[str, Any]:
    return {"involvements": _current(opened), "child": opened.child}


def _status_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    rows = happenings.statuses(opened)[:5]
    return {"statuses": rows} if rows else None


CONTENT = ChildContent(
    app="children",
    models=(
        Child,
        ChildName,
        Identifier,
        AgreedLevel,
        CaseNote,
        Status,
        Placement,
        PlacedConcern,
        PlacedConcernStep,
        Feedback,
        Merge,
        NotSame,
        Involvement,
        Matter,
        Submitter,
        NamedReader,
        Bar,
        BreakGlass,
        ConfidentialAddress,
        AddressRecipient,
        SelfDescription,
        Death,
        StudentChild,
        ChildUserObjectPermission,
    ),
    subject_access=subject_access,
    retention={
        "Child": "25 years from the birth date; 75 for a child who was in care",
        "ChildName": "with the child's record",
        "Identifier": "with the child's record",
        "AgreedLevel": "with the child's record",
        "CaseNote": "with the child's record",
        "SelfDescription": "with the child's record",
        "PlacedConcern": "with the child's record",
        "PlacedConcernStep": "with the child's record",
        "Status": "with the child's record",
        "Placement": "with the child's record",
        "Feedback": "with the child's record",
        "Merge": "with the child's record",
        "NotSame": "with the child's record",
        "Involvement": "with the child's record",
        "Matter": "with the child's record",
        "Submitter": "with the child's record",
        "NamedReader": "with the child's record",
        "Bar": "with the child's record",
        "BreakGlass": "with the child's record",
        "ConfidentialAddress": "with the child's record",
        "AddressRecipient": "with the address they may know",
        "Death": "with the child's record, which is held",
        "StudentChild": "with the child's record",
        "ChildUserObjectPermission": "until the involvement it follows from ends",
    },
    regimes=REGIMES,
    rows=ROWS,
    chronology=happenings.chronology,
    merge_preview=merge_preview,
    panels=(
        Panel(
            "children.involved",
            "Who works with the child",
            Part.INVOLVED,
            "children/panel_involved.html",
            _involved_panel,
            order=10,
        ),
        Panel(
            "children.statuses",
            "Statuses",
            Part.STATUS,
            "children/panel_statuses.html",
            _status_panel,
            order=20,
        ),
    ),
    navigation=(
        NavigationItem("Chronology", "children:chronology", Part.CHRONOLOGY, order=70),
        NavigationItem("Notes", "children:notes", Part.NOTES, order=75),
        NavigationItem("Feedback", "children:feedback", Part.NOTES, order=77),
        NavigationItem("Levels", "children:levels", Part.LEVEL_HISTORY, order=78),
        NavigationItem("Involved", "children:involved", Part.INVOLVED, order=80),
        NavigationItem("Statuses", "children:statuses", Part.STATUS, order=85),
        NavigationItem("Who may read", "children:restriction", Part.IDENTITY, order=88),
        NavigationItem("Placements", "children:placements", Part.STATUS, order=87),
        NavigationItem("Record use", "children:record_use", Part.RECORD_USE, order=90),
    ),
    now=(
        NowLine("children.level", Part.LEVEL, _level_line, order=10),
        NowLine("children.lead", Part.INVOLVED, _lead_line, order=20),
        NowLine("children.status", Part.STATUS, _status_line, order=30),
        NowLine("children.clock", Part.DECISIONS, _clock_line, order=40),
    ),
)
