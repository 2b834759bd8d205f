"""What actions add to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.actions import selectors
from cems.actions.choices import Status
from cems.actions.models import Action, Doing
from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Counted, Kept, Shown
from cems.base.regimes import ARRANGED, RECORDED
from cems.base.words import counted
from cems.children.access_control import OpenChild
from cems.children.slots import ChronologyEntry, Panel


def _told(opened: OpenChild, since: datetime | None) -> Sequence[Action]:
    """The actions still to do, and those agreed or closed from `since` on."""
    rows = Action.objects.filter(child__in=opened.cluster).with_page()
    if since:
        rows = rows.filter(Q(status=Status.OPEN) | Q(happened_at__gte=since) | Q(closed_at__gte=since))
    return opened.kept(f"actions {since}", lambda: list(rows))


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """Everybody's open actions."""
    rows = selectors.to_do(_told(opened, opened.year_ago), opened.at)
    return {"action_rows": rows} if rows else None


def _own_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """The own agency's open actions, for those whose role sees no others."""
    if opened.access.sees(Part.ACTIONS):
        return None
    own = Action.objects.filter(child__in=opened.cluster).to_do().owned_in(profile_of(user).agency_id)
    rows = selectors.to_do(own.with_page(), opened.at)
    return {"action_rows": rows} if rows else None


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for action in _told(opened, since) if opened.access.sees(Part.ACTIONS) else ():
        url = reverse("actions:detail", args=[action.public_id])
        yield ChronologyEntry(
            action.happened_at,
            action.created_at,
            "Action",
            f"Action agreed: {action.title} ({action.reference})",
            Part.ACTIONS,
            text=action.detail,
            by="CEMS",
            by_id=action.created_by_id,
            url=url,
        )
        if action.closed_at and action.doing_id is None:
            yield ChronologyEntry(
                action.closed_at,
                action.closed_at,
                "Action",
                f"{action.get_status_display()}: {action.title} ({action.reference})",
                Part.ACTIONS,
                text=action.outcome,
                by="CEMS",
                by_id=action.closed_by_id,
                url=url,
            )
    if opened.access.sees(Part.ACTIONS):
        yield from _doings(opened, since)


def _doings(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """What was recorded as done, on the day it was done; and what was undone of it."""
    rows = Doing.objects.filter(child__in=opened.cluster).select_related("action")
    if since:
        rows = rows.filter(Q(done_at__gte=since) | Q(undone_at__gte=since))
    for row in rows:
        title = f"{row.action.title} ({row.action.reference})"
        url = reverse("actions:detail", args=[row.action.public_id])
        yield ChronologyEntry(
            row.done_at,
            row.recorded_at,
            "Action",
            f"Done, undone since: {title}" if row.undone_at else f"Done: {title}",
            Part.ACTIONS,
            text=row.words,
            by_id=row.recorded_by_id,
            url=url,
        )
        if row.undone_at:
            yield ChronologyEntry(
                row.undone_at,
                row.undone_at,
                "Action",
                f"Recorded in error, to do again: {title}",
                Part.ACTIONS,
                text=row.undone_why,
                by_id=row.undone_by_id,
                url=url,
            )


ROWS = (
    Kept(
        Action,
        title="Action",
        retention=WITH_RECORD,
        basis=ARRANGED,
        columns={
            "reference": "reference",
            "agreed": "happened_at",
            "title": "title",
            "detail": "detail",
            "owner": Shown(lambda action: str(action.owner), "owner_user", "owner_team"),
            "status": "status",
            "closed": "closed_at",
            "outcome": "outcome",
        },
        left_out={
            WRITTEN: ("created_at",),
            BY_WHOM: ("created_by", "closed_by"),
            OWN_ROW: ("source_kind", "source_id", "source_reference", "carried_from", "doing"),
            INTERNAL: ("key", "clock"),
        },
        at_merge=Counted(
            Q(status=Status.OPEN),
            lambda count: f"{counted(count, 'open action')}: shown together, none is lost.",
        ),
    ),
    Kept(
        Doing,
        title="What was done about an action",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "reference": "action.reference",
            "done": "done_at",
            "what was done": "words",
            "undone": "undone_at",
            "why undone": "undone_why",
        },
        left_out={
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by", "undone_by"),
        },
        third_party=True,
        order=("done_at", "pk"),
    ),
)
PANELS = (
    Panel("actions.open", "Actions", Part.ACTIONS, "actions/panel.html", _panel),
    Panel("actions.own", "Your agency's actions", Part.AGENCY_ACTIONS, "actions/panel.html", _own_panel),
)
