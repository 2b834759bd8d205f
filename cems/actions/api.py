"""The API of actions: what an account has to do, and what was done about it, under the rules of the pages (K1, O1)."""

from typing import Any, cast
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cems.accounts.access_control import acting_user
from cems.accounts.api import ApiView, key_of
from cems.accounts.profile import profile_of
from cems.actions.access_control import OWN, log_action_read, must_act, opened_action
from cems.actions.api_bodies import ActionShown, ActionWhole, DoingBody, whole_of
from cems.actions.doings.selectors import kind_of
from cems.actions.doings.services import doing_record
from cems.actions.selectors import Opened, Row, actions_of, rows
from cems.audit.services import listed
from cems.base.access_control import AccessRule, Shape
from cems.base.errors import Invalid, NotAllowed
from cems.base.idempotency import once
from cems.base.paging import ByKey
from cems.base.time import now
from cems.clocks.presentation import present

KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="The same key with the same body is one doing, however often it is sent.",
)


class Actions(ApiView):
    """What an account has to do."""

    access_rule = AccessRule(Shape.API, reason=OWN)
    read_scope = "actions:read"

    @extend_schema(
        responses=ActionShown(many=True),
        parameters=[
            OpenApiParameter("open", bool, description="Only those that are to do"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
    )
    def get(self, request: Request) -> Response:
        """The actions that the account or its teams have, newest first; a hundred a page at the most."""
        user = acting_user(request)
        _may_take_away(request)
        pages = ByKey()
        pages.ordering = "-pk"
        wanted = actions_of(user, only_open=request.query_params.get("open") in {"true", "1"})
        page = rows(user, pages.paginate_queryset(wanted, request, self) or [], now())
        shown = [row.about.public_id for row in page if row.about]
        listed(user, what="actions.list", children=list(dict.fromkeys(shown)))
        return pages.get_paginated_response(ActionShown(page, many=True).data)


class OneAction(ApiView):
    """One action."""

    access_rule = AccessRule(Shape.API, reason=OWN)
    read_scope = "actions:read"

    @extend_schema(responses=ActionWhole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """An action, what it asks of the person or system that does it, and what came of it."""
        return _whole(request, _opened(request, public_id))


class ActionDoing(ApiView):
    """What was done about an action."""

    access_rule = AccessRule(Shape.API, reason=OWN)
    read_scope = "actions:read"
    write_scope = "actions:write"

    @extend_schema(responses=ActionWhole)
    def get(self, request: Request, public_id: UUID) -> Response:
        """The action with what is asked of its doing, and what was recorded."""
        return _whole(request, _opened(request, public_id))

    @extend_schema(request=DoingBody, responses={201: ActionWhole}, parameters=[KEY])
    def post(self, request: Request, public_id: UUID) -> Response:
        """Record what was done or decided, as the action's page does; it closes the action. Once for a key."""
        opened = _opened(request, public_id)
        must_act(opened)
        body = DoingBody(data=request.data)
        body.is_valid(raise_exception=True)
        sent: dict[str, Any] = body.validated_data
        if kind_of(opened.action) is None:
            raise Invalid("What is done about this action is not recorded here: close it on its page.")

        def perform() -> dict[str, Any]:
            row = doing_record(
                acting_user(request),
                action=opened.action,
                answer=sent["answer"],
                given=sent["given"],
                done_at=sent.get("done_at"),
            )
            return {"doing": str(row.public_id)}

        plain = {"action": str(public_id), "sent": request.data}
        once(acting_user(request), key=key_of(request), action="api.doing", body=plain, perform=perform)
        return _whole(request, _opened(request, public_id), status=201)


def _opened(request: Request, public_id: UUID) -> Opened:
    opened = opened_action(cast(Any, request), public_id)
    _may_take_away(request)
    return opened


def _may_take_away(request: Request) -> None:
    """Raise NotAllowed for somebody none of whose roles takes anything away (a student's)."""
    if not any(role.exports for role in profile_of(acting_user(request)).roles):
        raise NotAllowed("Your role reads actions in CEMS and takes none away.")


def _whole(request: Request, opened: Opened, status: int = 200) -> Response:
    log_action_read(cast(Any, request), opened)
    action = opened.action
    row = Row(action, opened.child, present(action.clock, now()) if action.clock else None)
    return Response({**ActionWhole(whole_of(row)).data}, status=status)
