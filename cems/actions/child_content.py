"""What actions add to a child's record."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.actions import selectors
from cems.actions.models import Action
from cems.base.registries import ChildContent, Happening, Panel
from cems.base.time import now
from cems.children.access import access_to
from cems.children.models import Child


def _panel(user: User, child: Child) -> dict[str, Any] | None:
    """Everybody's open actions."""
    rows = selectors.of_child(child, now())
    return {"action_rows": rows} if rows else None


def _own_panel(user: User, child: Child) -> dict[str, Any] | None:
    """The own agency's open actions, for those whose role sees no others."""
    if access_to(user, child).sees(Part.ACTIONS):
        return None
    rows = selectors.of_child(child, now(), agency_id=profile_of(user).agency_id)
    return {"action_rows": rows} if rows else None


def _chronology(child_ids: Sequence[int]) -> Iterable[Happening]:
    for action in Action.objects.filter(child__in=child_ids).select_related("created_by").with_page():
        url = reverse("actions:detail", args=[action.public_id])
        yield Happening(
            action.happened_at,
            action.created_at,
            "Action",
            f"Action agreed: {action.title} ({action.reference})",
            Part.ACTIONS,
            text=action.detail,
            by=str(action.created_by or "CEMS"),
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
                by=str(action.closed_by or "CEMS"),
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
