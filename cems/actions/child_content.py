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
from cems.actions.models import Action
from cems.base.regimes import ARRANGED
from cems.base.registries import ChildContent, Happening, Panel
from cems.children.doors import OpenChild


def _told(opened: OpenChild, since: datetime | None) -> Sequence[Action]:
    """The actions still to do, and those agreed or closed from `since` on."""
    rows = Action.objects.filter(child__in=opened.whole).with_page()
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
    own = Action.objects.filter(child__in=opened.whole).to_do().owned_in(profile_of(user).agency_id)
    rows = selectors.to_do(own.with_page(), opened.at)
    return {"action_rows": rows} if rows else None


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    for action in _told(opened, since) if opened.access.sees(Part.ACTIONS) else ():
        url = reverse("actions:detail", args=[action.public_id])
        yield Happening(
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
        if action.closed_at:
            yield Happening(
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


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for action in Action.objects.filter(child__in=child_ids).with_page():
        yield {
            "kind": "Action",
            "reference": action.reference,
            "agreed": action.happened_at,
            "title": action.title,
            "detail": action.detail,
            "owner": str(action.owner),
            "status": action.get_status_display(),
            "closed": action.closed_at,
            "outcome": action.outcome,
        }


def _merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    count = Action.objects.filter(child__in=child_ids).to_do().count()
    if count:
        yield f"{count} open action{'' if count == 1 else 's'}: shown together, none is lost."


CONTENT = ChildContent(
    app="actions",
    models=(Action,),
    subject_access=_subject_access,
    retention={"Action": "with the child's record"},
    regimes={"Action": ARRANGED},
    rows={"Action": "Action"},
    chronology=_chronology,
    merge_preview=_merge_preview,
    panels=(
        Panel("actions.open", "Actions", Part.ACTIONS, "actions/panel.html", _panel, order=40),
        Panel(
            "actions.own",
            "Your agency's actions",
            Part.AGENCY_ACTIONS,
            "actions/panel.html",
            _own_panel,
            order=41,
        ),
    ),
)
